// What the lab would put into memory, on qemu-system-arm instead: every byte at its raw address, the cores where the lab
// starts them. Nothing of qemu's own boot loader is involved.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findBoard } from '../../src/emu/boards';
import { type BootImage, Machine } from '../../src/emu/machine';

const MIB = 1 << 20;
/** On-chip memory behind what the lab uses of it. */
const TRAMPOLINE = 0x2e00_8000;

/** LDR r0, r1, r2 and pc from the words behind. */
function trampoline({ pc = 0, registers = [] }: BootImage['entry']): Uint8Array {
  const [r0 = 0, r1 = 0, r2 = 0] = registers;
  return new Uint8Array(Uint32Array.of(0xe59f0008, 0xe59f1008, 0xe59f2008, 0xe59ff008, r0, r1, r2, pc).buffer);
}

/** Where the machine lets its second core wait, and the code there. */
function parking(boot: BootImage): { address: number; bytes: Uint8Array } {
  const board = findBoard('vexpress-v2p-ca15-tc1')!;
  const ports = { output: () => {}, log: () => {}, baseSeconds: 0 };
  const machine = new Machine({ board, cpus: 2, memoryBytes: 16 * MIB, ...ports });
  machine.start({ images: [], entry: boot.entry });
  const address = machine.cores[1]!.pc;
  return { address, bytes: machine.readPhysical(address, 64) };
}

/**
 * Boots on the peer in Hyp mode.
 * @param until what the console has to say, all of it
 * @returns what the console said until then, or until `seconds` are over
 */
export async function bootOnPeer(
  boot: BootImage,
  { cpus, memory, until, seconds }: { cpus: number; memory: number; until: string[]; seconds: number },
): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'peer-'));
  const second = parking(boot);
  const images = [
    ...boot.images,
    { address: TRAMPOLINE, bytes: trampoline(boot.entry) },
    ...(cpus > 1 ? [second] : []),
  ];
  const loaders = images.map(({ address, bytes }, i) => {
    const file = path.join(folder, `${i}.bin`);
    writeFileSync(file, bytes);
    return `loader,file=${file},addr=${address},force-raw=on`;
  });
  loaders.push(`loader,addr=${TRAMPOLINE},cpu-num=0`);
  for (let cpu = 1; cpu < cpus; cpu++) loaders.push(`loader,addr=${second.address},cpu-num=${cpu}`);
  const machine = ['-M', 'vexpress-a15,secure=off,virtualization=on', '-m', `${memory}`, '-smp', `${cpus}`];
  const io = ['-display', 'none', '-monitor', 'none', '-serial', 'stdio'];
  const peer = spawn('qemu-system-arm', [...machine, ...io, ...loaders.flatMap(one => ['-device', one])], {
    env: { ...process.env, QEMU_AUDIO_DRV: 'none' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    return await new Promise((resolve, reject) => {
      let said = '';
      const timer = setTimeout(() => resolve(said), seconds * 1000);
      const over = (): void => {
        clearTimeout(timer);
        resolve(said);
      };
      peer.on('error', reject);
      peer.on('close', over);
      peer.stdout.on('data', chunk => {
        said += chunk;
        if (until.every(line => said.includes(line)) || said.includes('Reboot in five seconds')) over();
      });
    });
  } finally {
    peer.kill();
    rmSync(folder, { recursive: true });
  }
}
