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
import { BoardDevices } from './board-devices';
import { type Speaker, XenConsole } from './console';
import type { Domain, DomainHost } from './domain';
import { VIRQ } from './evtchn/channels';
import { SHARED_INFO } from './evtchn/two-level';
import { type GicAddresses, PhysicalGic } from './gic/gicv2';
import type { VirtualIrq } from './gic/vgic';
import { GuestAccess } from './guest-access';
import type { Answer, Call } from './hypercalls/hypercall';
import { describeCall } from './hypercalls/describe';
import { HYPERCALLS } from './hypercalls/list';
import { greet } from './greeting';
import { pressKey } from './keys';
import { endOfHardwareDomain } from './hardware-domain';
import { Heap } from './memory/heap';
import { PhysicalMemory } from './memory/physical';
import { readXenOptions, type XenOptions } from './options';
import { VTCR } from './p2m';
import { PhysicalCpu } from './pcpu';
import { writeRunstate } from './runstate';
import { Credit2 } from './sched/credit2';
import { Traps } from './traps/traps';
import { Trace } from './trace';
import { RUNSTATE, type Vcpu } from './vcpu';
import { XenUart } from './xen-uart';

/**
 * What of a guest's doings comes here. Xen has HCR.TSW too, to look after caches, which are not modelled; a kernel that walks
 * through them by set and way at its start would come here 17,000 times for nothing.
 */
const GUEST_HCR =
  HCR.VM | HCR.SWIO | HCR.PTW | HCR.FMO | HCR.IMO | HCR.AMO | HCR.FB | HCR.TWI | HCR.TWE | HCR.TSC | HCR.TIDCP | HCR.TAC; // prettier-ignore
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
  /** Physical address and interrupt of the UART that Xen has for itself, unless its command line says that it has none. */
  readonly uart: { readonly base: number; readonly irq: number };
  readonly commandLine: string;
  readonly identity: Identity;
  /** Seconds since 1970 at power-on. */
  readonly baseSeconds: number;
  /** Keeps records of what is done. */
  readonly traced?: boolean;
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
  /** Its end begins: who uses its memory and its ports lets go of them. */
  dying?(domain: Domain): void;
  /** All that it had is given back, but for pages that others have mapped. */
  dead?(domain: Domain): void;
  /** Nobody has anything of it any more. */
  gone?(domain: Domain): void;
}

/** VTTBR has eight bits for it; 0 is nobody's. */
const VMIDS = 256;

export class Hypervisor implements DomainHost {
  readonly memory: PhysicalMemory;
  readonly heap: Heap;
  readonly gic: PhysicalGic;
  readonly devices: BoardDevices;
  readonly console: XenConsole;
  readonly pcpus: readonly PhysicalCpu[];
  readonly scheduler = new Credit2();
  readonly domains = new Map<number, Domain>();
  /** Of the domain that was created last; dom0 at first. */
  lastDomainId = 0;
  /** Ids of domains whose part somebody in the hypervisor plays: backends stand for domain 0, whether it is there or not. */
  readonly stoodFor = new Set<number>();
  /** The store of the hypervisor's own, for a dom0 that has none; undefined: there is no such store. @returns whether it took it */
  storeForDom0: ((dom0: Domain, page: number, port: number) => boolean) | undefined;
  /** Those who want to know of the ends of domains. */
  readonly observers = new Set<DomainObserver>();
  /** By virtual interrupt of which there is one: who gets it in the place of dom0. */
  readonly virqHandlers = new Map<number, Domain>();
  private readonly vmids = new Set<number>();
  readonly identity: Identity;
  readonly commandLine: string;
  /** What the command line says. */
  readonly xenOptions: XenOptions;
  /** Pressed for Xen, and not looked at yet. */
  private readonly keys: number[] = [];
  private readonly uart: XenUart;
  private readonly traps: Traps;
  private readonly accesses: readonly GuestAccess[];
  /** Records of what is done, when somebody wants them. */
  readonly trace: Trace | undefined;
  private wallclock: { seconds: number; nanoseconds: number };

