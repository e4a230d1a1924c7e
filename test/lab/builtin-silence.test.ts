// Domains of the built-in hypervisor that say nothing: the card says where they are, and why that may be.
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { localLab } from '../../src/lab/node/local';
import type { LabCard, LabLaunch } from '../../src/lab/protocol';
import { buildZImage } from '../image/zimage-builder';

const LOOP = 0xeafffffe;
const WFI = 0xe320f003;
const BACK = 0xeafffffd;

/** Files of a lab, with a kernel of these instructions. */
function files(code: readonly number[], extra: string): { kernel: string; config: string } {
  const at = mkdtempSync(path.join(os.tmpdir(), 'xenlab-'));
  const image = new Uint8Array(4096);
  image.set(new Uint8Array(Uint32Array.from(code).buffer));
  const [kernel, config] = [path.join(at, 'zImage'), path.join(at, 'win.cfg')];
  writeFileSync(kernel, buildZImage({ payload: gzipSync(image), unpackedSize: image.length, sizeAppended: false }));
  writeFileSync(config, `name = "win"\nkernel = "${kernel}"\nmemory = 32\nextra = "${extra}"\n`);
  return { kernel, config };
}

/** The first card of a lab, and its profile if there is one. */
async function run(launch: LabLaunch, until: 'card' | 'exited' = 'card') {
  const lab = localLab();
  const cards: LabCard[] = [];
  const ended = new Promise<void>(resolve => {
    lab.client.onEvent(event => {
      if (event.event === 'card') cards.push(event.card);
      if (event.event === until || event.event === 'exited') resolve();
    });
  });
  await lab.client.request('start', { pace: 'fast', maxInstructions: 600_000_000, ...launch });
  await lab.client.request('run', {});
  await ended;
  const profile = launch.profile ? await lab.client.request('profile', {}) : undefined;
  await lab.client.request('stop', {}).catch(() => undefined);
  await lab.terminate();
  return { cards, profile };
}

describe('a card', { timeout: 120_000 }, () => {
  it('names the domain whose console is none, and every virtual CPU', async () => {
    const { cards } = await run({ domains: [files([LOOP], 'console=ttyS0').config] });
    expect(cards[0]).toMatchObject({ code: 'boot.console', severity: 'warning' });
    expect(cards[0]!.message).toContain(
      'console=ttyS0 on the command line of win is none of its consoles: it has hvc0',
    );
    expect(cards[0]!.lines.join('\n')).toMatch(/d1v0 \(win\): executed by cpu0, PC 0x40\w{6}/);
  });

  it('says that dom0 is in an endless loop, though Xen has spoken', async () => {
    const { cards } = await run({ kernel: files([LOOP], '').kernel });
    expect(cards[0]!.code).toBe('boot.halted');
    expect(cards[0]!.lines.join('\n')).toMatch(/d0v0 \(Domain-0\): executed by cpu0/);
  });

  it('says that all wait for what never comes', async () => {
    const { cards } = await run({ domains: [files([WFI, BACK], 'quiet').config] });
    expect(cards[0]!.message).toContain('all virtual CPUs wait (WFI), and no timer of theirs is set');
    expect(cards[0]!.lines.join('\n')).toMatch(/d1v0 \(win\): waits for an interrupt or event, PC 0x40\w{6}/);
  });
});

describe('a profile', { timeout: 120_000 }, () => {
  it('says which domain had the time', async () => {
    const { profile } = await run(
      { domains: [files([LOOP], '').config], profile: true, maxInstructions: 3_000_000 },
      'exited',
    );
    expect(profile!.domains).toEqual([{ name: 'win', cpuSeconds: expect.closeTo(0.003, 3) }]);
    expect(profile!.ranges[0]!.instructions).toBeGreaterThan(2_900_000);
  });
});
