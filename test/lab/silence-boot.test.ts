// What the start of a boot alone tells about its silence: command lines, consoles, the tree at r2. No machine runs.
import { describe, expect, it } from 'vitest';
import { loadSource } from '../../src/dt/source/compile';
import { writeBlob } from '../../src/dt/blob';
import type { CoreCondition } from '../../src/emu/condition';
import { silenceCard } from '../../src/lab/silence/card';
import type { BootFacts, Evidence } from '../../src/lab/silence/evidence';
import { Places } from '../../src/lab/silence/places';
import { SILENCE_RULES } from '../../src/lab/silence/rules';
import { SymbolTable } from '../../src/lab/symbols';
import { BOARD } from './xen-bench';

const SERIAL =
  'serial@1c090000 { compatible = "arm,pl011", "arm,primecell"; reg = <0x1c090000 0x1000>; }; ' +
  'off@1c0a0000 { compatible = "arm,pl011"; status = "disabled"; }; other { compatible = "ns16550a"; };';
const treeWith = (chosen: string) =>
  loadSource(`/dts-v1/; / { ${SERIAL} chosen { ${chosen === '' ? '' : `${chosen};`} }; };`);
const TREE = 0x8800_0000;

const core: CoreCondition = {
  ...{ mode: 'svc', level: 1, secure: false, pc: 0xc000_8000, physicalPc: 0x8000_8000, mmu: true, instruction: 'nop' },
  ...{ waiting: false, parked: false, wakeable: true, exceptions: [] },
};

function evidence(boot: Partial<BootFacts>, more: Partial<Evidence> = {}): Evidence {
  const facts: BootFacts = {
    ...{ board: BOARD, kind: 'linux', mode: 'svc', secure: true, packed: false, placement: [] },
    ...{ treeAddress: TREE, tree: treeWith(''), ...boot },
  };
  const blob = facts.tree ? writeBlob(facts.tree) : new Uint8Array(64);
  return {
    ...{ occasion: 'start', boot: facts, early: false, appointment: true, instructions: 500e6 },
    condition: { cores: [core], consoles: [] },
    read: (address, length) => (address === TREE ? blob.subarray(0, length) : new Uint8Array()),
    readVirtual: () => new Uint8Array(),
    translate: (_core, address) => address,
    name: (_core, pc) => `0x${pc.toString(16)}`,
    ...more,
  };
}
const told = (boot: Partial<BootFacts>, more?: Partial<Evidence>): string => {
  const card = silenceCard(evidence(boot, more));
  return card ? `${card.message} [${card.code}]` : '';
};
const linux = (chosen: string): string => told({ tree: treeWith(chosen) });
const xen = (chosen: string): string => told({ kind: 'xen', mode: 'hyp', secure: false, tree: treeWith(chosen) });

describe('the command line', () => {
  it.each([
    [
      'bootargs = "console=ttyS0 quiet"',
      /console=ttyS0 is none of its UARTs: Linux calls those of this board ttyAMA0;/,
    ],
    ['bootargs = "console=hvc0 console=tty0"', /console=hvc0 and tty0 is no UART/],
    ['bootargs = "console=ttyAMA1"', /console=ttyAMA1 is none of its UARTs/],
    ['bootargs = "rdinit=/init"', /neither the command line.*nor the tree.*append console=ttyAMA0/],
    ['', /neither the command line/],
  ])('of Linux: %s', (chosen, expected) => {
    expect(linux(chosen)).toMatch(expected);
    expect(linux(chosen)).toMatch(/\[boot\.console\]$/);
  });

  it.each([
    'bootargs = "console=ttyS0 console=ttyAMA0,115200"',
    'bootargs = "earlycon console=ttyS0"',
    'stdout-path = "/serial@1c090000"; bootargs = "quiet"',
  ])('of Linux that is right: %s', chosen => expect(linux(chosen)).toBe(''));

  it.each([
    ['xen,xen-bootargs = "console=vga"', /the command line of Xen has console=vga, so it opens no UART/],
    ['', /the command line of Xen has no console=/],
    ['xen,xen-bootargs = "console=dtuart"', /no dtuart=, and the tree no \/chosen\/stdout-path/],
    ['xen,xen-bootargs = "console=dtuart dtuart=/soc/serial"', /dtuart=\/soc\/serial is no node of the device tree/],
    ['xen,xen-bootargs = "console=dtuart dtuart=/off@1c0a0000"', /is disabled in the device tree/],
    [
      'xen,xen-bootargs = "console=dtuart dtuart=/other"',
      /dtuart=\/other is "ns16550a", and the UARTs of .* are PL011/,
    ],
  ])('of Xen: %s', (chosen, expected) => {
    expect(xen(chosen)).toMatch(expected);
    expect(xen(chosen)).toMatch(/leave console= and dtuart= out.*\[boot\.console\]$/);
  });

  it('of Xen that is right', () =>
    expect(xen('xen,xen-bootargs = "console=dtuart dtuart=/serial@1c090000"')).toMatch(/\[boot\.silent\]$/));
});

