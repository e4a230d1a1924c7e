// A RAM disk for the stock kernel that keeps making and dropping code: programs that are copied, run and deleted, so that
// their pages become those of others; kernel modules that come and go.
import { concat } from '../../src/image/bytes';
import { CpioWriter } from '../../src/image';

/** What the guest says after each round, and what it says when a round has come to another result than the first. */
export const ROUND = /SOAK round \d+/;
export const WRONG = /SOAK wrong.*|Kernel panic.*|Internal error.*|Unable to handle.*|Segmentation fault.*/;
/** Kernel command line; `rdinit` names the script below. */
export const ARGUMENTS = 'console=ttyAMA0 rdinit=/soak cryptomgr.notests panic=-1';

/** Each command of `work` runs as a process of its own, from a file that is deleted behind them. */
const SCRIPT = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox mkdir -p /sbin /usr/bin /usr/sbin /work; /bin/busybox --install -s
mount -t tmpfs tmpfs /work; cd /work
seq 1 4000 > numbers
work() {
  p=./busybox.$1
  cp /bin/busybox $p
  for digest in md5sum sha1sum sha256sum sha512sum; do $p $digest numbers; done
  $p sha256sum /bin/busybox
  $p sort -r numbers | $p sed 's/1/one/g' | $p md5sum
  $p awk '{ s += $1 * $1 % 7; t[$1 % 97] = s } END { for (i = 0; i < 97; i++) print t[i] }' numbers | $p sha1sum
  $p gzip -c numbers | $p gunzip -c | $p cmp numbers - && echo gzip
  $p bzip2 -c numbers | $p bunzip2 -c | $p cmp numbers - && echo bzip2
  $p tar cf - numbers | $p tar xOf - | $p wc
  $p od -c numbers | $p tr 0-7 a-h | $p uniq | $p tail -n 3
  $p grep -c '[13579]$' numbers; $p factor 1234567890123; $p seq 1 300 | $p xargs $p echo
  $p find /bin /modules | $p sort | $p md5sum
  $p dd if=/bin/busybox of=copy.$1 bs=64k 2>/dev/null; $p cmp copy.$1 /bin/busybox; $p rm copy.$1
  rm $p
}
modules() {
  for m in crc16 mbcache jbd2 libphy failover; do insmod /modules/$m.ko 2>&1; done
  cut -d' ' -f1 /proc/modules | sort | tr '\\n' ' '
  for m in failover libphy jbd2 mbcache crc16; do rmmod $m 2>&1; done
}
n=0
while :; do
  n=$((n + 1))
  # Two at a time, so that their processes take turns.
  work a > a.out 2>&1 & work b > b.out 2>&1; wait
  modules > m.out
  sed s/busybox.b/busybox.a/ b.out | cmp a.out - || echo "SOAK wrong: two programs differ"
  now=$(cat a.out m.out | md5sum)
  if [ $n = 1 ]; then first=$now; cat a.out m.out; fi
  [ "$now" = "$first" ] || { echo "SOAK wrong: round $n differs from the first"; cat a.out m.out; }
  echo "SOAK round $n"
done
`;

/**
 * The RAM disk of \`xenlab images get\`, and behind it an archive with the script as /soak; the kernel unpacks both.
 * @param busybox busybox.cpio.gz
 */
export function soakDisk(busybox: Uint8Array): Uint8Array {
  // What follows a compressed archive begins at a multiple of four, with zeros before it.
  const gap = new Uint8Array(-busybox.length & 3);
  return concat([busybox, gap, new CpioWriter().file('soak', new TextEncoder().encode(SCRIPT)).bytes()]);
}
