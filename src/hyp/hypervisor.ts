// Xen in TypeScript: what runs in Hyp mode when no Xen binary is given. It is entered through the exceptions that HCR and
// stage 2 route to Hyp mode, and leaves through an exception return.
import type { Core } from '../emu/cpu/core';
import { HCR, HDCR } from '../emu/cpu/control-bits';
import { exceptionReturn } from '../emu/cpu/exceptions';
import { BANKED } from '../emu/cpu/state';
import { HIGH_WORD, SLOT } from '../emu/cpu/sysregs/storage';
import { TIMER_INTID, TIMER } from '../emu/devices/generic-timer';
import type { Machine } from '../emu/machine';
import { ERRNO } from './abi/errno';
import { type Speaker, XenConsole } from './console';
import { type Domain, type DomainHost, SHUTDOWN } from './domain';
import { VIRQ } from './evtchn/channels';
import { SHARED_INFO } from './evtchn/two-level';
import { type GicAddresses, PhysicalGic } from './gic/gicv2';
import type { VirtualIrq } from './gic/vgic';
import { GuestAccess } from './guest-access';
import type { Answer, Call } from './hypercalls/hypercall';
import { HYPERCALLS } from './hypercalls/list';
import { Heap } from './memory/heap';
import { PhysicalMemory } from './memory/physical';
import { VTCR } from './p2m';
import { PhysicalCpu } from './pcpu';
import { Credit2 } from './sched/credit2';
import { Traps } from './traps/traps';
import { RUNSTATE, type Vcpu } from './vcpu';

/** What of a guest's doings comes here. */
const GUEST_HCR =
  HCR.VM | HCR.SWIO | HCR.PTW | HCR.FMO | HCR.IMO | HCR.AMO | HCR.FB | HCR.TWI | HCR.TWE | HCR.TSC | HCR.TIDCP | HCR.TAC | HCR.TSW; // prettier-ignore
const GUEST_HDCR = HDCR.TDRA | HDCR.TDOSA | HDCR.TDA | HDCR.TPM | HDCR.TPMCR;
/** Coprocessors 0 to 9, 12 and 13, and trace. */
const GUEST_HCPTR = 0x33ff | (1 << 20);
/** The guest may read the physical counter, and not use the physical timer. */
const GUEST_CNTHCTL = 1;
const HVBAR = 0x00200000;
const VECTOR_IRQ = 0x18;
const VECTOR_MASK = 0x1f;
const HYP_TIMER_IRQ = TIMER_INTID[TIMER.HYP]!;
const VIRTUAL_TIMER_IRQ = TIMER_INTID[TIMER.VIRTUAL]!;
const SGI_RESCHEDULE = 0;
const LOCAL_SGIS = 16;

/** Who made this hypervisor, for `xl info`. */
export interface Identity {
  readonly extraVersion: string;
  readonly changeset: string;
  readonly compiler: string;
  readonly by: string;
  readonly domain: string;
  readonly date: string;
}

export interface HypervisorOptions {
  readonly gic: GicAddresses;
  readonly maintenanceIrq: number;
  /** Physical address and interrupt of the UART that Xen has for itself. */
  readonly uart: { readonly base: number; readonly irq: number };
  readonly commandLine: string;
  readonly identity: Identity;
  /** Seconds since 1970 at power-on. */
  readonly baseSeconds: number;
  readonly heard?: (speaker: Speaker, bytes: Uint8Array) => void;
  /** dom0, or the last domain that keeps the machine on, has ended. */
  readonly over: (code: number) => void;
  /** Builds what is to run; called when the first core comes up. */
  readonly boot: (xen: Hypervisor) => void;
}

/** Hears of what becomes of domains. Called in the middle of whatever led to it. */
export interface DomainObserver {
  /** It has shut down; it is still there. */
  ended?(domain: Domain): void;
  /** All that it had is given back. */
  gone?(domain: Domain): void;
}

export class Hypervisor implements DomainHost {
  readonly memory: PhysicalMemory;
  readonly heap: Heap;
  readonly gic: PhysicalGic;
  readonly console: XenConsole;
  readonly pcpus: readonly PhysicalCpu[];
  readonly scheduler = new Credit2();
  readonly domains = new Map<number, Domain>();
  /** Of the domain that was created last; dom0 at first. */
  lastDomainId = 0;
  /** Those who want to know of the ends of domains. */
  readonly observers = new Set<DomainObserver>();
  readonly identity: Identity;
  readonly commandLine: string;
  private readonly traps: Traps;
  private readonly accesses: readonly GuestAccess[];
  private readonly owners = new Map<number, Domain>();
  private wallclock: { seconds: number; nanoseconds: number };

