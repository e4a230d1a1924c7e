// A virtual CPU: its registers while it does not run, its interrupts and timers, and whether it may run (Xen, struct vcpu).
import { MODE } from '../emu/cpu/modes';
import { PSR } from '../emu/cpu/psr';
import { GuestContext } from './context';
import type { Domain } from './domain';
import { VCPU_INFO } from './evtchn/two-level';
import { VirtualCpuInterface } from './gic/vgic';
import { PAGE_SHIFT } from './memory/physical';
import type { Archive } from './save/archive';
import type { Deadline, Timers } from './timers';
import { Vtimer } from './vtimer';

/** SCTLR of a guest as it starts: the reset value of the Cortex-A15. */
const INITIAL_SCTLR = 0x00c50078;
const MPIDR_MULTIPROCESSING = 0x80000000;

/** RUNSTATE_* (Xen, public/vcpu.h). */
export const RUNSTATE = { RUNNING: 0, RUNNABLE: 1, BLOCKED: 2, OFFLINE: 3 } as const;
export type Runstate = (typeof RUNSTATE)[keyof typeof RUNSTATE];

export class Vcpu {
  readonly context = new GuestContext();
  readonly interface: VirtualCpuInterface;
  readonly vtimer: Vtimer;
  /** VPF_down: it has not been brought up, or has switched itself off. */
  down = true;
  /** In WFI, or SCHEDOP_block. */
  blocked = false;
  /** Ports that SCHEDOP_poll waits for. */
  polling: readonly number[] | undefined;
  private readonly pollEnd: Deadline = { at: Infinity, fire: () => this.unblock() };
  private pollTimers: Timers | undefined;
  pauseCount = 0;
  /** Physical address of its struct vcpu_info; 0: none yet. */
  infoAddress = 0;
  /** That is in a page which the guest has chosen, and which is held for it. */
  private infoHeld = false;
  /** Guest virtual address of its runstate area; 0: none. */
  runstateAddress = 0;
  runstate: Runstate = RUNSTATE.OFFLINE;
  runstateSince = 0;
  /** Nanoseconds in each state. */
  readonly times = new Float64Array(4);
  /** The core that it runs on, or ran on last. */
  processor = 0;
  /** Bit n: it may run on core n. */
  hardAffinity = 0xffffffff;
  softAffinity = 0xffffffff;
  /** What its hard affinity was before SCHEDOP_pin_override. */
  affinityBefore: number | undefined;
  /** Whether it is what a core executes now. */
  running = false;
  /** Somebody has set its registers, or it has begun by itself. */
  initialized = false;
  /** A domain that it holds paused, until cores have left it: the hypercall is made again. */
  holding: Domain | undefined;
  /** Scheduler: see sched/credit2. */
  credit = 0;
  /** It waits for what another one has to do first: that one goes before it. */
  yielded = false;

  constructor(
    readonly domain: Domain,
    readonly id: number,
  ) {
    this.interface = new VirtualCpuInterface(id);
    this.vtimer = new Vtimer(
      {
        timers: () => domain.host.timersOf(this.processor),
        inject: ppi => domain.vgic.inject(ppi, id),
      },
      domain.timerOffset,
    );
    this.context.setRegister('SCTLR', INITIAL_SCTLR);
    this.context.setRegister('VPIDR', domain.host.midr);
    this.context.setRegister('VMPIDR', (MPIDR_MULTIPROCESSING | id) >>> 0);
    this.context.cpsr = PSR.A | PSR.I | PSR.F | MODE.svc;
  }

  get name(): string {
    return `d${this.domain.id}v${this.id}`;
  }

  get runnable(): boolean {
    return !this.down && !this.blocked && this.polling === undefined && this.pauseCount === 0 && !this.domain.isPaused;
  }

