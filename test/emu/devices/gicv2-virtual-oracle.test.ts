// The answers of qemu-system-arm to the questions of oracle/gic-virtual.c (see oracle/ask.mjs), held against the model:
// the same accesses in the same order, and after each of them all that can be seen.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gicBench, GICH, GICV } from './gic-bench';

const COLUMNS = 'hcr vmcr misr eisr elsr apr lr0 lr1 lr2 lr3 rpr hppir active0 active1 maintenance irq virtual'.split(
  ' ',
);
type Seen = Record<string, number>;

interface Step {
  /** As the fixture has it, without what was seen. */
  readonly text: string;
  readonly window: string;
  readonly offset: number;
  readonly write: boolean;
  readonly value: number;
  /** Without `virtual` where a physical interrupt hid it. */
  readonly seen: Seen;
}

function parse(line: string): Step {
  const [text, seen] = line.split(' : ') as [string, string];
  const [window, offset, kind, value] = text.split(' ') as [string, string, string, string];
  const columns = seen.split(' ').map((word, i) => [COLUMNS[i]!, parseInt(word, 16)] as const);
  return {
    ...{ text, window, write: kind === '=' },
    offset: parseInt(offset, 16),
    value: parseInt(value, 16),
    seen: Object.fromEntries(columns.filter(([, n]) => !Number.isNaN(n))),
  };
}

const sections: { name: string; steps: Step[] }[] = [];
const fixture = join(import.meta.dirname, 'fixtures/gic-virtual.txt.br');
for (const line of brotliDecompressSync(readFileSync(fixture)).toString().split('\n').filter(Boolean)) {
  if (line.startsWith('# ')) sections.push({ name: line.slice(2), steps: [] });
  else sections.at(-1)!.steps.push(parse(line));
}

/** Single answers that differ, by section and step: why the model is right, what it answers and what is then to be seen. */
const DIFFERENT: Readonly<Record<string, { why: string; answer?: number; seen?: Seen }>> = {
  'different: v 28 ? 0': { why: 'QEMU has no GICV_AHPPIR', answer: 40 },
  'different: v 20 ? 0': {
    why: 'QEMU has no GICV_AIAR',
    answer: 40,
    seen: { lr0: 0x68000028, apr: 1 << 16, rpr: 0x80, hppir: 1023, virtual: 0 },
  },
  'different: h 100 = 0': { why: 'as above', seen: { apr: 1 << 16, rpr: 0x80 } },
  'different: v 10 = 405': {
    why: 'an SGI is known by its CPUID too (GICH_LRn.CPUID), so this one is in no list register',
    seen: { lr1: 0x28000805, elsr: 0xd, hcr: (1 << 27) | 1 },
  },
  'different groups: v c ? 3fe': {
    why: 'nothing is signalled, so there is no interrupt of the other group',
    answer: 1023,
  },
  'different groups: v c ? 28': {
    why: 'an interrupt whose group is disabled is not signalled, so it cannot be acknowledged',
    answer: 1023,
    seen: { lr0: 0x58000028, apr: 0, rpr: 0xff, hppir: 40, virtual: 0 },
  },
  'different preemption: h 100 = 16000028': {
    why: 'the group priority decides, 0x40, not all of 0x60 (IHI 0048B 3.3.3)',
    seen: { virtual: 2 },
  },
  'different preemption: v c ? 3ff': {
    why: 'as above',
    answer: 40,
    seen: { lr0: 0x26000028, apr: (1 << 9) | (1 << 8), rpr: 0x40, hppir: 1023, virtual: 0 },
  },
};

/** GICV_ABPR has the least value of the Cortex-A15 (DDI 0438I table 8-14); QEMU has it in GICH_VMCR only. */
const leastAbpr = (vmcr: number): number => ((vmcr & ~(7 << 18)) | (Math.max((vmcr >>> 18) & 7, 3) << 18)) >>> 0;

/**
 * GICV_HPPIR has the highest priority pending interrupt whether or not it is signalled, with the CPUID of an SGI; QEMU
 * leaves the CPUID out, and answers 1023 while the interface is off or the mask hides the interrupt.
 */
