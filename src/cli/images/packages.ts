// What is fetched and what is made of it, as data. The names are those of Debian 12 (bookworm), the last release with
// Xen for 32-bit ARM.

/** The release that the names below are of. */
export const SUITE = 'bookworm';
export const COMPONENT = 'main';
const XEN = '4.17';

export type Architecture = 'armhf' | 'arm64';
export const ARCHITECTURES: readonly Architecture[] = ['armhf', 'arm64'];

/** Where the files of a package go: trees of their own for kernels and hypervisors, one for all that dom0 runs. */
export type Tree = 'kernel-armhf' | 'kernel-arm64' | 'xen-armhf' | 'xen-arm64' | 'root';

export interface WantedPackage {
  /** The name; of a kernel, whose name has its version in it, a pattern. */
  readonly name: string | RegExp;
  readonly architecture: Architecture;
  readonly tree: Tree;
}

/** A package that depends on the newest kernel, and how the kernel packages are called after it. */
export const KERNEL_META = {
  name: 'linux-image-armmp-lpae',
  architecture: 'armhf',
  /** Its dependency; the version of both kernels is in the first group. */
  dependency: /\blinux-image-(\S+)-armmp-lpae\b/,
  packages: { armhf: 'linux-image-VERSION-armmp-lpae', arm64: 'linux-image-VERSION-arm64' },
} as const;

/** The package that has the shell of both RAM disks. */
export const BUSYBOX = 'busybox-static';

/** What busybox, xl and its helpers need to run. */
const ROOT_PACKAGES = [
  BUSYBOX,
  'libc6',
  'libgcc-s1',
  'libbz2-1.0',
  'liblzma5',
  'libzstd1',
  'zlib1g',
  'libtinfo6',
  'libncurses6',
  'libuuid1',
  'libfdt1',
  'libext2fs2',
  'libcom-err2',
  'libyajl2',
  'libnl-3-200',
  'libnl-route-3-200',
  'libudev1',
  'libcap2',
  'liblzo2-2',
  'libssl3',
  'libatomic1',
  'libxentoolcore1',
  'libxentoollog1',
  'libxencall1',
  'libxendevicemodel1',
  'libxenevtchn1',
  'libxenforeignmemory1',
  'libxengnttab1',
  'libxenhypfs1',
  'libxenstore4',
  `libxenmisc${XEN}`,
  'xenstore-utils',
  `xen-utils-${XEN}`,
];

export const PACKAGES: readonly WantedPackage[] = [
  { name: /^linux-image-\d\S*-armmp-lpae$/, architecture: 'armhf', tree: 'kernel-armhf' },
  { name: /^linux-image-\d\S*-arm64$/, architecture: 'arm64', tree: 'kernel-arm64' },
  { name: `xen-hypervisor-${XEN}-armhf`, architecture: 'armhf', tree: 'xen-armhf' },
  { name: `xen-hypervisor-${XEN}-arm64`, architecture: 'arm64', tree: 'xen-arm64' },
  ...ROOT_PACKAGES.map(name => ({ name, architecture: 'armhf' as const, tree: 'root' as const })),
];

/** Which files of a tree are looked at; the rest (documentation, most device trees) is passed over. */
export const WANTED_FILES: Readonly<Record<Tree, RegExp>> = {
  'kernel-armhf':
    /^boot\/vmlinuz-|^usr\/lib\/linux-image-[^/]+\/(vexpress|xenvm|exynos5250)[^/]*\.dtb$|^lib\/modules\/[^/]+\/kernel\/.*\.ko$/,
  'kernel-arm64': /^boot\/vmlinuz-|^usr\/lib\/linux-image-[^/]+\/arm\/[^/]+\.dtb$/,
  'xen-armhf': /^boot\/xen-/,
  'xen-arm64': /^boot\/xen-/,
  root: /^(usr\/)?(bin|lib)\//,
};

/** Files that are copied as they are: the only match of `pattern` in `tree`. */
export const COPIES: readonly { readonly name: string; readonly tree: Tree; readonly pattern: RegExp }[] = [
  { name: 'zImage-armhf', tree: 'kernel-armhf', pattern: /^boot\/vmlinuz-/ },
  { name: 'Image-arm64', tree: 'kernel-arm64', pattern: /^boot\/vmlinuz-/ },
  { name: 'xen-armhf', tree: 'xen-armhf', pattern: new RegExp(`^boot/xen-${XEN}-armhf$`) },
  { name: 'xen-arm64', tree: 'xen-arm64', pattern: new RegExp(`^boot/xen-${XEN}-arm64$`) },
];

/** Every device tree of these trees goes into the folder dtb/. */
export const DTB_TREES: readonly Tree[] = ['kernel-armhf', 'kernel-arm64'];

/** Xen's programs for dom0, in the order in which they go into the archive. */
export const XEN_PROGRAMS = {
  folder: `usr/lib/xen-${XEN}/bin`,
  names: ['xl', 'xenstored', 'xenconsoled', 'xenconsole', 'xen-init-dom0', 'libxl-save-helper'],
  /** Those that /usr/sbin has a link to. */
  linked: ['xl', 'xenstored', 'xenconsoled', 'xenconsole', 'xen-init-dom0'],
} as const;

/** Drivers of a guest and of a native boot; `mods NAME` loads one with what it needs. */
export const MODULES = [
  'xen-blkfront',
  'xen-netfront',
  'armmmci',
  'smsc911x',
  'virtio_mmio',
  'virtio_blk',
  'virtio_net',
  'ext4',
];
export const DOM0_MODULES = [
  'xen-privcmd',
  'xen-evtchn',
  'xen-gntdev',
  'xen-gntalloc',
  'xenfs',
  'xen-blkback',
  'xen-netback',
];

/** Where libraries lie in the packages, in the order of search. */
export const LIBRARY_FOLDERS = ['lib/arm-linux-gnueabihf', 'usr/lib/arm-linux-gnueabihf', 'lib', 'usr/lib'];
/** Where they go in the archive; the loader has its place by the ABI. */
export const LIBRARY_TARGET = 'usr/lib/arm-linux-gnueabihf';

/** A package as people write it: `libc6:armhf`. */
export function packageLabel({ name, architecture }: WantedPackage): string {
  return `${typeof name === 'string' ? name : name.source.replace(/[\^$]|\\S|\\d/g, '')}:${architecture}`;
}
