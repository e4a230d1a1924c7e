// The text files of the two initial RAM disks.

/**
 * What both end in. BusyBox's poweroff, which Linux also starts when Xen's tools shut a domain down, asks process 1 with a
 * signal, which Linux drops unless process 1 has a handler: so that is a script with traps, and the shell its child. It
 * waits for a child in the background because a shell runs traps only between its commands.
 */
const SHELL = `trap 'poweroff -f' USR2; trap 'reboot -f' TERM; trap 'halt -f' USR1
while :; do setsid cttyhack sh & wait; done
`;

/** Makes the file systems that every program expects, and a shell on the console. The marker is what tests wait for. */
export const SMALL_INIT = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox mkdir -p /sbin /usr/bin /usr/sbin; /bin/busybox --install -s
echo "LAB-SHELL-UP $(uname -rm) cpus=$(nproc) up=$(cut -d' ' -f1 /proc/uptime)"
export PS1='lab# '
${SHELL}`;

export const DOM0_INIT = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox mkdir -p /dev/pts /sbin; /bin/busybox mount -t devpts devpts /dev/pts
/bin/busybox --install -s
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root PS1='dom0# ' LD_LIBRARY_PATH=/usr/lib/arm-linux-gnueabihf
mods xen-privcmd xen-evtchn xen-gntdev xen-gntalloc xenfs
mount -t xenfs xenfs /proc/xen
hostname dom0; ifconfig lo 127.0.0.1 up
echo "LAB-DOM0-UP $(uname -rm) up=$(cut -d' ' -f1 /proc/uptime) caps=$(cat /proc/xen/capabilities)"
${SHELL}`;

/** /bin/mods: loads modules with what they need, from the lists beside them. */
export const MODS_SCRIPT = `#!/bin/sh
for m; do while read k; do insmod /modules/$k 2>/dev/null; done < /modules/$m.order; done
`;

export const BASE_FOLDERS = ['bin', 'dev', 'proc', 'sys', 'tmp', 'etc', 'root'];

/** Folders that Xen's programs expect. */
export const DOM0_FOLDERS = [
  'etc/xen/scripts',
  'var/lib/xen/dump',
  'var/log/xen/console',
  'var/run/xen',
  'var/run/xenstored',
  'var/lib/xenstored',
  'var/lock',
  'run',
];

/** Configuration of dom0, in order. */
export const DOM0_FILES: readonly (readonly [path: string, content: string])[] = [
  ['etc/xen/xl.conf', 'autoballoon="off"\n'],
  [
    'etc/domu.cfg',
    `name = "domu1"
kernel = "/boot/zImage"
ramdisk = "/boot/ramdisk.gz"
extra = "console=hvc0 rdinit=/init cryptomgr.notests"
memory = 128
vcpus = 1
`,
  ],
  ['etc/passwd', 'root::0:0:root:/root:/bin/sh\n'],
  ['etc/group', 'root:x:0:\n'],
  ['etc/nsswitch.conf', 'passwd: files\ngroup: files\n'],
];
