// Virtual processors, and which real ones they may run on (Xen, tools/xl/xl_parse.c).
import { readUnsigned } from '../numbers';
import type { XlText } from '../settings';
import type { XlRange } from '../problem';
import { choice, type Json, put, type XlHost, type XlReader } from './reader';

/** Beyond this many, numbers of processors are no longer written out one by one. */
const MOST_CPUS = 4096;

/** N or N-M. */
export function readRange(text: string, bits: 32 | 64): { first: bigint; last: bigint } | undefined {
  const first = readUnsigned(text, 10, bits);
  if (first.end === 0 || first.overflow) return undefined;
  const rest = text.slice(first.end);
  if (rest === '') return { first: first.value, last: first.value };
  if (!rest.startsWith('-')) return undefined;
  const last = readUnsigned(rest.slice(1), 10, bits);
  if (last.end === 0 || last.overflow || last.value < first.value || last.end + 1 < rest.length) return undefined;
  return { first: first.value, last: last.value };
}

/** Which processors a list names, or why it names none. */
export function readCpuList(
  text: string,
  { bits, cpus, nodes }: XlHost,
): readonly number[] | { readonly wrong: string } {
  // xl keeps them in whole bytes, and passes over numbers beyond.
  const room = Math.ceil(cpus / 8) * 8;
  const chosen = new Set<number>();
  for (const item of text.split(',').filter(one => one !== '')) {
    const not = item.startsWith('^');
    const [, node, what] = /^(nodes?:)?([\s\S]*)$/.exec(not ? item.slice(1) : item)!;
    if (what === 'all') {
      if (not) return { wrong: '^ does not go with all; name the processors' };
      for (let i = 0; i < room; i++) chosen.add(i);
      continue;
    }
    const range = readRange(what!, bits);
    if (!range)
      return {
        wrong: `${JSON.stringify(item)} names no processors; write for example 0-3, ^2, node:0 or all, without blanks`,
      };
    for (let i = range.first; i <= range.last && i < BigInt(room); i++) {
      const members =
        node === undefined ? [Number(i)] : i < BigInt(nodes) ? Array.from({ length: cpus }, (_, n) => n) : [];
      for (const one of members) if (not) chosen.delete(one); else chosen.add(one); // prettier-ignore
    }
  }
  return [...chosen].sort((a, b) => a - b);
}

export function readProcessors(reader: XlReader): void {
  const { built } = reader;
  const vcpus = reader.long('vcpus');
  if (vcpus !== undefined && (vcpus < 0n || vcpus > MOST_CPUS)) {
    reader.refuse('vcpus', 'range', `vcpus is ${vcpus}; write 1 to 128`);
    return;
  }
  if (vcpus !== undefined && vcpus > 0n) built['avail_vcpus'] = Array.from({ length: Number(vcpus) }, (_, i) => i);
  let most = reader.long('maxvcpus') ?? 0n;
  if (most === 0n) most = vcpus ?? 0n;
  if (most < (vcpus ?? 0n)) reader.refuse('maxvcpus', 'range', `maxvcpus is ${most}, less than the ${vcpus ?? 0} of vcpus; set it higher`); // prettier-ignore
  put(built, 'max_vcpus', Number(BigInt.asIntN(32, most)), 0);
  readAffinity(reader, 'cpus', 'vcpu_hard_affinity', Number(most));
  readAffinity(reader, 'cpus_soft', 'vcpu_soft_affinity', Number(most));
}

/** One text goes for all virtual processors, a list has one for each. */
function readAffinity(reader: XlReader, key: string, member: string, most: number): void {
  const { settings, host, built } = reader;
  const value = settings.valueOf(key);
  if (!value) return;
  const one = ({ text, range }: XlText): readonly number[] => {
    const cpus = readCpuList(text, host);
    if (!('wrong' in cpus)) return cpus;
    reader.refuseAt(range, `${key}: ${cpus.wrong}`);
    return [0]; // said once
  };
  if (value.kind === 'text') {
    const cpus = one(value);
    if (most > 0) built[member] = Array.from({ length: Math.min(most, MOST_CPUS) }, () => cpus);
    if (most > 0 && cpus.length === 0 && key === 'cpus') none(reader, value.range);
    if (key === 'cpus_soft') built['numa_placement'] = choice(false);
    return;
  }
  const lists = settings.texts(key).slice(0, Math.max(0, most)).map(one);
  const count = Math.min(value.values.length, most);
  if (count > 0) built[member] = Array.from({ length: count }, (_, i) => lists[i] ?? []);
  built['numa_placement'] = choice(false);
  if (key === 'cpus' && (built[member] as Json[] | undefined)?.some(one => Array.isArray(one) && one.length === 0)) none(reader, value.range); // prettier-ignore
}

/** A virtual processor that may run nowhere. */
const none = (reader: XlReader, range: XlRange): void =>
  reader.refuseAt(range, 'cpus: this leaves a virtual processor none to run on; name one that the host has');
