// The long form of test/emu/random-on-qemu.test.ts:  npm run random-on-qemu [-- COUNT [FIRST]]
import { spawnSync } from 'node:child_process';

const [count = '1000', first = '0'] = process.argv.slice(2);
const { status } = spawnSync('npx', ['vitest', 'run', 'test/emu/random-on-qemu.test.ts'], {
  env: { ...process.env, RANDOM_ON_QEMU: count, RANDOM_FIRST: first },
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;
