// domctl: devices of the board for a domain: registers in its memory, and interrupts (Xen, common/domctl.c,
// arch/arm/domctl.c). Interrupts keep their number.
import { ERRNO } from '../../abi/errno';
import type { Domain } from '../../domain';
import { FRAMES, P2M } from '../../p2m';
import type { Answer, Call } from '../hypercall';
import { domctl } from './operation';

const PAGES_AT_ONCE = 64;
const PT_IRQ_TYPE_SPI = 4;
/** The number of the interrupt stands where a union is that is aligned to 8. */
const BIND = { machine_irq: 'u32', irq_type: 'u32', spi: 'u16' } as const;

/** Dom0 has what is a device and not Xen's own. */
const mayUseFrames = ({ xen }: Call, domain: Domain, from: number, to: number): boolean =>
  domain.options.privileged ? xen.devices.arePassable(from, to) : domain.frames.contains(from, to);
const mayUseInterrupt = ({ xen }: Call, domain: Domain, irq: number): boolean =>
  domain.options.privileged ? xen.devices.isPassable(irq) : domain.interrupts.contains(irq, irq);

function mapping(call: Call, domain: Domain, v: Readonly<Record<'gfn' | 'mfn' | 'count' | 'add', number>>): Answer {
  const { gfn, mfn, count, add } = v;
  if (count < 1 || mfn + count > FRAMES || gfn + count > FRAMES) return -ERRNO.EINVAL;
  if (count > PAGES_AT_ONCE) return -ERRNO.E2BIG;
  const last = mfn + count - 1;
  if (!mayUseFrames(call, call.domain, mfn, last) || !mayUseFrames(call, domain, mfn, last)) return -ERRNO.EPERM;
  if (add) return domain.map(gfn, mfn, count, P2M.MMIO_DIRECT) ? 0 : -ERRNO.ENOMEM;
  for (let i = 0; i < count; i++) {
    const entry = domain.p2m.lookup(gfn + i);
    if (entry?.type === P2M.MMIO_DIRECT && entry.mfn === mfn + i && !domain.unmap(gfn + i, 1)) return -ERRNO.ENOMEM;
  }
  return 0;
}

/** What binding an interrupt and giving it up have in common. */
function interrupt(call: Call, v: Readonly<Record<keyof typeof BIND, number>>, act: (irq: number) => Answer): Answer {
  if (v.irq_type !== PT_IRQ_TYPE_SPI) return -ERRNO.EOPNOTSUPP;
  if (v.spi !== v.machine_irq) return -ERRNO.EINVAL;
  return mayUseInterrupt(call, call.domain, v.spi) ? act(v.spi) : -ERRNO.EPERM;
}

export const DEVICES = {
  19: domctl('irq_permission', { pirq: 'u32', allow: 'u8' }, (call, domain, v) => {
    if (v.pirq >= call.xen.gic.lines) return -ERRNO.EINVAL;
    if (!mayUseInterrupt(call, call.domain, v.pirq)) return -ERRNO.EPERM;
    if (v.allow) domain.interrupts.add(v.pirq, v.pirq);
    else domain.interrupts.remove(v.pirq, v.pirq);
    return 0;
  }),
  20: domctl('iomem_permission', { mfn: 'u64', count: 'u64', allow: 'u8' }, (call, domain, v) => {
    const last = ((v.mfn + v.count - 1) % 2 ** 32) >>> 0;
    if (last < v.mfn) return -ERRNO.EINVAL;
    if (!mayUseFrames(call, call.domain, v.mfn, last)) return -ERRNO.EPERM;
    if (v.allow) domain.frames.add(v.mfn, last);
    else domain.frames.remove(v.mfn, last);
    return 0;
  }),
  38: domctl('bind_pt_irq', BIND, (call, domain, v) =>
    interrupt(call, v, irq => {
      // Nobody has it, and the guest's distributor has room for it.
      if (irq >= domain.vgic.lines || call.xen.devices.owner(irq)) return -ERRNO.EBUSY;
      call.xen.devices.give(irq, domain);
      return 0;
    }),
  ),
  39: domctl('memory_mapping', { gfn: 'u64', mfn: 'u64', count: 'u64', add: 'u32' }, mapping),
  48: domctl('unbind_pt_irq', BIND, (call, domain, v) =>
    interrupt(call, v, irq => {
      if (call.xen.devices.owner(irq) !== domain) return -ERRNO.EINVAL;
      call.xen.devices.take(irq);
      return 0;
    }),
  ),
};
