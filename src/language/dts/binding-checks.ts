// Nodes held against the kernel's bindings: warnings, made when there is time, for reading the schemas takes some.
import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver';
import { getString, getStrings, type DtNode } from '../../dt';
import type { KernelBindings } from '../../dt/bindings/kernel';
import { BindingValidator, type Schema } from '../../dt/bindings/schema';
import { specifierOf } from '../../dt/bindings/specifiers';
import { viewOf } from '../../dt/bytes';
import { rangeOf } from '../places';
import type { Analysis } from './analysis';
import { attempt, type Decoder } from './decode';
import { SOURCE } from './diagnostics';
import type { Knowledge } from './knowledge';

/** Work at a stretch, so that questions are answered in between. */
const SLICE_MS = 15;

const pause = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0));

export class BindingChecks {
  private readonly validators = new Map<string, BindingValidator | undefined>();

  constructor(private readonly kernel: KernelBindings) {}

  /** @param isOld asked now and then: nobody wants to know any more */
  async check(analysis: Analysis, knowledge: Knowledge, isOld: () => boolean): Promise<Map<string, Diagnostic[]>> {
    const found = new Map<string, Diagnostic[]>();
    const { tree } = analysis;
    if (!tree || !analysis.isCurrent) return found;
    const decoder = knowledge.decoder(tree);
    let until = performance.now() + SLICE_MS;
    for (const node of tree.nodes()) {
      const strings = attempt(() => getStrings(node, 'compatible')) ?? [];
      if (strings.length === 0) continue;
      if (performance.now() > until) {
        await pause();
        if (isOld()) return found;
        until = performance.now() + SLICE_MS;
      }
      await this.kernel.load(strings);
      for (const [file, diagnostic] of this.node(analysis, decoder, node, strings)) {
        const list = found.get(file);
        if (list) list.push(diagnostic);
        else found.set(file, [diagnostic]);
      }
    }
    return found;
  }

  private *node(
    analysis: Analysis,
    decoder: Decoder,
    node: DtNode,
    strings: readonly string[],
  ): Iterable<[string, Diagnostic]> {
    const schema = this.kernel.schemaOf(strings);
    const validator = schema && this.validatorOf(schema);
    if (!validator) return;
    const isOff = isDisabled(node);
    const path = node.path;
    for (const { property, message } of validator.check(encodeNode(node, decoder))) {
      // What is disabled is often not complete: a board that enables it adds the rest.
      if (isOff && property === undefined) continue;
      const entry = analysis.index.nodes.get(path);
      const site =
        (property === undefined ? undefined : entry?.properties.get(property)?.at(-1)) ??
        entry?.sites.find(({ kind }) => kind === 'node' || kind === 'root');
      if (!site) continue;
      const { nameRange } = site;
      yield [
        nameRange.file.name,
        {
          range: rangeOf(nameRange),
          message: `${message} (${schema.file})`,
          severity: DiagnosticSeverity.Warning,
          code: 'binding',
          source: SOURCE,
        },
      ];
    }
  }

  private validatorOf({ file, schema }: { file: string; schema: Schema }): BindingValidator | undefined {
    if (!this.validators.has(file)) this.validators.set(file, this.compile(file, schema));
    return this.validators.get(file);
  }

  /** A schema that cannot be compiled checks nothing. */
  private compile(file: string, schema: Schema): BindingValidator | undefined {
    try {
      return new BindingValidator(file, schema, (from, ref) => this.kernel.referred(from, ref));
    } catch {
      return undefined;
    }
  }
}

/** By its own status, or by that of a node that it is in. */
function isDisabled(node: DtNode): boolean {
  for (let at: DtNode | undefined = node; at; at = at.parent) {
    const one = at;
    if (attempt(() => getString(one, 'status')) === 'disabled') return true;
  }
  return false;
}

/** A node as {@link BindingValidator} wants it: see there. */
export function encodeNode(node: DtNode, decoder: Decoder): Schema {
  const out: Record<string, unknown> = {};
  for (const child of node.children.keys()) out[child] = {};
  for (const name of node.properties.keys()) {
    const value = encodeProperty(node, name, decoder);
    if (value !== undefined) out[name] = value;
  }
  return out;
}

function encodeProperty(node: DtNode, name: string, decoder: Decoder): unknown {
  const { value, layout } = node.property(name)!;
  if (value.length === 0) return true;
  const isText = layout
    ? layout.chunks.every(({ kind }) => kind === 'string' || kind === 'path')
    : /^[\x20-\x7e\0]*[\x20-\x7e]\0$/.test(new TextDecoder('latin1').decode(value));
  if (isText) return attempt(() => getStrings(node, name));
  if (value.length % 4 !== 0 || layout?.chunks.some(one => one.kind !== 'cells' || one.bits !== 32)) return undefined;
  const view = viewOf(value);
  const cells = Array.from({ length: value.length / 4 }, (_, i) => view.getUint32(i * 4));
  const hasEntries = ['reg', 'interrupts', 'ranges', 'dma-ranges'].includes(name) || specifierOf(name) !== undefined;
  if (!hasEntries) return cells.map(cell => [cell]);
  const entries = decoder.entries(node, name);
  const covered = entries.reduce((sum, { count }) => sum + count, 0);
  // Entries that cannot be told apart cannot be counted.
  return covered === cells.length ? entries.map(({ first, count }) => cells.slice(first, first + count)) : undefined;
}