function asQemuHasIt(hppir: number, seen: Seen): number {
  const lists = [seen['lr0']!, seen['lr1']!, seen['lr2']!, seen['lr3']!].filter(lr => ((lr >>> 28) & 3) === 1);
  const priority = Math.min(0x100, ...lists.map(lr => (lr >>> 20) & 0xf8));
  const on = (seen['hcr']! & 1) !== 0 && (seen['vmcr']! & 3) !== 0;
  return on && priority < ((seen['vmcr']! >>> 24) & 0xf8) ? hppir & 0x3ff : 1023;
}

describe('the virtual interface as qemu-system-arm has it', () => {
  it('was asked about everything', () => {
    expect(sections.map(({ name }) => name).filter(name => name !== 'random')).toEqual([
      ...['identification', 'lives', 'lives with EOImode', 'groups', 'binary points'],
      ...['hardware', 'hardware with EOImode', 'different', 'different groups', 'different preemption', 'end'],
    ]);
    expect(sections.flatMap(({ steps }) => steps).length).toBeGreaterThan(4000);
  });

  it('differs only where it says so', () => {
    const asked = sections.flatMap(({ name, steps }) => steps.map(({ text }) => `${name}: ${text}`));
    for (const name of Object.keys(DIFFERENT)) expect(asked.includes(name), name).toBe(true);
  });

  it.each(sections.slice(0, -1).map(({ name, steps }, n) => [`${n} ${name}`, name, steps] as const))(
    '%s',
    (_, name, steps) => {
      const g = gicBench();
      // QEMU was asked without the Security Extensions: all is as Non-secure software sees it here.
      g.gic.handOverToNonSecure();
      const [h, v, d, c] = [g.h[0]!, g.v[0]!, g.dn[0]!, g.cn[0]!];
      const window: Readonly<Record<string, typeof h>> = { h, v, d, c };
      for (const [n, step] of steps.entries()) {
        const target = step.window === 'a' ? h : window[step.window]!;
        const offset = step.window === 'a' ? 0x1000 + step.offset : step.offset;
        const different = DIFFERENT[`${name}: ${step.text}`];
        const what = `${n}: ${step.text}${different ? ` (${different.why})` : ''}`;
        if (step.write) target.write(offset, 4, step.value);
        else {
          const here = target.read(offset, 4);
          const there = step.window === 'v' && step.offset === GICV.ABPR ? Math.max(step.value, 3) : step.value;
          expect(here, what).toBe(different?.answer ?? there);
        }
        const seen: Seen = {
          hcr: h.read(GICH.HCR, 4),
          vmcr: h.read(GICH.VMCR, 4),
          misr: h.read(GICH.MISR, 4),
          eisr: h.read(GICH.EISR, 4),
          elsr: h.read(GICH.ELSR, 4),
          apr: h.read(GICH.APR, 4),
          ...Object.fromEntries([0, 1, 2, 3].map(i => [`lr${i}`, h.read(GICH.LR + 4 * i, 4)])),
          rpr: v.read(GICV.RPR, 4),
          hppir: v.read(GICV.HPPIR, 4),
          active0: d.read(0x300, 4),
          active1: d.read(0x304, 4),
          maintenance: (d.read(0x200, 4) >>> 25) & 1,
          irq: g.irq[0]!.level ? 1 : 0,
          virtual: (g.virq[0]!.level ? 2 : 0) | (g.vfiq[0]!.level ? 1 : 0),
        };
        const expected: Seen = { ...step.seen, vmcr: leastAbpr(step.seen['vmcr']!), ...different?.seen };
        if (!('virtual' in expected)) delete seen['virtual'];
        // QEMU looks for a next physical interrupt only at the next access to the distributor or the CPU interface.
        if (name.startsWith('hardware') && step.window === 'v') expected['irq'] = seen['irq']!;
        if (different?.seen?.['hppir'] === undefined) seen['hppir'] = asQemuHasIt(seen['hppir']!, seen);
        expect(seen, what).toEqual(expected);
      }
      expect(g.log.filter(line => !line.includes('GICV_IAR'))).toEqual([]);
    },
  );
});
