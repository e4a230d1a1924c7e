// Element and structure loads and stores of Advanced SIMD (ARM DDI 0406C A7.7) element by element: all that generated
// code does not do itself.
import { CPU, EXIT } from '../codegen/layout';
import { ACCESSES } from '../codegen/semantics';
import { MODE, type Structure, structureBytes, unpackStructure } from '../codegen/structure';
import type { Core } from './core';
import type { MemoryAccess } from './memory-access';

const [BYTE, HALFWORD, WORD] = (['u8', 'u16', 'word'] as const).map(a => ACCESSES.indexOf(a)) as [
  number,
  number,
  number,
];
const ACCESS_OF = [BYTE, HALFWORD, WORD] as const;

/** An element's place in the extension registers, in bytes from D0; all lanes begin with lane 0. */
function* places(s: Structure): Generator<number> {
  const of = (register: number, lane: number): number => 8 * register + (lane << s.size);
  if (s.mode === MODE.MULTIPLE) {
    for (let r = 0; r < s.registers; r++)
      for (let lane = 0; lane < 8 >> s.size; lane++)
        for (let i = 0; i < s.count; i++) yield of(s.d + i * s.spacing + r, lane);
  } else for (let i = 0; i < s.count; i++) yield of(s.d + i * s.spacing, s.mode === MODE.LANE ? s.lane : 0);
}

/** Import `structure`: all elements, or none and an abort. */
export function transferStructure(core: Core, access: MemoryAccess, start: number, packed: number): void {
  const s = unpackStructure(packed);
  const bytes = 1 << s.size;
  const align = Math.max(s.align, core.field(CPU.STRICT) !== 0 ? bytes : 1);
  if (start & (align - 1)) {
    core.fault.set('alignment', 0, 0, start >>> 0);
    core.fault.write = !s.load;
    core.setField(CPU.EXIT, EXIT.ABORT);
    return;
  }
  if (s.load) load(core, access, start, s);
  else if (access.writableThroughout(core, start, structureBytes(s), core.privileged)) store(core, access, start, s);
  else core.setField(CPU.EXIT, EXIT.ABORT);
}

/** The words of a doubleword element by rising address: [place in the registers, address]. */
const doubleword = (core: Core, place: number, va: number): [number, number][] => {
  const flip = core.field(CPU.BIG_ENDIAN) !== 0 ? 4 : 0;
  return [
    [place + flip, va],
    [place + (flip ^ 4), va + 4],
  ];
};

const registerBytes = (core: Core): Uint8Array => new Uint8Array(core.words.buffer, core.at * 4 + CPU.V, 256);

function load(core: Core, access: MemoryAccess, start: number, s: Structure): void {
  const loaded: [number, number][] = [];
  let va = start;
  for (const place of places(s)) {
    const parts = s.size === 3 ? doubleword(core, place, va) : ([[place, va]] as const);
    for (const [at, address] of parts) {
      loaded.push([at, access.load(core, address | 0, ACCESS_OF[Math.min(s.size, 2)]!)]);
      if (core.field(CPU.EXIT) !== EXIT.NONE) return;
    }
    va += 1 << s.size;
  }
  const registers = registerBytes(core);
  for (const [place, value] of loaded)
    if (s.mode !== MODE.ALL) write(registers, place, value, Math.min(s.size, 2));
    else for (let at = place; at < place + 8 * s.registers; at += 1 << s.size) write(registers, at, value, s.size);
}

function write(to: Uint8Array, at: number, value: number, size: number): void {
  for (let i = 0; i < 1 << size; i++) to[at + i] = value >>> (8 * i);
}

function store(core: Core, access: MemoryAccess, start: number, s: Structure): void {
  const registers = registerBytes(core);
  let va = start;
  for (const place of places(s)) {
    const parts = s.size === 3 ? doubleword(core, place, va) : ([[place, va]] as const);
    const size = Math.min(s.size, 2);
    for (const [at, address] of parts) {
      let value = 0;
      for (let i = 0; i < 1 << size; i++) value |= registers[at + i]! << (8 * i);
      access.store(core, address | 0, ACCESS_OF[size]!, value, 0);
      if (core.field(CPU.EXIT) !== EXIT.NONE) return;
    }
    va += 1 << s.size;
  }
}
