// Rewrites src/emu/cpu/hot-variants.ts from what programs execute:  npm run hot-variants [-- IMAGES]
// Each program counts alike; a variant is frequent when it makes up a ten-thousandth of some program.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findBoard } from '../src/emu/boards';
import { COUNTERS } from '../src/emu/codegen/layout';
import { type BootImage, Machine } from '../src/emu/machine';
import { parseElf } from '../src/image';
import { linuxBoot } from './linux';

const ROOT = process.env['PROJECT'] ?? process.cwd();
const SHARE = 1e-4;
/** The switch stays well below the size at which engines stop optimizing it (docs/decisions/001). */
const MOST = 240;
const LIMIT = 2e9;
const board = findBoard('vexpress-v2p-ca15-tc1')!;

/** Share of each variant in the instructions of one program. */
function count(boot: BootImage, memoryBytes: number, stopAt?: string): Map<string, number> {
  let output = '';
  const machine = new Machine({
    board,
    cpus: 1,
    memoryBytes,
    output: (_, byte) => (output += String.fromCharCode(byte)),
    log: () => {},
    baseSeconds: 0,
    count: true,
    hot: [],
  });
  machine.start(boot);
  while (machine.instructions < LIMIT && !(stopAt && output.includes(stopAt))) {
    const end = machine.run(1e6);
    if (end.reason === 'idle' && end.idleUntilNs !== undefined) machine.skipIdle();
    else if (end.reason !== 'budget') break;
  }
  const { layout } = machine.cores[0]!.env;
  const counters = new Uint32Array(machine.memory.buffer, layout.counters, COUNTERS);
  console.log(`${(machine.instructions / 1e6).toFixed(0)} M instructions: ${output.trim().split('\n').at(-1)}`);
  return new Map([...machine.processor.code.variants].map(([key, n]) => [key, counters[n]! / machine.instructions]));
}

function elf(file: string): BootImage {
  const { segments, entry } = parseElf(readFileSync(file), file);
  const images = segments
    .map(s => ({ address: Number(s.physicalAddress), bytes: s.data }))
    .filter(i => i.bytes.length > 0);
  return { images, entry: { pc: Number(entry), secure: false } };
}

const best = new Map<string, number>();
function add(shares: Map<string, number>): void {
  for (const [key, share] of shares) best.set(key, Math.max(best.get(key) ?? 0, share));
}
const guests = path.join(ROOT, 'guests', 'bench');
for (const file of readdirSync(guests).filter(f => f.endsWith('.elf')))
  add(count(elf(path.join(guests, file)), 128 << 20));
const images = process.argv[2];
if (images) {
  add(count(await linuxBoot(images, 'console=ttyAMA0 rdinit=/init'), 1024 << 20, 'LAB-SHELL-UP'));
  add(count(await linuxBoot(images, 'console=ttyAMA0 rdinit=/init cryptomgr.notests'), 1024 << 20, 'LAB-SHELL-UP'));
}
const chosen = [...best]
  .filter(([, share]) => share >= SHARE)
  .sort((a, b) => b[1] - a[1])
  .slice(0, MOST)
  .map(([key]) => key);
writeFileSync(
  path.join(ROOT, 'src', 'emu', 'cpu', 'hot-variants.ts'),
  `// Variants that get a case of their own in the interpreter's switch, the most frequent first. Chosen by counting what
// the stock kernel and the benchmark programs execute: \`npm run hot-variants\`.
export const HOT_VARIANTS: readonly string[] = [
${chosen.map(key => `  '${key}',\n`).join('')}];
`,
);
console.log(`${chosen.length} of ${best.size} variants are frequent`);
