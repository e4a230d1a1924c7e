// Cache, branch predictor, barrier and TLB operations of CP15 c7 and c8 (ARM DDI 0406C, B4.2).
// Caches are not modelled: memory is always coherent and predecoded code notices stores by itself. What remains of a
// cache operation by address is its translation, which can abort.
import { HCR, SCTLR } from '../control-bits';
import type { Core } from '../core';
import { SLOT } from './storage';
import { ABORT, type SystemRegister } from './table';

const operation = (name: string, at: string, about: string, more: Partial<SystemRegister> = {}): SystemRegister => ({
  name,
  at,
  about,
  group: 'Cache and TLB operations',
  rights: 'wo',
  volatile: true,
  ...more,
});

const nothing = (name: string, at: string, about: string): SystemRegister => operation(name, at, about, { value: 0 });

/** A cache operation by virtual address needs a mapping; of permissions, only invalidating needs one, to write. */
function byAddress(core: Core, va: number, invalidates: boolean): void | typeof ABORT {
  // The TLB learns the page: generated code does the other lines of it alone.
  if (core.fill(va, invalidates ? 'write' : 'read', core.privileged)) return undefined;
  if (core.fault.type === 'permission' && !invalidates) return undefined;
  core.fault.write = true;
  core.fault.maintenance = true;
  return ABORT;
}

const clean = (name: string, at: string, about: string): SystemRegister =>
  operation(name, at, about, { write: (core, va) => byAddress(core, va, false) });

/** The barriers of ARMv6, which user code may use unless SCTLR.CP15BEN is clear. */
const barrier = (name: string, at: string, about: string): SystemRegister =>
  operation(name, at, about, {
    user: 'wo',
    value: 0,
    permit: core => ((core.mode.privilege === 2 ? core.system('HSCTLR') : core.system('SCTLR')) & SCTLR.CP15BEN) !== 0,
  });

/** What an operation does to the TLBs of one core, for a machine with the given VMID. */
type TlbOperation = (core: Core, value: number, vmid: number) => void;

const flushAll: TlbOperation = (core, _value, vmid) => core.tlbFlushVm(vmid);
/** MVA in bits 31:12. The ASID in bits 7:0 does not matter: only entries of one ASID, and global ones, exist. */
const flushAddress: TlbOperation = (core, value, vmid) => core.tlbFlushPage(value, vmid);
/** Entries of an ASID that is not current do not exist. */
const flushAsid: TlbOperation = (core, value, vmid) => {
  if ((value & 0xff) === core.asid() && core.holds(vmid)) core.tlbFlushNonGlobal();
};
const flushHyp: TlbOperation = core => core.tables.hyp.flush();
const flushHypAddress: TlbOperation = (core, value) => core.tables.hyp.flushPage(value);
const flushNonSecure: TlbOperation = core => core.tlbFlush();

function everywhere(core: Core, value: number, run: TlbOperation): void {
  for (const other of core.env.cores) run(other, value, core.stage2.vmid);
}

/** HCR.FB lets local operations of Non-secure PL1 reach all cores. */
const forced = (core: Core): boolean => core.trappable && (core.sys[SLOT.HCR]! & HCR.FB) !== 0;

const local = (name: string, at: string, about: string, run: TlbOperation): SystemRegister =>
  operation(name, at, about, {
    write: (core, value) => (forced(core) ? everywhere(core, value, run) : run(core, value, core.stage2.vmid)),
  });

/** Operations of the Inner Shareable domain reach all cores of the cluster. */
const shared = (name: string, at: string, about: string, run: TlbOperation): SystemRegister =>
  operation(name, at, about, { write: (core, value) => everywhere(core, value, run) });

const hyp = (row: SystemRegister): SystemRegister => ({ ...row, hypOnly: true });

