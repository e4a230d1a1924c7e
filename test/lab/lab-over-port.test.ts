import { describe, expect, it, onTestFinished } from 'vitest';
import type { LabClient } from '../../src/lab/client';
import { LabFailure } from '../../src/lab/problems';
import type { LabConfiguration, LabEvent } from '../../src/lab/protocol';
import { openFake } from './fake-machine';
import { localLab } from '../../src/lab/node/local';

/** A lab with the stand-in machine behind a real message channel. */
function connect() {
  const { client, terminate } = localLab(openFake);
  onTestFinished(terminate);
  const events: LabEvent[] = [];
  client.onEvent(event => void events.push(event));
  const until = (wanted: LabEvent['event']): Promise<LabEvent> =>
    new Promise(resolve => {
      const off = client.onEvent(event => {
        if (event.event !== wanted) return;
        off();
        resolve(event);
      });
    });
  let said = '';
  client.consoles.get('uart0').attach(data => (said += new TextDecoder().decode(data)));
  const type = (line: string): void => client.consoles.get('uart0').type(new TextEncoder().encode(line));
  return { client, events, until, type, said: () => said };
}

const start = (client: LabClient, configuration: LabConfiguration = {}) => client.request('start', configuration);

const problemCode = async (promise: Promise<unknown>): Promise<string> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof LabFailure ? error.problems[0]!.code : 'no failure';
};

describe('a lab behind its port', () => {
  it('starts, runs, answers keys and powers off', async () => {
    const { client, until, type, said, events } = connect();
    expect(await start(client)).toEqual({ cpus: 2, consoles: ['uart0'], board: 'fake', problems: [], placement: [] });
    await client.request('run', {});
    type('ping\noff\n');
    expect(await until('exited')).toEqual({ event: 'exited', reason: 'poweroff', code: 0 });
    expect(said()).toBe('hello\npong\n');
    expect(events.filter(({ event }) => event !== 'progress')[0]).toEqual({ event: 'running' });
    expect(await problemCode(client.request('run', {}))).toBe('lab.state');
  });

  it('pauses, steps one core, goes on', async () => {
    const { client, until } = connect();
    await start(client);
    await client.request('run', {});
    const stopped = until('stopped');
    await client.request('pause', {});
    expect(await stopped).toMatchObject({ reason: 'pause', cpu: 0 });
    const stepped = until('stopped');
    await client.request('step', { cpu: 1 });
    expect(await stepped).toEqual({ event: 'stopped', reason: 'step', cpu: 1, pc: 0x9004 });
    await client.request('run', {});
    await client.request('stop', {});
  });

  it('keeps what a console said until somebody listens', async () => {
    const { client, until } = connect();
    await start(client);
    await client.request('run', {});
    await until('output');
    let late = '';
    client.consoles.get('uart0').attach(data => (late += new TextDecoder().decode(data)));
    expect(late).toBe('hello\n');
    await client.request('stop', {});
  });

  it('restarts with a new machine after the old one has ended', async () => {
    const { client, until, type, said } = connect();
    await start(client);
    await client.request('run', {});
    type('off\n');
    await until('exited');
    await client.request('restart', {});
    await client.request('run', {});
    type('off\n');
    await until('exited');
    expect(said()).toBe('hello\n'.repeat(2));
  });

  it('answers requests while the guest is busy', async () => {
    const { client, type } = connect();
    await start(client);
    await client.request('run', {});
    type('spin\n');
    await new Promise(resolve => setTimeout(resolve, 30));
    const began = performance.now();
    await client.request('statistics', {});
    expect(performance.now() - began).toBeLessThan(500);
    await client.request('stop', {});
  });

  it('refuses what its state does not allow, by code', async () => {
    const { client } = connect();
    expect(await problemCode(client.request('run', {}))).toBe('lab.state');
    await start(client);
    expect(await problemCode(start(client))).toBe('lab.state');
    expect(await problemCode(client.request('step', { cpu: 2 }))).toBe('lab.state');
    expect(await problemCode(client.request('input', { console: 'tty', data: new Uint8Array() }))).toBe(
      'configuration.console',
    );
    expect(await problemCode(client.request('readMemory', { space: 'pa', address: -1, length: 4 }))).toBe(
      'lab.address',
    );
  });

  it('reads memory up to where it ends', async () => {
    const { client } = connect();
    await start(client);
    const bytes = await client.request('readMemory', { space: 'pa', address: 0xfffe, length: 16 });
    expect([...bytes]).toEqual([0xfe, 0xff]);
  });

  it('turns a fault of its own into a problem and an end, with the stack in the log only', async () => {
    const { client, until, type, events } = connect();
    await start(client);
    await client.request('run', {});
    type('bug\n');
    expect(await until('exited')).toMatchObject({ reason: 'crash', code: 3 });
    const told = events.find(event => event.event === 'problem');
    expect(told?.problem).toMatchObject({ code: 'lab.internal', message: 'the emulator failed: a fault of the fake' });
  });

  it('fails what is pending when the thread is gone', async () => {
    const { client } = connect();
    const pending = problemCode(client.request('statistics', {}));
    client.close('gone');
    expect(await pending).toBe('lab.worker');
    expect(await problemCode(client.request('statistics', {}))).toBe('lab.worker');
  });
});