  constructor(
    readonly machine: Machine,
    readonly options: HypervisorOptions,
  ) {
    this.memory = new PhysicalMemory(machine);
    this.heap = new Heap(this.memory.base, this.memory.size);
    this.gic = new PhysicalGic(this.memory, options.gic);
    this.identity = options.identity;
    this.commandLine = options.commandLine;
    this.pcpus = machine.hardware.timers.map((timer, i) => new PhysicalCpu(i, timer));
    this.accesses = machine.cores.map(core => new GuestAccess(core, this.memory));
    this.traps = new Traps(this);
    this.wallclock = { seconds: options.baseSeconds, nanoseconds: 0 };
    this.console = new XenConsole({
      send: byte => this.memory.writeDevice(options.uart.base, byte, 0),
      receive: () => this.receive(),
      inputReady: () => this.domains.get(0)?.channels.raiseVirq(VIRQ.CONSOLE),
      ...(options.heard && { heard: options.heard }),
    });
  }

  // What domains need.

  get midr(): number {
    return this.machine.cores[0]!.sys[SLOT.VPIDR]!;
  }
  readonly now = (): number => this.machine.timeNs;
  timersOf(core: number) {
    return this.pcpus[core]!.timers;
  }
  access(core: number): GuestAccess {
    return this.accesses[core]!;
  }
  domain(id: number): Domain | undefined {
    return this.domains.get(id);
  }
  guestError(message: string): void {
    this.console.print(message);
  }
  flushTlb(vmid: number): void {
    for (const core of this.machine.cores) core.tlbFlushVm(vmid);
  }

  /** A guest has enabled the interrupt of a device that is its own. */
  routePhysical({ hardware, edge }: VirtualIrq, enabled: boolean): void {
    if (!enabled) return this.gic.disable(hardware, 0);
    this.gic.setEdge(hardware, edge, 0);
    this.gic.enable(hardware, 0);
  }
  /** Gives a physical interrupt to a domain. */
  giveInterrupt(irq: number, domain: Domain): void {
    this.owners.set(irq, domain);
    domain.vgic.irq(irq, 0)!.hardware = irq;
  }

  wake(vcpu: Vcpu): void {
    if (vcpu.running || !vcpu.runnable) return;
    if (vcpu.runstate !== RUNSTATE.RUNNABLE) vcpu.changeRunstate(RUNSTATE.RUNNABLE, this.now());
    this.scheduler.add(vcpu);
    const idle = this.pcpus.find(one => one.up && !one.current && vcpu.hardAffinity & (1 << one.core));
    const target = idle ?? this.pcpus.find(({ current }) => current && this.scheduler.preempts(vcpu, current));
    if (target) this.poke(target);
  }

  /** Its interrupts have changed. */
  kick(vcpu: Vcpu): void {
    if (vcpu.blocked || vcpu.polling) vcpu.unblock();
    const running = this.pcpus.find(({ current }) => current === vcpu);
    if (running) this.poke(running);
  }

  /** Lets a core look around: by a software interrupt, if it is not the one that is here now. */
  private poke(target: PhysicalCpu): void {
    target.reschedule = true;
    const here = this.machine.processor.running;
    if (here !== target.core) this.gic.sendSgi(SGI_RESCHEDULE, target.core, Math.max(here, 0));
  }
  reschedule(core: number): void {
    this.pcpus[core]!.reschedule = true;
  }

  yield(vcpu: Vcpu): void {
    vcpu.yielded = true;
    this.reschedule(vcpu.processor);
  }
  /** WFI, SCHEDOP_block: until an interrupt or event comes. */
  block(vcpu: Vcpu): void {
    vcpu.interface.sync(this.gic);
    if (vcpu.interface.isDeliverable(this.gic)) return;
    vcpu.blocked = true;
    this.reschedule(vcpu.processor);
  }
  /** @param timeout system time in nanoseconds; 0: never */
  pollUntil(vcpu: Vcpu, timeout: number): void {
    this.reschedule(vcpu.processor);
    if (timeout === 0) return;
    const timers = this.timersOf(vcpu.processor);
    const ticks = timers.now + Math.max(0, ((timeout - this.now()) * this.machine.board.cpu.counterHertz) / 1e9);
    timers.set({ at: Infinity, fire: () => vcpu.unblock() }, Math.ceil(ticks));
  }

