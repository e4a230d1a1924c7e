// The board `virt` beside qemu-system-arm's: both were asked by the same image (oracle/virt.c).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findByPhandle, getCell, getCells, getString, getStrings, loadSource, physicalReg } from '../../../src/dt';
import { findBoard } from '../../../src/emu/boards';
import { mcr, mrc, UNDEFINED } from '../../../src/emu/cpu/sysregs';
import { Machine } from '../../../src/emu/machine';

const fixtures = join(import.meta.dirname, 'fixtures');
const IMAGE = readFileSync(join(fixtures, 'virt-questions.bin'));
const ANSWERS = readFileSync(join(fixtures, 'virt-answers.txt'), 'utf8');
const ENTRY = 0x40010000;
const MIB = 1 << 20;
const MOST = 10_000_000;

/** What the controller of a Cortex-A15 has and the one of QEMU's board has not. */
const DIFFERENT: Readonly<Record<string, string>> = {
  GICD_IGROUPR0: 'INTIDs 16 to 24 are reserved on the Cortex-A15',
  GICD_IPRIORITYR8: 'five bits of priority',
  GICD_ICFGR2: 'bit 0 of each field says 1-N, which is all there is',
  GICC_CTLR: 'bypass disable bits',
  GICC_PMR: 'five bits of priority',
  GICC_BPR: 'least binary point with five bits of priority',
  GICC_ABPR: 'the same',
};

function virt(cpus: number): { machine: Machine; said(): string } {
  const sent: number[] = [];
  const machine = new Machine({
    ...{ board: findBoard('virt')!, cpus, memoryBytes: 64 * MIB, baseSeconds: 0 },
    ...{ output: (_console: string, byte: number) => void sent.push(byte), log: () => {} },
  });
  return { machine, said: () => String.fromCharCode(...sent) };
}

const bytes = (...words: number[]): Uint8Array => new Uint8Array(Uint32Array.from(words).buffer);
/** Core 0 switches core 1 on, which waits; then it makes a call of its own. */
const program = (call: number): Uint8Array =>
  bytes(
    0xe59f0024, // ldr r0, =CPU_ON
    0xe3a01001, // mov r1, #1
    0xe28f2014, // adr r2, wait
    0xe3a03007, // mov r3, #7
    0xe1400070, // hvc #0
    0xe59f0014, // ldr r0, =call
    0xe1400070, // hvc #0
    0xe7f000f0, // udf
    0xe7f000f0, // udf
    0xe320f003, // wait: wfi
    0xeafffffd, // b wait
    0x84000003,
    call,
  );

function started(call: number, cpus = 2): Machine {
  const { machine } = virt(cpus);
  machine.start({ images: [{ address: ENTRY, bytes: program(call) }], entry: { pc: ENTRY } });
  return machine;
}
const SYSTEM_OFF = 0x84000008;
const SYSTEM_RESET = 0x84000009;
const CPU_OFF = 0x84000002;

