// A blob token by token, as fdtdump of dtc 1.6.1 shows it: what is there, not what it means.
import { FDT_MAGIC } from '../blob';
import { viewOf } from '../bytes';

const HEADER_SIZE = 40;
const MAX_VERSION = 17;

/** Whether a blob that fdtdump would show begins at an offset. */
export function isDumpable(bytes: Uint8Array, at = 0): boolean {
  const left = bytes.length - at;
  if (left < HEADER_SIZE) return false;
  const view = viewOf(bytes.subarray(at));
  const fits = [4, 8, 12].every(field => view.getUint32(field) <= left);
  return (
    view.getUint32(0) === FDT_MAGIC && view.getUint32(20) <= MAX_VERSION && view.getUint32(24) <= MAX_VERSION && fits
  );
}

/** The offset of the first blob in other bytes (a kernel, say), or -1. */
export function findBlob(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(0xd0); at >= 0; at = bytes.indexOf(0xd0, at + 1)) if (isDumpable(bytes, at)) return at;
  return -1;
}

const TAGS: ReadonlyMap<number, string> = new Map([
  [1, 'FDT_BEGIN_NODE'],
  [2, 'FDT_END_NODE'],
  [3, 'FDT_PROP'],
  [4, 'FDT_NOP'],
  [9, 'FDT_END'],
]);

const hex = (value: number | bigint, digits = 0): string => `0x${value.toString(16).padStart(digits, '0')}`;
/** C's %#x: a zero has no prefix. */
const alternate = (value: bigint): string => (value === 0n ? '0' : hex(value));

/** @returns the text, and what ended it early if anything did. */
export function dumpBlob(bytes: Uint8Array, debug = false): { text: string; failure?: string } {
  const dumper = new Dumper(bytes, debug);
  try {
    dumper.all();
    return { text: dumper.out.join('') };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { text: dumper.out.join(''), failure: 'the blob ends in the middle; it is damaged' };
  }
}

class Dumper {
  readonly out: string[] = [];
  private readonly view: DataView;
  private readonly strings: number;
  private readonly version: number;
  private at: number;
  private depth = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly debug: boolean,
  ) {
    this.view = viewOf(bytes);
    this.at = this.view.getUint32(8);
    this.strings = this.view.getUint32(12);
    this.version = this.view.getUint32(20);
  }

  all(): void {
    this.header();
    for (let at = this.view.getUint32(16); ; at += 16) {
      const address = this.view.getBigUint64(at);
      const size = this.view.getBigUint64(at + 8);
      if (address === 0n && size === 0n) break;
      this.out.push(`/memreserve/ ${alternate(address)} ${alternate(size)};\n`);
    }
    while (this.token());
  }

  private header(): void {
    const { view, version } = this;
    const line = (name: string, field: number, tabs = '\t'): void =>
      void this.out.push(`// ${name}:${tabs}${hex(view.getUint32(field))}\n`);
    const size = view.getUint32(4);
    this.out.push('/dts-v1/;\n');
    line('magic', 0, '\t\t');
    this.out.push(`// totalsize:\t\t${hex(size)} (${size})\n`);
    line('off_dt_struct', 8);
    line('off_dt_strings', 12);
    line('off_mem_rsvmap', 16);
    this.out.push(`// version:\t\t${version}\n// last_comp_version:\t${view.getUint32(24)}\n`);
    if (version >= 2) line('boot_cpuid_phys', 28);
    if (version >= 3) line('size_dt_strings', 32);
    if (version >= 17) line('size_dt_struct', 36);
    this.out.push('\n');
  }

  private word(): number {
    const value = this.view.getUint32(this.at);
    this.at += 4;
    return value;
  }

  private text(at: number): string {
    const end = this.bytes.indexOf(0, at);
    if (end < 0) throw new RangeError('no end');
    return new TextDecoder('latin1').decode(this.bytes.subarray(at, end));
  }

  private note(at: number, text: string): void {
    if (this.debug) this.out.push(`// ${at.toString(16).padStart(4, '0')}: ${text}\n`);
  }

  private line(text: string): void {
    this.out.push(`${'    '.repeat(Math.max(0, this.depth))}${text}\n`);
  }

  /** @returns false at the end. */
  private token(): boolean {
    const start = this.at;
    const tag = this.word();
    if (tag === 9) return false;
    this.note(start, `tag: ${hex(tag, 8)} (${TAGS.get(tag) ?? 'FDT_???'})`);
    switch (tag) {
      case 1: {
        const name = this.text(this.at);
        this.at = (this.at + name.length + 4) & ~3;
        this.line(`${name === '' ? '/' : name} {`);
        this.depth++;
        return true;
      }
      case 2:
        this.depth--;
        this.line('};');
        return true;
      case 4:
        this.line('// [NOP]');
        return true;
      case 3:
        this.property();
        return true;
    }
    return false;
  }

  private property(): void {
    const size = this.word();
    const nameAt = this.strings + this.word();
    if (this.version < 16 && size >= 8) this.at = (this.at + 7) & ~7;
    const start = this.at;
    if (start + size > this.bytes.length) throw new RangeError('no end');
    this.at = (start + size + 3) & ~3;
    const name = this.text(nameAt);
    this.note(nameAt, `string: ${name}`);
    this.note(start, 'value');
    this.line(`${name}${valueOf(this.bytes.subarray(start, start + size))};`);
  }
}

/** Whether a value is one or more strings of printable characters, none of them empty. */
export function isPrintable(value: Uint8Array): boolean {
  if (value.length === 0 || value.at(-1) !== 0) return false;
  return value.every((byte, at) => (byte === 0 ? at > 0 && value[at - 1] !== 0 : byte >= 0x20 && byte < 0x7f));
}

function valueOf(value: Uint8Array): string {
  if (value.length === 0) return '';
  if (isPrintable(value)) {
    const strings = new TextDecoder('latin1').decode(value.subarray(0, -1)).split('\0');
    return ` = ${strings.map(string => `"${string}"`).join(', ')}`;
  }
  const view = viewOf(value);
  if (value.length % 4 === 0)
    return ` = <${Array.from({ length: value.length / 4 }, (_, i) => hex(view.getUint32(i * 4), 8)).join(' ')}>`;
  return ` = [${Array.from(value, byte => byte.toString(16).padStart(2, '0')).join(' ')}]`;
}