describe('the tree at r2', () => {
  const right = treeWith('bootargs = "console=ttyAMA0"');
  it('was never there', () => {
    const read = (): Uint8Array => Uint8Array.of(1, 2, 3, 4);
    expect(told({ tree: undefined }, { read })).toMatch(
      /r2 was 0x88000000, where no device tree begins: its magic is 0xd00dfeed, but there is 0x01020304; .*\[boot\.tree\]$/,
    );
    expect(told({ tree: undefined }, { read: () => new Uint8Array() })).toMatch(/but no memory is there/);
  });
  it('has been overwritten', () => {
    const read = (): Uint8Array => new Uint8Array(4);
    expect(told({ tree: right }, { read })).toMatch(/the device tree at 0x88000000.*overwritten.*--decompress host/);
  });
  it('is no matter of a program that wants none, nor of Xen with a tree inside', () => {
    const read = (): Uint8Array => new Uint8Array(4);
    expect(told({ kind: 'program' }, { read })).toMatch(/\[boot\.silent\]$/);
    const linked = told({ kind: 'xen', mode: 'hyp', treeAddress: undefined, tree: undefined }, { read });
    expect(linked).toMatch(/\[boot\.silent\]$/);
  });
});

describe('patience', () => {
  const tree = treeWith('bootargs = "console=ttyAMA0"');
  it('with Linux, whose console comes late', () => {
    expect(told({ tree })).toBe('');
    expect(told({ tree }, { instructions: 4e9 })).toMatch(/first 4,000 million.*\[boot\.silent\]$/);
  });
  it('with a kernel that unpacks itself', () => {
    const unpacking = { cores: [{ ...core, pc: core.physicalPc }], consoles: [] };
    expect(told({ tree, packed: true }, { condition: unpacking })).toMatch(
      /still unpacks itself.*\[boot\.unpacking\]$/,
    );
  });
  it('with everything that was told before', () => {
    expect(silenceCard(evidence({ kind: 'program' }), new Set(['boot.silent']))).toBeUndefined();
  });
});

it('places have the name of their symbol, before and after they run where they are linked, else of their file', () => {
  const table = new SymbolTable(
    [{ name: 'start', from: 0x20_0000, to: 0x20_0040 }],
    [{ virtual: 0x20_0000, physical: 0x20_0000, size: 0x1000 }],
  );
  const row = { role: 'Xen', name: '/x/xen-syms', address: 0xbfe0_0000, size: 0x1000, end: 0xbfe0_2000, why: '' };
  const places = new Places(table, [row]);
  expect(places.name(0x20_0004, 0xbfe0_0004)).toBe('0x00200004 (start+0x4)');
  expect(places.name(0xbfe0_0000, 0xbfe0_0000)).toBe('0xbfe00000 (start)');
  expect(places.name(0xbfe0_0080, 0xbfe0_0080)).toBe('0xbfe00080 (xen-syms+0x80)');
  expect(new Places(new SymbolTable([]), [row]).name(0x20_0100, 0xa000_0100)).toBe('0x00200100 (xen-syms+0x100)');
  expect(places.name(0x10, -1)).toBe('0x00000010');
});

it('every rule has a code of its own', () => {
  expect(new Set(SILENCE_RULES.map(({ code }) => code)).size).toBe(SILENCE_RULES.length);
});
