// Keys that a person presses at Xen's console, or `xl debug-keys` in dom0: what there is, in Xen's words (Xen,
// common/keyhandler.c, event_channel.c, grant_table.c, sched/cpupool.c).
import type { Core } from '../emu/cpu/core';
import { GuestContext } from './context';
import { type Domain, SHUTDOWN } from './domain';
import { VIRQ } from './evtchn/channels';
import { VCPU_INFO } from './evtchn/two-level';
import type { Hypervisor } from './hypervisor';
import { dumpRegisters, hex } from './registers-dump';
import type { Vcpu } from './vcpu';

/** Somebody who pressed a key: the core that hears it is in Hyp mode. */
interface Press {
  readonly xen: Hypervisor;
  readonly key: string;
  readonly core: Core;
  readonly say: (line: string) => void;
}
interface Handler {
  readonly about: string;
  readonly act: (press: Press) => void;
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  '0': { about: 'dump Dom0 registers', act: dumpDom0 },
  R: { about: 'reboot machine', act: reboot },
  d: { about: 'dump registers', act: dumpCores },
  e: { about: 'dump evtchn info', act: dumpChannels },
  g: { about: 'print grant table usage', act: dumpGrants },
  h: { about: 'show this message', act: showHandlers },
  q: { about: 'dump domain (and guest debug) info', act: dumpDomains },
  r: { about: 'dump run queues', act: dumpQueues },
};

/** @param byte a key; of those without a meaning nothing is said @param core in Hyp mode */
export function pressKey(xen: Hypervisor, byte: number, core: Core): void {
  const key = String.fromCharCode(byte);
  const handler = Object.hasOwn(HANDLERS, key) ? HANDLERS[key] : undefined;
  handler?.act({ xen, key, core, say: line => xen.console.printAlways(line) });
}

function showHandlers({ key, say }: Press): void {
  say(`'${key}' pressed -> showing installed handlers`);
  for (const [one, { about }] of Object.entries(HANDLERS))
    say(` key '${one}' (ascii '${one.charCodeAt(0).toString(16)}') => ${about}`);
}

function reboot({ xen, key, say }: Press): void {
  say(`'${key}' pressed -> rebooting machine`);
  xen.options.over(SHUTDOWN.REBOOT);
}

/** Registers of a virtual CPU, wherever they are; undefined: in another core, which executes it. */
function registersOf({ xen, core }: Press, vcpu: Vcpu): GuestContext | undefined {
  const pcpu = xen.pcpus.find(({ current }) => current === vcpu);
  if (!pcpu) return vcpu.context;
  if (pcpu.core !== core.index) return undefined;
  const now = new GuestContext();
  now.save(core);
  return now;
}

function dumpCores(press: Press): void {
  const { xen, key, say } = press;
  say(`'${key}' pressed -> dumping registers`);
  for (const { core, current } of xen.pcpus) {
    if (!current) continue;
    const registers = registersOf(press, current);
    say(`*** Dumping CPU${core} guest state (${current.name}): ***`);
    if (registers) dumpRegisters(say, core, registers);
    else say('it runs, and its registers are in use');
  }
}

function dumpDom0(press: Press): void {
  const { xen, key, say } = press;
  const dom0 = xen.domain(0);
  if (!dom0) return;
  say(`'${key}' pressed -> dumping Dom0's registers`);
  for (const vcpu of dom0.vcpus) {
    const registers = registersOf(press, vcpu);
    say(`*** Dumping Dom0 vcpu#${vcpu.id} state: ***`);
    if (registers) dumpRegisters(say, vcpu.processor, registers);
    else say('it runs, and its registers are in use');
  }
}

/** `0-1`, of the bits that are set. */
function list(mask: number, most: number): string {
  const all = Array.from({ length: most }, (_, n) => n).filter(n => mask & (1 << n));
  const [first, last] = [all[0], all.at(-1)];
  return first === undefined
    ? ''
    : all.length > 1 && all.length === last! - first + 1
      ? `${first}-${last}`
      : all.join(',');
}

function dumpDomains({ xen, key, say }: Press): void {
  say(`'${key}' pressed -> dumping domain info (now = ${Math.floor(xen.now())})`);
  for (const domain of xen.domains.values()) dumpDomain(xen, domain, say);
  for (const domain of xen.domains.values())
    for (const { id } of domain.vcpus) {
      say(`Notifying guest ${domain.id}:${id} (virq ${VIRQ.DEBUG}, port ${domain.channels.virqPort(VIRQ.DEBUG, id)})`);
      domain.channels.raiseVirq(VIRQ.DEBUG, id);
    }
}

