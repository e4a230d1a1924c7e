// The bindings of a kernel's sources (Documentation/devicetree/bindings): found by compatible string, read when they are
// asked for. Their words stay where they are: nothing of them is part of this program.
import { parse } from 'yaml';
import type { Binding, PropertyBinding, PropertyType } from './binding';
import { isSchema, type Schema } from './schema';

/** How files are read; paths are relative to the folder of the bindings. */
export interface BindingFiles {
  read(path: string): Promise<string | undefined>;
  list(folder: string): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]>;
}

/** A kernel has 3,000 files; what has more is something else. */
const MOST_FILES = 20_000;
/** Schemas that refer to each other in a row. */
const MOST_DEPTH = 8;

const TYPES: Readonly<Record<string, PropertyType>> = {
  flag: 'flag',
  string: 'string',
  'string-array': 'strings',
  'non-unique-string-array': 'strings',
  phandle: 'phandle',
  'phandle-array': 'phandle',
  'uint8-array': 'bytes',
};

export class KernelBindings {
  private readonly schemas = new Map<string, Promise<Schema | undefined>>();
  private readonly loaded = new Map<string, Schema>();
  private readonly bindings = new Map<string, Binding>();

  private constructor(
    private readonly files: BindingFiles,
    /** The file of each compatible string. */
    private readonly byCompatible: ReadonlyMap<string, string>,
  ) {}

  /** Looks through all bindings. @returns undefined when there are none */
  static async open(files: BindingFiles): Promise<KernelBindings | undefined> {
    const found = new Map<string, string>();
    const folders = [''];
    let count = 0;
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
      const inside = folder === '' ? '' : `${folder}/`;
      const entries = await files.list(folder);
      folders.push(...entries.filter(one => one.isFolder).map(one => inside + one.name));
      const names = entries.filter(one => !one.isFolder && one.name.endsWith('.yaml')).map(one => inside + one.name);
      count += names.length;
      if (count > MOST_FILES) break;
      const texts = await Promise.all(names.map(name => files.read(name)));
      texts.forEach((text, n) => {
        for (const compatible of compatiblesIn(text ?? ''))
          if (!found.has(compatible)) found.set(compatible, names[n]!);
      });
    }
    return found.size === 0 ? undefined : new KernelBindings(files, found);
  }

  compatibles(): Iterable<string> {
    return this.byCompatible.keys();
  }

  /** Of a string whose file was {@link load}ed. */
  of(compatible: string): Binding | undefined {
    const file = this.byCompatible.get(compatible);
    const schema = file === undefined ? undefined : this.loaded.get(file);
    if (file === undefined || !schema) return undefined;
    let binding = this.bindings.get(file);
    if (!binding) {
      binding = this.bindingOf(schema, file);
      this.bindings.set(file, binding);
    }
    return binding;
  }

  /** The schema of the most specific string that one is loaded for. */
  schemaOf(strings: readonly string[]): { file: string; schema: Schema } | undefined {
    for (const compatible of strings) {
      const file = this.byCompatible.get(compatible);
      const schema = file === undefined ? undefined : this.loaded.get(file);
      if (file !== undefined && schema) return { file, schema };
    }
    return undefined;
  }

  /** Another schema, as `file` refers to it; undefined when it is not one of the kernel's. */
  referred(file: string, ref: string): { file: string; schema: Schema } | undefined {
    const path = pathOf(file, ref);
    const schema = path === undefined ? undefined : this.loaded.get(path);
    return path !== undefined && schema ? { file: path, schema } : undefined;
  }

  /** Reads the bindings of these strings, with what they refer to. */
  async load(strings: Iterable<string>): Promise<void> {
    const files = new Set([...strings].flatMap(one => this.byCompatible.get(one) ?? []));
    await Promise.all([...files].map(file => this.loadFile(file, 0)));
  }

  private loadFile(file: string, depth: number): Promise<Schema | undefined> {
    let pending = this.schemas.get(file);
    if (!pending) {
      pending = this.readFile(file, depth);
      this.schemas.set(file, pending);
    }
    return pending;
  }

  private async readFile(file: string, depth: number): Promise<Schema | undefined> {
    const text = await this.files.read(file);
    const schema = text === undefined ? undefined : parseSchema(text);
    if (!schema) return undefined;
    this.loaded.set(file, schema);
    if (depth < MOST_DEPTH) {
      const paths = [...refsIn(schema)].flatMap(ref => pathOf(file, ref) ?? []);
      await Promise.all([...new Set(paths)].map(path => this.loadFile(path, depth + 1)));
    }
    return schema;
  }

  private bindingOf(schema: Schema, file: string): Binding {
    const properties: Record<string, PropertyBinding> = {};
    this.collect(schema, file, properties, 0);
    const required = Array.isArray(schema['required']) ? schema['required'].filter(one => typeof one === 'string') : [];
    const { title, description } = schema;
    return {
      title: typeof title === 'string' ? title.trim() : file,
      ...(typeof description === 'string' ? { about: firstParagraph(description) } : {}),
      properties,
      required,
      source: `Documentation/devicetree/bindings/${file}`,
    };
  }

  private collect(schema: Schema, file: string, into: Record<string, PropertyBinding>, depth: number): void {
    const { properties, allOf, $ref: ref } = schema;
    if (isSchema(properties))
      for (const [name, one] of Object.entries(properties)) {
        if (isSchema(one) && one['type'] === 'object') continue;
        into[name] ??= propertyOf(isSchema(one) ? one : {});
      }
    if (depth >= MOST_DEPTH) return;
    for (const one of Array.isArray(allOf) ? allOf : []) if (isSchema(one)) this.collect(one, file, into, depth + 1);
    const other = typeof ref === 'string' ? this.referred(file, ref) : undefined;
    if (other) this.collect(other.schema, other.file, into, depth + 1);
  }
}

