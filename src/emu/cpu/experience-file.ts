// The form in which experience is kept: a header in JSON, and behind it the bytes that it speaks of.
import { PAGE_SIZE } from '../codegen/layout';
import type { KnownCode } from './experience';

type Numbers = readonly number[];
export type PageRow = readonly [string, number, Numbers, Numbers, Numbers];
export type VariantRow = readonly [string, number];
export interface CodeRow extends KnownCode {
  readonly key: string;
  readonly seen: number;
}

export interface ExperienceParts {
  readonly run: number;
  readonly pages: readonly PageRow[];
  readonly variants: readonly VariantRow[];
  readonly codes: readonly CodeRow[];
}

/** Changes with the form. */
const VERSION = 2;
/** Before the header: its length in bytes, little-endian. */
const PREFIX = 4;
/** Key, last use, environment (a number in the list of them), bytes of code; entries; offset, length and ITSTATE of each instruction. */
type CodeHeader = readonly [string, number, number, number, Numbers, Numbers];

export function packExperience({ run, pages, variants, codes }: ExperienceParts): Uint8Array<ArrayBuffer> {
  const environments = [...new Set(codes.map(({ environment }) => environment))];
  const headers = codes.map(({ key, seen, environment, code: { bytes, entries, places } }): CodeHeader => [
    ...([key, seen, environments.indexOf(environment), bytes.length, entries] as const),
    places.flatMap(({ offset, length, it }) => [offset, length, it]),
  ]);
  const header = new TextEncoder().encode(
    JSON.stringify({ version: VERSION, run, pages, variants, environments, codes: headers }),
  );
  const parts = [header, ...codes.flatMap(({ page, code }) => [page, code.bytes])];
  const out = new Uint8Array(PREFIX + parts.reduce((sum, { length }) => sum + length, 0));
  new DataView(out.buffer).setUint32(0, header.length, true);
  let at = PREFIX;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const areCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);
const areOffsets = (value: unknown): value is number[] => areCounts(value) && value.every(one => one < PAGE_SIZE);
const isPage = (one: unknown): one is PageRow =>
  Array.isArray(one) && one.length === 5 && typeof one[0] === 'string' && isCount(one[1]) && one.slice(2).every(areOffsets); // prettier-ignore
const isVariant = (one: unknown): one is VariantRow =>
  Array.isArray(one) && typeof one[0] === 'string' && isCount(one[1]);
const isCode = (one: unknown): one is CodeHeader =>
  Array.isArray(one) &&
  typeof one[0] === 'string' &&
  one.slice(1, 4).every(isCount) &&
  areOffsets(one[4]) &&
  areOffsets(one[5]) &&
  one[5].length % 3 === 0;

/** @returns undefined for anything that is not whole */
export function unpackExperience(bytes: Uint8Array): ExperienceParts | undefined {
  if (bytes.length < PREFIX) return undefined;
  const end = PREFIX + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = parseHeader(bytes.subarray(PREFIX, end));
  if (!header) return undefined;
  const { version, run, pages, variants, environments, codes } = header;
  if (version !== VERSION || !isCount(run)) return undefined;
  if (![pages, variants, environments, codes].every(one => Array.isArray(one))) return undefined;
  return {
    run,
    pages: (pages as unknown[]).filter(isPage),
    variants: (variants as unknown[]).filter(isVariant),
    codes: unpackCodes(bytes, end, codes as unknown[], environments as unknown[]),
  };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // half a file
  }
}

/** Code follows code: with one that is not as it should be, all that come behind it are lost. */
function unpackCodes(bytes: Uint8Array, from: number, headers: unknown[], environments: unknown[]): CodeRow[] {
  const codes: CodeRow[] = [];
  let at = from;
  for (const header of headers) {
    if (!isCode(header)) break;
    const [key, seen, number, length, entries, numbers] = header;
    const environment = environments[number];
    const end = at + PAGE_SIZE + length;
    if (end > bytes.length || typeof environment !== 'string') break;
    const places = Array.from({ length: numbers.length / 3 }, (_, i) => {
      const [offset, size, it] = numbers.slice(3 * i);
      return { offset: offset!, length: size!, it: it! };
    });
    const code = { bytes: bytes.slice(at + PAGE_SIZE, end), entries, places };
    codes.push({ key, seen, environment, page: bytes.slice(at, at + PAGE_SIZE), code });
    at = end;
  }
  return codes;
}
