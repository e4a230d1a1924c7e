// A guest that makes hypercalls as a test tells it: dom0, or another one, which the first core executes.
import type { Hypervisor } from '../../src/hyp';
import type { Domain } from '../../src/hyp/domain';
import { Call } from '../../src/hyp/hypercalls/hypercall';
import { bench, type Bench } from './bench';
import { CODE, guest, LOOP } from './small-guest';

/** Where the test's structures lie, in pages that the guest has for nothing else. */
export const SCRATCH = CODE + 0x8000;
/** And what they point to. */
export const BUFFER = CODE + 0x9000;
const MEMORY_OP = 12;
const SYSCTL = 35;
const DOMCTL = 36;
const VERSION = 0x15;
const MOST_CALLS = 1000;
const INSTRUCTIONS_BETWEEN = 100_000;

export class Caller {
  constructor(
    readonly bench: Bench,
    readonly domain: Domain,
  ) {}

  get xen(): Hypervisor {
    return this.bench.xen;
  }

  put(address: number, words: readonly number[]): number {
    const bytes = new Uint8Array(Uint32Array.from(words).buffer);
    this.xen.memory.copyIn(this.domain.address(address), bytes);
    return address;
  }
  words(address: number, count: number): number[] {
    const at = this.domain.address(address);
    return Array.from({ length: count }, (_, i) => this.xen.memory.read32(at + 4 * i));
  }

  /** Makes a hypercall until it is done. */
  call(number: number, ...given: number[]): number {
    const args = Uint32Array.from([0, 1, 2, 3, 4], i => given[i] ?? 0);
    const [core] = this.bench.machine.cores;
    for (let i = 0; i < MOST_CALLS; i++) {
      const call = new Call(this.xen, this.domain.vcpus[0]!, core!, this.xen.access(0), args);
      const answer = this.xen.hypercall(call, number, args);
      if (answer !== 'again') return answer;
      // Another core has to do something first.
      if (this.domain.vcpus[0]!.holding) this.bench.machine.run(INSTRUCTIONS_BETWEEN);
    }
    throw new Error('a hypercall goes on and on');
  }

  domctl(
    cmd: number,
    domain: number,
    words: readonly number[] = [],
  ): { result: number; domain: number; words: number[] } {
    this.put(SCRATCH, [cmd, VERSION, domain, 0, ...words]);
    const result = this.call(DOMCTL, SCRATCH);
    const after = this.words(SCRATCH, 36);
    return { result, domain: after[2]! & 0xffff, words: after.slice(4) };
  }
  sysctl(cmd: number, words: readonly number[] = []): { result: number; words: number[] } {
    this.put(SCRATCH, [cmd, VERSION, ...words]);
    return { result: this.call(SYSCTL, SCRATCH), words: this.words(SCRATCH, 34).slice(2) };
  }
  memory(cmd: number, words: readonly number[]): number {
    return this.call(MEMORY_OP, cmd, this.put(SCRATCH, words));
  }

  /** Frames from `gfn` on for a domain. @returns how many it got */
  populate(domain: number, gfn: number, count: number): number {
    const list = Array.from({ length: count }, (_, i) => [gfn + i, 0]).flat();
    return this.memory(6, [this.put(BUFFER, list), 0, count, 0, 0, 0, domain]);
  }

  /** A domain as xl's library makes it, as far as it has no memory yet. @returns its id, or the error */
  create({ vcpus = 1, wanted = 0, pages = 64 } = {}): number {
    const { result, domain } = this.domctl(1, wanted, createWords(vcpus));
    if (result < 0) return result;
    const steps = [
      this.domctl(15, domain, [vcpus]),
      this.domctl(11, domain, [4 * pages, 0]),
      this.domctl(86, domain, [0x40000, 0]),
    ];
    return steps.find(one => one.result < 0)?.result ?? domain;
  }
}

/** As xl's library was seen to ask: flags hvm and hap, 1023 ports, default sizes of grant tables, version 1. */
export const createWords = (vcpus: number): number[] => [
  ...[0xc, 0xe6747ce1, 0xf111d5e6, 0xbe1dd6b1, 0xff4f110d, 3, 0, vcpus],
  ...[0x3ff, 0xffffffff, 0xffffffff, 1, 0, 0, 0, 0, 0],
];

/** Dom0 with 16 pages, in a loop on the first core. */
export function dom0(cpus = 1, memoryMib = 64): Caller {
  let domain!: Domain;
  const made = bench(xen => (domain = guest(xen, 0, [LOOP])), cpus, memoryMib);
  made.machine.run(1000);
  domain.vcpus[0]!.hardAffinity = 1;
  return new Caller(made, domain);
}