  /** The time of day when the system time was `systemTime`. */
  setWallclock(seconds: number, nanoseconds: number, systemTime: number): void {
    const total = nanoseconds - (systemTime % 1e9);
    this.wallclock = {
      seconds: seconds - Math.floor(systemTime / 1e9) + Math.floor(total / 1e9),
      nanoseconds: ((total % 1e9) + 1e9) % 1e9,
    };
    for (const domain of this.domains.values()) this.writeWallclock(domain);
  }
  /** wc_version, wc_sec, wc_nsec, wc_sec_hi: the version is odd while they change. */
  private writeWallclock({ sharedInfo }: Domain): void {
    const at = sharedInfo + SHARED_INFO.WALLCLOCK;
    const { seconds, nanoseconds } = this.wallclock;
    const version = this.memory.read32(at);
    this.memory.write32(at + 4, seconds >>> 0);
    this.memory.write32(at + 8, nanoseconds);
    this.memory.write32(at + 12, Math.floor(seconds / 2 ** 32));
    this.memory.write32(at, (version + 2) >>> 0);
  }

  addDomain(domain: Domain): void {
    this.domains.set(domain.id, domain);
    this.writeWallclock(domain);
  }

  ended(domain: Domain): void {
    if (domain.id === 0) {
      const why = domain.shutdownCode === SHUTDOWN.REBOOT ? 'rebooting machine' : 'halting machine';
      this.console.print(`Hardware Dom0 shutdown: ${why}`);
      return this.options.over(domain.shutdownCode!);
    }
    this.domains.get(0)?.channels.raiseVirq(VIRQ.DOM_EXC);
    for (const one of [...this.observers]) one.ended?.(domain);
  }

  /**
   * Ends a domain for good: at once, or as soon as the last core has left it.
   * @returns whether it is gone
   */
  destroyDomain(domain: Domain): boolean {
    domain.dying = true;
    if (domain.vcpus.some(({ running }) => running)) {
      domain.stopRunning();
      return false;
    }
    if (this.domains.get(domain.id) !== domain) return true;
    for (const vcpu of domain.vcpus) this.scheduler.remove(vcpu);
    domain.destroy();
    this.domains.delete(domain.id);
    this.domains.get(0)?.channels.raiseVirq(VIRQ.DOM_EXC);
    for (const one of [...this.observers]) one.gone?.(domain);
    return true;
  }

  hypercall(call: Call, number: number, args: Uint32Array): Answer {
    const found = HYPERCALLS.get(number);
    if (!found) return -ERRNO.ENOSYS;
    if (found.privileged && !call.domain.options.privileged) return -ERRNO.EPERM;
    const inner = args === call.args ? call : call.withArguments(args);
    return found.handle(inner);
  }

  // Where a core enters.

  enter(core: Core): boolean {
    const pcpu = this.pcpus[core.index]!;
    if (!pcpu.up) this.bringUp(pcpu, core);
    else if (pcpu.current) this.exception(pcpu, pcpu.current, core);
    else this.interrupts(pcpu, core);
    return this.leave(pcpu, core);
  }

  private bringUp(pcpu: PhysicalCpu, core: Core): void {
    const { sys } = core;
    sys[SLOT.HVBAR] = HVBAR;
    sys[SLOT.HCR] = GUEST_HCR;
    sys[SLOT.HDCR] = GUEST_HDCR | (sys[SLOT.HDCR]! & HDCR.HPMN);
    sys[SLOT.HCPTR] = GUEST_HCPTR;
    sys[SLOT.HSTR] = 1 << 15;
    sys[SLOT.VTCR] = VTCR;
    sys[SLOT.CNTHCTL] = GUEST_CNTHCTL;
    core.lines.setVirtual(sys[SLOT.HCR]);
    core.trapsChanged();
    core.stage2Changed();
    core.regimeChanged();
    if (core.index === 0) this.gic.initialize();
    this.gic.initializeCore(core.index);
    for (const irq of [HYP_TIMER_IRQ, VIRTUAL_TIMER_IRQ, this.options.maintenanceIrq]) this.gic.enable(irq, core.index);
    pcpu.up = true;
    if (core.index === 0) {
      this.initializeUart();
      this.options.boot(this);
    }
  }

  private initializeUart(): void {
    const { base, irq } = this.options.uart;
    const write = (offset: number, value: number): void => this.memory.writeDevice(base + offset, value, 0);
    write(0x2c, 0x70); // UARTLCR_H: 8 bits, FIFOs
    write(0x30, 0x301); // UARTCR: on, both directions
    write(0x38, 0x50); // UARTIMSC: receive, receive timeout
    this.gic.setEdge(irq, false, 0);
    this.gic.setTarget(irq, 0);
    this.gic.enable(irq, 0);
  }
  /** UARTFR.RXFE says whether there is anything. */
  private receive(): number {
    const { base } = this.options.uart;
    return this.memory.readDevice(base + 0x18, 0) & 0x10 ? -1 : this.memory.readDevice(base, 0) & 0xff;
  }

