// A machine: the cores, the bus and the clock of one board, and what a debugger asks of them.
import { type Board, buildBoard, type BuiltBoard, guestMemories } from './boards';
import { MachineClock } from './clock';
import { layoutMemory, PAGE_SIZE } from './codegen/layout';
import type { El2 } from './cpu/el2';
import { Core, type EntryState, type FirmwareAnswer } from './cpu/core';
import {
  physicalAddress, registerGroups, type ShownGroup, type ShownInstruction, shownInstructions,
} from './cpu/inspect'; // prettier-ignore
import { Processor } from './cpu/processor';
import type { ProfileSnapshot } from './cpu/profile';
import { type ExceptionCount, sumOf, type SyndromeCount } from './cpu/profile/exception-counts';
import type { TranslationOptions } from './cpu/translator';
import type { BlockStore } from './devices/device';
import { GenericTimerRegisters } from './devices/generic-timer-registers';
import { MAILBOX_CODE_BYTES, mailboxCode } from './mailbox';
import { type MemoryRegion, PhysicalMap, type WindowActivity } from './physical-map';
import { callPsci } from './psci';

/** Instructions that each core executes before it is the next one's turn. */
const QUANTUM = 20_000;
/** The same of a core that is alone: only events end its turn. */
const ALONE = 50_000_000;

export interface MachineOptions {
  readonly board: Board;
  readonly cpus: number;
  /** Bytes of main memory. */
  readonly memoryBytes: number;
  /** A byte that a console's device sends. */
  readonly output: (console: string, byte: number) => void;
  /** Something a guest did that is not modelled, or that is odd; repeated lines are left out. */
  readonly log: (message: string) => void;
  /** What the real time clock shows at power-on, in seconds since 1970. */
  readonly baseSeconds: number;
  readonly sdCard?: BlockStore;
  /** See ProcessorOptions. */
  readonly count?: boolean;
  readonly hot?: readonly string[];
  readonly translation?: TranslationOptions;
  /** Counts what is executed, for `profile`; slows everything down, and changes nothing that the guest sees. */
  readonly profile?: boolean;
  /** Milliseconds from anywhere, to account for the time that translation takes. Nothing else depends on it. */
  readonly now?: () => number;
  /** The hypervisor, when that is not a program in guest memory: every core begins in it. */
  readonly el2?: El2;
}

/** What lies in memory when the machine starts, and how its cores begin. */
export interface BootImage {
  readonly images: readonly { readonly address: number; readonly bytes: Uint8Array }[];
  readonly entry: EntryState;
}

/** What the translator did; see TranslationStatistics of the lab's protocol. */
export interface MachineTranslation {
  readonly share: number;
  readonly modules: number;
  readonly live: number;
  readonly instructions: number;
  readonly bytes: number;
  readonly compileSeconds: number;
  readonly drops: number;
  readonly flushes: number;
  readonly memoryBytes: number;
}

/** What the cores and the bus did since the machine was made; resets do not clear it. */
export interface MachineActivity {
  readonly exceptions: readonly ExceptionCount[];
  readonly syndromes: readonly SyndromeCount[];
  readonly devices: readonly WindowActivity[];
}

/** Why `run` came back. */
export interface RunEnd {
  readonly reason: 'budget' | 'idle' | 'poweroff' | 'reboot';
  /** Of `idle`: guest time of the next event; undefined when only input can wake the machine. */
  readonly idleUntilNs?: number;
}

/** A core's turn. Cores take turns, so what guest time the instructions of a turn take is shared among those awake. */
interface Turn {
  readonly core: number;
  /** Cores that were awake when it began: so many instructions pass in a nanosecond. */
  readonly awake: number;
  /** Instructions of the turn, and how many of them are done. */
  length: number;
  done: number;
}

export class Machine {
  readonly board: Board;
  readonly cores: readonly Core[];
  readonly map: PhysicalMap;
  readonly hardware: BuiltBoard;
  readonly processor: Processor;
  readonly memory: WebAssembly.Memory;
  private readonly el2: El2 | undefined;
  private readonly clock: MachineClock;
  private readonly said = new Set<string>();
  private turn: Turn | undefined;
  /** The core whose turn it was last. */
  private last = -1;
  private ended: 'poweroff' | 'reboot' | undefined;
  private boot: BootImage | undefined;
  /** Guest time at the beginning of the turn, and instructions before it that did not make a whole nanosecond. */
  private base = 0;
  private carry = 0;
  private executedBefore = 0;

