// All cores over one interpreter: runs slices, takes exceptions and interrupts, serves the calls of generated code.
import { CPU, EXIT, GLOBAL, PAGE_SIZE, RECORD } from '../codegen/layout';
import { CASE } from '../codegen/interpreter-module';
import { isWide } from '../isa';
import type { Bus } from './bus';
import { CodeCache } from './code-cache';
import type { Core } from './core';
import {
  takeBreakpoint, takeDataAbort, takeException, takeFloatingPoint, takeHypervisorCall, takeHypTrap, takeInterrupt, takePrefetchAbort,
  takeSecureMonitorCall, takeSupervisorCall,
} from './exceptions'; // prettier-ignore
import { HCR } from './control-bits';
import { executeHelper } from './fp/helpers';
import { pendingInterrupt, wakesUp } from './interrupts';
import { transferStructure } from './structure-access';
import type { El2 } from './el2';
import { ExtensionRegisters } from './fp/registers';
import { MemoryAccess } from './memory-access';
import { nextInstruction, recordItState } from './processor-state';
import { Profile } from './profile/profile';
import { ProfileSnapshot } from './profile';
import { LEAVES, Translator, type TranslationOptions } from './translator';
import { conditional, currentLength, EC, writeHsr } from './syndrome';
import { SLOT } from './sysregs/storage';
import { executeSystem, type SystemContext } from './system-instructions';

export interface ProcessorOptions {
  readonly memory: WebAssembly.Memory;
  readonly cores: readonly Core[];
  readonly bus: Bus;
  /** Counts how often each variant runs (layout.counters); slows everything down. */
  readonly count?: boolean;
  /** Variants with a case of their own, instead of the usual ones. */
  readonly hot?: readonly string[];
  /** How hot code is translated; undefined: it is interpreted. */
  readonly translation?: TranslationOptions;
  /** See MachineOptions. */
  readonly now?: () => number;
  readonly el2?: El2;
}

export class Processor {
  readonly code: CodeCache;
  readonly translator: Translator | undefined;
  /** There when the memory's layout has counters for records. */
  private readonly counting: Profile | undefined;
  private readonly globals: Uint32Array;
  private readonly access: MemoryAccess;
  private readonly u16: Uint16Array;
  private readonly u8: Uint8Array;
  private readonly cores: readonly Core[];
  private readonly context: SystemContext;
  private readonly el2: El2 | undefined;
  /** Event registers of WFE, one per core; SEV sets them too, see `hasEvent`. */
  private readonly events: boolean[];
  /** How many SEV each core has seen. */
  private readonly seen: number[];
  /** Cores that sleep in WFE: an event ends that, but not WFI. */
  private readonly awaitsEvent: boolean[];
  /** The core whose slice runs, or −1. */
  private current = -1;
  /** Instructions of the running slice that come after an interrupt is taken. */
  private deferred = 0;
  /** Instructions taken off the end of the running slice. */
  private cut = 0;
  private slice = 0;
  /** A fetch failed, as opposed to a data access. */
  private fetching = false;