  private exception(pcpu: PhysicalCpu, vcpu: Vcpu, core: Core): void {
    vcpu.interface.sync(this.gic);
    if (((core.pc - HVBAR) & VECTOR_MASK) === VECTOR_IRQ) this.interrupts(pcpu, core);
    else this.traps.handle(vcpu, core);
  }

  /** Takes what is pending for this core, all of it. */
  private interrupts(pcpu: PhysicalCpu, core: Core): void {
    const { gic } = this;
    for (let iar = gic.acknowledge(core.index); iar >= 0; iar = gic.acknowledge(core.index)) {
      const irq = iar & 0x3ff;
      gic.drop(iar, core.index);
      const owner = this.owners.get(irq);
      if (owner && irq !== this.options.uart.irq) {
        // The guest's end of interrupt deactivates it.
        owner.vgic.inject(irq);
        continue;
      }
      if (irq === HYP_TIMER_IRQ) pcpu.timers.run();
      else if (irq === VIRTUAL_TIMER_IRQ) pcpu.current?.vtimer.fired(pcpu.timer);
      else if (irq === this.options.uart.irq) this.console.typed();
      else if (irq < LOCAL_SGIS) pcpu.reschedule = true;
      gic.deactivate(iar, core.index);
    }
  }

  /** Chooses who goes on, and goes on there. @returns false: nobody does */
  private leave(pcpu: PhysicalCpu, core: Core): boolean {
    if (pcpu.reschedule || !pcpu.current) this.schedule(pcpu, core);
    const { current } = pcpu;
    if (!current) return false;
    current.interface.fill(this.gic);
    exceptionReturn(core, core.banked[BANKED.ELR_HYP]!, core.spsr);
    return true;
  }

  private schedule(pcpu: PhysicalCpu, core: Core): void {
    pcpu.reschedule = false;
    const now = this.now();
    const before = pcpu.current;
    if (before) {
      this.scheduler.burn(before, now - pcpu.since);
      pcpu.since = now;
      before.running = false;
      if (before.runnable) this.scheduler.add(before);
      if (before.domain.dying) this.leaveDying(before, pcpu, core, now);
    }
    const { vcpu, slice } = this.scheduler.pick(core.index, now);
    const ticks = (slice * this.machine.board.cpu.counterHertz) / 1e9;
    pcpu.timers.set(pcpu.sliceEnd, slice === Infinity ? Infinity : pcpu.timers.now + Math.ceil(ticks));
    if (vcpu) vcpu.running = true;
    const { current } = pcpu;
    if (current === vcpu) return;
    if (current) this.switchFrom(current, pcpu, core, now);
    pcpu.current = vcpu;
    if (vcpu) this.switchTo(vcpu, pcpu, core, now);
  }

  /** The last core that leaves a domain in its end takes it down; a new one may begin in its place. */
  private leaveDying(vcpu: Vcpu, pcpu: PhysicalCpu, core: Core, now: number): void {
    this.switchFrom(vcpu, pcpu, core, now);
    pcpu.current = undefined;
    this.destroyDomain(vcpu.domain);
  }

  private switchFrom(vcpu: Vcpu, pcpu: PhysicalCpu, core: Core, now: number): void {
    vcpu.context.save(core);
    vcpu.interface.save(this.gic);
    vcpu.vtimer.save(pcpu.timer);
    vcpu.changeRunstate(vcpu.runnable ? RUNSTATE.RUNNABLE : vcpu.down ? RUNSTATE.OFFLINE : RUNSTATE.BLOCKED, now);
  }

  private switchTo(vcpu: Vcpu, pcpu: PhysicalCpu, core: Core, now: number): void {
    const { p2m } = vcpu.domain;
    vcpu.processor = core.index;
    pcpu.since = now;
    vcpu.changeRunstate(RUNSTATE.RUNNING, now);
    core.sys[SLOT.VTTBR] = p2m.root;
    core.sys[SLOT.VTTBR + HIGH_WORD] = (p2m.vmid & 0xff) << 16;
    core.stage2Changed();
    vcpu.context.restore(core);
    vcpu.interface.restore(this.gic, core.index);
    vcpu.vtimer.restore(pcpu.timer);
  }
}
