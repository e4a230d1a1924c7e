// Where the hypercalls of Xen's tools on the built-in core differ from those on Debian's Xen on qemu, and why. The log of qemu
// was made by a library between the tools and their devices: it shows requests to drivers, a trace shows hypercalls.

export interface CallDifference {
  /** Tools that it is about; all without it. */
  readonly tools?: readonly string[];
  /** Which calls: on both sides, but for `side`. */
  readonly call: RegExp;
  readonly side?: keyof Both;
  /** What is done with them: left out, counted once for many in a row, or shown without the result. */
  readonly as: 'nothing' | 'once' | 'any result';
  readonly why: string;
}

export const DIFFERENCES: readonly CallDifference[] = [
  {
    call: /^xen_version\.build_id=/,
    as: 'any result',
    why: 'a build of Xen has an id of 20 bytes; this hypervisor is not built, and has none to tell',
  },
  {
    call: /^event_channel_op\.send=0$/,
    as: 'nothing',
    why: 'how often somebody is notified depends on how fast the other side of a ring is',
  },
  {
    tools: ['create'],
    call: /^memory_op\.add_to_physmap_range=0$/,
    as: 'once',
    why: 'there are as many as pages of the kernel and the RAM disk, and the RAM disk has other files',
  },
  {
    tools: ['xenconsoled'],
    call: /^domctl\.getdomaininfo=0$/,
    as: 'once',
    why: 'it asks whether the domain is still there for each key that is typed, and nothing is typed here',
  },
  {
    tools: ['xenconsoled'],
    call: /^event_channel_op\.close=0$/,
    side: 'ours',
    as: 'nothing',
    why: 'it closes its device, and the driver closes the port: no request for the log',
  },
  {
    tools: ['xenstored'],
    call: /^(sysctl\.|memory_op\.get_sharing|xsm_op|domctl\.getvcpu)/,
    side: 'theirs',
    as: 'nothing',
    why: 'an xl info and an xl vcpu-list wrote into the log of xenstored',
  },
];

export interface Both {
  readonly theirs: readonly string[];
  readonly ours: readonly string[];
}

/** Both sequences without what is known to differ. */
export function apply(tool: string, both: Both, differences: readonly CallDifference[]): Both {
  const change = (side: keyof Both): string[] => {
    const changed: string[] = [];
    for (const call of both[side]) {
      const found = differences.find(
        one => (!one.tools || one.tools.includes(tool)) && (!one.side || one.side === side) && one.call.test(call),
      );
      if (found?.as === 'nothing' || (found?.as === 'once' && changed.at(-1) === call)) continue;
      changed.push(found?.as === 'any result' ? call.replace(/=.*/, '') : call);
    }
    return changed;
  };
  return { theirs: change('theirs'), ours: change('ours') };
}
