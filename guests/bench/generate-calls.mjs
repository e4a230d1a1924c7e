// Writes calls.c: hundreds of small functions that call each other and branch on what they compute, so that code
// is many pages, calls and returns are the work, and no predictor or code cache has it easy. The same text every time.

const FUNCTIONS = 200;
const ENTRIES = 16; // called by bench_run
const ROUNDS = 6000000;

let state = 12;
const random = limit => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
};

const OPERATIONS = [
  k => `x += 0x${k.toString(16)}u;`,
  k => `x ^= x >> ${1 + (k % 31)};`,
  k => `x = x << ${1 + (k % 31)} | x >> ${31 - (k % 31)};`,
  k => `x *= ${(k % 255) * 2 + 3}u;`,
  k => `y += x & 0x${k.toString(16)}u;`,
  k => `y ^= x + ${k % 256}u;`,
];
const operation = () => OPERATIONS[random(OPERATIONS.length)](random(65536));

/**
 * Functions call only ones with a higher number, so that every call ends. The first callee is fixed, so that every
 * function behind the entries has a caller.
 */
function body(n) {
  const lines = [operation()];
  const callees = [n + ENTRIES, n + 1 + random(2 * ENTRIES)].filter(callee => callee < FUNCTIONS);
  for (const callee of callees) {
    lines.push(`if (x & ${1 << random(16)}u)`, `    x = f${callee}(x, y);`);
    if (random(2)) lines.push('else', `    ${operation()}`);
  }
  lines.push('return x ^ y;');
  return lines.map(line => `    ${line}\n`).join('');
}

const functions = Array.from(
  { length: FUNCTIONS },
  (_, i) => FUNCTIONS - 1 - i, // callees first
).map(n => `static NOINLINE uint32_t f${n}(uint32_t x, uint32_t y)\n{\n${body(n)}}\n`);

console.log(`// Many small functions (${FUNCTIONS}) that call each other and branch on what they compute.
// Written by generate-calls.mjs.
#include "bench.h"

#define NOINLINE __attribute__((noinline, noclone, noipa))

const char bench_name[] = "calls";

${functions.join('\n')}
typedef uint32_t function(uint32_t, uint32_t);
static function *const entries[${ENTRIES}] = {${Array.from({ length: ENTRIES }, (_, i) => `f${i}`).join(', ')}};

uint32_t bench_run(void)
{
    uint32_t seed = 8, checksum = 0;
    for (uint32_t round = 0; round < ${ROUNDS}; round++)
        checksum = mix(checksum, entries[round % ${ENTRIES}](next_random(&seed), checksum));
    return checksum;
}`);
