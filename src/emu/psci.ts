// Firmware that switches cores and the machine on and off for whoever calls: PSCI 1.1 (ARM DEN 0022D) with the functions
// and answers of qemu-system-arm's `virt` (test/emu/boards/fixtures/virt-answers.txt), older function IDs included.
import type { Core, EntryState, FirmwareAnswer } from './cpu/core';
import { MODE } from './cpu/modes';
import { PSR } from './cpu/psr';

export interface PsciPorts {
  readonly cores: readonly Core[];
  /** Gives a core power; it starts in the given state. */
  powerOn(core: number, entry: EntryState): void;
  /** Ends the whole machine. */
  end(how: 'poweroff' | 'reboot'): void;
}

const VERSION_1_1 = 0x00010001;
/** What r0 answers. */
const SUCCESS = 0;
const NOT_SUPPORTED = -1;
const INVALID_PARAMETERS = -2;
const ALREADY_ON = -4;

/** AFFINITY_INFO. */
const ON = 0;
const OFF = 1;
/** MIGRATE_INFO_TYPE: no Trusted OS is there that would have to move. */
const NO_TRUSTED_OS = 2;

/** Bits of power_state that have to be zero: those around StateID (15:0), StateType (16) and PowerLevel, which must be 0. */
const POWER_STATE_RESERVED = 0xfffe0000;

interface Call {
  readonly ports: PsciPorts;
  readonly core: Core;
  /** r1 to r3. */
  readonly arguments: readonly [number, number, number];
}

/** A number goes into r0. */
type Answer = number | Exclude<FirmwareAnswer, 'continue'>;
type Function = (call: Call) => Answer;

/** A core by the affinity fields of its MPIDR; the cores of the board are one cluster. */
const coreOf = ({ ports }: Call, affinity: number): Core | undefined => ports.cores[affinity];

const suspend: Function = ({ core, arguments: [state] }) => {
  if (state & POWER_STATE_RESERVED) return INVALID_PARAMETERS;
  // Nothing is gained by taking power from an emulated core: a power-down state is entered as standby, as PSCI allows.
  core.setR(0, SUCCESS);
  return 'wait';
};

const off: Function = ({ core }) => {
  core.off = true;
  return 'off';
};

const on: Function = call => {
  const [affinity, address, context] = call.arguments;
  const target = coreOf(call, affinity);
  if (!target) return INVALID_PARAMETERS;
  if (!target.off) return ALREADY_ON;
  const thumb = address & 1;
  call.ports.powerOn(affinity, {
    pc: (address & ~1) >>> 0,
    cpsr: PSR.A | PSR.I | PSR.F | MODE.svc | (thumb ? PSR.T : 0),
    registers: [context],
  });
  return SUCCESS;
};

const affinityInfo: Function = call => {
  const [affinity, level] = call.arguments;
  // Above cores nothing is ever switched off.
  if (level !== 0) return ON;
  const core = coreOf(call, affinity);
  return core ? (core.off ? OFF : ON) : INVALID_PARAMETERS;
};

const end =
  (how: 'poweroff' | 'reboot'): Function =>
  ({ ports, core }) => {
    ports.end(how);
    core.off = true;
    return 'off';
  };

const features: Function = ({ arguments: [id] }) => (FUNCTIONS.has(id) ? SUCCESS : NOT_SUPPORTED);

const FUNCTIONS: ReadonlyMap<number, Function> = new Map<number, Function>([
  [0x84000000, () => VERSION_1_1],
  [0x84000001, suspend],
  [0x84000002, off],
  [0x84000003, on],
  [0x84000004, affinityInfo],
  [0x84000006, () => NO_TRUSTED_OS],
  [0x84000008, end('poweroff')],
  [0x84000009, end('reboot')],
  [0x8400000a, features],
  // PSCI 0.1 left the numbers to the device tree; these are those of KVM and of QEMU.
  [0x95c1ba5e, suspend],
  [0x95c1ba5f, off],
  [0x95c1ba60, on],
]);

/** A call of firmware by a core: function in r0, arguments in r1 to r3, answer in r0. The other registers are kept. */
export function callPsci(ports: PsciPorts, core: Core): FirmwareAnswer {
  const run = FUNCTIONS.get(core.r(0));
  const answer = run ? run({ ports, core, arguments: [core.r(1), core.r(2), core.r(3)] }) : NOT_SUPPORTED;
  if (typeof answer !== 'number') return answer;
  core.setR(0, answer);
  return 'continue';
}
