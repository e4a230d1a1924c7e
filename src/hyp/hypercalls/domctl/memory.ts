// domctl: how much memory a domain may have, and its tables (Xen, common/domctl.c, arch/arm/domctl.c, arch/arm/p2m.c).
import { ERRNO } from '../../abi/errno';
import { PAGE_SHIFT, PAGE_SIZE } from '../../memory/physical';
import { domctl } from './operation';

/** Pages that one call may clean at most: the largest block of the heap. */
const MOST_CLEANED = 1 << 18;
const KIB_PER_PAGE = PAGE_SIZE / 1024;
const LARGEST_PFN = 0xffffffff;

export const MEMORY = {
  11: domctl('max_mem', { max_memkb: 'u64' }, (_, domain, v) => {
    domain.maxPages = Math.min(Math.floor(v.max_memkb / KIB_PER_PAGE), 0xffffffff);
    return 0;
  }),
  // A 32-bit hypervisor has 32-bit guests.
  35: domctl('set_address_size', { size: 'u32' }, (_, __, v) => (v.size === 32 ? 0 : -ERRNO.EINVAL)),
  // Caches are not modelled: there is nothing to clean.
  71: domctl('cacheflush', { start_pfn: 'u64', nr_pfns: 'u64' }, (_, __, v) =>
    v.nr_pfns > MOST_CLEANED || v.start_pfn + v.nr_pfns > LARGEST_PFN ? -ERRNO.EINVAL : 0,
  ),
  85: domctl('get_paging_mempool_size', { size: 'u64' }, (_, domain, v) => {
    v.size = domain.pool.total * PAGE_SIZE;
    return 0;
  }),
  86: domctl('set_paging_mempool_size', { size: 'u64' }, (_, domain, v) =>
    v.size % PAGE_SIZE !== 0 || v.size >= 2 ** (32 + PAGE_SHIFT)
      ? -ERRNO.EINVAL
      : domain.pool.resize(v.size / PAGE_SIZE),
  ),
};
