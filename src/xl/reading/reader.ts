// What xl understands of a configuration is built up here, in the names of libxl (the JSON that `xl create -n -d` prints,
// which has of every structure only what differs from its defaults).
import type { LongBits } from '../numbers';
import { readNumber } from '../numbers';
import type { XlCode, XlRange } from '../problem';
import { rangeWithin, type XlSettings, type XlText } from '../settings';
import type { SpecificationProblem } from '../specification';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  [member: string]: Json;
}

/** Where xl runs, as far as its reading depends on it. */
export interface XlHost {
  readonly bits: LongBits;
  readonly cpus: number;
  /** NUMA nodes; each has all processors here, as on machines with one. */
  readonly nodes: number;
}

/** As libxl writes a choice: yes, no, and nothing when it was not made. */
export const choice = (value: boolean): string => (value ? 'True' : 'False');
export const int32 = (value: bigint): number => Number(BigInt.asIntN(32, value));
export const uint32 = (value: bigint): number => Number(BigInt.asUintN(32, value));
/** C's strtoul with base 0 and nothing checked, into 32 bits. */
export const loose = (text: string): number => uint32(readNumber(text, 0).value);

/** Sets a member; of nothing, and of what is the default, there is no trace. */
export function put(object: JsonObject, member: string, value: Json | undefined, standard?: Json): void {
  if (value !== undefined && value !== standard) object[member] = value;
}

export class XlReader {
  readonly created: JsonObject = {};
  readonly built: JsonObject = {};
  readonly domain: JsonObject = { c_info: this.created, b_info: this.built };

  constructor(
    readonly settings: XlSettings,
    readonly host: XlHost,
  ) {}

  text(key: string): string | undefined {
    return this.settings.text(key, 'error');
  }

  long(key: string): bigint | undefined {
    return this.settings.long(key, this.host.bits, 'error');
  }

  choice(key: string): string | undefined {
    const value = this.long(key);
    return value === undefined ? undefined : choice(value !== 0n);
  }

  /** xl refuses the file for the value of a key, or for want of one. */
  refuse(key: string, code: XlCode, message: string): void {
    this.settings.refuse(this.settings.valueOf(key)?.range, code, message);
  }

  /** xl refuses the file for one text in it. */
  refuseAt(range: XlRange, message: string, code: XlCode = 'range'): void {
    this.settings.refuse(range, code, message);
  }

  /** What is wrong in the text of a device. */
  told(key: string, text: XlText, problems: readonly SpecificationProblem[]): void {
    for (const { severity, message, start, end } of problems) {
      const range = rangeWithin(text, start, end);
      const whole = `${key} ${JSON.stringify(text.text.slice(0, 80))}: ${message}`;
      if (severity === 'error') this.settings.refuse(range, 'range', whole);
      else this.settings.at(range, 'range', severity === 'warning' ? 'error' : 'information', whole);
    }
  }

  /** Reads every text of a list into a device. */
  devices(key: string, member: string, read: (text: XlText, index: number) => JsonObject): void {
    const devices = this.settings.texts(key).map(read);
    if (devices.length > 0) this.domain[member] = [...((this.domain[member] as Json[] | undefined) ?? []), ...devices];
  }
}
