// Schemas of bindings as JSON Schema. They are written for another encoding of a tree (that of dt-schema), so each is
// rewritten for ours: strings as a list, cells as a list of entries with a list of numbers each, a flag as true.
import Ajv2019, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2019';
import { specifierOf } from './specifiers';

export type Schema = { readonly [name: string]: unknown };

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Finds the schema that a reference names; undefined when there is none: then nothing is said about it. */
export type Refer = (file: string, ref: string) => { readonly file: string; readonly schema: Schema } | undefined;

/**
 * Where schemas go on, and what becomes of it. Rewritten, a schema may allow more than it did, never less: so one of
 * several becomes any of several, and what would turn that round (`not`, and an `if` that is not sure) is left out.
 */
const COMBINATIONS = { allOf: 'allOf', anyOf: 'anyOf', oneOf: 'anyOf', then: 'then', else: 'else' } as const;
const SCALARS = ['const', 'enum', 'minimum', 'maximum', 'multipleOf', 'pattern'] as const;
const COUNTS = ['minItems', 'maxItems', 'uniqueItems'] as const;
const MOST_DEPTH = 12;

export interface BindingProblem {
  /** Absent when it is about the node. */
  readonly property: string | undefined;
  readonly message: string;
}

/** Checks nodes against one schema. */
export class BindingValidator {
  private readonly validate: ValidateFunction;
  private readonly names = new Set<string>();
  private readonly patterns: RegExp[] = [];
  /** Whether a part of it is not known, so that other properties may be allowed. */
  private isOpen = false;
  private readonly isClosed: boolean;

  constructor(
    file: string,
    schema: Schema,
    private readonly refer: Refer,
  ) {
    this.isClosed = schema['additionalProperties'] === false || schema['unevaluatedProperties'] === false;
    const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false, logger: false });
    this.validate = ajv.compile(this.node(file, schema, 0));
  }

  /** @param encoded as {@link encodeNode} makes it */
  check(encoded: Schema): BindingProblem[] {
    const found = this.validate(encoded) ? [] : leaves(this.validate.errors ?? []).map(problemOf);
    if (this.isClosed && !this.isOpen)
      for (const [name, value] of Object.entries(encoded))
        if (!isSchema(value) && !this.isKnown(name))
          found.push({ property: name, message: `${name} is not in the binding` });
    const seen = new Set<string>();
    return found.filter(({ property, message }) => {
      const key = `${property} ${message}`;
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew;
    });
  }

  private isKnown(name: string): boolean {
    return this.names.has(name) || ALWAYS.test(name) || this.patterns.some(pattern => pattern.test(name));
  }

  private node(file: string, schema: Schema, depth: number): Schema | boolean {
    if (depth > MOST_DEPTH) {
      this.isOpen = true;
      return true;
    }
    const out: Record<string, unknown> = {};
    const { properties, patternProperties, required, dependencies, $ref: ref } = schema;
    if (Array.isArray(required)) out['required'] = required.filter(one => !String(one).startsWith('$'));
    if (isSchema(properties)) {
      out['properties'] = mapSchema(properties, (one, name) =>
        name.startsWith('$') || isUncounted(name, one) ? true : property(one),
      );
      for (const name of Object.keys(properties)) this.names.add(name);
    }
    if (isSchema(patternProperties))
      for (const pattern of Object.keys(patternProperties)) this.patterns.push(...compiled(pattern));
    if (isSchema(dependencies)) out['dependencies'] = mapSchema(dependencies, one => (Array.isArray(one) ? one : true));
    for (const [key, becomes] of Object.entries(COMBINATIONS)) {
      const part = schema[key];
      if (Array.isArray(part)) out[becomes] = part.map(one => this.part(file, one, depth));
      else if (part !== undefined) out[becomes] = this.part(file, part, depth);
    }
    const condition = schema['if'];
    if (isExact(condition)) out['if'] = this.part(file, condition, depth);
    // Without a condition neither way means anything.
    else {
      delete out['then'];
      delete out['else'];
    }
    if (typeof ref === 'string') {
      const other = this.refer(file, ref);
      if (!other || ref.includes('#/')) this.isOpen = true;
      else out['allOf'] = [...((out['allOf'] as unknown[]) ?? []), this.node(other.file, other.schema, depth + 1)];
    }
    return out;
  }

  private part(file: string, schema: unknown, depth: number): Schema | boolean {
    return isSchema(schema) ? this.node(file, schema, depth + 1) : schema !== false;
  }
}

/** What every node may have (dt-schema says so for all bindings). */
const ALWAYS =
  /^(?:compatible|status|phandle|linux,phandle|name|label|reg|reg-names|ranges|dma-ranges|#\S+-cells|interrupt-parent|interrupts(?:-extended)?|interrupt-names|pinctrl-\S+|assigned-clock\S*|power-domain\S*|secure-status|bootph-\S+|dma-coherent|iommus|device_type|memory-region\S*|resets|reset-names|clocks|clock-names|clock-ranges|\$nodename)$/;

function mapSchema(schema: Schema, change: (value: unknown, name: string) => unknown): Schema {
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, change(value, name)]));
}

