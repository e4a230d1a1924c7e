// From tokens to syntax. Goes on after an error at the next semicolon or brace, so that one run finds them all.
import type { DtError } from '../error';
import { MAX_DEPTH, MAX_ERRORS } from '../limits';
import type { Token } from './lexer';
import {
  ParsedBody,
  ParsedNode,
  ParsedProperty,
  type DeletionSyntax,
  type LabelSyntax,
  type NodeBody,
  type NodeSyntax,
  type PropertySyntax,
  type ReservationSyntax,
  type SourceSyntax,
  type Statement,
  type ValuePart,
} from './syntax';
import type { ExpandedText, Span } from './text';
import { Resume } from './tokens';
import { ValueParser, type FileUse, type ParserOptions } from './values';

export interface Parsed {
  readonly syntax: SourceSyntax;
  readonly errors: DtError[];
  readonly files: readonly FileUse[];
}

/** Reads a whole source. `syntax` holds all that could be understood, whatever the errors. */
export function parse(source: ExpandedText, options: ParserOptions = {}): Parsed {
  const parser = new Parser(source, options);
  return { syntax: parser.source(), errors: parser.errors, files: parser.files };
}

const NOTHING: readonly ValuePart[] = [];

/** One member of a node. */
type Member =
  | { readonly of: 'properties'; readonly syntax: PropertySyntax | DeletionSyntax }
  | { readonly of: 'children'; readonly syntax: NodeSyntax | DeletionSyntax };

class Parser extends ValueParser {
  private versions = 0;
  private plugin: Span | undefined;

  // The top level: versions, then reservations, then nodes.

  source(): SourceSyntax {
    const reservations: ReservationSyntax[] = [];
    const statements: Statement[] = [];
    if (!this.atKeyword('/dts-v1/')) this.error('version', 'the first word must be /dts-v1/; add it', this.current);
    while (this.current.kind !== 'end' && this.errors.length < MAX_ERRORS) {
      try {
        if (this.atKeyword('/dts-v1/')) {
          this.version(statements.length + reservations.length > 0);
          continue;
        }
        const labels = this.labels();
        if (this.atKeyword('/memreserve/')) {
          if (statements.length > 0) this.error('syntax', '/memreserve/ must come before the first node', this.current);
          reservations.push(this.reservation(labels));
        } else statements.push(this.statement(labels));
      } catch (stop) {
        this.resume(stop);
        // A brace too many closes nothing here.
        if (this.atPunctuation('}')) {
          this.advance();
          if (this.atPunctuation(';')) this.advance();
        }
      }
    }
    if (statements.length === 0 && this.errors.length === 0)
      this.error('syntax', 'the source has no root node; add / { };', this.current);
    return { source: this.text, plugin: this.plugin, reservations, statements };
  }

  /** `/dts-v1/;` and maybe `/plugin/;`. Sources that are put together may say so more than once, all the same. */
  private version(late: boolean): void {
    const token = this.advance();
    if (late) this.error('syntax', `${token.text} must come before everything else`, token);
    this.expect(';');
    const plugin = this.atKeyword('/plugin/') ? this.span(this.advance()) : undefined;
    if (plugin) this.expect(';');
    if (this.versions++ > 0 && (plugin === undefined) !== (this.plugin === undefined))
      this.error('version', 'one /dts-v1/ is followed by /plugin/ and another is not; make them agree', token);
    this.plugin ??= plugin;
  }

  private reservation(labels: readonly LabelSyntax[]): ReservationSyntax {
    const start = this.advance();
    const address = BigInt(this.primary(0));
    const size = BigInt(this.primary(0));
    this.expect(';');
    return { labels, address, size, span: this.from(start) };
  }

