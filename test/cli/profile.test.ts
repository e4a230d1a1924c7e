// `xenlab boot --profile` as users meet it: the file it writes, and a run that is the same with it and without.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/setup.mjs';
import type { LabProfile } from '../../src/lab/profile-report';

const root = path.resolve(import.meta.dirname, '..', '..');
const program = path.join(root, 'dist', 'xenlab.mjs');
const crc = path.join(root, 'guests', 'bench', 'crc32-a32.elf');
const folder = mkdtempSync(path.join(tmpdir(), 'xenlab-profile-'));
const LIMIT = 5_000_000;

interface Run {
  instructions: number;
  guestSeconds: number;
  share: number;
}

/** Runs the first instructions of a benchmark. @returns what `--stats` says that is the same in every run */
async function run(name: string, ...words: string[]): Promise<Run> {
  const stats = path.join(folder, `${name}.json`);
  const all = ['boot', '--elf', crc, '--max-instructions', `${LIMIT}`, '--stats', stats, ...words];
  const ended = await new Promise(resolve => {
    const child = spawn(process.execPath, [program, ...all], { cwd: folder });
    let err = '';
    child.stdin.end();
    child.stderr.on('data', chunk => (err += chunk));
    child.on('close', status => resolve({ status, err }));
  });
  expect(ended).toEqual({ status: 0, err: '' });
  const { instructions, guestSeconds, tier1 } = JSON.parse(readFileSync(stats, 'utf8'));
  return { instructions, guestSeconds, share: tier1?.share ?? 0 };
}

beforeAll(ensureBuilt);
afterAll(() => rmSync(folder, { recursive: true }));

describe('xenlab boot --profile', { timeout: 120_000 }, () => {
  it('says as JSON where every instruction went, and names the hot loop; the run is as without', async () => {
    const at = path.join(folder, 'profile-of.json');
    const plain = await run('plain');
    const counted = await run('counted', '--profile', at);
    expect({ ...counted, share: 0 }).toEqual({ ...plain, share: 0 });
    const profile = JSON.parse(readFileSync(at, 'utf8')) as LabProfile;
    expect(profile.instructions).toBe(LIMIT);
    expect(profile.translated / LIMIT).toBe(counted.share);
    expect(profile.ranges.reduce((sum, { instructions }) => sum + instructions, 0)).toBe(LIMIT);
    expect(profile.ranges[0]).toMatchObject({ symbol: 'bench_run' });
    expect(profile.ranges[0]!.instructions).toBeGreaterThan(0.9 * LIMIT);
    expect(profile.regions.reduce((sum, { executed }) => sum + executed, 0)).toBe(profile.translated);
    expect(profile.regions[0]!.symbols[0]).toBe('bench_run');
    for (const { reason } of profile.regions[0]!.exitPlaces) expect(profile.reasons.exits[reason]).toBeTruthy();
    for (const { why } of profile.interpreter) expect(profile.reasons.why[why]).toBeTruthy();
  });

  it('says it as a table, and counts the same again', async () => {
    const [one, two] = [path.join(folder, 'one.txt'), path.join(folder, 'two.txt')];
    await run('first', '--profile', one);
    await run('second', '--profile', two);
    const [text, again] = [one, two].map(at => readFileSync(at, 'utf8'));
    // The column of milliseconds is the host's; how wide it is, too.
    const counts = (all = ''): string => all.replaceAll(/(\dx) +[\d.]+/g, '$1').replaceAll(/ +/g, ' ');
    expect(counts(text)).toBe(counts(again));
    expect(text).toMatch(/^5,000,000 instructions: 9\d\.\d % in regions/);
    expect(text).toMatch(/Where instructions go\n.*\n *9\d\.\d % .* bench_run\n/);
    expect(text).toMatch(/What the interpreter executes\n(.*\n)+.* bench_run\n/);
  });

  it('works without a translator', async () => {
    const at = path.join(folder, 'interpreter.txt');
    await run('interpreter', '--tier', 'interpreter', '--profile', at);
    expect(readFileSync(at, 'utf8')).toMatch(/^5,000,000 instructions: 0\.0 % in regions, 100\.0 % interpreted/);
  });
});