  constructor(options: MachineOptions) {
    const { board, cpus } = options;
    this.board = board;
    this.el2 = options.el2;
    const memories = guestMemories(board, options.memoryBytes);
    const total = memories.reduce((sum, m) => sum + Math.ceil(m.size / PAGE_SIZE) * PAGE_SIZE, 0);
    const layout = layoutMemory(cpus, total, undefined, options.profile);
    const memory = new WebAssembly.Memory({ initial: layout.wasmPages, maximum: layout.wasmPages });
    this.memory = memory;
    let host = layout.guest;
    const regions: MemoryRegion[] = memories.map(({ name, size, bases, flash }) => {
      const region = { name, host, size, bases, flash };
      host += Math.ceil(size / PAGE_SIZE) * PAGE_SIZE;
      return region;
    });
    const contents = (name: string): Uint8Array => {
      const region = regions.find(r => r.name === name)!;
      return new Uint8Array(memory.buffer, region.host, region.size);
    };
    this.clock = new MachineClock(
      () => this.timeNs,
      deadline => this.appointed(deadline),
    );
    const log = (message: string, once?: string): void => {
      if (once !== undefined && this.said.has(once)) return;
      if (once !== undefined) this.said.add(once);
      options.log(message);
    };
    const cores: Core[] = [];
    this.cores = cores;
    this.hardware = buildBoard(board, cpus, {
      clock: this.clock,
      log,
      irq: core => ({ set: level => void (cores[core] && (cores[core].lines.irq = level)) }),
      fiq: core => ({ set: level => void (cores[core] && (cores[core].lines.fiq = level)) }),
      virq: core => ({ set: level => void (cores[core] && (cores[core].lines.virq = level)) }),
      vfiq: core => ({ set: level => void (cores[core] && (cores[core].lines.vfiq = level)) }),
      powerOff: () => this.finish('poweroff'),
      reboot: () => this.finish('reboot'),
      console: name => ({ write: byte => options.output(name, byte) }),
      baseSeconds: options.baseSeconds,
      ...(options.sdCard && { sdCard: options.sdCard }),
      contents,
      setDirect: (name, on) => this.setDirect(name, on),
    });
    this.map = new PhysicalMap(regions, this.hardware.windows, cores, at =>
      this.processor.code.hasCode(Math.floor((at - layout.guest) / PAGE_SIZE)),
    );
    for (let i = 0; i < cpus; i++)
      cores.push(
        new Core(
          {
            memory,
            layout,
            physical: this.map,
            cores,
            timer: new GenericTimerRegisters(this.hardware.timers[i]!),
            peripheralBase: board.cpu.peripheralBase,
            virtualization: board.cpu.virtualization,
            ...(board.secondaries.method === 'psci' && { firmware: core => this.callFirmware(core) }),
            instructions: () => this.instructions,
            log,
          },
          i,
        ),
      );
    this.processor = new Processor({
      memory,
      cores,
      bus: this.map,
      ...(options.count && { count: true }),
      ...(options.hot && { hot: options.hot }),
      ...(options.translation && { translation: options.translation }),
      ...(options.now && { now: options.now }),
      ...(options.el2 && { el2: options.el2 }),
    });
  }

  private setDirect(name: string, on: boolean): void {
    // Called while devices are built too, when there is no map and nothing was read yet.
    this.map?.setDirect(name, on);
    for (const core of this.cores ?? []) core.tlbFlush(true);
    const region = this.map?.regions.find(r => r.name === name);
    if (on && region) this.processor.written(region.host, region.size);
  }

  /** Instructions executed since power-on, by all cores. */
  get instructions(): number {
    return this.executedBefore + this.processor.executed;
  }

  /** Of the translator; undefined when code is interpreted only. */
  /** Completes what `translation.experience` learns of this run. */
  learn(): void {
    this.processor.translator?.review();
  }

  get translation(): MachineTranslation | undefined {
    const { translator, translated } = this.processor;
    if (!translator) return undefined;
    const { modules, live, instructions, bytes, compileMs, drops, flushes } = translator.statistics;
    return {
      share: translated / Math.max(1, this.instructions),
      modules,
      live,
      instructions,
      bytes,
      compileSeconds: compileMs / 1000,
      drops,
      flushes,
      memoryBytes: this.memory.buffer.byteLength,
    };
  }

