// How an answer differs from what the oracle says.
import type { Answer, Case } from './vectors';

const hex = (n: number): string => (n >>> 0).toString(16);

/** What differs, in one line; undefined when nothing does. */
export function difference(c: Case, want: Answer, got: Answer): string | undefined {
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