function dumpDomain({ pcpus }: Hypervisor, domain: Domain, say: (line: string) => void): void {
  const { id, p2m, vcpus } = domain;
  const running = pcpus.reduce(
    (mask, { core, current }) => (current?.domain === domain ? mask | (1 << core) : mask),
    0,
  );
  const uuid = Array.from(domain.handle, byte => byte.toString(16).padStart(2, '0')).join('');
  say(`General information for domain ${id}:`);
  say(`    dying=${domain.dead ? 2 : domain.dying ? 1 : 0} pause_count=${domain.pauseCount + domain.controllerPauses}`);
  say(`    nr_pages=${domain.pages} dirty_cpus={${list(running, pcpus.length)}} max_pages=${domain.maxPages}`);
  say(`    handle=${uuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')} vm_assist=${hex(domain.vmAssist)}`);
  const mappings = new Map<number, number>();
  for (const { order } of p2m.entries()) mappings.set(order, (mappings.get(order) ?? 0) + 1);
  say(`p2m mappings for domain ${id} (vmid ${p2m.vmid}):`);
  for (const [name, order] of [
    ['1G', 18],
    ['2M', 9],
    ['4K', 0],
  ] as const)
    // prettier-ignore
    say(`  ${name} mappings: ${mappings.get(order) ?? 0}`);
  say(`VCPU information and callbacks for domain ${id}:`);
  for (const vcpu of vcpus) dumpVcpu(vcpu, pcpus.length, say);
}

/** Bits of pause_flags: VPF_blocked and VPF_down. */
const PAUSE = { BLOCKED: 1, DOWN: 2 } as const;

function dumpVcpu(vcpu: Vcpu, cores: number, say: (line: string) => void): void {
  const { memory } = vcpu.domain;
  const info = (at: number): string => (vcpu.infoAddress === 0 ? 0 : memory.read8(vcpu.infoAddress + at)).toString(16).padStart(2, '0'); // prettier-ignore
  const flags = (vcpu.blocked || vcpu.polling ? PAUSE.BLOCKED : 0) | (vcpu.down ? PAUSE.DOWN : 0);
  say(`  UNIT${vcpu.id} affinities: hard={${list(vcpu.hardAffinity, cores)}} soft={${list(vcpu.softAffinity, cores)}}`);
  say(`    VCPU${vcpu.id}: CPU${vcpu.processor} [has=${vcpu.running ? 'T' : 'F'}] poll=${vcpu.polling?.[0] ?? 0} upcall_pend=${info(VCPU_INFO.PENDING)} upcall_mask=${info(VCPU_INFO.MASK)}`); // prettier-ignore
  say(`    pause_count=${vcpu.pauseCount} pause_flags=${flags}`);
  if (vcpu.interface.core < 0)
    vcpu.interface.saved.forEach((value, n) => say(`   VCPU_LR[${n}]=${value.toString(16)}`));
  for (const one of vcpu.interface.listed) if (one) say(`Inflight irq=${one.irq} lr=${one.lr}`);
  for (const one of vcpu.interface.queue) say(`Pending irq=${one.irq}`);
  say('No periodic timer');
}

function dumpQueues({ xen, say }: Press): void {
  say('sched_smt_power_savings: disabled');
  say(`NOW=${Math.floor(xen.now())}`);
  say(`Online Cpus: ${list(2 ** xen.pcpus.length - 1, xen.pcpus.length)}`);
  say('Cpupool 0:');
  say(`Cpus: ${list(2 ** xen.pcpus.length - 1, xen.pcpus.length)}`);
  say('Scheduler: SMP Credit Scheduler rev2 (credit2)');
  say('CPUs info:');
  for (const { core, current } of xen.pcpus)
    say(
      `CPU[${String(core).padStart(2, '0')}] current=${current?.name ?? `d[IDLE]v${core}`}, curr=${current?.name ?? `d[IDLE]v${core}`}`,
    );
  say('Domain info:');
  for (const { id, weight, cap, vcpus } of xen.domains.values()) {
    say(`  Domain: ${id} w ${weight} c ${cap} v ${vcpus.length}`);
    for (const vcpu of vcpus) say(`    ${vcpu.id + 1}: [${id}.${vcpu.id}] cpu=${vcpu.processor} credit=${Math.round(vcpu.credit)} [w=${weight},cap=${cap}]`); // prettier-ignore
  }
}

function dumpChannels({ xen, key, say }: Press): void {
  say(`'${key}' pressed -> dumping event-channel info`);
  for (const { id, channels } of xen.domains.values()) {
    say(`Event channel information for domain ${id}:`);
    const { abi } = channels;
    say('    port [p/m]');
    for (const channel of channels.all) {
      const { port, state, vcpu, remoteDomain, remotePort, virq, upcall, consumer } = channel;
      const bits = `${abi.isPending(channel) ? 1 : 0}/${abi.isMasked(channel) ? 1 : 0}`;
      const what = ['', ` d=${remoteDomain}`, ` d=${remoteDomain} p=${remotePort}`, '', ` v=${virq}`, ''][state] ?? '';
      say(`    ${String(port).padStart(4)} [${bits}]: s=${state} n=${vcpu} x=${upcall || consumer ? 1 : 0}${what}`);
    }
  }
}

function dumpGrants({ xen, key, say }: Press): void {
  say(`'${key}' pressed -> printing grant table usage`);
  for (const { id, grants } of xen.domains.values()) {
    say(`grant-table for remote d${id} (v${grants.version})`);
    say(`  ${grants.frames.length} frames (${grants.maxFrames} max), ${grants.mapped.size} maptrack entries`);
    for (const [handle, { granter, ref, gfn, readonly }] of grants.mapped)
      say(`  [${handle}] of d${granter} ref ${ref} at gfn ${hex(gfn)}${readonly ? ', read only' : ''}`);
  }
}
