// A guest that means harm (guests/fuzz) beside dom0 and other domains, and what must not come of it.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Hypervisor } from '../../src/hyp';
import type { Domain } from '../../src/hyp/domain';
import { P2M } from '../../src/hyp/p2m';
import { BuiltinMachine } from '../../src/lab/builtin/builtin-machine';
import { SettledLab } from './settled';

/** Where the fuzzer counts its steps (guests/fuzz/fuzz.h). */
const PROGRESS = 0x401ff000;
const SLICE = 1_000_000;
const TOLD_EVERY = 50_000;
/** Instructions without a step: it waits for something that does not come, or has lost its own memory. */
const PATIENCE = 100_000_000;

const KERNEL = path.resolve(process.env['PROJECT'] ?? '.', 'guests/fuzz/fuzz.bin');

export interface HostileReport {
  readonly steps: number;
  /** Fuzzers that it took: one that loses its own memory ends. */
  readonly guests: number;
  readonly instructions: number;
}

/** What a domain that has come and gone leaves as it was. */
interface Account {
  readonly freePages: number;
  readonly claimed: number;
  readonly domains: string;
  readonly deadlines: number;
  /** Of each domain: ports in use, grants that it has mapped, entries of its own that others use. */
  readonly each: string;
  readonly store: string;
}

export class Hostile {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'xenlab-'));
  private readonly lab = new SettledLab();
  private seed: number;
  private steps = 0;
  private guests = 0;

  constructor(
    private readonly wanted: number,
    seed: number,
    private readonly tell: (line: string) => void = () => {},
  ) {
    this.seed = seed;
  }

  /** @throws Error when something came of it */
  async run(): Promise<HostileReport> {
    const { lab } = this;
    try {
      await lab.open({});
      lab.settle();
      await this.create('witness', 'kernel = "embedded:domu"\nmemory = 4\n');
      lab.settle();
      await lab.machine.domains!.perform({ verb: 'pause', domain: 'witness' });
      // What is made once and stays, such as a folder of the store for disks, is there after a first one.
      await this.attack(1);
      const before = this.account();
      const pages = this.pagesOf('witness');
      while (this.steps < this.wanted) {
        this.steps += await this.attack(this.wanted - this.steps);
        check('what it leaves behind', this.account(), before);
      }
      check('pages of a paused domain', this.pagesOf('witness'), pages);
      await lab.machine.domains!.perform({ verb: 'unpause', domain: 'witness' });
      check('answers of other domains', /(\d+ of \d+) answered/.exec(lab.ask('dom0', 'ping all'))?.[1], '2 of 2');
      if (!lab.ask('demo', 'info').includes('connected to domain 0')) throw new Error('demo does not answer');
      return { steps: this.steps, guests: this.guests, instructions: lab.machine.instructions };
    } finally {
      rmSync(this.folder, { recursive: true });
    }
  }

  private get xen(): Hypervisor {
    if (!(this.lab.machine instanceof BuiltinMachine)) throw new Error('there is no built-in hypervisor');
    return this.lab.machine.hypervisor!;
  }

  private async create(name: string, text: string): Promise<number> {
    const file = path.join(this.folder, `${name}.cfg`);
    writeFileSync(file, `name = "${name}"\n${text}`);
    return this.lab.machine.domains!.perform({ verb: 'create', file });
  }

  /** One fuzzer, to its end or as far as it gets; then it is gone, and nothing of it is left. */
  private async attack(left: number): Promise<number> {
    const { lab, xen } = this;
    const disk = path.join(this.folder, 'disk.img');
    writeFileSync(disk, new Uint8Array(1 << 20));
    const id = await this.create(
      'fuzz',
      `kernel = "${KERNEL}"\nmemory = 8\nextra = "seed=${this.seed} steps=${left}"\n` +
        `disk = [ '${disk},raw,xvda,w' ]\nvif = [ '' ]\non_crash = "preserve"\non_poweroff = "preserve"\n` +
        'on_reboot = "preserve"\non_watchdog = "preserve"\non_soft_reset = "preserve"\n',
    );
    const domain = xen.domains.get(id)!;
    const progress = (): number => {
      const at = domain.address(PROGRESS);
      return at < 0 ? 0 : xen.memory.read32(at);
    };
    let [made, since] = [0, lab.machine.instructions];
    while (made < left && domain.shutdownCode === undefined && lab.machine.instructions - since < PATIENCE) {
      this.checkMemory(domain);
      const over = lab.machine.run(SLICE).reason === 'idle' && !lab.skip();
      const now = progress();
      if (Math.floor(now / TOLD_EVERY) > Math.floor(made / TOLD_EVERY)) this.tell(`seed ${this.seed}: ${now} steps`);
      if (now > made) [made, since] = [now, lab.machine.instructions];
      if (over) break;
    }
    this.guests++;
    this.tell(`seed ${this.seed}: ${made} steps, ended with ${domain.shutdownCode ?? 'nothing'}, at ${(domain.vcpus[0]!.running ? lab.machine.pc(0) : domain.vcpus[0]!.context.pc).toString(16)}`); // prettier-ignore
    if (made === 0) throw new Error(`the fuzzer with seed ${this.seed} does not begin`);
    this.seed++;
    await lab.machine.domains!.perform({ verb: 'destroy', domain: 'fuzz' });
    lab.settle();
    return made;
  }

  /** What a domain can reach is its own, what it has mapped of others' grants, or the interface of its interrupt controller. */
  private checkMemory(domain: Domain): void {
    const { heap, gic } = this.xen;
    const granted = new Set([...domain.grants.mapped.values()].map(({ mfn }) => mfn));
    for (const { gfn, mfn, type, order } of domain.p2m.entries())
      for (let i = 0; i < 1 << order; i++) {
        const [frame, its] = [mfn + i, heap.owner(mfn + i) === domain.id];
        const interrupts = frame >>> 1 === gic.at.virtualCpu >>> 13;
        const fine = type === P2M.MMIO_DIRECT ? interrupts : isGrant(type) ? granted.has(frame) : its;
        if (!fine) throw new Error(`frame ${(gfn + i).toString(16)} is mapped to ${frame.toString(16)}, as ${type}`);
      }
  }

  private account(): Account {
    const { xen, lab } = this;
    const domains = [...xen.domains.values()];
    return {
      freePages: xen.heap.free,
      claimed: xen.heap.claimed,
      domains: domains.map(({ id, pages }) => `${id}: ${pages}`).join(', '),
      deadlines: xen.pcpus.reduce((sum, { timers }) => sum + timers.size, 0),
      each: domains
        .map(d => `${d.id}: ${d.channels.all.length}, ${d.grants.mapped.size}, ${d.grants.pinned}`)
        .join('; '),
      store: lab.ask('dom0', 'xenstore ls /local/domain') + lab.ask('dom0', 'xenstore ls /local/domain/0/backend'),
    };
  }

  private pagesOf(name: string): string {
    const { xen } = this;
    const hash = createHash('sha256');
    const id = this.lab.machine.domains!.list().find(one => one.name === name)!.id;
    for (const mfn of xen.heap.ownedBy(id)) hash.update(xen.memory.bytes(mfn * 4096, 4096)).update(`${mfn}`);
    return hash.digest('hex');
  }
}

const isGrant = (type: number): boolean => type === P2M.GRANT_MAP_RW || type === P2M.GRANT_MAP_RO;

function check(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, but it was ${b}`);
}
