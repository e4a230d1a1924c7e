import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeHost } from '../../src/lab/node/host';
import { openCard } from '../../src/lab/sd-card';

const folder = mkdtempSync(path.join(tmpdir(), 'xenlab-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('an SD card', () => {
  it('from an image has whole blocks, takes writes, and stays inside', async () => {
    const image = path.join(folder, 'card.img');
    writeFileSync(image, new Uint8Array(700).fill(5));
    const card = await openCard(nodeHost, image);
    expect(card).toMatchObject({ size: 1024, readOnly: false });
    const block = new Uint8Array(512);
    expect(card.write(512, block.fill(9))).toBe(true);
    expect(card.read(512, block.fill(0))).toBe(true);
    expect(block).toEqual(new Uint8Array(512).fill(9));
    expect(card.read(1024, block)).toBe(false);
    expect(card.write(513, block)).toBe(false);
    expect(card.read(-512, block)).toBe(false);
    expect(card.flush()).toBe(true);
  });

  it('from a directory has a FAT partition with its files', async () => {
    const source = path.join(folder, 'card');
    mkdirSync(path.join(source, 'SOFTWARE'), { recursive: true });
    writeFileSync(path.join(source, 'SOFTWARE', 'HELLO.TXT'), 'hello from the card');
    const card = await openCard(nodeHost, source);
    const all = new Uint8Array(card.size);
    card.read(0, all);
    expect([all[0x1fe], all[0x1ff]]).toEqual([0x55, 0xaa]);
    expect(Buffer.from(all).includes('hello from the card')).toBe(true);
    expect(Buffer.from(all).includes('HELLO   TXT')).toBe(true);
  });

  it('is refused when a directory is too large', async () => {
    const host = { ...nodeHost, stat: async (at: string) => ({ size: 2 ** 30, isDirectory: at === folder }) };
    const listing = {
      ...host,
      list: () => Promise.resolve(['a', 'b']),
      readFile: () => Promise.resolve(new Uint8Array()),
    };
    await expect(openCard(listing, folder)).rejects.toThrow(/there is more in it than the SD card of 1024 MiB holds/);
  });
});
