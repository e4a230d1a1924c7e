// The emulated machine as the lab sees it.
import { conditionOf, type MachineCondition } from '../emu/condition';
import { physicalAddress } from '../emu/cpu/inspect';
import type { Machine } from '../emu/machine';
import { fail } from './problems';
import type { LabMachine, SliceEnd } from './machine-port';
import { type LabProfile, reportProfile } from './profile-report';
import type { LabActivity, RegisterGroup, TranslationStatistics } from './protocol';
import { SymbolTable } from './symbols';
import { type ConsoleSplit, DOM0_CONSOLE, XEN_CONSOLE } from './xen/console-split';

const SPACE = /^(pa|va:(\d+))$/;

/** Timer events that a step lets pass while its core goes on waiting; interrupts may be masked for good. */
const MOST_EVENTS_OF_A_STEP = 1000;

export class BoardMachine implements LabMachine {
  readonly cpus: number;
  readonly #machine: Machine;
  readonly #symbols: SymbolTable;
  readonly #split: ConsoleSplit | undefined;

  /**
   * @param machine started
   * @param symbols of its program, for profiles
   * @param split of its first UART, when Xen has that
   */
  constructor(machine: Machine, symbols = new SymbolTable([]), split?: ConsoleSplit) {
    this.#machine = machine;
    this.#symbols = symbols;
    this.#split = split;
    this.cpus = machine.cores.length;
  }

  get consoles(): readonly string[] {
    return [...this.#machine.hardware.consoles.keys(), ...(this.#split ? [XEN_CONSOLE, DOM0_CONSOLE] : [])];
  }

  get instructions(): number {
    return this.#machine.instructions;
  }

  get timeNs(): number {
    return this.#machine.timeNs;
  }

  get translation(): TranslationStatistics | undefined {
    return this.#machine.translation;
  }

  activity(): LabActivity {
    const { exceptions, syndromes, devices } = this.#machine.activity();
    return {
      exceptions: exceptions.map(one => ({ ...one })),
      syndromes: syndromes.map(({ hsr, count }) => ({ hsr: `0x${hsr.toString(16)}`, count })),
      devices: devices.map(one => ({ ...one })),
    };
  }

  profile(): LabProfile | undefined {
    const snapshot = this.#machine.profile();
    return snapshot && reportProfile(snapshot, this.#symbols);
  }

  run(instructions: number): SliceEnd {
    return this.#machine.run(instructions);
  }

  skipIdle(untilNs?: number): void {
    this.#machine.skipIdle(untilNs);
  }

  /** A core that waits for an interrupt makes its step when the interrupt comes. */
  step(cpu: number): void {
    const { instructions } = this.#machine;
    for (let event = 0; event < MOST_EVENTS_OF_A_STEP; event++) {
      this.#machine.step(cpu);
      if (this.#machine.instructions > instructions) return;
      this.#machine.skipIdle();
    }
  }

  reboot(): void {
    this.#machine.reset();
    this.#split?.reset();
  }

  pc(cpu: number): number {
    return this.#machine.cores[cpu]!.pc >>> 0;
  }

  registers(cpu: number): RegisterGroup[] {
    return this.#machine.registers(cpu);
  }

  get exceptions(): number {
    return this.#machine.cores.reduce((sum, core) => sum + core.exceptionLog.total, 0);
  }

  condition(): MachineCondition {
    return conditionOf(this.#machine);
  }

  translate(cpu: number, address: number): number {
    return physicalAddress(this.#machine.cores[cpu]!, address);
  }

  read(space: string, address: number, length: number): Uint8Array {
    const [, kind, cpu] =
      SPACE.exec(space) ?? fail('lab.address', `there is no address space "${space}"; use pa or va:N`);
    if (kind === 'pa') return this.#machine.readPhysical(address, length);
    const index = Number(cpu);
    if (index >= this.cpus) fail('lab.address', `${space}: there is no cpu ${index}`);
    return this.#machine.readVirtual(index, address, length);
  }

  disassemble(cpu: number, address: number, count: number): { address: number; bytes: string; text: string }[] {
    return this.#machine.disassemble(cpu, address, count);
  }

  settle(): void {
    this.#split?.settle();
  }

  receive(console: string, byte: number): boolean {
    if (this.#split && (console === XEN_CONSOLE || console === DOM0_CONSOLE)) return this.#split.type(console, byte);
    return this.#machine.receive(console, byte);
  }
}