  activity(): MachineActivity {
    return { ...sumOf(this.cores.map(core => core.exceptions)), devices: this.map.activity() };
  }

  /** What was executed where since power-on; undefined when it was not counted. Not while `run` is under way. */
  profile(): ProfileSnapshot | undefined {
    return this.processor.profile();
  }

  /** Guest time since power-on. It never goes back, whichever core looks. */
  get timeNs(): number {
    const { turn } = this;
    return turn ? this.base + Math.floor((this.carry + turn.done + this.processor.executed) / turn.awake) : this.base;
  }

  /** The machine is switched off, or asks to be restarted: by its board, or by its hypervisor. */
  finish(reason: 'poweroff' | 'reboot'): void {
    this.ended ??= reason;
    this.shorten(1);
  }

  /** A device wants to be called at a time that may lie within this turn. */
  private appointed(deadline: number): void {
    if (this.turn) this.shorten((Math.ceil(deadline) - this.timeNs) * this.turn.awake);
  }

  /** Ends the turn when the running core has executed `more` further instructions, the current one included. */
  private shorten(more: number): void {
    const { turn, processor } = this;
    if (!turn) return;
    const wanted = Math.max(1, more);
    if (processor.running < 0) {
      // Between two calls of run: what comes from outside makes appointments too, for a turn that has begun.
      turn.length = Math.min(turn.length, turn.done + wanted);
      return;
    }
    const at = turn.done + processor.executed + wanted;
    if (at >= turn.length) return;
    turn.length = at;
    processor.shortenSlice(wanted);
  }

  /** Puts images in place and the cores at their entry; kept for `reset`. */
  start(boot: BootImage): void {
    this.boot = boot;
    this.reset();
  }

  /** Power-on: devices and cores as at first, the images in place again. Memory otherwise keeps its contents. */
  reset(): void {
    this.turn = undefined;
    this.last = -1;
    this.ended = undefined;
    this.clock.clear();
    this.el2?.reset();
    for (const device of this.hardware.devices) device.reset();
    for (const { address, bytes } of this.boot?.images ?? []) this.writePhysical(address, bytes);
    const entry = this.boot?.entry ?? {};
    this.hardware.handOver(entry.secure !== false);
    this.cores.forEach((core, i) => {
      core.reset(i === 0 ? entry : { ...entry, registers: [] });
      if (i > 0 && !this.el2) this.park(core);
    });
  }

  /** Leaves a secondary core as firmware does before an operating system starts. */
  private park(core: Core): void {
    const { secondaries, cpu } = this.board;
    if (secondaries.method === 'psci') {
      core.off = true;
      return;
    }
    const [base] = this.map.regions.find(r => r.name === 'sram')!.bases;
    this.writePhysical(base!, mailboxCode(cpu.peripheralBase + 0x2000, secondaries.address));
    core.pc = base!;
  }

  /** Whether a core has not been started yet: it waits where firmware has left it. */
  isParked(index: number): boolean {
    if (this.board.secondaries.method === 'psci') return this.cores[index]!.off;
    const [base] = this.map.regions.find(r => r.name === 'sram')!.bases;
    const { pc } = this.cores[index]!;
    return index > 0 && pc >= base! && pc < base! + MAILBOX_CODE_BYTES;
  }

  /** The board's firmware answers a call. */
  private callFirmware(core: Core): FirmwareAnswer {
    return callPsci(
      {
        cores: this.cores,
        powerOn: (index, entry) => {
          this.hardware.timers[index]!.reset();
          this.cores[index]!.reset({ ...entry, secure: false });
        },
        end: how => void (this.ended ??= how),
      },
      core,
    );
  }

  /**
   * Runs at most `n` instructions, all cores together. Where the caller cuts time into calls makes no difference to
   * what the guest sees.
   */
  run(n: number): RunEnd {
    let left = n;
    while (left > 0) {
      if (this.ended) return { reason: this.ended };
      const turn = this.turn ?? this.nextTurn();
      if (!turn) {
        const next = this.clock.next;
        return next === Infinity ? { reason: 'idle' } : { reason: 'idle', idleUntilNs: next };
      }
      left -= this.advance(turn, left);
    }
    return this.ended ? { reason: this.ended } : { reason: 'budget' };
  }

