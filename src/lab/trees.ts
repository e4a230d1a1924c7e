// The device trees of a lab, as its clients get them: blobs, with whose they are.

export interface LabTree {
  /** `host`; `kernel` or `program` of a native boot; `dom0`, or the name of a domain. */
  name: string;
  /** For people: whose it is, and who has made it. */
  about: string;
  /** The id of the domain that has got it. */
  domain?: number;
  /** As it was given, whatever has become of it in memory. */
  blob: Uint8Array;
}

export interface LabTrees {
  /** What the machine boots with first, then the domains in order of their ids. */
  trees: LabTree[];
  /** For people: trees that exist, or will, and that the lab does not know; a line each. */
  unknown: string[];
}

/** Of a boot of a Xen binary: what is its own, nobody outside knows. */
export const treesOfXen = (blob: Uint8Array, about: string): LabTrees => ({
  trees: [{ name: 'host', about, blob }],
  unknown: ['a Xen binary makes the trees of dom0 and of its domains itself, in memory of the machine'],
});

/** Of a boot without a hypervisor: the tree of the board, and what the boot has made of it. */
export const nativeTrees = (host: Uint8Array, name: 'kernel' | 'program', own: Uint8Array): LabTrees => ({
  trees: [
    { name: 'host', about: 'before the boot completes it', blob: host },
    { name, about: `as the ${name} gets it`, blob: own },
  ],
  unknown: [],
});