  constructor(options: ProcessorOptions) {
    const { memory, cores, bus } = options;
    const translation = options.count ? undefined : options.translation;
    this.cores = cores;
    this.el2 = options.el2;
    this.events = cores.map(() => false);
    this.seen = cores.map(() => 0);
    this.awaitsEvent = cores.map(() => false);
    this.u8 = new Uint8Array(memory.buffer);
    this.u16 = new Uint16Array(memory.buffer);
    const layout = cores[0]!.env.layout;
    this.access = new MemoryAccess(memory, bus, (host, length) => this.written(host, length));
    this.context = { memory: this.access };
    const first = layout.cpu(0);
    const of = (cpu: number): Core => cores[((cpu - first) / CPU.SIZE) | 0]!;
    const registers = cores.map((_, i) => new ExtensionRegisters(memory, layout.cpu(i)));
    this.code = new CodeCache(
      memory,
      layout,
      {
        load: (cpu, va, access) => {
          const v = this.access.load(of(cpu!), va!, access!);
          this.afterAccess();
          return v;
        },
        store: (cpu, va, access, lo, hi) => {
          this.access.store(of(cpu!), va!, access!, lo!, hi!);
          this.afterAccess();
        },
        multiple: (cpu, start, flags) => {
          const v = this.access.multiple(of(cpu!), start!, flags!);
          this.afterAccess();
          return v;
        },
        multipleVector: (cpu, start, argument) => {
          this.access.multipleVector(of(cpu!), start!, argument!);
          this.afterAccess();
        },
        structure: (cpu, va, packed) => {
          transferStructure(of(cpu!), this.access, va!, packed!);
          this.afterAccess();
        },
        system: (cpu, what, encoding) => {
          const core = of(cpu!);
          const elsewhere = executeSystem(core, what!, encoding!, this.context);
          if (core.inlineTraps && !this.code.traps) this.comeBack(core);
          else this.afterAccess();
          return elsewhere;
        },
        fetch: cpu => this.fetch(of(cpu!)),
        decode: (cpu, record) => this.decode(of(cpu!), record!),
        helper: (cpu, number, argument) =>
          executeHelper(registers[((cpu! - first) / CPU.SIZE) | 0]!, number!, argument!),
        hot: (_cpu, record) => this.translator?.hot(record!),
        stuck: (_cpu, record) => this.translator?.stuck(record!),
      },
      hostPage => {
        const host = layout.guest + hostPage * PAGE_SIZE;
        for (const core of cores) core.tlbProtect(host);
      },
      {
        ...(options.hot && { hot: options.hot }),
        ...(options.count && { profile: layout.counters }),
        ...(translation && { heat: { threshold: translation.threshold, leaves: LEAVES } }),
        experience: translation?.experience,
      },
    );
    this.counting = layout.executions ? new Profile(memory, this.code, layout) : undefined;
    this.code.counting = this.counting;
    const now = options.now ?? ((): number => 0);
    this.translator = translation && new Translator(memory, this.code, cores, translation, now, this.counting);
    this.globals = new Uint32Array(memory.buffer, 0, PAGE_SIZE / 4);
  }

  /** Instructions that ran in translated code. */
  get translated(): number {
    return this.globals[GLOBAL.TRANSLATED >> 2]! + this.globals[(GLOBAL.TRANSLATED >> 2) + 1]! * 2 ** 32;
  }

  /** What was executed where; undefined when it was not counted. Only while nothing runs. */
  profile(): ProfileSnapshot | undefined {
    const { counting, translator } = this;
    return counting && new ProfileSnapshot(counting, this.globals, translator && (key => translator.outlook(key)));
  }

  /** Bytes of linear memory were written by something other than generated code. */
  written(host: number, length: number): void {
    const { layout } = this.cores[0]!.env;
    let at = host - layout.guest;
    const end = at + length;
    while (at < end) {
      const page = Math.floor(at / PAGE_SIZE);
      const stop = Math.min(end, (page + 1) * PAGE_SIZE);
      if (this.code.hasCode(page)) this.code.invalidate(page, at - page * PAGE_SIZE, stop - page * PAGE_SIZE);
      at = stop;
    }
  }

  /** Instructions that the running core has executed of its slice, the current one excluded; for the clock. */
  get executed(): number {
    if (this.current < 0) return 0;
    return this.slice - this.cut - this.deferred - this.cores[this.current]!.field(CPU.BUDGET);
  }

  /** Index of the core whose slice runs, or −1. */
  get running(): number {
    return this.current;
  }

  /** Ends the running slice when `more` further instructions are done, the current one included; at least that one. */
  shortenSlice(more: number): void {
    if (this.current < 0) return;
    const core = this.cores[this.current]!;
    const budget = core.field(CPU.BUDGET);
    const wanted = Math.max(1, more);
    const surplus = budget + this.deferred - wanted;
    if (surplus <= 0) return;
    this.cut += surplus;
    if (budget > wanted) this.uncount(budget - wanted);
    if (budget > wanted) {
      core.setField(CPU.BUDGET, wanted);
      this.deferred = 0;
    } else this.deferred = wanted - budget;
  }

  /** Instructions taken from the budget are not executed by the region that runs. */
  private uncount(n: number): void {
    if (this.globals[GLOBAL.IN_REGIONS >> 2] === 0) return;
    const at = GLOBAL.TRANSLATED >> 2;
    if (this.globals[at]! < n) this.globals[at + 1]!--;
    this.globals[at]! -= n;
  }

  /** Devices may have raised interrupts, and instructions unmasked them. */
  private afterAccess(): void {
    const core = this.cores[this.current]!;
    if (pendingInterrupt(core) !== undefined) this.comeBack(core);
  }

