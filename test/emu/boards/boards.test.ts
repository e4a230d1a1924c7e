import { describe, expect, it } from 'vitest';
import { compileSource, getCells, isEnabled, physicalReg, type DtNode } from '../../../src/dt';
import { BOARDS, findBoard, memoryMap, type Board } from '../../../src/emu/boards';
import { bench, randomSteps, run, stateOf } from './bench';

const tc1 = findBoard('vexpress-v2p-ca15-tc1')!;

describe.each(BOARDS.map(board => [board.name, board] as const))('%s', (_name, board) => {
  it('accounts for every byte of 32 bits', () => {
    const map = memoryMap(board);
    let at = 0;
    for (const entry of map) {
      expect(entry.base).toBe(at);
      expect(entry.about).not.toBe('');
      at += entry.size;
    }
    expect(at).toBe(2 ** 32);
  });

  it('names its devices and their interrupts once', () => {
    const names = [...board.devices, ...board.unmodelled, ...board.memories, board.ram].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const interrupts = board.devices.flatMap(device => device.interrupts ?? []);
    expect(new Set(interrupts).size).toBe(interrupts.length);
  });

  it('has its windows where its own device tree says, with the same interrupts', () => {
    const { tree, errors } = compileSource(board.deviceTree.source, { file: board.deviceTree.file });
    expect(errors).toEqual([]);
    expect(board.compatible).toEqual(
      new TextDecoder().decode(tree!.root.property('compatible')!.value).split('\0').slice(0, -1),
    );
    const map = memoryMap(board);
    let windows = 0;
    const visit = (node: DtNode): void => {
      for (const child of node.children.values()) visit(child);
      if (!node.property('reg') || !isEnabled(node)) return;
      for (const { address, size } of physicalReg(node) ?? []) {
        const [base, bytes] = [Number(address), Number(size)];
        if (bytes === 0) continue;
        const entry = map.find(e => base >= e.base && base + bytes <= e.base + e.size);
        expect(entry, `${node.path} at ${base.toString(16)}`).toBeDefined();
        expect(entry!.kind, node.path).not.toBe('absent');
        windows++;
        const device = board.devices.find(({ windows }) => windows[0]!.base === base);
        const shared = sharedInterrupts(node);
        if (device) expect(device.interrupts ?? [], node.path).toEqual(shared);
      }
    };
    visit(tree!.root);
    // All devices are in the tree, but for parts that only firmware knows.
    expect(windows).toBeGreaterThanOrEqual(board.devices.length);
  });

  it.each([...new Set([1, board.cpu.most])])('runs on from a snapshot as if nothing had been (%d cores)', cores => {
    for (const device of board.devices) {
      const first = bench(board, cores);
      const windows = first.windows.flatMap(({ name }, i) => (name.split(' ')[0] === device.name ? [i] : []));
      expect(windows.length).toBe(device.windows.length);
      const seed = device.windows[0]!.base + cores;
      run(first, randomSteps(first, windows, 1500, seed));
      expectSameFuture(first, board, cores, randomSteps(first, windows, 1500, seed + 1), device.name);
    }
  });

  it('does so with all devices at once, and survives any access', () => {
    const cores = board.cpu.most;
    for (let seed = 1; seed <= 4; seed++) {
      const first = bench(board, cores);
      const all = first.windows.map((_, i) => i);
      const steps = randomSteps(first, all, 8000, seed * 7919);
      const reads = run(first, steps);
      const widths = steps.filter(step => step.value === undefined).map(step => step.width);
      reads.forEach((value, i) => {
        if (!(Number.isInteger(value) && value >= 0 && value < 2 ** (8 * widths[i]!))) {
          const { window, offset } = steps.filter(step => step.value === undefined)[i]!;
          expect.fail(`${first.windows[window]!.name} + 0x${offset.toString(16)} reads ${value}`);
        }
      });
      expectSameFuture(first, board, cores, randomSteps(first, all, 8000, seed), `seed ${seed}`);
    }
  });

  it('is as new after a reset', () => {
    const used = bench(board, 1);
    run(used, randomSteps(used, [...used.windows.keys()], 4000, 99));
    const fresh = bench(board, 1, used.clock.now());
    for (const device of [...used.devices, ...fresh.devices]) device.reset();
    const [after, before] = [stateOf(used), stateOf(fresh)];
    for (const name of Object.keys(before)) expect(after[name], name).toEqual(before[name]);
  });
});