  constructor(
    readonly machine: Machine,
    readonly options: HypervisorOptions,
  ) {
    this.memory = new PhysicalMemory(machine);
    this.heap = new Heap(this.memory.base, this.memory.size, (mfn, owner) => this.pageFreed(mfn, owner));
    this.gic = new PhysicalGic(this.memory, options.gic);
    this.devices = new BoardDevices(this.gic, this.heap, options.uart);
    this.identity = options.identity;
    this.commandLine = options.commandLine;
    this.xenOptions = readXenOptions(options.commandLine).options;
    this.scheduler.ratelimit = this.xenOptions.ratelimitNs ?? this.scheduler.ratelimit;
    this.pcpus = machine.hardware.timers.map((timer, i) => new PhysicalCpu(i, timer));
    this.accesses = machine.cores.map(core => new GuestAccess(core, this.memory));
    this.traps = new Traps(this);
    const count = () => ({ at: machine.instructions, timeNs: machine.timeNs });
    this.trace = options.traced ? new Trace(count) : undefined;
    this.wallclock = { seconds: options.baseSeconds, nanoseconds: 0 };
    this.uart = new XenUart(this.memory, options.uart);
    const ports = {
      now: this.now,
      ...{ send: this.uart.send, receive: this.uart.receive },
      key: (byte: number) => void this.keys.push(byte),
      inputReady: () => this.raiseGlobalVirq(VIRQ.CONSOLE),
      ringChanged: () => this.raiseGlobalVirq(VIRQ.CON_RING),
      ...(options.heard && { heard: options.heard }),
    };
    this.console = new XenConsole(ports, this.xenOptions);
  }

  // What domains need.

  get midr(): number {
    return this.machine.cores[0]!.sys[SLOT.VPIDR]!;
  }
  get counterHertz(): number {
    return this.machine.board.cpu.counterHertz;
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
    this.console.printAboutGuest(message);
  }
  takeVmid(): number {
    for (let vmid = 1; vmid < VMIDS; vmid++)
      if (!this.vmids.has(vmid)) {
        this.vmids.add(vmid);
        return vmid;
      }
    return -1;
  }
  giveVmid(vmid: number): void {
    this.vmids.delete(vmid);
  }
  flushTlb(vmid: number): void {
    for (const core of this.machine.cores) core.tlbFlushVm(vmid);
  }

  routePhysical(irq: VirtualIrq, enabled: boolean): void {
    this.devices.route(irq, enabled);
  }