describe('the board virt', () => {
  it('answers as qemu-system-arm does', () => {
    const { machine, said } = virt(2);
    machine.start({ images: [{ address: ENTRY, bytes: IMAGE }], entry: { pc: ENTRY } });
    expect(machine.run(MOST).reason).toBe('poweroff');
    const [here, there] = [said(), ANSWERS].map(text => text.split('\n'));
    const name = (line: string): string => line.split(':')[0]!;
    expect(here!.map(name)).toEqual(there!.map(name));
    const differences = there!.flatMap((line, i) => (line === here![i] ? [] : [`${line}, here ${here![i]}`]));
    expect(differences.filter(line => !(name(line) in DIFFERENT))).toEqual([]);
    expect(new Set(differences.map(name))).toEqual(new Set(Object.keys(DIFFERENT)));
  });

  it.each([
    ['poweroff', SYSTEM_OFF],
    ['reboot', SYSTEM_RESET],
  ] as const)('%s by a call of its firmware', (reason, call) => {
    const machine = started(call);
    expect(machine.run(1000).reason).toBe(reason);
    expect(machine.run(1000).reason).toBe(reason);
    expect(machine.cores.map(core => core.off)).toEqual([true, false]);
    machine.reset();
    expect(machine.cores.map(core => core.off)).toEqual([false, true]);
    expect(machine.run(1000).reason).toBe(reason);
  });

  it('starts a core with power only, and one without does nothing', () => {
    const machine = started(CPU_OFF);
    machine.step(1);
    expect([machine.cores[1]!.off, machine.instructions]).toEqual([true, 0]);
    expect(machine.run(1000)).toEqual({ reason: 'idle' });
    const [first, second] = machine.cores;
    expect([first!.off, second!.off, second!.waiting]).toEqual([true, false, true]);
    expect(second!.r(0)).toBe(7);
    first!.lines.irq = true;
    expect(machine.run(1000)).toEqual({ reason: 'idle' });
    second!.load(first!.save());
    expect(second!.off).toBe(true);
  });

  it('resets the timer of a core that it switches on', () => {
    const machine = started(CPU_OFF);
    machine.hardware.timers[1]!.setControl(2, 1);
    machine.run(1000);
    expect(machine.hardware.timers[1]!.control(2)).toBe(0);
  });

  it('lets PL1 have what Secure software keeps to itself elsewhere', () => {
    const core = started(SYSTEM_OFF).cores[0]!;
    mcr(core, 15, 0, 14, 0, 0, 1234); // CNTFRQ
    expect(mrc(core, 15, 0, 14, 0, 0)).toBe(1234);
    mcr(core, 15, 0, 1, 0, 1, 0x40); // ACTLR.SMP
    expect(mrc(core, 15, 0, 1, 0, 1) & 0x40).toBe(0x40);
    expect(mrc(core, 15, 0, 1, 1, 0)).toBe(UNDEFINED); // SCR
    expect(mrc(core, 15, 0, 1, 1, 2)).toBe(UNDEFINED); // NSACR
  });
});

describe('its device tree', () => {
  const { source, file } = findBoard('virt')!.deviceTree;
  const tree = loadSource(source, { file });
  const node = (path: string) => [...tree.nodes()].find(n => n.path === path)!;

  // As qemu-system-arm -M virt,gic-version=2,highmem=off,dumpdtb=FILE -cpu cortex-a15 -smp 8 has them.
  it.each([
    ['/intc@8000000', ['arm,cortex-a15-gic'], [0x8000000, 0x8010000], undefined],
    ['/pl011@9000000', ['arm,pl011', 'arm,primecell'], [0x9000000], [0, 1, 4]],
    ['/pl031@9010000', ['arm,pl031', 'arm,primecell'], [0x9010000], [0, 2, 4]],
    ['/psci', ['arm,psci-1.0', 'arm,psci-0.2', 'arm,psci'], undefined, undefined],
    ['/timer', ['arm,armv7-timer'], undefined, [1, 13, 0xff04, 1, 14, 0xff04, 1, 11, 0xff04, 1, 10, 0xff04]],
    ['/cpus/cpu@7', ['arm,cortex-a15'], undefined, undefined],
  ] as const)('%s', (path, compatible, addresses, interrupts) => {
    expect(getStrings(node(path), 'compatible')).toEqual(compatible);
    expect(getCells(node(path), 'interrupts')).toEqual(interrupts);
    if (addresses) expect(physicalReg(node(path)).map(({ address }) => Number(address))).toEqual(addresses);
  });

  it('says how cores are started, and where the console is', () => {
    expect(getString(node('/psci'), 'method')).toBe('hvc');
    expect(getCells(node('/psci'), 'cpu_on')).toEqual([0x84000003]);
    expect(getString(node('/cpus/cpu@1'), 'enable-method')).toBe('psci');
    expect(getString(node('/chosen'), 'stdout-path')).toBe('/pl011@9000000');
    const clock = findByPhandle(tree, getCells(node('/pl011@9000000'), 'clocks')![0]!)!;
    expect(getCell(clock, 'clock-frequency')).toBe(24_000_000);
  });
});
