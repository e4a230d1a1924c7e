// From what a user wrote (launch.json, LAB.json, options) to a LabConfiguration that is known to be well-formed.
import { ATTRIBUTES, type Attribute, type Schema } from './attributes';
import { isEmbedded } from './embedded-names';
import { didYouMean } from '../dt/nearest';
import { LabFailure, problem } from './problems';
import type { LabConfiguration, LabProblem } from './protocol';

/** Attributes of launch.json that belong to the editor, not to the lab. */
const EDITOR_ATTRIBUTES = new Set(
  [
    'type request name preLaunchTask postDebugTask internalConsoleOptions presentation debugServer serverReadyAction',
    'suppressMultipleSessionWarning noDebug windows linux osx',
  ].flatMap(line => line.split(' ')),
);

/** Words that stand for something other than a file where a path may stand. */
const RESERVED = new Set(['builtin', 'none']);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** Why `value` does not fit, or undefined. `name` is how the message calls it. */
function misfit(name: string, value: unknown, schema: Schema): string | undefined {
  switch (schema.type) {
    case 'string':
      if (typeof value !== 'string' || value === '') return `${name} must be a text, not ${show(value)}`;
      if (schema.enum && !schema.enum.includes(value))
        return `${name} must be ${schema.enum.join(' or ')}, not ${show(value)}${didYouMean(value, schema.enum)}`;
      return undefined;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `${name} must be true or false, not ${show(value)}`;
    case 'integer': {
      const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
      if (Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum) return undefined;
      return `${name} must be a whole number from ${minimum} to ${maximum}, not ${show(value)}`;
    }
    case 'array':
      if (!Array.isArray(value)) return `${name} must be a list, not ${show(value)}`;
      return value
        .map((element, i) => (schema.items ? misfit(`${name}[${i}]`, element, schema.items) : undefined))
        .find(why => why !== undefined);
    case 'object': {
      if (!isRecord(value)) return `${name} must be an object, not ${show(value)}`;
      const properties = schema.properties ?? {};
      for (const key of schema.required ?? []) if (!(key in value)) return `${name} needs "${key}"`;
      for (const [key, inner] of Object.entries(value)) {
        const known = properties[key];
        if (!known) return `${name} has no "${key}"${didYouMean(key, Object.keys(properties))}`;
        const why = misfit(`${name}.${key}`, inner, known);
        if (why) return why;
      }
      return undefined;
    }
  }
}

/**
 * Attributes; `xen`: that `hypervisor` is the path of a Xen binary; `builtin`: that it names the built-in one; `hyp`: that
 * there is one at all.
 */
type Related = keyof LabConfiguration | 'xen' | 'builtin' | 'hyp';

/** Pairs that make no sense together. */
const CONFLICTS: readonly (readonly [Related, Related])[] = [
  ['kernel', 'elf'],
  ['xen', 'elf'],
  ['xen', 'entry'],
  ['xen', 'el'],
];
/** The same, but not beside a Xen binary. */
const CONFLICTS_WITHOUT_XEN: readonly (readonly [Related, Related])[] = [['kernel', 'load']];
/** Attributes that mean nothing without one of some others. */
const NEEDS: readonly (readonly [Related, readonly Related[]])[] = [
  ['initrd', ['kernel', 'xen', 'builtin']],
  ['args', ['kernel', 'xen', 'builtin']],
  ['decompress', ['kernel', 'xen', 'builtin']],
  ['entry', ['elf', 'load']],
  ['el', ['elf', 'load']],
  ['load', ['elf', 'entry', 'xen', 'builtin']],
  ['xenArgs', ['hyp']],
  ['domains', ['hyp']],
  ['drives', ['domains']],
];
const XEN_IN_WORDS = 'a Xen binary as hypervisor';
const IN_WORDS: Readonly<Record<string, string>> = {
  xen: XEN_IN_WORDS,
  builtin: 'the built-in hypervisor',
  hyp: 'a hypervisor, built in or a Xen binary,',
};

function relations({ hypervisor, deviceTree, ...others }: LabConfiguration): LabProblem[] {
  const problems: LabProblem[] = [];
  const given = new Set<string>(Object.keys(others));
  const xen = hypervisor !== undefined && !RESERVED.has(hypervisor);
  if (xen) given.add('xen');
  const builtin = hypervisor === 'builtin';
  if (builtin) given.add('builtin');
  const bare = hypervisor === 'none' || ['elf', 'load', 'el'].some(name => given.has(name));
  if (xen || builtin || !bare || (hypervisor !== 'none' && (given.has('kernel') || given.has('domains'))))
    given.add('hyp');
  const say = (name: Related): string => IN_WORDS[name] ?? name;
  if (deviceTree === 'none' && !xen)
    problems.push(
      problem('configuration.conflict', `deviceTree none needs ${XEN_IN_WORDS}, with a tree linked into it`),
    );
  for (const [a, b] of xen || builtin ? CONFLICTS : [...CONFLICTS, ...CONFLICTS_WITHOUT_XEN])
    if (given.has(a) && given.has(b))
      problems.push(problem('configuration.conflict', `${say(a)} and ${say(b)} exclude each other`));
  for (const [name, others] of NEEDS)
    if (given.has(name) && !others.some(other => given.has(other))) {
      // Of attributes that a boot without Xen has too, the message names what such a boot needs.
      const usual = others.filter(other => IN_WORDS[other] === undefined);
      const wanted = (usual.length > 0 ? usual : others).map(say).join(' or ');
      problems.push(problem('configuration.conflict', `${name} needs ${wanted} beside it`));
    }
  return problems;
}

/**
 * Checks what a user wrote.
 * @param raw the attributes; those of the editor (`type`, `name`, ...) and names beginning with `__` are passed over
 * @throws LabFailure with every problem found
 */
export function checkConfiguration(raw: unknown): LabConfiguration {
  if (!isRecord(raw)) throw new LabFailure(problem('configuration.json', 'a lab is described by a JSON object'));
  const problems: LabProblem[] = [];
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined || EDITOR_ATTRIBUTES.has(name) || name.startsWith('__')) continue;
    const attribute = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name as keyof LabConfiguration] : undefined;
    if (!attribute) {
      const hint = didYouMean(name, Object.keys(ATTRIBUTES));
      problems.push(problem('configuration.unknown', `there is no attribute "${name}"${hint}`));
    } else if (attribute.later !== undefined) {
      problems.push(problem('configuration.later', `${name} cannot be used in this release: ${attribute.later}`));
    } else {
      const why = misfit(name, value, attribute);
      if (why) problems.push(problem('configuration.value', why));
      else checked[name] = value;
    }
  }
  problems.push(...relations(checked));
  if (problems.length > 0) throw new LabFailure(...problems);
  return checked;
}

/** @returns the configuration with `resolve` applied to every path in it. */
export function resolvePaths(configuration: LabConfiguration, resolve: (path: string) => string): LabConfiguration {
  const one = (value: unknown, attribute: Attribute): unknown => {
    if (typeof value === 'string')
      return (attribute.path === 'fileOrName' && RESERVED.has(value)) || isEmbedded(value) ? value : resolve(value);
    return isRecord(value) && typeof value['file'] === 'string' ? { ...value, file: resolve(value['file']) } : value;
  };
  const resolved = Object.entries(configuration).map(([name, value]) => {
    const attribute = ATTRIBUTES[name as keyof LabConfiguration];
    if (!attribute.path) return [name, value];
    return [name, Array.isArray(value) ? value.map(element => one(element, attribute)) : one(value, attribute)];
  });
  return Object.fromEntries(resolved) as LabConfiguration;
}