  wake(vcpu: Vcpu): void {
    if (vcpu.running || !vcpu.runnable) return;
    const now = this.now();
    if (vcpu.runstate !== RUNSTATE.RUNNABLE) vcpu.changeRunstate(RUNSTATE.RUNNABLE, now);
    this.scheduler.add(vcpu);
    const allowed = this.pcpus.filter(one => one.up && vcpu.hardAffinity & (1 << one.core));
    const idle = allowed.find(({ current }) => !current);
    if (idle) return this.poke(idle);
    // Nobody is idle: one is interrupted, now or when it has used up what it is ahead.
    for (const pcpu of allowed) {
      const wait = this.scheduler.preemption(vcpu, pcpu.current!, now - pcpu.since);
      if (wait <= 0) return this.poke(pcpu);
      const ticks = pcpu.timers.now + Math.ceil((wait * this.machine.board.cpu.counterHertz) / 1e9);
      if (ticks < pcpu.sliceEnd.at) pcpu.timers.set(pcpu.sliceEnd, ticks);
    }
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
  deschedule(vcpu: Vcpu): void {
    const running = this.pcpus.find(({ current }) => current === vcpu);
    if (running) this.poke(running);
  }
  /** Lets a virtual CPU run on some cores only. @param cores bit n: on core n */
  pin(vcpu: Vcpu, cores: number): void {
    vcpu.hardAffinity = cores;
    if (vcpu.running && !(cores & (1 << vcpu.processor))) this.deschedule(vcpu);
    else this.wake(vcpu);
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
    vcpu.pollUntil(timers, Math.ceil(ticks));
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
  /** Sets the clock of one domain forward. @param seconds */
  setTimeOffset(domain: Domain, seconds: number): void {
    domain.timeOffset = seconds;
    this.writeWallclock(domain);
  }
  /** wc_version, wc_sec, wc_nsec, wc_sec_hi: the version is odd while they change. */
  private writeWallclock({ sharedInfo, timeOffset }: Domain): void {
    const at = sharedInfo + SHARED_INFO.WALLCLOCK;
    const { nanoseconds } = this.wallclock;
    const seconds = this.wallclock.seconds + timeOffset;
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
      return this.options.over(endOfHardwareDomain(this.console, this.xenOptions, domain.shutdownCode!));
    }
    this.raiseGlobalVirq(VIRQ.DOM_EXC);
    for (const one of [...this.observers]) one.ended?.(domain);
  }

  /** A virtual interrupt of which there is one; for dom0, unless somebody else handles it. */
  raiseGlobalVirq(virq: number): void {
    (this.virqHandlers.get(virq) ?? this.domains.get(0))?.channels.raiseVirq(virq);
  }

  /**
   * A step of the end of a domain.
   * @returns false: cores have to leave it first, or there is more to do; call again
   */
  endDomain(domain: Domain): boolean {
    if (domain.dead) return true;
    if (!domain.dying) for (const one of [...this.observers]) one.dying?.(domain);
    domain.dying = true;
    if (domain.isRunning) {
      domain.stopRunning();
      return false;
    }
    for (const vcpu of domain.vcpus) this.scheduler.remove(vcpu);
    this.devices.takeAll(domain);
    if (!domain.relinquish()) return false;
    for (const [virq, handler] of this.virqHandlers) if (handler === domain) this.virqHandlers.delete(virq);
    this.raiseGlobalVirq(VIRQ.DOM_EXC);
    for (const one of [...this.observers]) one.dead?.(domain);
    this.forget(domain);
    return true;
  }

  /**
   * Ends a domain for good: at once, or as soon as the last core has left it.
   * @returns whether all is given back but for what others have mapped
   */
  destroyDomain(domain: Domain): boolean {
    domain.destroyed = true;
    while (!this.endDomain(domain)) if (domain.isRunning) return false;
    return true;
  }

  private pageFreed(mfn: number, owner: number): void {
    const domain = this.domains.get(owner);
    domain?.pageFreed(mfn);
    if (domain) this.forget(domain);
  }
  /** A dead domain is known as long as somebody uses its memory. */
  private forget(domain: Domain): void {
    if (!domain.dead || !domain.holdsNothing || !this.domains.delete(domain.id)) return;
    this.raiseGlobalVirq(VIRQ.DOM_EXC);
    for (const one of [...this.observers]) one.gone?.(domain);
  }

  hypercall(call: Call, number: number, args: Uint32Array): Answer {
    const found = HYPERCALLS.get(number);
    const inner = args === call.args ? call : call.withArguments(args);
    const traced = this.trace && describeCall(inner, number, found);
    const answer = !found
      ? -ERRNO.ENOSYS
      : found.privileged && !call.domain.options.privileged
        ? -ERRNO.EPERM
        : found.handle(inner);
    if (traced) this.trace?.add({ ...traced, result: answer });
    return answer;
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
      if (!this.xenOptions.mute) this.uart.initialize(this.gic);
      greet(this);
      this.options.boot(this);
    }
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
      const owner = this.devices.owner(irq);
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
    for (const key of this.keys.splice(0)) pressKey(this, key, core);
  }

  /** A key for Xen, by whatever way: the first core looks at it. */
  press(byte: number): void {
    this.keys.push(byte);
    this.poke(this.pcpus[0]!);
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
      before.running = false;
      if (before.runnable) this.scheduler.add(before);
    }
    pcpu.account(now);
    if (before?.domain.destroyed) this.leaveDestroyed(before, pcpu, core, now);
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

  /** The last core that leaves a domain in its end takes it down, before it looks for another: one may begin in its place. */
  private leaveDestroyed(vcpu: Vcpu, pcpu: PhysicalCpu, core: Core, now: number): void {
    this.switchFrom(vcpu, pcpu, core, now);
    pcpu.current = undefined;
    this.destroyDomain(vcpu.domain);
  }

  private switchFrom(vcpu: Vcpu, pcpu: PhysicalCpu, core: Core, now: number): void {
    const { runnable, down } = vcpu;
    vcpu.changeRunstate(runnable ? RUNSTATE.RUNNABLE : down ? RUNSTATE.OFFLINE : RUNSTATE.BLOCKED, now);
    writeRunstate(vcpu, this.access(core.index));
    vcpu.context.save(core);
    vcpu.interface.save(this.gic);
    vcpu.vtimer.save(pcpu.timer);
  }

  private switchTo(vcpu: Vcpu, pcpu: PhysicalCpu, core: Core, now: number): void {
    const { p2m } = vcpu.domain;
    vcpu.processor = core.index;
    vcpu.changeRunstate(RUNSTATE.RUNNING, now);
    core.sys[SLOT.VTTBR] = p2m.root;
    core.sys[SLOT.VTTBR + HIGH_WORD] = (p2m.vmid & 0xff) << 16;
    core.stage2Changed();
    vcpu.context.restore(core);
    vcpu.interface.restore(this.gic, core.index);
    vcpu.vtimer.restore(pcpu.timer);
    writeRunstate(vcpu, this.access(core.index));
  }
}
