// Element and structure transfers (ARM DDI 0406C A7.7) at a known place: elements are sorted by shuffles.
import type { Code } from '../code';
import { CPU } from '../layout';
import { MODE, type Structure } from '../structure';
import {
  add, c, load16u, load32, load64, load64Zero, load8u, loadV128, shuffle, simdLane, unaligned, type Value,
} from '../value'; // prettier-ignore
import { vSplat, ZERO } from '../vector';
import { I64 } from '../wasm';

/** Where D register n lies in the core's state. */
const at = (d: number): number => CPU.V + 8 * (d & 31);
const lowHalf = (v: Value): Value => simdLane(0x1d, I64, 0, v);
const highHalf = (v: Value): Value => simdLane(0x1d, I64, 1, v);

/** Transfers between guest memory at the linear address `host` (pinned) and the extension registers. */
export function transferInline(code: Code, cpu: Value, host: Value, s: Structure): void {
  if (s.mode === MODE.MULTIPLE) several(code, cpu, host, s);
  else for (let i = 0; i < s.count; i++) one(code, cpu, host, s, i);
}

const loadElement = (size: number, address: Value, offset: number): Value =>
  unaligned([load8u, load16u, load32, load64][size]!(add(address, c(offset))));

function storeElement(code: Code, size: number, address: Value, v: Value, offset: number): void {
  if (size === 0) code.store8(address, v, offset);
  else if (size === 1) code.store16(address, v, offset);
  else if (size === 2) code.store32(address, v, offset);
  else code.store64(address, v, offset);
}

/** One element, to or from one lane, or to all lanes. */
function one(code: Code, cpu: Value, host: Value, s: Structure, i: number): void {
  const d = s.d + i * s.spacing;
  const offset = i << s.size;
  if (s.mode === MODE.LANE) {
    const lane = at(d) + (s.lane << s.size);
    if (s.load) storeElement(code, s.size, cpu, loadElement(s.size, host, offset), lane);
    else storeElement(code, s.size, host, loadElement(s.size, cpu, lane), offset);
    return;
  }
  const all = code.tmp(vSplat(s.size, loadElement(s.size, host, offset)));
  for (let r = 0; r < s.registers; r++) code.store64(cpu, lowHalf(all), at(d + r));
}

/** For each byte in memory the register (in order of the list) and the byte in it. */
function places(s: Structure): { register: number; byte: number }[] {
  const result: { register: number; byte: number }[] = [];
  const elements = 8 >> s.size;
  for (let r = 0; r < s.registers; r++)
    for (let e = 0; e < elements; e++)
      for (let i = 0; i < s.count; i++)
        for (let b = 0; b < 1 << s.size; b++) result.push({ register: i * s.spacing + r, byte: (e << s.size) + b });
  return result;
}

function several(code: Code, cpu: Value, host: Value, s: Structure): void {
  const memory = places(s);
  const registers = [...new Set(memory.map(m => m.register))].sort((a, b) => a - b);
  const bytes = memory.length;
  const padded = (list: number[]): number[] => [...list, ...new Array<number>(16 - list.length).fill(0)];
  if (s.load) {
    const first = code.tmp(bytes >= 16 ? unaligned(loadV128(host)) : unaligned(load64Zero(host)));
    const rest = add(host, c(16));
    const second = bytes <= 16 ? ZERO : code.tmp(bytes >= 32 ? unaligned(loadV128(rest)) : unaligned(load64Zero(rest)));
    for (const register of registers) {
      const from = new Array<number>(8).fill(0);
      memory.forEach((m, i) => {
        if (m.register === register) from[m.byte] = i;
      });
      code.store64(cpu, lowHalf(shuffle(first, second, padded(from))), at(s.d + register));
    }
    return;
  }
  const pair = (a: number, b: number | undefined): Value => {
    const low = load64Zero(cpu, at(s.d + a));
    if (b === undefined) return low;
    const both = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
    return shuffle(low, load64Zero(cpu, at(s.d + b)), both);
  };
  const sources = [0, 2].map(i => (registers[i] === undefined ? ZERO : code.tmp(pair(registers[i], registers[i + 1]))));
  const index = new Map(registers.map((r, i) => [r, i]));
  for (let from = 0; from < bytes; from += 16) {
    const part = memory.slice(from, from + 16).map(m => index.get(m.register)! * 8 + m.byte);
    const sorted = code.tmp(shuffle(sources[0]!, sources[1]!, padded(part)));
    code.store64(host, lowHalf(sorted), from);
    if (part.length > 8) code.store64(host, highHalf(sorted), from + 8);
  }
}
