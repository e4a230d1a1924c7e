// What is known of a kind of node: from the kernel's bindings where there are any, else what is built in.
import { getStrings, type DtNode } from '../../dt';
import type { Binding, PropertyBinding } from '../../dt/bindings/binding';
import { CATALOGUE } from '../../dt/bindings/catalogue';
import { STANDARD_NODES, STANDARD_PROPERTIES } from '../../dt/bindings/standard';
import { attempt } from './decode';

/** A collection of bindings beside those that are built in. */
export interface BindingSource {
  of(compatible: string): Binding | undefined;
  compatibles(): Iterable<string>;
}

export class Bindings {
  constructor(private readonly more: BindingSource | undefined = undefined) {}

  of(compatible: string): Binding | undefined {
    return this.more?.of(compatible) ?? CATALOGUE.get(compatible);
  }

  /** Of the most specific string that is known. */
  ofNode(node: DtNode): { compatible: string; binding: Binding } | undefined {
    return this.ofStrings(attempt(() => getStrings(node, 'compatible')) ?? []);
  }

  ofStrings(strings: readonly string[]): { compatible: string; binding: Binding } | undefined {
    for (const compatible of strings) {
      const binding = this.of(compatible);
      if (binding) return { compatible, binding };
    }
    return undefined;
  }

  compatibles(): Set<string> {
    return new Set([...CATALOGUE.keys(), ...(this.more?.compatibles() ?? [])]);
  }

  /** What a property of a node means: by what the node is, by its place, or everywhere. */
  property(
    strings: readonly string[],
    path: string,
    name: string,
  ): { binding: PropertyBinding; from: string } | undefined {
    let silent: { binding: PropertyBinding; from: string } | undefined;
    for (const compatible of strings) {
      const found = this.of(compatible);
      const property = found?.properties[name];
      if (!found || !property) continue;
      if (property.about !== '') return { binding: property, from: found.source };
      silent ??= { binding: property, from: found.source };
    }
    const place = STANDARD_NODES[placeOf(path)]?.properties[name];
    if (place) return { binding: place, from: 'Devicetree Specification v0.4, chapter 3' };
    const standard = STANDARD_PROPERTIES[name];
    if (standard) return { binding: standard, from: 'Devicetree Specification v0.4, chapter 2' };
    // A binding can name a property and leave its meaning to its name.
    return silent;
  }

  /** Properties that a node can have, by name; what its kind has before what all have. */
  properties(strings: readonly string[], path: string): Map<string, PropertyBinding> {
    const found = new Map<string, PropertyBinding>();
    const add = (properties: Readonly<Record<string, PropertyBinding>>): void => {
      for (const [name, property] of Object.entries(properties)) if (!found.has(name)) found.set(name, property);
    };
    for (const compatible of strings) add(this.of(compatible)?.properties ?? {});
    add(STANDARD_NODES[placeOf(path)]?.properties ?? {});
    add(STANDARD_PROPERTIES);
    return found;
  }
}

/** The key of {@link STANDARD_NODES}: unit addresses do not count. */
const placeOf = (path: string): string => path.replace(/@[^/]*$/, '');
