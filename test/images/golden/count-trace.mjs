// What qemu-system-arm did, counted from its log, as in the *-qemu.txt files here:
//   qemu-system-arm ... -d int,trace:memory_region_ops_read,trace:memory_region_ops_write -D LOG
//   node count-trace.mjs LOG
// ended at the marker. xen-dom0-boot-paced-qemu.txt is of a run with
//   -icount shift=0 -global cortex-a15-arm-cpu.cntfrq=24000000
// which gives every instruction a nanosecond and the counter the 24 MHz of the board. An exception's line of "ESR" is left
// out where it does not belong to it: interrupts print the last one again, and exceptions that PL1 takes have none on ARMv7.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const counts = new Map();
const count = row => counts.set(row, (counts.get(row) ?? 0) + 1);
let name = '';
let syndrome = false;
for await (const line of createInterface({ input: createReadStream(process.argv[2], 'latin1') })) {
  let found;
  if ((found = /^memory_region_ops_(read|write) .* (name '.*')/.exec(line))) count(`${found[1]} ${found[2].slice(5)}`);
  else if ((found = /^Taking exception (\d+ \[(.*)\])/.exec(line))) {
    name = found[2];
    count(`EXC ${found[1]}`);
  } else if ((found = /^\.\.\.from EL\d to EL(\d)/.exec(line))) {
    count(`FROM ${line}`);
    syndrome = found[1] === '2' && !/^(IRQ|FIQ)$/.test(name);
  } else if (syndrome && (found = /^\.\.\.with ESR (\S+)/.exec(line))) count(`ESR ${found[1]}`);
}
for (const [row, times] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) console.log(`${times} ${row}`);
