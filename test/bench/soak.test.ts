import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { judge, TOLERANCE, verdictLine, WARM_UP } from '../../bench/soak/figures';
import { ROUND, soakDisk, WRONG } from '../../bench/soak/linux';
import { CpioWriter, readCpio } from '../../src/image';

const MIB = 1 << 20;
/** Minutes of so much memory, each with a fourth of the warm-up's instructions. */
const minutes = (...mebibytes: number[]) =>
  mebibytes.map((n, i) => ({ rss: n * MIB, instructions: ((i + 1) * WARM_UP) / 4 }));
const parts = (...mebibytes: number[]): number[] => judge(minutes(...mebibytes)).parts.map(n => n / MIB);

describe('the verdict on a soak run', () => {
  it('leaves the warm-up out, and compares the parts that follow', () => {
    expect(parts(100, 200, 300, 400, 400, 404)).toEqual([400, 404]);
    expect(parts(100, 200, 300, 300, 390, 400, 430, 400, 405, 410, 300, 420)).toEqual([395, 415, 407.5, 360]);
  });

  it('leaves out a sixth of the run, however fast the host is', () => {
    const fast = Array.from({ length: 18 }, (_, i) => ({
      rss: (i < 3 ? 100 : 400) * MIB,
      instructions: 9e9 * (i + 1),
    }));
    expect(judge(fast)).toMatchObject({ parts: new Array(5).fill(400 * MIB), flat: true });
  });

  it('is that of all parts, not of the last one', () => {
    expect(judge(minutes(1, 1, 1, 1, 400, 450, 400))).toMatchObject({ percent: 12.5, flat: false });
    expect(judge(minutes(1, 1, 1, 1, 400, 399 + (400 * TOLERANCE) / 100))).toMatchObject({ flat: true });
  });

  it('is none when too little came after the warm-up', () => {
    expect(() => judge(minutes(1, 1, 1))).toThrow('no verdict: 3 minutes, 4.5 G instructions; the warm-up is 6 G');
    expect(() => judge(minutes(1, 1, 1, 1, 400))).toThrow('two parts');
  });

  it('is said in one line', () => {
    expect(verdictLine(judge(minutes(1, 1, 1, 1, 200, 210)))).toBe(
      'memory after warm-up 200 MiB to 210 MiB: flat within 10 % (5.0 %); parts of the run: 200, 210',
    );
    expect(verdictLine(judge(minutes(1, 1, 1, 1, 200, 250)))).toContain('NOT flat within 10 % (25.0 %)');
  });
});

describe('the RAM disk of the soak run', () => {
  it('is the given one, and behind it the script at a multiple of four', () => {
    const given = new CpioWriter().file('init', new Uint8Array([1, 2, 3])).bytes();
    for (const level of [1, 9]) {
      const packed = gzipSync(given, { level });
      const disk = soakDisk(packed);
      const start = Math.ceil(packed.length / 4) * 4;
      expect(disk.subarray(0, packed.length)).toEqual(new Uint8Array(packed));
      expect(disk.subarray(packed.length, start).every(byte => byte === 0)).toBe(true);
      const [script] = readCpio(disk.subarray(start), 'disk');
      expect(script).toMatchObject({ name: 'soak', mode: 0o100755 });
      expect(new TextDecoder().decode(script!.body)).toMatch(/^#!\/bin\/busybox sh\n/);
    }
  });

  it('says what the run looks for', () => {
    const disk = new TextDecoder('latin1').decode(soakDisk(new Uint8Array()));
    expect(disk).toContain('echo "SOAK round $n"');
    expect('SOAK round 12').toMatch(ROUND);
    expect('SOAK round 12').not.toMatch(WRONG);
    expect('SOAK wrong: round 3 differs from the first').toMatch(WRONG);
  });
});
