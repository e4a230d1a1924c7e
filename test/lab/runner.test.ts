import { describe, expect, it } from 'vitest';
import { Runner, type RunnerOptions } from '../../src/lab/runner';
import { FakeHost, FakeMachine } from './fake-machine';

const type = (line: string): Uint8Array => new TextEncoder().encode(line);

function setUp(options: Partial<RunnerOptions> = {}, perLook?: number) {
  const said: number[] = [];
  const host = new FakeHost(perLook);
  const machine = new FakeMachine({ write: byte => void said.push(byte) });
  const events: string[] = [];
  const runner = new Runner(machine, host, {
    pace: 'fast',
    onSlice: () => false,
    onReboot: () => events.push('reboot'),
    ...options,
  });
  return { host, machine, runner, events, said: () => new TextDecoder().decode(Uint8Array.from(said)) };
}

/** Ends a run by what it does, not by the host's clock: that one is as fast as the host is idle. */
function pauseAfterSleeps(host: FakeHost, runner: Runner, most = 50): void {
  const { sleep } = host;
  host.sleep = ms => {
    if (host.slept.length >= most) runner.pause();
    return sleep(ms);
  };
}

describe('the run loop', () => {
  it('hands over more input than a FIFO holds, in order', async () => {
    const { runner, said } = setUp();
    runner.type('uart0', type('ping\nping\noff\n'));
    expect(await runner.run()).toBe('poweroff');
    expect(said()).toBe('hello\npong\npong\n');
  });

  it('stops at exactly the instruction it was told to', async () => {
    const { runner, machine } = setUp({ maxInstructions: 123_457 });
    runner.type('uart0', type('spin\n'));
    expect(await runner.run()).toBe('max-instructions');
    expect(machine.instructions).toBe(123_457);
    expect(runner.executed).toBe(123_457);
  });

  it('pauses a busy guest, and goes on where it was', async () => {
    const { runner, machine, host } = setUp({}, 8);
    runner.type('uart0', type('spin\n'));
    host.onYield = () => runner.pause();
    expect(await runner.run()).toBe('pause');
    const { instructions } = machine;
    expect(instructions).toBeGreaterThan(0);
    expect(await runner.run()).toBe('pause');
    expect(machine.instructions).toBeGreaterThan(instructions);
  });

  it('goes on after a reboot', async () => {
    const { runner, said, events } = setUp();
    runner.type('uart0', type('reset\noff\n'));
    expect(await runner.run()).toBe('poweroff');
    expect(events).toEqual(['reboot']);
    expect(said()).toBe('hello\n'.repeat(2));
  });

  it('skips idle time at the fast pace and sleeps it at the real one', async () => {
    const fast = setUp();
    fast.host.onYield = () => fast.machine.skips.length > 50 && fast.runner.pause();
    await fast.runner.run();
    expect(fast.host.slept).toEqual([]);

    const real = setUp({ pace: 'realtime' });
    pauseAfterSleeps(real.host, real.runner);
    await real.runner.run();
    expect(real.host.slept.length).toBeGreaterThan(2);
    expect(Math.max(...real.host.slept)).toBeLessThanOrEqual(1);
    // Guest time has kept up with the clock of the host.
    expect(real.machine.timeNs / 1e6).toBeGreaterThan(real.host.clock * 0.5);
    expect(real.machine.timeNs / 1e6).toBeLessThan(real.host.clock + 2);
  });

  it('lets timers of a quiet guest be late, and makes up for it', async () => {
    const { runner, host, machine } = setUp({ pace: 'realtime' }, 0.01);
    // Typed bytes in the third second: as after the start, a second of exact timers follows.
    const run = machine.run.bind(machine);
    machine.run = budget => {
      if (host.clock > 2500 && host.clock < 2600) runner.type('uart0', type('x'));
      if (host.clock > 5000) runner.pause();
      return run(budget);
    };
    await runner.run();
    const late = host.slept.filter(ms => ms > 1);
    expect(Math.max(...late)).toBe(100);
    expect(late.length).toBeGreaterThan(15);
    expect(late.length).toBeLessThan(35);
    // The guest has noticed nothing: each timer came at its time, and at the end it is as late as the host.
    expect(machine.skips.every(ns => ns <= 1e6)).toBe(true);
    expect(host.clock - machine.timeNs / 1e6).toBeLessThan(150);
  });

  it('does not make up for more than a moment of slowness', async () => {
    const { runner, host, machine } = setUp({ pace: 'realtime' });
    host.clock = 0;
    runner.type('uart0', type('ping\n'));
    let slices = 0;
    const slow = Object.assign(Object.create(host) as FakeHost, {
      now: () => (host.clock += slices++ < 20 ? 500 : 0.1),
    });
    const runnerOfSlowHost = new Runner(machine, slow, { pace: 'realtime', onSlice: () => false, onReboot: () => {} });
    pauseAfterSleeps(slow, runnerOfSlowHost);
    await runnerOfSlowHost.run();
    expect(machine.timeNs / 1e6).toBeLessThan(host.clock / 2);
  });

  it('wakes from endless idleness for input', async () => {
    const { runner, machine, said } = setUp();
    const run = machine.run.bind(machine);
    machine.run = budget => {
      const end = run(budget);
      return end.reason === 'idle' ? { reason: 'idle' } : end;
    };
    setTimeout(() => runner.type('uart0', type('ping\noff\n')), 5);
    expect(await runner.run()).toBe('poweroff');
    expect(said()).toBe('hello\npong\n');
  });
});