function parseSchema(text: string): Schema | undefined {
  try {
    const found: unknown = parse(text);
    return isSchema(found) ? found : undefined;
  } catch {
    // A file that is no YAML explains nothing; it is the kernel's to mend.
    return undefined;
  }
}

/** Strings that say of a node only how it is built, and that many bindings end with (dt-schema leaves out the same). */
const GENERIC: ReadonlySet<string> = new Set(['syscon', 'simple-mfd', 'simple-bus', 'simple-pm-bus', 'arm,primecell']);

/**
 * Strings by which a schema is chosen: those of its `select`, else those of its `compatible`. Taken from the text, for
 * 3,000 files cannot all be parsed.
 */
export function compatiblesIn(text: string): string[] {
  const select = blockOf(text, 'select');
  const from = select === '' ? blockOf(text, 'properties') : blockOf(select, '  properties');
  const found = stringsIn(blockOf(from, select === '' ? '  compatible' : '    compatible'));
  return select === '' ? found.filter(one => !GENERIC.has(one)) : found;
}

/** What stands below a key that is indented like `key`, with the rest of its line. */
function blockOf(text: string, key: string): string {
  const indent = /^ */.exec(key)![0].length;
  return new RegExp(`^${key}:(.*\\n(?: {${indent + 1},}.*\\n|[ \\t]*#.*\\n|\\n)*)`, 'm').exec(text)?.[1] ?? '';
}

function stringsIn(block: string): string[] {
  const single = [...block.matchAll(/(?:const:|^\s*-)\s+["']?([A-Za-z0-9][\w,.+-]*)["']?\s*(?:#.*)?$/gm)].map(
    one => one[1]!,
  );
  const lists = [...block.matchAll(/enum:\s*\[([^\]]*)\]/g)].flatMap(one => one[1]!.split(/,\s|\s/));
  return [
    ...single,
    ...lists.map(one => one.trim().replaceAll(/^["']|["'],?$/g, '')).filter(one => /^[\w,.+-]+$/.test(one)),
  ];
}

function* refsIn(value: unknown): Iterable<string> {
  if (Array.isArray(value)) for (const one of value) yield* refsIn(one);
  else if (isSchema(value))
    for (const [name, one] of Object.entries(value)) {
      if (name === '$ref' && typeof one === 'string') yield one;
      else if (name !== 'examples') yield* refsIn(one);
    }
}

/** The file of a reference: beside the one that refers, or from the root; what else it may be is not the kernel's. */
function pathOf(file: string, ref: string): string | undefined {
  const [path = ''] = ref.split('#');
  if (!path.endsWith('.yaml')) return undefined;
  if (path.startsWith('/schemas/')) return path.slice('/schemas/'.length);
  const parts = file.split('/').slice(0, -1);
  for (const part of path.split('/'))
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  return parts.join('/');
}

function propertyOf(schema: Schema): PropertyBinding {
  const { description, $ref: ref, type } = schema;
  const name = typeof ref === 'string' ? /types\.yaml#\/?definitions\/([\w-]+)/.exec(ref)?.[1] : undefined;
  const kind = type === 'boolean' ? 'flag' : name === undefined ? undefined : (TYPES[name] ?? 'cells');
  const values = valuesOf(schema);
  return {
    about: typeof description === 'string' ? firstParagraph(description) : '',
    ...(kind ? { type: kind } : {}),
    ...(values.length > 0 ? { values } : {}),
  };
}

function valuesOf(schema: Schema): string[] {
  const { enum: choices, const: one, items } = schema;
  if (Array.isArray(choices)) return choices.map(String);
  if (one !== undefined) return [String(one)];
  const lists = Array.isArray(items) ? items : [items];
  return lists.flatMap(item => (isSchema(item) ? valuesOf(item) : []));
}

const firstParagraph = (text: string): string =>
  text
    .trim()
    .split(/\n\s*\n/)[0]!
    .replaceAll(/\s*\n\s*/g, ' ');
