// Loads and stores (ARM DDI 0406C A4.6 to A4.8).
import { CPU } from '../layout';
import { ACCESS_SIZE, type Access, operation, type Semantics } from '../semantics';
import { add, and, c, c64, eq, extu, hi64, or64, shl64, sub, type Value, wrap } from '../value';
import { PC_WRITE, shifted } from './alu';

/** Loads write back and write Rt only after the access, so that an abort leaves the registers as they were. */
function addressing(x: Semantics): { address: Value; writeBack: () => void } {
  const base = x.tmp(x.r('rn'));
  const form = x.earlyText('form');
  const offset = form === 'imm' ? x.n('imm') : shifted(x, form, false).value;
  const index = x.earlyText('index');
  const moved = (): Value => (x.early('minus') ? sub(base, offset) : add(base, offset));
  if (index === 'offset') return { address: x.tmp(moved()), writeBack: () => {} };
  const updated = x.tmp(moved());
  return { address: index === 'post' ? base : updated, writeBack: () => x.w('rn', updated) };
}

const address = { rt: 'reg', rn: 'reg', rm: 'reg', sh: 'byte', imm: 'imm' } as const;
const addressEarly = ['form', 'minus', 'index'] as const;

/** LDR, LDRB, LDRSB, LDRH, LDRSH and their unprivileged forms. `access` names the width. */
export const loadRegister = operation({
  name: 'ldr',
  early: ['access', ...addressEarly, 'user', 'pcw'],
  late: address,
  reads: ['rn'],
  emit: x => {
    const a = addressing(x);
    const v = x.load(x.earlyText('access') as Access, a.address, x.early('user') !== 0);
    a.writeBack();
    if (x.early('pcw') !== PC_WRITE.none) x.bxWritePc(v);
    else x.w('rt', v);
  },
});

export const storeRegister = operation({
  name: 'str',
  early: ['access', ...addressEarly, 'user'],
  late: address,
  reads: ['rt', 'rn'],
  emit: x => {
    const a = addressing(x);
    x.store(x.earlyText('access') as Access, a.address, x.r('rt'), x.early('user') !== 0);
    a.writeBack();
  },
});

/** LDRD, STRD. Registers: rt, rt2, rn, rm. */
const dual = { rt: 'reg', rt2: 'reg', rn: 'reg', rm: 'reg', imm: 'imm' } as const;
export const loadDual = operation({
  name: 'ldrd',
  early: addressEarly,
  late: dual,
  reads: ['rn'],
  emit: x => {
    const a = addressing(x);
    const v = x.load('dwordAligned', a.address);
    a.writeBack();
    x.w('rt', wrap(v));
    x.w('rt2', hi64(v));
  },
});
const pair = (x: Semantics): Value => or64(extu(x.r('rt')), shl64(extu(x.r('rt2')), c64(32)));
export const storeDual = operation({
  name: 'strd',
  early: addressEarly,
  late: dual,
  reads: ['rn'],
  emit: x => {
    const a = addressing(x);
    x.store('dwordAligned', a.address, pair(x));
    a.writeBack();
  },
});

/**
 * LDM, STM, PUSH, POP. `imm`: from Rn to the lowest address; `delta`: what write-back adds, as a signed byte; `list`
 * without the PC for loads (`pc` says that it is there), with it for stores; `count` words.
 */
const block = { rn: 'reg', delta: 'byte', count: 'byte', list: 'half', imm: 'imm' } as const;
const signedByte = (v: Value): Value => (v.isConst ? c((v.imm << 24) >> 24) : sub(v, and(add(v, v), c(256))));
export const loadMultiple = operation({
  name: 'ldm',
  early: ['w', 'pc'],
  late: block,
  emit: x => {
    const base = x.tmp(x.r('rn'));
    const target = x.multiple(true, x.tmp(add(base, x.n('imm'))), 'list', 'count', x.early('pc') !== 0);
    if (x.early('w')) x.w('rn', add(base, signedByte(x.n('delta'))));
    if (x.early('pc')) x.bxWritePc(target);
  },
});
export const storeMultiple = operation({
  name: 'stm',
  early: ['w'],
  late: block,
  emit: x => {
    const base = x.tmp(x.r('rn'));
    x.multiple(false, x.tmp(add(base, x.n('imm'))), 'list', 'count', false);
    if (x.early('w')) x.w('rn', add(base, signedByte(x.n('delta'))));
  },
});

const EXCLUSIVE: Readonly<Record<string, Access>> = { b: 'u8', h: 'u16Aligned', w: 'wordAligned', d: 'doubleAligned' };

/** LDREX, LDREXB, LDREXH, LDREXD. */
export const loadExclusive = operation({
  name: 'ldrex',
  early: ['width'],
  late: { rt: 'reg', rt2: 'reg', rn: 'reg', imm: 'imm' },
  emit: x => {
    const access = EXCLUSIVE[x.earlyText('width')]!;
    const va = x.tmp(add(x.r('rn'), x.n('imm')));
    const v = x.load(access, va);
    x.setState(CPU.EXCL_ADDR, va);
    x.setState(CPU.EXCL_SIZE, c(ACCESS_SIZE[access]));
    if (access === 'doubleAligned') {
      x.w('rt', wrap(v));
      x.w('rt2', hi64(v));
    } else x.w('rt', v);
  },
});

/**
 * STREX and its widths. The monitor is tagged by virtual address and opened whenever another core has run, so that a
 * store by another core in between is always seen.
 */
export const storeExclusive = operation({
  name: 'strex',
  early: ['width'],
  late: { rd: 'reg', rt: 'reg', rt2: 'reg', rn: 'reg', imm: 'imm' },
  emit: x => {
    const access = EXCLUSIVE[x.earlyText('width')]!;
    const va = x.tmp(add(x.r('rn'), x.n('imm')));
    const mine = and(eq(x.state(CPU.EXCL_ADDR), va), eq(x.state(CPU.EXCL_SIZE), c(ACCESS_SIZE[access])));
    x.code.if(
      mine,
      () => {
        x.store(access, va, access === 'doubleAligned' ? pair(x) : x.r('rt'));
        x.w('rd', c(0));
      },
      () => x.w('rd', c(1)),
    );
    x.setState(CPU.EXCL_SIZE, c(0));
  },
});

export const clearExclusive = operation({
  name: 'clrex',
  early: [],
  late: {},
  emit: x => x.setState(CPU.EXCL_SIZE, c(0)),
});

/** TBB, TBH: forward by twice the table entry. */
export const tableBranch = operation({
  name: 'tbb',
  early: ['half'],
  late: { rn: 'reg', rm: 'reg' },
  reads: ['rn'],
  emit: x => {
    const m = x.r('rm');
    const halfWords = x.early('half') !== 0;
    const entry = x.load(halfWords ? 'u16' : 'u8', x.tmp(add(x.r('rn'), halfWords ? add(m, m) : m)));
    x.goto(add(x.nextPc(), add(entry, entry)));
  },
});

/** PLD, PLI, and other hints without effect. */
export const nop = operation({ name: 'nop', early: [], late: {}, emit: () => {} });

/** IT: ITSTATE for the instructions that follow. */
export const ifThen = operation({
  name: 'it',
  early: [],
  late: { imm: 'imm' },
  emit: x => x.setState(CPU.IT, x.n('imm')),
});
