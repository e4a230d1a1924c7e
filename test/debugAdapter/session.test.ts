import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { XenLabSession } from '../../src/debugAdapter/session';
import { LabFailure, problem } from '../../src/lab/problems';
import type { OpenLab } from '../../src/lab/worker';
import { openFake } from '../lab/fake-machine';
import { localLab } from '../../src/lab/node/local';
import { DapDriver } from './dap-driver';

const sessions: XenLabSession[] = [];
afterEach(() => sessions.splice(0).forEach(session => session.shutdown()));

function connect(open: OpenLab = openFake) {
  const driver = new DapDriver();
  const labs: ReturnType<typeof localLab>[] = [];
  const session = new XenLabSession({
    spawnLab: () => {
      const lab = localLab(open);
      labs.push(lab);
      return lab;
    },
    resolvePath: path => `/lab/${path}`,
    consolesAsOutput: true,
  });
  session.start(driver.toAdapter, driver.fromAdapter);
  sessions.push(session);
  return { driver, labs };
}

/** Compares with test/debugAdapter/fixtures/NAME.txt; UPDATE_GOLDEN=1 writes it, to be reviewed as a diff. */
function expectGolden(name: string, driver: DapDriver): void {
  const file = resolve(import.meta.dirname, 'fixtures', `${name}.txt`);
  const text = `${driver.transcript.join('\n')}\n`;
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

const INITIALIZE = { clientID: 'test', adapterID: 'xenlab', pathFormat: 'path', linesStartAt1: true };

async function begin(driver: DapDriver, launch: object): Promise<void> {
  const initialized = driver.event('initialized');
  await driver.request('initialize', INITIALIZE);
  await initialized;
  await driver.request('launch', launch);
}

describe('a debug session', () => {
  it('shows what lies where, and what was chosen, before a kernel starts', async () => {
    const row = {
      role: 'Xen',
      name: '/boot/xen',
      address: 0xbfe0_0000,
      size: 1024,
      end: 0xbfe0_1000,
      why: 'at the top',
    };
    const chosen = { ...problem('xen.choice', 'the tree has no /chosen'), severity: 'information' } as const;
    const { driver } = connect(async (configuration, host, ports) => ({
      ...(await openFake(configuration, host, ports)),
      ...{ placement: [row], problems: [chosen] },
    }));
    await begin(driver, { type: 'xenlab', stopOnEntry: true, hypervisor: 'xen', kernel: 'zImage' });
    const said = driver.transcript.filter(line => line.includes('"output"') || line.includes(' output'));
    expect(said.join('\n')).toMatch(/0xbfe00000-0xbfe01000 {2}1024 bytes {2}Xen {2}xen {2}at the top/);
    expect(said.join('\n')).toMatch(/the tree has no \/chosen \[xen\.choice\]/);
  });

  it('stops at entry, shows cores and registers, steps, and ends', async () => {
    const { driver, labs } = connect();
    await begin(driver, { type: 'xenlab', stopOnEntry: true });
    const entry = driver.event('stopped');
    await driver.request('configurationDone');
    await entry;
    await driver.request('threads');
    await driver.request('stackTrace', { threadId: 2 });
    const { body } = await driver.request('scopes', { frameId: 2 });
    for (const { variablesReference } of body.scopes) await driver.request('variables', { variablesReference });
    const stepped = driver.event('stopped');
    await driver.request('next', { threadId: 2, granularity: 'instruction' });
    await stepped;
    await driver.request('stackTrace', { threadId: 2 });
    await driver.request('evaluate', { expression: '$pc', frameId: 2 });
    await driver.request('evaluate', { expression: 'nothing', frameId: 2 });
    await driver.request('stepOut', { threadId: 1 });
    await driver.request('terminate');
    await driver.request('disconnect');
    expectGolden('entry-step-terminate', driver);
    await expect(labs[0]!.client.request('statistics', {})).rejects.toThrow(LabFailure);
  });

  it('runs, shows the console, pauses, continues, restarts, and sees the power go off', async () => {
    const { driver, labs } = connect();
    await begin(driver, { type: 'xenlab', pace: 'fast' });
    const said = driver.event('output');
    await driver.request('configurationDone');
    await said;
    const paused = driver.event('stopped');
    await driver.request('pause', { threadId: 1 });
    await paused;
    await driver.request('continue', { threadId: 1 });
    const again = driver.event('output');
    await driver.request('restart');
    await again;
    const gone = driver.event('terminated');
    labs[0]!.client.consoles.get('uart0').type(new TextEncoder().encode('off\n'));
    await gone;
    await driver.request('disconnect');
    // How far the guest got before the pause depends on the host; nothing else may.
    expectGolden('run-pause-restart-off', driver);
  });

  it('reads memory and disassembles windows that begin before the address or leave the address space', async () => {
    const { driver } = connect();
    await begin(driver, { stopOnEntry: true });
    await driver.request('configurationDone');
    await driver.request('readMemory', { memoryReference: 'cpu1:va:0x00008000', count: 8 });
    await driver.request('readMemory', { memoryReference: 'pa:0xfffe', offset: 1, count: 8 });
    await driver.request('readMemory', { memoryReference: 'elsewhere', count: 8 });
    await driver.request('disassemble', { memoryReference: '0x8000', instructionOffset: -2, instructionCount: 4 });
    await driver.request('disassemble', { memoryReference: '0x4', instructionOffset: -3, instructionCount: 5 });
    await driver.request('disassemble', { memoryReference: '0x8000', instructionOffset: 2, instructionCount: 1 });
    await driver.request('disconnect');
    expectGolden('memory-disassembly', driver);
  });

  it('refuses bad launches and unknown requests in one clear line', async () => {
    const { driver } = connect(() =>
      Promise.reject(new LabFailure(problem('file.missing', '/lab/zImage: no such {file}; check "kernel"'))),
    );
    await begin(driver, { kernal: 'zImage', cpus: 99 });
    await driver.request('launch', { kernel: 'zImage', hypervisor: 'none' });
    await driver.request('threads');
    await driver.request('scopes', { frameId: 1 });
    await driver.request('attach', {});
    await driver.request('disconnect');
    expectGolden('refusals', driver);
  });

  it('shows progress to clients that can show it', async () => {
    const { driver } = connect();
    await driver.request('initialize', { ...INITIALIZE, supportsProgressReporting: true });
    await driver.request('launch', { stopOnEntry: true });
    await driver.request('restart');
    await driver.request('disconnect');
    const once = [
      ['progressStart', { progressId: 'Loading the fake', title: 'Loading the fake' }],
      ['progressUpdate', { progressId: 'Loading the fake', percentage: 50 }],
      ['progressEnd', { progressId: 'Loading the fake' }],
    ];
    expect(
      driver.events.filter(({ event }) => event.startsWith('progress')).map(({ event, body }) => [event, body]),
    ).toEqual([...once, ...once]);
  });

  it('promises nothing that has no handler', async () => {
    const { driver } = connect();
    const { body } = await driver.request('initialize', INITIALIZE);
    const request: Record<string, string> = {
      supportsConfigurationDoneRequest: 'configurationDone',
      supportsRestartRequest: 'restart',
      supportsTerminateRequest: 'terminate',
      supportsReadMemoryRequest: 'readMemory',
      supportsDisassembleRequest: 'disassemble',
      supportsEvaluateForHovers: 'evaluate',
      supportsSteppingGranularity: 'next',
    };
    expect(Object.keys(body).sort()).toEqual(Object.keys(request).sort());
    for (const command of Object.values(request)) {
      const { body: answer } = await driver.request(command, { memoryReference: '0', threadId: 1, expression: 'x' });
      expect(JSON.stringify(answer ?? {})).not.toContain('does not know the request');
    }
  });

  it('survives malformed arguments', async () => {
    const { driver } = connect();
    await begin(driver, { stopOnEntry: true });
    for (const command of ['scopes', 'variables', 'stackTrace', 'readMemory', 'disassemble', 'next', 'evaluate'])
      for (const args of [undefined, {}, { frameId: -7, threadId: 1e9, variablesReference: 3, memoryReference: {} }]) {
        const answer = await driver.request(command, args);
        expect(JSON.stringify(answer.body ?? {})).not.toContain('at Object');
      }
    expect((await driver.request('threads')).body.threads).toHaveLength(2);
  });
});