  /** Leaves generated code after the current instruction; the slice goes on. */
  private comeBack(core: Core): void {
    const budget = core.field(CPU.BUDGET);
    if (budget <= 1) return;
    this.deferred += budget - 1;
    this.uncount(budget - 1);
    core.setField(CPU.BUDGET, 1);
  }

  /** Import `fetch`: the record for CPU.PC. */
  private fetch(core: Core): number {
    const pc = core.field(CPU.PC);
    const { layout } = core.env;
    const thumb = core.field(CPU.THUMB);
    const host = this.fetchable(core, pc);
    if (host === 0) return 0;
    const page = Math.floor((host - layout.guest) / PAGE_SIZE);
    const offset = pc & (PAGE_SIZE - 1);
    if (thumb && offset === PAGE_SIZE - 2 && isWide(this.u16[host >> 1]!)) return this.straddling(core, pc, host);
    const slot = this.code.slot(page, thumb);
    this.counting?.fetched(page, pc);
    const shift = 2 + thumb;
    const record = slot + (offset << shift);
    core.setField(CPU.PCSHIFT, shift);
    core.setField(CPU.DELTA, pc - (record >>> shift));
    // In the middle of an IT block the record must be the one for this place in it.
    const it = core.field(CPU.IT);
    if (it !== 0 && this.u8[record + RECORD.IT] !== it) this.code.forget(record);
    return record;
  }

  /** Linear address of code at a virtual address, or 0 with a prefetch abort under way. */
  private fetchable(core: Core, va: number): number {
    let permitted = core.fill(va, 'execute', core.privileged);
    if (permitted && core.host === 0) {
      core.fault.set('external', 0, 0, va >>> 0);
      permitted = false;
    }
    if (permitted) return core.host;
    this.fetching = true;
    core.setField(CPU.EXIT, EXIT.ABORT);
    return 0;
  }

  /** A T32 instruction over two pages gets a record of its own for this one time. */
  private straddling(core: Core, pc: number, host: number): number {
    const first = this.u16[host >> 1]!;
    const second = this.fetchable(core, pc + 2);
    if (second === 0) return 0;
    this.counting?.straddled(Math.floor((host - core.env.layout.guest) / PAGE_SIZE), pc);
    const record = core.env.layout.cpu(core.index) + CPU.TEMP_SLOT;
    this.u8.fill(0, record, record + 4 * RECORD.SIZE);
    this.code.decodeAlone(record, first * 65536 + this.u16[second >> 1]!, core.field(CPU.IT));
    this.u16[(record + 2 * RECORD.SIZE) >> 1] = CASE.PAGE_END;
    core.setField(CPU.PCSHIFT, 3);
    core.setField(CPU.DELTA, pc - (record >>> 3));
    return record;
  }

  private decode(core: Core, record: number): void {
    this.code.decode(record, core.field(CPU.IT));
  }

  /** Another core ran since: the local monitor is open (see storeExclusive). */
  switchTo(index: number): void {
    this.cores[index]!.setField(CPU.EXCL_SIZE, 0);
  }

  /** Runs one core for at most `n` instructions. @returns how many it executed, and whether it waits now */
  run(index: number, n: number): { executed: number; waits: boolean } {
    const core = this.cores[index]!;
    const cpu = core.env.layout.cpu(index);
    this.current = index;
    this.slice = n;
    this.cut = 0;
    this.deferred = 0;
    let left = n;
    let waits = false;
    core.setField(CPU.BUDGET, n); // `executed` is right from here on, for whoever runs in Hyp mode
    while (left > 0) {
      const goesOn = this.settle(core);
      // Hyp mode may have set a timer, which shortens the slice.
      left = core.field(CPU.BUDGET) + this.deferred;
      this.deferred = 0;
      if (!goesOn) {
        this.awaitsEvent[index] = false;
        waits = core.waiting = true;
        break;
      }
      if (core.inlineTraps && !this.code.traps) this.code.trapAll();
      core.setField(CPU.EXIT, EXIT.NONE);
      core.setField(CPU.BUDGET, left);
      this.code.run(cpu);
      const exit = core.field(CPU.EXIT);
      // Instructions that end in an exception count: so even a storm of aborts ends its slice.
      if (exit !== EXIT.NONE) core.setField(CPU.BUDGET, core.field(CPU.BUDGET) - 1);
      left = core.field(CPU.BUDGET) + this.deferred;
      this.deferred = 0;
      core.setField(CPU.BUDGET, left);
      if (exit === EXIT.NONE) core.pc = core.pc;
      else if (!this.leave(core, exit)) {
        waits = true;
        break;
      }
    }
    this.current = -1;
    return { executed: n - this.cut - left, waits };
  }

