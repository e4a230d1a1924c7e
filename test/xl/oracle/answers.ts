// What xl made of the cases, as the fixture keeps it: verdict, the lines that it complains of, and what it understood.
import type { OracleCase } from './cases';

export interface OracleAnswer extends OracleCase {
  /** 0: accepted. */
  readonly exit: number;
  /** It said something, accepted or not. */
  readonly spoke: boolean;
  /** Lines of the file that it names. */
  readonly lines: readonly number[];
  /** The domain as xl prints it, without what is the same in all or made up. */
  readonly domain?: unknown;
}

/** Where xl runs: two processors in one node, and a `long` of 32 bits. */
export const HOST = { bits: 32, cpus: 2, nodes: 1 } as const;

/** What an emulated PC has is not read: there is none on ARM. Numbers beyond 53 bits are as JSON has them. */
export const withoutPc = (domain: unknown): unknown =>
  JSON.parse(JSON.stringify(domain), (key, value: unknown) => (key === 'type.hvm' ? undefined : value));

/** A made-up UUID is of no interest; one that is asked for is. */
function withoutChance(domain: unknown, text: string): unknown {
  return JSON.parse(JSON.stringify(domain), (key, value: unknown) =>
    key === 'uuid' &&
    typeof value === 'string' &&
    !text.toLowerCase().replaceAll('-', '').includes(value.replaceAll('-', ''))
      ? undefined
      : value,
  );
}

/** @param all what the script in dom0 wrote */
export function answersOf(cases: readonly OracleCase[], all: string): OracleAnswer[] {
  const parts = all.split(/^@@CASE (\d+)\.cfg\n/m).slice(1);
  return cases.map(({ group, text }, i) => {
    const body = parts[2 * i + 1];
    const found = /^@@EXIT (\d+)\n([\s\S]*)\n@@SAID\n([\s\S]*)\n$/.exec(body ?? '');
    if (!found || Number(parts[2 * i]) !== i) throw new Error(`no answer to case ${i}`);
    const [, exit, out, said] = found;
    const words = said!.split('\n').filter(line => line !== '' && !line.startsWith('Parsing config from '));
    const lines = words.flatMap(line => /^\d+\.cfg:(\d+):/.exec(line)?.[1] ?? []).map(Number);
    const answer = { group, text, exit: Number(exit), spoke: words.length > 0, lines: [...new Set(lines)] };
    return exit === '0' ? { ...answer, domain: withoutChance(JSON.parse(out!), text) } : answer;
  });
}