export const MAINTENANCE: readonly SystemRegister[] = [
  nothing('NOP (c7,c0,4)', 'p15,0,c7,c0,4', 'Wait for interrupt of ARMv6: no operation'),
  nothing('ICIALLUIS', 'p15,0,c7,c1,0', 'Invalidate instruction caches, Inner Shareable'),
  nothing('BPIALLIS', 'p15,0,c7,c1,6', 'Invalidate branch predictors, Inner Shareable'),
  nothing('ICIALLU', 'p15,0,c7,c5,0', 'Invalidate instruction cache'),
  clean('ICIMVAU', 'p15,0,c7,c5,1', 'Invalidate instruction cache line by address'),
  barrier('CP15ISB', 'p15,0,c7,c5,4', 'Instruction synchronization barrier'),
  nothing('BPIALL', 'p15,0,c7,c5,6', 'Invalidate branch predictor'),
  nothing('BPIMVA', 'p15,0,c7,c5,7', 'Invalidate branch predictor by address'),
  operation('DCIMVAC', 'p15,0,c7,c6,1', 'Invalidate data cache line by address', {
    write: (core, va) => byAddress(core, va, true),
  }),
  nothing('DCISW', 'p15,0,c7,c6,2', 'Invalidate data cache line by set and way'),
  clean('DCCMVAC', 'p15,0,c7,c10,1', 'Clean data cache line by address to coherency'),
  nothing('DCCSW', 'p15,0,c7,c10,2', 'Clean data cache line by set and way'),
  barrier('CP15DSB', 'p15,0,c7,c10,4', 'Data synchronization barrier'),
  barrier('CP15DMB', 'p15,0,c7,c10,5', 'Data memory barrier'),
  clean('DCCMVAU', 'p15,0,c7,c11,1', 'Clean data cache line by address to unification'),
  nothing('NOP (c7,c13,1)', 'p15,0,c7,c13,1', 'Prefetch instruction line of ARMv6: no operation'),
  clean('DCCIMVAC', 'p15,0,c7,c14,1', 'Clean and invalidate data cache line by address'),
  nothing('DCCISW', 'p15,0,c7,c14,2', 'Clean and invalidate data cache line by set and way'),

  shared('TLBIALLIS', 'p15,0,c8,c3,0', 'Invalidate TLB, Inner Shareable', flushAll),
  shared('TLBIMVAIS', 'p15,0,c8,c3,1', 'Invalidate TLB by address and ASID, Inner Shareable', flushAddress),
  shared('TLBIASIDIS', 'p15,0,c8,c3,2', 'Invalidate TLB by ASID, Inner Shareable', flushAsid),
  shared('TLBIMVAAIS', 'p15,0,c8,c3,3', 'Invalidate TLB by address, Inner Shareable', flushAddress),
  local('ITLBIALL', 'p15,0,c8,c5,0', 'Invalidate instruction TLB', flushAll),
  local('ITLBIMVA', 'p15,0,c8,c5,1', 'Invalidate instruction TLB by address and ASID', flushAddress),
  local('ITLBIASID', 'p15,0,c8,c5,2', 'Invalidate instruction TLB by ASID', flushAsid),
  local('DTLBIALL', 'p15,0,c8,c6,0', 'Invalidate data TLB', flushAll),
  local('DTLBIMVA', 'p15,0,c8,c6,1', 'Invalidate data TLB by address and ASID', flushAddress),
  local('DTLBIASID', 'p15,0,c8,c6,2', 'Invalidate data TLB by ASID', flushAsid),
  local('TLBIALL', 'p15,0,c8,c7,0', 'Invalidate TLB', flushAll),
  local('TLBIMVA', 'p15,0,c8,c7,1', 'Invalidate TLB by address and ASID', flushAddress),
  local('TLBIASID', 'p15,0,c8,c7,2', 'Invalidate TLB by ASID', flushAsid),
  local('TLBIMVAA', 'p15,0,c8,c7,3', 'Invalidate TLB by address', flushAddress),

  hyp(shared('TLBIALLHIS', 'p15,4,c8,c3,0', 'Invalidate TLB of Hyp mode, Inner Shareable', flushHyp)),
  hyp(shared('TLBIMVAHIS', 'p15,4,c8,c3,1', 'Invalidate TLB of Hyp mode by address, Inner Shareable', flushHypAddress)),
  hyp(shared('TLBIALLNSNHIS', 'p15,4,c8,c3,4', 'Invalidate Non-secure TLB but of Hyp mode, Inner Shareable', flushNonSecure)),
  hyp(local('TLBIALLH', 'p15,4,c8,c7,0', 'Invalidate TLB of Hyp mode', flushHyp)),
  hyp(local('TLBIMVAH', 'p15,4,c8,c7,1', 'Invalidate TLB of Hyp mode by address', flushHypAddress)),
  hyp(local('TLBIALLNSNH', 'p15,4,c8,c7,4', 'Invalidate Non-secure TLB but of Hyp mode', flushNonSecure)),
]; // prettier-ignore
