// Registers of the Generic Timer (ARM DDI 0406C, B8.2): who may access them; the timer itself is behind a port.
import type { Core } from '../core';
import type { TimerRegister } from '../timer-port';
import type { SystemRegister } from './table';

/** Bits of CNTKCTL that open a register to PL0. */
const PL0PCTEN = 1;
const PL0VCTEN = 2;
const PL0VTEN = 1 << 8;
const PL0PTEN = 1 << 9;

/** Which copy of a physical timer register an instruction accesses: that of the security state of SCR.NS. */
const copy = (core: Core): boolean => core.bank === 1;

interface Access {
  readonly rights?: 'ro';
  readonly secureOnly?: 'write';
  readonly hypOnly?: true;
  /** CNTKCTL bits, one of which lets PL0 do what PL1 may. */
  readonly user?: number;
  readonly userRights?: 'ro' | 'rw';
}

const timer = (name: TimerRegister, at: string, about: string, access: Access = {}): SystemRegister => ({
  name,
  at,
  about,
  group: 'Generic Timer',
  ...(access.rights && { rights: access.rights }),
  ...(access.secureOnly && { secureOnly: access.secureOnly }),
  ...(access.hypOnly && { hypOnly: access.hypOnly }),
  ...(access.user !== undefined && {
    user: access.userRights ?? 'rw',
    permit: (core: Core) => core.privileged || (core.env.timer.read('CNTKCTL', copy(core)) & access.user!) !== 0,
  }),
  read: core => core.env.timer.read(name, copy(core)),
  write: (core, value) => core.env.timer.write(name, value >>> 0, 0, copy(core)),
  readWide: core => {
    const low = core.env.timer.read(name, copy(core));
    core.high = core.env.timer.high;
    return low;
  },
  writeWide: (core, low, high) => core.env.timer.write(name, low, high, copy(core)),
});

export const TIMERS: readonly SystemRegister[] = [
  timer('CNTFRQ', 'p15,0,c14,c0,0', 'Frequency of the counter in Hz, as firmware set it', {
    secureOnly: 'write',
    user: PL0PCTEN | PL0VCTEN,
    userRights: 'ro',
  }),
  timer('CNTPCT', 'p15,0,c14', 'Physical count', { rights: 'ro', user: PL0PCTEN, userRights: 'ro' }),
  timer('CNTKCTL', 'p15,0,c14,c1,0', 'Access from PL0, event stream'),
  timer('CNTP_TVAL', 'p15,0,c14,c2,0', 'Physical timer value', { user: PL0PTEN }),
  timer('CNTP_CTL', 'p15,0,c14,c2,1', 'Physical timer control', { user: PL0PTEN }),
  timer('CNTP_CVAL', 'p15,2,c14', 'Physical timer compare value', { user: PL0PTEN }),
  timer('CNTV_TVAL', 'p15,0,c14,c3,0', 'Virtual timer value', { user: PL0VTEN }),
  timer('CNTV_CTL', 'p15,0,c14,c3,1', 'Virtual timer control', { user: PL0VTEN }),
  timer('CNTV_CVAL', 'p15,3,c14', 'Virtual timer compare value', { user: PL0VTEN }),
  {
    name: 'CNTHCTL',
    at: 'p15,4,c14,c1,0',
    group: 'Generic Timer',
    about: 'Access of Non-secure PL1 to the physical counter and timer, event stream',
    hypOnly: true,
    store: 'CNTHCTL',
    mask: 0xff,
  },
  timer('CNTHP_TVAL', 'p15,4,c14,c2,0', 'Hyp physical timer value', { hypOnly: true }),
  timer('CNTHP_CTL', 'p15,4,c14,c2,1', 'Hyp physical timer control', { hypOnly: true }),
  timer('CNTHP_CVAL', 'p15,6,c14', 'Hyp physical timer compare value', { hypOnly: true }),
  timer('CNTVOFF', 'p15,4,c14', 'Virtual offset: what the virtual count is behind the physical one', { hypOnly: true }),
  timer('CNTVCT', 'p15,1,c14', 'Virtual count', { rights: 'ro', user: PL0VCTEN, userRights: 'ro' }),
];
