// Compares the emulator's disassembler with objdump over a kernel or any raw code:
//   node test/isa/run.mjs objdump/main.ts FILE [--thumb] [--base ADDRESS] [--count N] [--samples N] [--program NAME]
// FILE is a zImage (which is unpacked), an ELF file, raw bytes, or with --program a gzip-compressed RAM disk.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { codeOf, compareCode, programOf } from './code';
import { report } from './compare';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    thumb: { type: 'boolean', default: false },
    base: { type: 'string', default: '0' },
    count: { type: 'string', default: '200000' },
    program: { type: 'string' },
    samples: { type: 'string', default: '4' },
  },
});
const file = positionals[0];
if (file === undefined)
  throw new Error('usage: node test/isa/run.mjs objdump/main.ts FILE [--thumb] [--base ADDRESS] [--count N]');

const bytes = new Uint8Array(readFileSync(file));
const { program, thumb, base, count, samples } = values;
const code = await codeOf(program === undefined ? bytes : await programOf(bytes, file, program), file);
const result = compareCode(code, thumb, Number(base), Number(count));
const different = result.groups.reduce((sum, group) => sum + group.differences.length, 0);
if (different > 0) console.log(report(result.groups, Number(samples)));
for (const [why, times] of result.accepted) console.log(`intended: ${times} times: ${why}`);
console.log(`${result.count} instructions, ${different} different`);
process.exitCode = different > 0 ? 1 : 0;
