// Runs GNU objdump over raw bytes and reads its listing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const OBJDUMP = 'arm-linux-gnueabihf-objdump';

export interface Line {
  readonly address: number;
  /** T32: the first halfword in the upper half. */
  readonly encoding: number;
  /** Mnemonic, tab, operands; comments are gone. */
  readonly text: string;
  /** objdump marked it so. */
  readonly unpredictable: boolean;
}

/** What objdump says of an encoding that it does not know. */
export const UNDEFINED = '<UNDEFINED>';

/** @param base address of the first byte. @throws Error when objdump is missing or fails. */
export function objdump(bytes: Uint8Array, thumb: boolean, base = 0): Line[] {
  const folder = mkdtempSync(join(tmpdir(), 'objdump-'));
  try {
    const file = join(folder, 'code.bin');
    writeFileSync(file, bytes);
    const mode = thumb ? ['-M', 'force-thumb'] : [];
    const args = ['-D', '-z', '-b', 'binary', '-m', 'arm', ...mode, `--adjust-vma=0x${base.toString(16)}`, file];
    const result = spawnSync(OBJDUMP, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
    if (result.error)
      throw new Error(`${OBJDUMP}: ${result.error.message}. Debian: apt install binutils-arm-linux-gnueabihf`);
    if (result.status !== 0) throw new Error(`${OBJDUMP} failed: ${result.stderr}`);
    return result.stdout.split('\n').flatMap(line => parseLine(line) ?? []);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `   1c:<tab>e3899c01 <tab>orr<tab>r9, r9, #256<tab>@ 0x100`; T32 has its halfwords apart. */
function parseLine(line: string): Line | undefined {
  const m = /^\s*([0-9a-f]+):\t([0-9a-f]{4,8})(?: ([0-9a-f]{4}))? *\t(.*)$/.exec(line);
  if (!m) return undefined;
  const rest = m[4]!;
  const code = rest.replace(/(\t| )+[@;].*$/, '').trimEnd();
  return {
    address: parseInt(m[1]!, 16),
    encoding: parseInt(m[2]! + (m[3] ?? ''), 16),
    text: rest.includes('<UNDEFINED>') ? UNDEFINED : code,
    unpredictable: rest.includes('<UNPREDICTABLE>'),
  };
}