  private statement(labels: readonly LabelSyntax[]): Statement {
    const start = this.current;
    if (this.atKeyword('/delete-node/') || this.atKeyword('/omit-if-no-ref/')) {
      this.noLabels(labels, 0);
      this.advance();
      const target = this.reference('the node to delete');
      this.expect(';');
      const kind = start.text === '/delete-node/' ? 'deleteNode' : 'omitIfUnreferenced';
      return { kind, target, span: this.from(start) };
    }
    if (this.current.kind === 'reference') {
      this.noLabels(labels, 1);
      const target = this.reference('the node to extend');
      const body = this.body(1);
      this.expect(';');
      return { kind: 'extend', labels, target, body, span: this.from(start) };
    }
    if (!this.atPunctuation('/')) throw this.unexpected('/ { or &label {');
    this.noLabels(labels, 0);
    this.advance();
    const body = this.body(1);
    this.expect(';');
    return { kind: 'root', body, span: this.from(start) };
  }

  private noLabels(labels: readonly LabelSyntax[], allowed: number): void {
    const extra = labels[allowed];
    if (extra) this.errorAt('syntax', `label ${extra.name} cannot stand here; remove it`, extra.span);
  }

  // Nodes.

  /** `{ properties children }`. */
  private body(depth: number): NodeBody {
    const start = this.current;
    if (!this.expect('{')) throw new Resume();
    const properties: (PropertySyntax | DeletionSyntax)[] = [];
    const children: (NodeSyntax | DeletionSyntax)[] = [];
    if (depth > MAX_DEPTH) this.tooDeep(start);
    while (!this.atPunctuation('}')) {
      if (this.current.kind === 'end') throw this.unexpected('} to close the node');
      if (this.errors.length >= MAX_ERRORS) throw new Resume();
      try {
        const member = this.member(depth);
        if (member.of === 'children') children.push(member.syntax);
        else {
          if (children.length > 0) {
            const text = `property ${member.syntax.name} comes after a child node; move it before the first one`;
            this.errorAt('property-order', text, member.syntax.span);
          }
          properties.push(member.syntax);
        }
      } catch (stop) {
        this.resume(stop);
      }
    }
    this.advance();
    return new ParsedBody(this.text, start.start, this.lastEnd, properties, children);
  }

  private tooDeep(at: Token): void {
    this.error('tree-depth', `nodes are nested more than ${MAX_DEPTH} deep; flatten the tree`, at);
    for (let open = 1; open > 0 && this.current.kind !== 'end'; this.advance()) {
      if (this.atPunctuation('{')) open++;
      else if (this.atPunctuation('}') && --open === 0) return;
    }
  }

  private member(depth: number): Member {
    const start = this.current;
    let labels = this.labels();
    if (this.atKeyword('/delete-property/')) return { of: 'properties', syntax: this.deletion(start) };
    if (this.atKeyword('/delete-node/')) return { of: 'children', syntax: this.deletion(start) };
    let omitIfUnreferenced = false;
    while (this.atKeyword('/omit-if-no-ref/')) {
      this.advance();
      omitIfUnreferenced = true;
      labels = [...labels, ...this.labels()];
    }
    const nameToken = this.current;
    if (nameToken.kind !== 'name') throw this.unexpected('a property, a node or }');
    this.advance();
    const name = nameToken.text;
    if (this.atPunctuation('{') || omitIfUnreferenced) {
      const body = this.body(depth + 1);
      this.expect(';', `after node ${name}`);
      const { start: from, end: to } = nameToken;
      const end = this.lastEnd;
      const syntax = new ParsedNode(this.text, start.start, end, name, from, to, labels, omitIfUnreferenced, body);
      return { of: 'children', syntax };
    }
    const parts = this.atPunctuation('=') ? this.value() : NOTHING;
    if (!this.expect(';', `after property ${name}`)) throw new Resume();
    const { start: from, end: to } = nameToken;
    const syntax = new ParsedProperty(this.text, start.start, this.lastEnd, name, from, to, labels, parts);
    return { of: 'properties', syntax };
  }

  private deletion(start: Token): DeletionSyntax {
    const keyword = this.advance();
    const name = this.current;
    if (name.kind !== 'name') throw this.unexpected(`a name after ${keyword.text}`);
    this.advance();
    this.expect(';');
    return { kind: 'deletion', name: name.text, span: this.from(start) };
  }
}
