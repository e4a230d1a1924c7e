// The built debug adapter, over stdin and stdout and over TCP, with the real machine behind it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ensureBuilt } from '../../scripts/setup.mjs';
import { DapDriver } from '../debugAdapter/dap-driver';

const program = path.resolve(import.meta.dirname, '..', '..', 'dist', 'xenlab.mjs');

beforeAll(ensureBuilt);

function xenlab(...words: string[]) {
  const child = spawn(process.execPath, [program, 'dap', ...words]);
  onTestFinished(() => void child.kill());
  return child;
}

/** Boots the demo until it has said what it is, looks at it, and ends it. */
async function session(driver: DapDriver): Promise<void> {
  await driver.request('initialize', { adapterID: 'xenlab', pathFormat: 'path' });
  expect((await driver.request('launch', { pace: 'fast', cpus: 2 })).success).toBe(true);
  await driver.request('configurationDone');
  expect(await driver.output('lab> ')).toContain('Xen ARM Lab demo guest');
  const stopped = driver.event('stopped');
  await driver.request('pause', { threadId: 1 });
  expect((await stopped).body.reason).toBe('pause');
  expect((await driver.request('threads')).body.threads.map(({ name }: { name: string }) => name)).toEqual([
    'cpu0',
    'cpu1',
  ]);
  const [frame] = (await driver.request('stackTrace', { threadId: 1 })).body.stackFrames;
  const { instructions } = (
    await driver.request('disassemble', { memoryReference: frame.instructionPointerReference, instructionCount: 4 })
  ).body;
  expect(instructions).toHaveLength(4);
  expect(instructions[0].address).toBe(frame.name);
  expect((await driver.request('disconnect')).success).toBe(true);
}

describe.concurrent('xenlab dap', () => {
  it('serves on standard input and output, and ends with them', async () => {
    const child = xenlab();
    const driver = new DapDriver();
    driver.toAdapter.pipe(child.stdin);
    child.stdout.pipe(driver.fromAdapter);
    await session(driver);
    driver.toAdapter.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('serves one session after the other on a port', async () => {
    const child = xenlab('--port', '0');
    const [line] = await once(child.stderr, 'data');
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(String(line))![1]);
    for (let n = 0; n < 2; n++) {
      const driver = new DapDriver();
      const socket = connect(port, '127.0.0.1');
      driver.toAdapter.pipe(socket);
      socket.pipe(driver.fromAdapter);
      await session(driver);
      socket.destroy();
    }
  });
});