/** SPIs of a node, by INTID, whichever of the two ways of the board's trees it names them in. */
function sharedInterrupts(node: DtNode): number[] {
  const cells = getCells(node, 'interrupts') ?? [];
  if (cells.length % 3 === 0 && node.path.split('/').length === 2) {
    return cells.flatMap((cell, i) => (i % 3 === 1 && cells[i - 1] === 0 ? [32 + cell] : []));
  }
  return cells.map(cell => 32 + cell);
}

/** Loads the state of `first` into a new board and lets both go on alike. */
function expectSameFuture(
  first: ReturnType<typeof bench>,
  board: Board,
  cores: number,
  steps: ReturnType<typeof randomSteps>,
  what: string,
): void {
  const second = bench(board, cores, first.clock.now());
  const saved = stateOf(first);
  for (const [name, contents] of first.flash) {
    if (!(saved[name] as { blank: boolean }).blank) second.flash.get(name)!.set(contents);
  }
  for (const device of second.devices) device.load(saved[device.name] as never);
  expect(stateOf(second), `${what}: loaded`).toEqual(saved);
  expect(run(second, steps), `${what}: reads`).toEqual(run(first, steps));
  expect(stateOf(second), `${what}: after`).toEqual(stateOf(first));
}

describe('vexpress-v2p-ca15-tc1', () => {
  it('is where the manuals and stock trees have it', () => {
    const facts: [string, number, number, number[]][] = [
      ['gicv2', 0x2c001000, 0x1000, []],
      ['vexpress-sysreg', 0x1c010000, 0x1000, []],
      ['sp810', 0x1c020000, 0x1000, []],
      ['pl041', 0x1c040000, 0x1000, [43]],
      ['pl180', 0x1c050000, 0x1000, [41, 42]],
      ['pl050', 0x1c060000, 0x1000, [44]],
      ['pl011', 0x1c090000, 0x1000, [37]],
      ['sp805', 0x1c0f0000, 0x1000, [32]],
      ['sp804', 0x1c110000, 0x1000, [34]],
      ['pl031', 0x1c170000, 0x1000, [36]],
      ['pl111', 0x1c1f0000, 0x1000, [46]],
      ['lan9118', 0x1a000000, 0x10000, [47]],
      ['isp1761', 0x1b000000, 0x20000, [48]],
      ['nor-flash', 0x08000000, 0x4000000, []],
      ['hdlcd', 0x2b000000, 0x1000, [117]],
      ['pl341', 0x2b0a0000, 0x1000, []],
      ['pl330', 0x7ffb0000, 0x1000, [124, 120, 121, 122, 123]],
      ['pl354', 0x7ffd0000, 0x1000, [118, 119]],
    ];
    for (const [type, base, size, interrupts] of facts) {
      const device = tc1.devices.find(spec => spec.type === type)!;
      expect([device.windows[0]!.base, device.windows[0]!.size, device.interrupts ?? []]).toEqual([
        base,
        size,
        interrupts,
      ]);
    }
    expect(tc1.devices.filter(({ type }) => type === 'pl011')).toHaveLength(4);
  });

  it('refuses what it cannot have', () => {
    for (const cores of [0, 3, 1.5]) expect(() => bench(tc1, cores)).toThrow('1 to 2 cores');
    const [gic, ...others] = tc1.devices;
    expect(() => bench({ ...tc1, devices: [...others, gic!] }, 1)).toThrow('comes first');
    const moved = { ...tc1, memories: [{ ...tc1.memories[0]!, base: 0x1c010000 }] };
    expect(() => memoryMap(moved)).toThrow('overlaps');
    expect(() => memoryMap(tc1, 2 ** 32)).toThrow('leaves area dram');
  });

  const window = (b: ReturnType<typeof bench>, name: string, target = 0) =>
    b.windows.find(w => w.name === name)!.targets[target]!;

  it('starts with a serial port that its firmware has opened', () => {
    const b = bench(tc1, 1);
    const uart = window(b, 'uart0');
    uart.write(0, 4, 0x41);
    expect(b.sent).toEqual([]);
    for (const device of b.devices) device.reset();
    b.handOver(true);
    uart.write(0, 4, 0x42);
    expect(b.sent).toEqual([0x42]);
    expect([...b.consoles.keys()]).toEqual(['uart0', 'uart1', 'uart2', 'uart3']);
  });

  it('gives interrupts to Non-secure software when firmware has handed over', () => {
    const b = bench(tc1, 2);
    b.handOver(false);
    const [distributor, cpu] = [window(b, 'gic distributor', 2), window(b, 'gic cpu-interface', 2)]; // core 1
    distributor.write(0x000, 4, 1);
    distributor.write(0x100, 4, 1 << 30);
    cpu.write(0x00, 4, 1);
    cpu.write(0x04, 4, 0xf0);
    b.timers[1]!.setTimerValue(1, 24);
    b.timers[1]!.setControl(1, 1);
    b.clock.advance(1000);
    expect(cpu.read(0x0c, 4)).toBe(30);
  });

  it('gives each core its own virtual interface, in windows of 8 KiB', () => {
    const map = memoryMap(tc1).filter(({ name }) => name === 'gic');
    expect(map.map(({ base, size }) => [base, size])).toEqual([
      [0x2c001000, 0x1000],
      [0x2c002000, 0x2000],
      [0x2c004000, 0x2000],
      [0x2c006000, 0x2000],
    ]);
    const b = bench(tc1, 2);
    window(b, 'gic hypervisor', 2).write(0x100, 4, 0x10000028);
    window(b, 'gic hypervisor', 3).write(0x000, 4, 5); // the Secure view is the same
    expect(window(b, 'gic virtual-cpu', 2).read(0x18, 4)).toBe(40);
    expect(window(b, 'gic virtual-cpu', 0).read(0x18, 4)).toBe(1023);
    expect(window(b, 'gic hypervisor', 0).read(0x1200, 4)).toBe(5);
    window(b, 'gic hypervisor', 2).write(0x000, 4, 3); // underflow
    expect(window(b, 'gic distributor', 3).read(0xd00, 4)).toBe(1 << 9); // INTID 25
    expect(b.log).toEqual([]);
  });

  it('has timers whose clock the system controller selects', () => {
    const b = bench(tc1, 1);
    const [timer, sysctl] = [window(b, 'timer01'), window(b, 'sysctl')];
    timer.write(0x00, 4, 1_000_000);
    timer.write(0x08, 4, 0xc2);
    b.clock.advance(1_000_000_000);
    expect(timer.read(0x04, 4)).toBe(1_000_000 - 32_768);
    sysctl.write(0x00, 4, 1 << 15);
    b.clock.advance(500_000_000);
    expect(timer.read(0x04, 4)).toBe(500_000 - 32_768);
  });

  it('is switched off and restarted over the configuration bus, and by its watchdog', () => {
    const b = bench(tc1, 1);
    const sysreg = window(b, 'sysreg');
    sysreg.write(0xa4, 4, 0xc0800000);
    sysreg.write(0xa4, 4, 0xc0900000);
    const watchdog = window(b, 'wdt');
    watchdog.write(0x00, 4, 32_768);
    watchdog.write(0x08, 4, 3);
    b.clock.advance(60_000_000_000);
    expect(b.events).toEqual(['powerOff', 'reboot', 'reboot']);
  });

  it('explains what it does not model', () => {
    const b = bench(tc1, 1);
    expect(window(b, 'scc').read(0, 4)).toBe(0);
    expect(b.log).toHaveLength(1);
    expect(b.log[0]).toContain('not modelled');
  });
});
