// Compares the emulator's disassembler with objdump over a kernel or any raw code:
//   node test/isa/run.mjs objdump/main.ts FILE [--thumb] [--base ADDRESS] [--count N] [--samples N]
// FILE is a zImage (which is unpacked) or raw bytes. Zero words, which are padding, are passed over.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { identify } from '../../../src/image';
import { unpackZImage } from '../../../src/image/zimage-unpack';
import { compare, followIt, report } from './compare';
import { objdump } from './listing';
import { disassemble } from './ours';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    thumb: { type: 'boolean', default: false },
    base: { type: 'string', default: '0' },
    count: { type: 'string', default: '200000' },
    samples: { type: 'string', default: '4' },
  },
});
const file = positionals[0];
if (file === undefined)
  throw new Error('usage: node test/isa/run.mjs objdump/main.ts FILE [--thumb] [--base ADDRESS] [--count N]');

const bytes = new Uint8Array(readFileSync(file));
const code = identify(bytes) === 'zimage' ? (await unpackZImage(bytes, file)).image : bytes;
const { thumb } = values;
const wanted = Number(values.count);

/** The first `wanted` instructions that are not zero, from as much code as that takes. */
function instructions(): ReturnType<typeof objdump> {
  let words = 0;
  let at = 0;
  for (; at + 4 <= code.length && words < wanted; at += 4)
    if (code[at]! | code[at + 1]! | code[at + 2]! | code[at + 3]!) words++;
  return objdump(code.subarray(0, at), thumb, Number(values.base))
    .filter(line => line.encoding !== 0)
    .slice(0, wanted);
}

const lines = instructions();
const groups = compare(
  lines,
  followIt((encoding, address, it) => disassemble(encoding, address, thumb, thumb ? it : undefined)),
);
const different = groups.reduce((sum, group) => sum + group.differences.length, 0);
if (different > 0) console.log(report(groups, Number(values.samples)));
console.log(`${lines.length} instructions, ${different} different`);
process.exitCode = different > 0 ? 1 : 0;
