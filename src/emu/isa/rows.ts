// What rows are made of: shorthands that the tables of A32, T32 and T16 share.
import { branchExchange } from '../codegen/operations/branch';
import {
  cacheOperation, changeMask, instructionBarrier, readStatus, readThreadRegister, sendEvent, system, writeMask,
} from '../codegen/operations/system'; // prettier-ignore
import type { Operands, Operation, SystemInstruction } from '../codegen/semantics';
import type { Asm } from './asm';
import type { Action, Fields, InstructionSet, Row } from './table';

/** Makes rows of one set: name, pattern, what it does, its text, and what few rows have. */
export const rowsOf =
  (set: InstructionSet) =>
  (name: string, pattern: string, execute: Row['execute'], asm: Asm, rest: Partial<Row> = {}): Row => ({
    name,
    set,
    pattern,
    execute,
    asm,
    ...rest,
  });

/** An action whose operands have the names of the operation already. */
export const run = (op: Operation, operands: Operands): Action => ({ op, operands });
/** What the processor does outside of generated code, but for what is frequent; the encoding says the rest. */
export const sys = (what: SystemInstruction, encoding: number): Action =>
  frequent(what, encoding) ?? run(system, { what, imm: encoding });
export const isb = (): Action => run(instructionBarrier, {});
export const sev = (): Action => run(sendEvent, {});

const THREAD_REGISTERS = ['TPIDRURW', 'TPIDRURO', 'TPIDRPRW'] as const;
/** What MCR and MRC access: all of the encoding but Rt. */
const ACCESSED = 0x00ef0fef;
const HTPIDR = 0x008d0f40;
/** DCCMVAC, DCCMVAU, DCCIMVAC, ICIMVAU; ICIALLUIS, BPIALLIS, ICIALLU, BPIALL, BPIMVA. */
const BY_ADDRESS: readonly number[] = [0x070f2a, 0x070f2b, 0x070f2e, 0x070f25];
const WHOLE: readonly number[] = [0x070f01, 0x070fc1, 0x070f05, 0x070fc5, 0x070fe5];
const A_AND_I = 0x180;

function frequent(what: SystemInstruction, e: number): Action | undefined {
  const rt = (e >>> 12) & 15;
  switch (what) {
    case 'mcr': {
      const byAddress = BY_ADDRESS.includes(e & ACCESSED);
      if (rt === 15 || !(byAddress || WHOLE.includes(e & ACCESSED))) return undefined;
      const action = run(cacheOperation, { byAddress: byAddress ? 1 : 0, rm: rt, imm: e });
      return { ...action, trapped: run(system, { what, imm: e }) };
    }
    case 'mrc': {
      if ((e & ACCESSED) === HTPIDR && rt !== 15) return run(readThreadRegister, { which: 'HTPIDR', rt, imm: e });
      // p15, 0, Rt, c13, c0, 2..4
      const opc2 = (e >>> 5) & 7;
      if ((e & 0xef0f0f) !== 0x0d0f00 || opc2 < 2 || opc2 > 4 || rt === 15) return undefined;
      return {
        ...run(readThreadRegister, { which: THREAD_REGISTERS[opc2 - 2]!, rt, imm: e }),
        trapped: run(system, { what, imm: e }),
      };
    }
    case 'mrs':
      return e & (1 << 22) ? undefined : run(readStatus, { rd: rt });
    case 'msr':
      // The control field of the CPSR from a register.
      return (e & 0x024f0000) === 0x00010000 ? run(writeMask, { rn: e & 15, imm: e }) : undefined;
    case 'cps': {
      const masks = e & 0x1c0;
      if (e & (1 << 17) || (masks & ~A_AND_I) !== 0 || !(e & (1 << 19))) return undefined;
      return run(changeMask, { enable: e & (1 << 18) ? 0 : 1, masks: masks >> 2, imm: e });
    }
    default:
      return undefined;
  }
}

/** BXJ. Jazelle is trivial on the Cortex-A15: BXJ is BX. */
export const bxj = (rm: number): Action => ({
  ...run(branchExchange, { link: 0, rm }),
  trapped: run(system, { what: 'bxj', imm: rm }),
});

/** One of the fields named is the PC. */
export const noPc =
  (...names: string[]) =>
  (f: Fields): boolean =>
    names.some(n => f[n] === 15);
/** One of the fields named is SP or PC, which are no general operands in T32 (BadReg). */
export const badReg =
  (...names: string[]) =>
  (f: Fields): boolean =>
    names.some(n => f[n] === 13 || f[n] === 15);
/** Executes only where `bad` (UNPREDICTABLE) does not hold. */
export const guarded =
  (bad: (f: Fields) => boolean, make: (f: Fields) => Action) =>
  (f: Fields): Action | undefined =>
    bad(f) ? undefined : make(f);