  /** Where and how it begins. @param r0 of PSCI CPU_ON the context id */
  start(pc: number, registers: readonly number[], thumb = false): void {
    // Also one that has run before begins without translation (Xen, arch/arm/vpsci.c, do_common_cpu_on).
    this.context.setRegister('SCTLR', INITIAL_SCTLR);
    for (const name of ['TTBCR', 'TTBR0', 'TTBR1'] as const) this.context.setRegister(name, 0);
    this.context.pc = thumb ? pc & ~1 : pc;
    this.context.cpsr = PSR.A | PSR.I | PSR.F | MODE.svc | (thumb ? PSR.T : 0);
    registers.forEach((value, n) => this.context.setR(n, value));
    this.initialized = true;
    this.down = false;
    this.domain.host.wake(this);
  }

  /** Somebody has something for it: it need not wait any longer. */
  unblock(): void {
    if (!this.blocked && this.polling === undefined) return;
    this.blocked = false;
    this.endPoll();
    this.domain.host.wake(this);
  }

  /** SCHEDOP_poll waits no longer than that. @param at CNTPCT */
  pollUntil(timers: Timers, at: number): void {
    this.pollTimers = timers;
    timers.set(this.pollEnd, at);
  }
  private endPoll(): void {
    this.polling = undefined;
    this.pollTimers?.set(this.pollEnd, Infinity);
    this.pollTimers = undefined;
  }

  /** EventTarget: an event is pending for it. */
  notify(): void {
    if (this.infoAddress === 0) return;
    const { memory } = this.domain.host;
    if (memory.read8(this.infoAddress + VCPU_INFO.PENDING) !== 0) return;
    memory.write8(this.infoAddress + VCPU_INFO.PENDING, 1);
    this.domain.vgic.inject(this.domain.eventIrq, this.id);
  }

  /** Where its struct vcpu_info is from now on, a page of the guest that stays the guest's. */
  placeInfo(at: number): void {
    this.domain.host.heap.reference(at >>> PAGE_SHIFT);
    this.infoAddress = at;
    this.infoHeld = true;
  }

  get hasPlacedInfo(): boolean {
    return this.infoHeld;
  }

  /** Of one that does not run. @param frameOf between physical and guest addresses, in the direction that is needed */
  transfer(io: Archive, frameOf: (address: number) => number): void {
    this.context.transfer(io);
    this.vtimer.transfer(io);
    this.down = io.bool(this.down);
    // Who waits for a port looks for itself.
    this.blocked = io.bool(this.blocked);
    this.initialized = io.bool(this.initialized);
    const held = io.bool(this.infoHeld);
    const info = held ? io.f64(io.loading ? 0 : frameOf(this.infoAddress)) : 0;
    if (io.loading && held) this.placeInfo(frameOf(info));
    this.runstateAddress = io.u32(this.runstateAddress);
    this.runstate = io.oneOf(this.runstate, Object.values(RUNSTATE));
    this.runstateSince = io.f64(this.runstateSince) + io.shift.ns;
    for (let i = 0; i < this.times.length; i++) this.times[i] = io.f64(this.times[i]!);
    this.hardAffinity = io.u32(this.hardAffinity);
    this.softAffinity = io.u32(this.softAffinity);
    const credit = io.f64(this.credit);
    this.credit = Number.isFinite(credit) ? credit : 0;
  }

  /** It will not run any more, and nothing is written for it. */
  stop(): void {
    this.vtimer.stop();
    this.endPoll();
    if (this.infoHeld) this.domain.host.heap.release(this.infoAddress >>> PAGE_SHIFT);
    this.infoHeld = false;
    this.infoAddress = 0;
    this.runstateAddress = 0;
    this.down = true;
  }

  /** Accounts for the time in the state that ends now. */
  changeRunstate(to: Runstate, now: number): void {
    this.times[this.runstate]! += now - this.runstateSince;
    this.runstate = to;
    this.runstateSince = now;
  }

  /** Nanoseconds that it has run. */
  cpuTime(now: number): number {
    return this.times[RUNSTATE.RUNNING]! + (this.runstate === RUNSTATE.RUNNING ? now - this.runstateSince : 0);
  }
}