  /** Gives the core in turn up to `n` instructions. @returns how many it executed */
  private advance(turn: Turn, n: number): number {
    if (turn.done === 0) this.processor.switchTo(turn.core);
    const { executed, waits } = this.processor.run(turn.core, Math.min(n, turn.length - turn.done));
    this.executedBefore += executed;
    turn.done += executed;
    if (waits || turn.done >= turn.length) this.endTurn(turn);
    return executed;
  }

  private endTurn(turn: Turn): void {
    this.base = this.timeNs;
    this.carry = (this.carry + turn.done) % turn.awake;
    this.turn = undefined;
  }

  /** Fires what is due and gives the next core that does not wait its turn. @returns undefined when all of them do */
  private nextTurn(): Turn | undefined {
    this.clock.fireDue();
    let core = -1;
    let awake = 0;
    const count = this.cores.length;
    for (let i = count; i > 0; i--) {
      const candidate = (this.last + i) % count;
      if (!this.processor.wakes(candidate)) continue;
      core = candidate;
      awake++;
    }
    if (core < 0) return undefined;
    this.last = core;
    this.carry %= awake;
    const untilEvent = (Math.ceil(this.clock.next) - this.base) * awake - this.carry;
    this.turn = { core, awake, length: Math.max(1, Math.min(count === 1 ? ALONE : QUANTUM, untilEvent)), done: 0 };
    return this.turn;
  }

  /** Advances guest time while every core waits: to the next event, or to `untilNs` if that comes first. */
  skipIdle(untilNs = Infinity): void {
    if (this.turn) return;
    const to = Math.min(this.clock.next, untilNs);
    if (to !== Infinity && to > this.base) this.base = Math.ceil(to);
  }

  /** Executes one instruction of one core; the others stand still. */
  step(index: number): void {
    if (this.turn) this.endTurn(this.turn);
    this.clock.fireDue();
    if (!this.processor.wakes(index)) return;
    this.turn = { core: index, awake: 1, length: 1, done: 0 };
    this.advance(this.turn, 1);
  }

  /** Offers a byte to a console's device. @returns false when it has no room now */
  receive(console: string, byte: number): boolean {
    return this.hardware.consoles.get(console)?.receive(byte) ?? false;
  }

  /** Reads as far as there is plain memory. */
  readPhysical(pa: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      const host = this.map.hostOf(pa + i);
      if (host === 0) return out.subarray(0, i);
      out[i] = new Uint8Array(this.memory.buffer, host, 1)[0]!;
    }
    return out;
  }

  /** @throws RangeError when some of the bytes have no memory to go to. */
  writePhysical(pa: number, bytes: Uint8Array): void {
    const first = this.map.hostOf(pa);
    const last = bytes.length === 0 ? first : this.map.hostOf(pa + bytes.length - 1);
    if (first === 0 || last - first !== Math.max(0, bytes.length - 1))
      throw new RangeError(`0x${pa.toString(16)}: no memory for ${bytes.length} bytes`);
    new Uint8Array(this.memory.buffer).set(bytes, first);
    this.processor.written(first, bytes.length);
  }

  /** Reads virtual addresses as a core sees them now, as far as they are mapped to plain memory. */
  readVirtual(index: number, va: number, length: number): Uint8Array {
    const core = this.cores[index]!;
    const out = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const at = (va + done) >>> 0;
      const pa = physicalAddress(core, at);
      if (pa < 0) break;
      const part = this.readPhysical(pa, Math.min(length - done, PAGE_SIZE - (at & (PAGE_SIZE - 1))));
      out.set(part, done);
      done += part.length;
      if (part.length === 0) break;
    }
    return out.subarray(0, done);
  }

  /**
   * Instructions at a virtual address as a core sees it, in its instruction set; fewer than `count` where memory ends.
   * At the PC the core's own IT block is followed.
   */
  disassemble(index: number, va: number, count: number): ShownInstruction[] {
    return shownInstructions(this.cores[index]!, va, count, (address, length) =>
      this.readVirtual(index, address, length),
    );
  }

  registers(index: number): ShownGroup[] {
    return registerGroups(this.cores[index]!);
  }
}
