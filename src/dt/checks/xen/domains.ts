// Rules of domains that Xen creates at boot (dom0less): what has to be there, and how much.
import type { DtNode } from '../../tree';
import { cellOf, cellsOf, hex, join, overlap, shown, textOf } from '../values';
import { hasFlag, isAligned, type Report, type XenRule, type XenScene } from './scene';

const MAX_VCPUS = 128;
const MAX_VCPUS_GICV2 = 8;
const MAX_SPIS = 960;
const KIB = 1024n;
/** Stretches of static memory that are held against each other. */
const MOST_COMPARED = 512;
const CAPABILITIES = 0x7;
const HARDWARE = 0x2;
const XENSTORE = 0x4;

const capabilities = (domain: DtNode): number => cellOf(domain, 'capabilities') ?? 0;

/** Reports every domain for which `wrong` says something. */
const eachDomain =
  (wrong: (domain: DtNode, scene: XenScene) => string | undefined, property?: string): XenRule['check'] =>
  (scene, report) => {
    for (const domain of scene.domains) {
      const message = wrong(domain, scene);
      if (message === undefined) continue;
      report(domain, message, property !== undefined && domain.property(property) ? { property } : {});
    }
  };

/** What is wrong with a value that has to be one cell; nothing when the property is not there. */
function oneCell(domain: DtNode, name: string, isGood: (n: number) => boolean, wanted: string): string | undefined {
  if (!domain.property(name)) return undefined;
  const value = cellOf(domain, name);
  if (value !== undefined && isGood(value)) return undefined;
  return `${name} is ${value === undefined ? 'not one cell' : value}; it must be ${wanted}`;
}

function oneOf(domain: DtNode, name: string, texts: readonly string[], otherwise: string): string | undefined {
  const property = domain.property(name);
  if (!property) return undefined;
  const text = textOf(domain, name);
  if (text !== undefined && texts.includes(text)) return undefined;
  const known = texts.map(one => `"${one}"`).join(', ');
  return `${name} is ${text === undefined ? 'no string' : `"${text}"`}, ${otherwise}; use ${known}`;
}

function staticMemory(scene: XenScene, report: Report): void {
  const property = 'xen,static-mem';
  const all = scene.domains
    .flatMap(domain => scene.staticMemory(domain).map(stretch => ({ domain, stretch })))
    .slice(0, MOST_COMPARED);
  for (const domain of scene.domains) {
    if (!domain.property(property)) continue;
    const own = scene.staticMemory(domain);
    if (own.length === 0) {
      report(domain, `${property} is no list of addresses and sizes in the cells of /chosen; correct it`, { property });
      continue;
    }
    for (const one of own)
      if (!isAligned(one.address) || !isAligned(one.size))
        report(domain, `${property}: ${shown(one)} is not aligned to pages of 4 KiB; align it`, { property });
    const memory = cellsOf(domain, 'memory');
    const sum = own.reduce((bytes, { size }) => bytes + size, 0n);
    if (memory?.length === 2 && join(memory) * KIB !== sum)
      report(
        domain,
        `${property} has ${sum / KIB} KiB and memory says ${join(memory)}; Xen refuses that, so make them equal`,
        {
          property,
        },
      );
    if (domain.property('llc-colors'))
      report(domain, `${property} does not go with llc-colors; remove one of the two`, { property });
  }
  all.forEach((one, i) => {
    for (const other of all.slice(i + 1))
      if (overlap(one.stretch, other.stretch))
        report(
          other.domain,
          `${property}: ${shown(other.stretch)} overlaps that of ${one.domain.name}; move one of the two`,
          {
            property,
          },
        );
  });
}

/** What the parser of domains reads (Xen 4.17 to 4.21). */
const KNOWN = new Set(
  (
    'compatible cpus memory #address-cells #size-cells capabilities passthrough direct-map vpl011 nr_spis xen,static-mem ' +
    'domain-cpupool sve trap-unmapped-accesses xen,enhanced xen,domain-p2m-mem-mb max_grant_version max_grant_frames ' +
    'max_maptrack_frames xen,sci_type xen,sci-type v8r_el1_msa llc-colors phandle linux,phandle status ranges name reg ' +
    'xen,static-evtchn'
  ).split(' '),
);