function compiled(pattern: string): RegExp[] {
  try {
    return [new RegExp(pattern)];
  } catch {
    return [];
  }
}

/** Whether a condition means the same when it is rewritten: one about `compatible`, or about what is there. */
function isExact(schema: unknown): boolean {
  if (!isSchema(schema)) return false;
  return Object.entries(schema).every(([key, value]) => {
    if (key === 'required') return true;
    if (key === 'properties') return isSchema(value) && Object.keys(value).every(name => name === 'compatible');
    return (key === 'allOf' || key === 'anyOf') && Array.isArray(value) && value.every(isExact);
  });
}

/** Phandles with arguments, of which nothing says how many: their entries cannot be told apart. */
const isUncounted = (name: string, schema: unknown): boolean =>
  isSchema(schema) && /\/phandle-array$/.test(String(schema['$ref'] ?? '')) && specifierOf(name) === undefined;

/** A schema of one property. */
function property(schema: unknown): Schema | boolean {
  if (!isSchema(schema)) return schema !== false;
  const ref = String(schema['$ref'] ?? '');
  // Of these the encoding does not tell enough: a matrix has rows, and smaller numbers are not cells.
  if (
    schema['type'] === 'object' ||
    /matrix|uint8|uint16|uint64|int8|int16|int64|#\/(?:\$defs|definitions)/.test(
      ref.replace(
        /types\.yaml#\/definitions\/(?:flag|string|string-array|uint32|uint32-array|int32|int32-array|phandle|phandle-array)$/,
        '',
      ),
    )
  )
    return true;
  if (schema['type'] === 'boolean' || /\/flag$/.test(ref)) return { const: true };
  const out: Record<string, unknown> = {};
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    const part = schema[key];
    if (Array.isArray(part)) out[COMBINATIONS[key]] = part.map(property);
  }
  for (const key of COUNTS) if (schema[key] !== undefined) out[key] = schema[key];
  const { items, contains } = schema;
  if (contains !== undefined) out['contains'] = entry(contains);
  if (Array.isArray(items)) {
    out['items'] = items.map(entry);
    out['minItems'] ??= items.length;
    out['maxItems'] ??= items.length;
    // An empty list of items would be a schema that nothing can be.
    if (items.length === 0) return true;
  } else if (items !== undefined) out['items'] = entry(items);
  if (SCALARS.some(key => schema[key] !== undefined)) {
    out['items'] = [entry(schema)];
    out['minItems'] = out['maxItems'] = 1;
  }
  return out;
}

/** A schema of one string, or of one entry of cells. */
function entry(schema: unknown): Schema | boolean {
  if (!isSchema(schema)) return schema !== false;
  const { items } = schema;
  if (items !== undefined) return true;
  const scalar = Object.fromEntries(SCALARS.flatMap(key => (schema[key] === undefined ? [] : [[key, schema[key]]])));
  const combined = Object.fromEntries(
    (['oneOf', 'anyOf', 'allOf'] as const).flatMap(key => {
      const part = schema[key];
      return Array.isArray(part) ? [[COMBINATIONS[key], part.map(entry)]] : [];
    }),
  );
  if (Object.keys(scalar).length === 0) return combined;
  const isText = [schema['const'], ...(Array.isArray(schema['enum']) ? schema['enum'] : [])].some(
    one => typeof one === 'string',
  );
  if (isText || schema['pattern'] !== undefined) return { ...combined, ...scalar };
  return { ...combined, items: [scalar], minItems: 1, maxItems: 1 };
}

/** Alternatives as one problem, without what each of them lacks; and without what only says that a part failed. */
function leaves(errors: readonly ErrorObject[]): ErrorObject[] {
  const alternatives = errors.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf');
  return errors.filter(
    ({ keyword, schemaPath }) =>
      keyword !== 'if' && !alternatives.some(one => schemaPath.startsWith(`${one.schemaPath}/`)),
  );
}

function problemOf({ instancePath, keyword, params, message }: ErrorObject): BindingProblem {
  const name = instancePath.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~');
  const value = (key: string): unknown => (params as Schema)[key];
  if (name === undefined && keyword === 'required') {
    const missing = String(value('missingProperty'));
    return { property: undefined, message: `${missing} is missing, and the binding requires it` };
  }
  const about = name ?? 'the node';
  switch (keyword) {
    case 'minItems':
      return { property: name, message: `${about} has fewer than ${value('limit')} entries` };
    case 'maxItems':
      return { property: name, message: `${about} has more than ${value('limit')} entries` };
    case 'const':
      return { property: name, message: `${about} is not ${JSON.stringify(value('allowedValue'))}` };
    case 'enum':
      return { property: name, message: `${about} is none of ${JSON.stringify(value('allowedValues'))}` };
    case 'oneOf':
    case 'anyOf':
      return { property: name, message: `${about} is none of the combinations that the binding has` };
    default:
      return { property: name, message: `${about} ${message ?? 'does not fit the binding'}` };
  }
}
