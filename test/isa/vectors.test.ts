import { describe, expect, it } from 'vitest';
import { execute } from './execute';
import { type Answer, type Case, leftOut, ROWS, vectors } from './vectors';

const hex = (n: number): string => (n >>> 0).toString(16);

/** What differs, in one line; undefined when nothing does. */
function difference(c: Case, want: Answer, got: Answer): string | undefined {
  const out: string[] = [];
  if (want.kind !== got.kind) out.push(`kind ${got.kind}, not ${want.kind}`);
  if (want.fault !== got.fault) out.push(`fault ${hex(got.fault)}, not ${hex(want.fault)}`);
  if (want.pc !== got.pc) out.push(`pc ${hex(got.pc)}, not ${hex(want.pc)}`);
  want.after.r.forEach((v, i) => v !== got.after.r[i] && out.push(`r${i} ${hex(got.after.r[i]!)}, not ${hex(v)}`));
  if (want.after.cpsr !== got.after.cpsr) out.push(`cpsr ${hex(got.after.cpsr)}, not ${hex(want.after.cpsr)}`);
  if (want.after.fpscr !== got.after.fpscr) out.push(`fpscr ${hex(got.after.fpscr)}, not ${hex(want.after.fpscr)}`);
  want.after.d.forEach((v, i) => v !== got.after.d[i] && out.push(`s${i} ${hex(got.after.d[i]!)}, not ${hex(v)}`));
  if (JSON.stringify(want.memory) !== JSON.stringify(got.memory)) out.push(`memory ${JSON.stringify(got.memory)}, not ${JSON.stringify(want.memory)}`); // prettier-ignore
  if (out.length === 0) return undefined;
  const before = [...c.before.r].map((v, i) => `r${i}=${hex(v)}`).join(' ');
  return `${hex(c.encoding)}: ${out.join('; ')} | ${before} cpsr=${hex(c.before.cpsr)} fpscr=${hex(c.before.fpscr)}`;
}

describe('every row against qemu-arm', () => {
  for (const row of ROWS) {
    if (leftOut(row) !== undefined) continue;
    it(`${row.name} (${row.set})`, () => {
      const all = vectors(row);
      const wrong: string[] = [];
      for (const v of all) {
        const d = difference(v.case, v.answer, execute(v.case));
        if (d !== undefined) wrong.push(d);
      }
      expect(wrong.slice(0, 3), `${wrong.length} of ${all.length}`).toEqual([]);
    });
  }
});
