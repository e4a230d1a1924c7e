// What TypeScript executes, and the frequent cases of it that generated code can do alone (ARM DDI 0406C B9.3).
import { CPU, GLOBAL } from '../layout';
import { operation, type Semantics, SYSTEM, type SystemInstruction } from '../semantics';
import { add, and, c, eqz, load32, ne, or, type Value, xor } from '../value';

const execute = (x: Semantics, what: SystemInstruction): void => x.system(SYSTEM.indexOf(what), x.n('imm'));

/** All that TypeScript executes: coprocessor access, status registers. `imm`: operands as the A32 encoding has them. */
export const system = operation({
  name: 'system',
  early: ['what'],
  late: { imm: 'imm' },
  emit: x => execute(x, x.earlyText('what') as SystemInstruction),
});

const MODE_LOW_BITS = 0xf;
const I = 0x80;
/** CPSR bits that MSR of the control field may be about: F, mode. */
const F_AND_MODE = 0x5f;

/** In User mode, whose mode number alone has the low bits clear. */
const inUserMode = (x: Semantics): Value => eqz(and(x.state(CPU.CPSR), c(MODE_LOW_BITS)));
/** An interrupt waits, perhaps for its mask to be cleared. */
const interruptWaits = (x: Semantics): Value => ne(x.state(CPU.LINES), c(0));

const HYP_MODE = 0x1a;
const MODE = 0x1f;

const THREAD_REGISTERS: Readonly<Record<string, number>> = {
  TPIDRURW: CPU.TPIDRURW,
  TPIDRURO: CPU.TPIDRURO,
  TPIDRPRW: CPU.TPIDRPRW,
  HTPIDR: CPU.HTPIDR,
};

/** MRC of a thread ID register: Linux keeps its current task there, Xen the offset of a core's own data. */
export const readThreadRegister = operation({
  name: 'tpidr',
  early: ['which'],
  late: { rt: 'reg', imm: 'imm' },
  emit: x => {
    const which = x.earlyText('which');
    const read = (): void => x.w('rt', x.state(THREAD_REGISTERS[which]!));
    if (which === 'HTPIDR') x.code.if(ne(and(x.state(CPU.CPSR), c(MODE)), c(HYP_MODE)), () => execute(x, 'mrc'), read);
    else if (which === 'TPIDRPRW') x.code.if(inUserMode(x), () => execute(x, 'mrc'), read);
    else read();
  },
});

/**
 * Cache operations, which do nothing here but that those by address can fault: not where a load would hit the TLB.
 * Hypervisors clean every line of the memory that they give away.
 */
export const cacheOperation = operation({
  name: 'cache',
  early: ['byAddress'],
  late: { rm: 'reg', imm: 'imm' },
  emit: x => {
    const user = inUserMode(x);
    const help = x.early('byAddress') ? or(user, eqz(x.mapped(x.tmp(x.r('rm'))))) : user;
    x.code.if(help, () => execute(x, 'mcr'));
  },
});

/** MRS of the CPSR; execution state reads as zero. */
export const readStatus = operation({
  name: 'mrsc',
  early: [],
  late: { rd: 'reg' },
  emit: x => x.w('rd', or(or(x.nzcv(), x.qAndGe()), x.state(CPU.CPSR))),
});

/** MSR of the CPSR's control field when only I changes, as when interrupts are restored. */
export const writeMask = operation({
  name: 'msrc',
  early: [],
  late: { rn: 'reg', imm: 'imm' },
  emit: x => {
    const value = x.tmp(x.r('rn'));
    const old = x.tmp(x.state(CPU.CPSR));
    const more = and(xor(value, old), c(F_AND_MODE));
    const unmasks = and(eqz(and(value, c(I))), interruptWaits(x));
    x.code.if(
      or(or(ne(more, c(0)), inUserMode(x)), unmasks),
      () => execute(x, 'msr'),
      () => x.setState(CPU.CPSR, or(and(old, c(~I)), and(value, c(I)))),
    );
  },
});

/** CPSIE and CPSID of A and I. `masks`: the bits, shifted right by two to fit a byte. */
export const changeMask = operation({
  name: 'cpsi',
  early: ['enable'],
  late: { masks: 'byte', imm: 'imm' },
  emit: x => {
    const enable = x.early('enable') !== 0;
    const masks = x.n('masks');
    const bits = x.tmp(add(add(masks, masks), add(masks, masks)));
    x.code.if(
      enable ? or(inUserMode(x), interruptWaits(x)) : inUserMode(x),
      () => execute(x, 'cps'),
      () => {
        const old = x.state(CPU.CPSR);
        x.setState(CPU.CPSR, enable ? and(old, xor(bits, c(-1))) : or(old, bits));
      },
    );
  },
});

/** ISB: what follows is fetched anew, as translation may have changed. */
export const instructionBarrier = operation({ name: 'isb', early: [], late: {}, emit: x => x.synchronize() });

/** SEV: an event for all cores. */
export const sendEvent = operation({
  name: 'sev',
  early: [],
  late: {},
  emit: x => x.code.store32(c(GLOBAL.EVENTS), add(load32(c(GLOBAL.EVENTS)), c(1))),
});
