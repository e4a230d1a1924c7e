// How much of a core an idle guest takes at the real pace:  npm run idle [-- --seconds N] [demo] [linux]
// Linux needs the images of $XENLAB_IMAGES or images/. Exit status 1 when a guest takes more than the limit, 2 when it
// cannot be measured. The system accounts for the process in /proc, so this runs on Linux only.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const images = path.resolve(root, process.env.XENLAB_IMAGES ?? 'images');
/** Percent of a core. */
const LIMIT = 2;
/** Seconds at the prompt before the measurement: the engine still optimizes what the boot has run. */
const SETTLE = 5;
const BOOT_LIMIT_MS = 120_000;
/** Clock ticks of /proc/PID/stat in a second; Linux tells user space nothing else on any architecture. */
const TICKS = 100;

const GUESTS = {
  demo: { prompt: 'lab> ', options: [] },
  linux: {
    prompt: 'lab# ',
    options: [
      ...['--hypervisor', 'none', '--append', 'console=ttyAMA0 rdinit=/init'],
      ...['--kernel', path.join(images, 'zImage-armhf'), '--initrd', path.join(images, 'busybox.cpio.gz')],
    ],
  },
};

/** Seconds of CPU that a process has used, in user space and in the kernel. */
function cpuSeconds(pid) {
  // The name in parentheses may contain anything; fields 14 and 15 are counted from behind it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return { user: fields[11] / TICKS, system: fields[12] / TICKS };
}

async function measure(name, { prompt, options }, seconds) {
  const command = ['dist/xenlab.mjs', 'boot', '--pace', 'realtime', ...options];
  // Standard input stays open: at its end an idle machine would be ended too.
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    let said = '';
    const ended = new Promise((_, fail) => child.on('exit', code => fail(new Error(`it has ended with ${code}`))));
    const ready = new Promise(done => {
      child.stdout.on('data', data => {
        said = (said + data.toString('latin1')).slice(-1000);
        if (said.includes(prompt)) done();
      });
    });
    const late = sleep(BOOT_LIMIT_MS, undefined, { ref: false }).then(() =>
      Promise.reject(new Error(`no "${prompt}"`)),
    );
    await Promise.race([ready, ended, late]);
    await Promise.race([sleep(SETTLE * 1000), ended]);
    const before = cpuSeconds(child.pid);
    const began = performance.now();
    await Promise.race([sleep(seconds * 1000), ended]);
    const after = cpuSeconds(child.pid);
    const wall = (performance.now() - began) / 1000;
    const percent = kind => ((after[kind] - before[kind]) / wall) * 100;
    const all = percent('user') + percent('system');
    const verdict = all <= LIMIT ? 'ok' : `more than ${LIMIT} %`;
    console.log(
      `${name}: idle for ${wall.toFixed(0)} s, ${all.toFixed(2)} % of a core ` +
        `(user ${percent('user').toFixed(2)}, system ${percent('system').toFixed(2)}): ${verdict}`,
    );
    return all <= LIMIT;
  } finally {
    child.removeAllListeners('exit');
    child.kill();
  }
}

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' } },
  allowPositionals: true,
});
try {
  if (!existsSync('/proc/self/stat'))
    throw new Error('the CPU time of a process is read from /proc, which is not here');
  let met = true;
  for (const name of positionals.length > 0 ? positionals : Object.keys(GUESTS)) {
    const guest = GUESTS[name];
    if (!guest) throw new Error(`there is no guest "${name}"; there are ${Object.keys(GUESTS).join(' and ')}`);
    met = (await measure(name, guest, Number(values.seconds))) && met;
  }
  process.exitCode = met ? 0 : 1;
} catch (error) {
  console.error(`idle: ${error.message}`);
  process.exitCode = 2;
}