export const DOMAIN_RULES: readonly XenRule[] = [
  {
    id: 'domain-cpus',
    severity: 'error',
    about: '`cpus` is one cell from 1 to 128, and at most 8 on a board with a GICv2. Without it Xen panics.',
    check: eachDomain((domain, scene) => {
      if (!domain.property('cpus')) return 'cpus is missing, on which Xen panics; give the number of vCPUs';
      const most = scene.hasGicV2 ? MAX_VCPUS_GICV2 : MAX_VCPUS;
      return oneCell(domain, 'cpus', n => n >= 1 && n <= most, `from 1 to ${most}`);
    }, 'cpus'),
  },
  {
    id: 'domain-memory',
    severity: 'error',
    about: '`memory` is one number of 64 bits, so two cells, in KiB: `memory = <0x0 0x20000>` is 128 MiB.',
    check: (scene, report) => {
      for (const domain of scene.domains) {
        const cells = cellsOf(domain, 'memory');
        if (!domain.property('memory'))
          report(domain, 'memory is missing; give KiB in two cells, such as <0x0 0x20000> for 128 MiB', {
            fix: [{ kind: 'set-property', path: domain.path, property: 'memory', value: '<0x0 0x20000>' }],
          });
        else if (cells?.length !== 2)
          report(domain, 'memory must be two cells, of which the first is the upper half of a number of KiB', {
            property: 'memory',
            ...(cells?.length === 1 && {
              fix: [
                {
                  kind: 'set-property',
                  path: domain.path,
                  property: 'memory',
                  value: `<0x0 ${hex(cells[0]!)}>`,
                } as const,
              ],
            }),
          });
      }
    },
  },
  {
    id: 'domain-memory-zero',
    severity: 'warning',
    about:
      '`memory` is 0, no multiple of 4 KiB, more than the host has, or so little that it seems to be in MiB: the number ' +
      'is of KiB.',
    check: eachDomain((domain, { ram }) => {
      const cells = cellsOf(domain, 'memory');
      if (cells?.length !== 2) return undefined;
      const kib = join(cells);
      const host = ram.reduce((sum, { size }) => sum + size, 0n);
      if (kib === 0n) return 'memory is 0; give it in KiB';
      if (kib % 4n !== 0n) return `memory is ${kib} KiB, no whole number of pages; make it a multiple of 4`;
      if (host > 0n && kib * KIB > host) return `memory is ${kib} KiB, and the host has ${host / KIB}; give less`;
      if (kib < 4096n)
        return `memory is ${kib} KiB, too little for a kernel; were these MiB? Then it is <0x0 ${hex(kib * KIB)}>`;
      return undefined;
    }, 'memory'),
  },
  {
    id: 'domain-cells',
    severity: 'error',
    about: 'A domain has no `#address-cells` and `#size-cells`, in which the `reg` of its modules is read.',
    check: ({ domains, chosenWidths }, report) => {
      for (const domain of domains)
        for (const [i, property] of ['#address-cells', '#size-cells'].entries())
          if (!domain.property(property) && domain.children.size > 0)
            report(domain, `${property} is missing, in which the addresses of modules are read; add it`, {
              fix: [{ kind: 'set-property', path: domain.path, property, value: `<${chosenWidths[i]}>` }],
            });
    },
  },
  {
    id: 'domain-kernel',
    severity: 'error',
    about: 'A domain has no module that is a kernel.',
    check: eachDomain((domain, { modules }) =>
      modules.some(module => module.domain === domain && module.kind === 'kernel')
        ? undefined
        : 'no module of the domain is a kernel; add one compatible with "multiboot,kernel", "multiboot,module"',
    ),
  },
  {
    id: 'domain-capabilities',
    severity: 'error',
    about:
      '`capabilities` is one cell of the bits 1 (control), 2 (hardware) and 4 (xenstore); one domain at most has the ' +
      'second, and one the third.',
    check: (scene, report) => {
      eachDomain(
        domain => oneCell(domain, 'capabilities', n => (n & ~CAPABILITIES) === 0, 'made of the bits 1, 2 and 4'),
        'capabilities',
      )(scene, report);
      for (const [bit, what] of [
        [HARDWARE, 'hardware'],
        [XENSTORE, 'xenstore'],
      ] as const)
        for (const domain of scene.domains.filter(one => capabilities(one) & bit).slice(1))
          report(domain, `another domain is the ${what} domain already; take bit ${bit} from one of them`, {
            property: 'capabilities',
          });
    },
  },
  {
    id: 'domain-hw-passthrough',
    severity: 'error',
    about: 'The hardware domain gets all devices, so `passthrough`, `nr_spis` and a partial tree do not go with it.',
    check: eachDomain((domain, { modules }) => {
      if (!(capabilities(domain) & HARDWARE)) return undefined;
      const extra = ['passthrough', 'nr_spis'].find(name => domain.property(name));
      if (extra !== undefined) return `the hardware domain has all devices, so ${extra} cannot be; remove it`;
      const partial = modules.find(module => module.domain === domain && module.kind === 'device tree');
      return partial && `the hardware domain has all devices, so ${partial.node.name} cannot be; remove it`;
    }),
  },
  {
    id: 'domain-hw-directmap',
    severity: 'error',
    about: 'A hardware domain without `direct-map` needs an IOMMU: its devices use physical addresses.',
    check: eachDomain((domain, { nodes }) => {
      if (!(capabilities(domain) & HARDWARE) || domain.property('direct-map')) return undefined;
      return nodes.some(node => node.property('#iommu-cells'))
        ? undefined
        : 'the hardware domain has no direct-map and the tree no IOMMU, so its devices could not use memory; add direct-map';
    }),
  },
  {
    id: 'domain-vpl011',
    severity: 'warning',
    about:
      '`vpl011` is a property without a value. The UART takes SPI 0 (INTID 32) and 0x22000000 of the guest, which ' +
      'devices handed through must not use.',
    check: ({ domains }, report) => {
      for (const domain of domains)
        if (domain.property('vpl011')?.value.length)
          report(
            domain,
            'vpl011 has a value, which Xen does not look at: even <0> switches the UART on; remove the value or the property',
            {
              property: 'vpl011',
              fix: [{ kind: 'set-property', path: domain.path, property: 'vpl011', value: '' }],
            },
          );
    },
  },
  {
    id: 'domain-nr-spis',
    severity: 'error',
    about: '`nr_spis` is one cell up to 960; at least 1 with `vpl011`, which takes SPI 0.',
    check: eachDomain(
      domain =>
        oneCell(
          domain,
          'nr_spis',
          n => n <= MAX_SPIS && (n >= 1 || !hasFlag(domain, 'vpl011')),
          `from ${hasFlag(domain, 'vpl011') ? '1 (vpl011 needs one)' : '0'} to ${MAX_SPIS}`,
        ),
      'nr_spis',
    ),
  },
  {
    id: 'domain-static-mem',
    severity: 'error',
    about:
      '`xen,static-mem` is whole pairs of address and size in the cells of `/chosen`, in pages, of together as much as ' +
      '`memory` says, and overlaps nothing.',
    check: staticMemory,
  },
  {
    id: 'domain-directmap',
    severity: 'error',
    about: '`direct-map` needs `xen,static-mem`: only memory whose place is known can be where it is on the host.',
    check: eachDomain(
      domain =>
        domain.property('direct-map') && !domain.property('xen,static-mem') && !(capabilities(domain) & HARDWARE)
          ? 'direct-map without xen,static-mem does not work; add the memory, or remove it'
          : undefined,
      'direct-map',
    ),
  },
  {
    id: 'domain-cpupool',
    severity: 'error',
    about: '`domain-cpupool` is no phandle of a node compatible with `xen,cpupool`.',
    check: eachDomain((domain, scene) => {
      if (!domain.property('domain-cpupool')) return undefined;
      const pool = scene.node(cellOf(domain, 'domain-cpupool'));
      return scene.pools.some(node => node === pool)
        ? undefined
        : 'domain-cpupool names no node compatible with "xen,cpupool"; correct the reference';
    }, 'domain-cpupool'),
  },
  {
    id: 'domain-sve',
    severity: 'error',
    about: '`sve` is 0, empty for the longest vectors, or a length from 128 to 2048 in steps of 128; only on arm64.',
    check: eachDomain(domain => {
      if (!domain.property('sve')?.value.length) return undefined;
      const good = (n: number): boolean => n <= 2048 && n % 128 === 0;
      return oneCell(domain, 'sve', good, '0, or from 128 to 2048 in steps of 128');
    }, 'sve'),
  },
  {
    id: 'domain-trap',
    severity: 'error',
    about: '`trap-unmapped-accesses` is 0 or 1.',
    check: eachDomain(
      domain => oneCell(domain, 'trap-unmapped-accesses', n => n <= 1, '0 or 1'),
      'trap-unmapped-accesses',
    ),
  },
  {
    id: 'domain-enhanced',
    severity: 'error',
    about:
      '`xen,enhanced` is empty or one of `enabled`, `legacy`, `disabled`, `no-xenstore`. Any other text switches the ' +
      'interfaces off without a word.',
    check: eachDomain(
      domain =>
        domain.property('xen,enhanced')?.value.length
          ? oneOf(
              domain,
              'xen,enhanced',
              ['enabled', 'legacy', 'disabled', 'no-xenstore'],
              'which switches all interfaces off',
            )
          : undefined,
      'xen,enhanced',
    ),
  },
  {
    id: 'domain-enhanced-legacy',
    severity: 'warning',
    about: '`xen,enhanced = "legacy"` does not go with `xen,static-mem`: it needs a page from the heap.',
    check: eachDomain(
      domain =>
        textOf(domain, 'xen,enhanced') === 'legacy' && domain.property('xen,static-mem')
          ? 'xen,enhanced = "legacy" does not go with xen,static-mem; use "enabled"'
          : undefined,
      'xen,enhanced',
    ),
  },
  {
    id: 'domain-enhanced-xs',
    severity: 'error',
    about: '`xen,enhanced` with xenstore needs a domain that runs it: dom0, or one with bit 4 of `capabilities`.',
    check: eachDomain((domain, { modules, domains }) => {
      const property = domain.property('xen,enhanced');
      const text = property?.value.length === 0 ? 'enabled' : textOf(domain, 'xen,enhanced');
      if (text !== 'enabled' && text !== 'legacy') return undefined;
      const runs =
        modules.some(module => !module.domain && (module.kind === 'kernel' || module.kind === 'unknown')) ||
        domains.some(one => capabilities(one) & XENSTORE);
      return runs
        ? undefined
        : 'nothing runs xenstore: there is no dom0, and no domain with bit 4 of capabilities; use "no-xenstore"';
    }, 'xen,enhanced'),
  },
  {
    id: 'domain-p2m',
    severity: 'error',
    about: '`xen,domain-p2m-mem-mb` is one cell, in MiB.',
    check: eachDomain(
      domain => oneCell(domain, 'xen,domain-p2m-mem-mb', () => true, 'one number of MiB'),
      'xen,domain-p2m-mem-mb',
    ),
  },
  {
    id: 'domain-grant-version',
    severity: 'error',
    about: '`max_grant_version` is 1 or 2.',
    check: eachDomain(
      domain => oneCell(domain, 'max_grant_version', n => n === 1 || n === 2, '1 or 2'),
      'max_grant_version',
    ),
  },
  {
    id: 'domain-grant-frames',
    severity: 'error',
    about: '`max_grant_frames` and `max_maptrack_frames` are cells up to 2147483647; Xen panics above.',
    check: (scene, report) => {
      for (const name of ['max_grant_frames', 'max_maptrack_frames'])
        eachDomain(domain => oneCell(domain, name, n => n <= 0x7fffffff, 'at most 2147483647'), name)(scene, report);
    },
  },
  {
    id: 'domain-passthrough',
    severity: 'error',
    about: '`passthrough` is `enabled` or `disabled`; any other text counts as `disabled`.',
    check: eachDomain(
      domain => oneOf(domain, 'passthrough', ['enabled', 'disabled'], 'which counts as "disabled"'),
      'passthrough',
    ),
  },
  {
    id: 'domain-sci',
    severity: 'error',
    about: '`xen,sci_type` is `none` or `scmi_smc`; Xen panics on any other text.',
    check: eachDomain(
      domain => oneOf(domain, 'xen,sci_type', ['none', 'scmi_smc'], 'on which Xen panics'),
      'xen,sci_type',
    ),
  },
  {
    id: 'domain-v8r',
    severity: 'error',
    about: '`v8r_el1_msa` is `mpu` or `mmu`; `mpu` needs `xen,static-mem` and `direct-map`.',
    check: eachDomain(domain => {
      const wrong = oneOf(domain, 'v8r_el1_msa', ['mpu', 'mmu'], 'which Xen refuses');
      if (wrong !== undefined || textOf(domain, 'v8r_el1_msa') !== 'mpu') return wrong;
      const missing = ['xen,static-mem', 'direct-map'].find(name => !domain.property(name));
      return missing && `v8r_el1_msa = "mpu" needs ${missing}; add it`;
    }, 'v8r_el1_msa'),
  },
  {
    id: 'domain-llc',
    severity: 'error',
    about: '`llc-colors` is a string of ranges such as `0-3,8`; it needs `llc-coloring=on`, and no `xen,static-mem`.',
    check: eachDomain((domain, { chosen }) => {
      if (!domain.property('llc-colors')) return undefined;
      if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(textOf(domain, 'llc-colors') ?? ''))
        return 'llc-colors is no list of ranges such as "0-3,8"; correct it';
      return /(^|\s)llc-coloring=(on|true|yes|1|enable)(\s|$)/.test(textOf(chosen, 'xen,xen-bootargs') ?? '')
        ? undefined
        : 'llc-colors has no effect without llc-coloring=on in xen,xen-bootargs; add it';
    }, 'llc-colors'),
  },
  {
    id: 'domain-unknown-prop',
    severity: 'warning',
    about: 'A domain has a property that Xen does not read, such as `vcpus` (which is `cpus`): it has no effect.',
    check: ({ domains }, report) => {
      const likely: Readonly<Record<string, string>> = { vcpus: 'cpus', mem: 'memory', kernel: 'a module' };
      for (const domain of domains)
        for (const property of domain.properties.keys())
          if (!KNOWN.has(property)) {
            const meant = likely[property];
            report(
              domain,
              `Xen does not read ${property}${meant === undefined ? '' : `; ${meant} is meant`}; remove it`,
              { property },
            );
          }
    },
  },
  {
    id: 'vcpu-id',
    severity: 'error',
    about: 'A `xen,vcpu` has no `id`, one that is not below `cpus`, or that of another.',
    check: (scene, report) => {
      for (const domain of scene.domains) {
        const cpus = cellOf(domain, 'cpus') ?? 0;
        const seen = new Set<number>();
        for (const node of scene.vcpus(domain)) {
          const id = cellOf(node, 'id');
          if (id === undefined) report(node, 'id is missing, on which Xen panics; give the number of the vCPU');
          else if (id >= cpus || seen.has(id))
            report(node, `id ${id} is ${id >= cpus ? `not below cpus (${cpus})` : 'there already'}; correct it`, {
              property: 'id',
            });
          if (id !== undefined) seen.add(id);
        }
      }
    },
  },
  {
    id: 'vcpu-affinity',
    severity: 'error',
    about: '`hard-affinity` is a list such as `1,4-7` of processors that the host has. Xen panics on anything else.',
    check: (scene, report) => {
      const property = 'hard-affinity';
      for (const node of scene.domains.flatMap(domain => scene.vcpus(domain))) {
        const text = textOf(node, property);
        if (!node.property(property)) continue;
        const ranges = (text ?? '').split(',').map(one => /^(\d+)(?:-(\d+))?$/.exec(one));
        const good = ranges.every(one => one && Number(one[2] ?? one[1]) >= Number(one[1]));
        const most = Math.max(...ranges.map(one => Number(one?.[2] ?? one?.[1] ?? 0)));
        if (!good) report(node, `${property} is no list such as "1,4-7"; correct it`, { property });
        else if (scene.processors > 0 && most >= scene.processors)
          report(node, `${property} names processor ${most}, and the host has ${scene.processors}; correct it`, {
            property,
          });
      }
    },
  },
];