  /** Takes what interrupt is pending, and lets Hyp mode act where that is not guest code. @returns false: the core waits */
  private settle(core: Core): boolean {
    for (;;) {
      const interrupt = pendingInterrupt(core);
      if (interrupt) {
        this.events[core.index] = true;
        takeInterrupt(core, interrupt, core.pc);
      }
      if (!this.el2 || core.mode.privilege < 2) return true;
      if (!this.el2.enter(core)) return false;
    }
  }

  /** Acts on the reason for which generated code left. @returns false when the core waits */
  private leave(core: Core, exit: number): boolean {
    const length = currentLength(core);
    const inside = core.field(CPU.IP) !== 0;
    const at = core.pc;
    const next = inside ? nextInstruction(core) : at;
    // What a wait leaves behind is the state after it, unless it is trapped.
    if (exit === EXIT.WAIT && !this.trapsWait(core, length)) {
      core.pc = next;
      return !this.wait(core, core.field(CPU.EXIT_ARG) !== 0);
    }
    if (exit === EXIT.HVC && core.privileged && core.env.firmware) {
      core.pc = next;
      const answer = core.env.firmware(core);
      return answer === 'continue' || (answer === 'wait' && !this.wait(core, false));
    }
    // The prefix of an IT block has advanced ITSTATE already; an exception sees that of the instruction.
    if (inside && core.thumb) core.setField(CPU.IT, recordItState(core));
    core.pc = at;
    switch (exit) {
      case EXIT.ABORT:
        if (this.fetching) {
          if (this.counting) this.counting.prefetchAborts++;
          takePrefetchAbort(core, at);
        } else takeDataAbort(core, at);
        this.fetching = false;
        break;
      case EXIT.SVC:
        takeSupervisorCall(core, at, core.field(CPU.EXIT_ARG), length);
        break;
      case EXIT.FP:
        takeFloatingPoint(core, at, core.field(CPU.EXIT_ARG) !== 0, length);
        break;
      case EXIT.UNDEFINED:
        takeException(core, 'undefined', at, length);
        break;
      case EXIT.HVC:
        takeHypervisorCall(core, at, core.field(CPU.EXIT_ARG));
        break;
      case EXIT.BREAKPOINT:
        takeBreakpoint(core, at);
        break;
      case EXIT.SMC:
        takeSecureMonitorCall(core, at);
        break;
      case EXIT.WAIT:
      case EXIT.HYP_TRAP:
        takeHypTrap(core, at);
        break;
    }
    return true;
  }

  private hasEvent(index: number): boolean {
    return this.events[index]! || this.seen[index] !== this.globals[GLOBAL.EVENTS >> 2];
  }

  /** Whether HCR wants to see a WFI or WFE that would let the core sleep (B1.14.9). */
  private trapsWait(core: Core, length: number): boolean {
    const forEvent = core.field(CPU.EXIT_ARG) !== 0;
    if (!core.trappable || !(core.sys[SLOT.HCR]! & (forEvent ? HCR.TWE : HCR.TWI))) return false;
    if (wakesUp(core) || (forEvent && this.hasEvent(core.index))) return false;
    writeHsr(core, EC.WFX, conditional(forEvent ? 1 : 0), length);
    return true;
  }

  /** WFI and WFE. @returns whether the core sleeps now */
  private wait(core: Core, forEvent: boolean): boolean {
    if (forEvent && this.hasEvent(core.index)) {
      this.events[core.index] = false;
      this.seen[core.index] = this.globals[GLOBAL.EVENTS >> 2]!;
      return false;
    }
    if (wakesUp(core)) return false;
    this.awaitsEvent[core.index] = forEvent;
    core.waiting = true;
    return true;
  }

  /** Whether a sleeping core has reason to go on; wakes it. */
  wakes(index: number): boolean {
    const core = this.cores[index]!;
    if (core.off) return false;
    if (!core.waiting) return true;
    if (!wakesUp(core) && !(this.awaitsEvent[index] && this.hasEvent(index))) return false;
    core.waiting = false;
    return true;
  }
}
