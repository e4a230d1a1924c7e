// Every hypercall that Debian's tools make in dom0, in order, with its sub-operation and result, is the same on the built-in
// core as on Debian's Xen on qemu.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { TraceContents } from '../../src/hyp';
import { apply, DIFFERENCES } from './golden/tool-hypercall-differences';
import { currentRamDisks } from './ramdisks';
import { type ToolCalls, readLog, readTrace } from './tool-hypercalls';
import { bootXen, builtinOptions } from './xen-lab';

/** Tools by the names of the log; a mark on the console comes before each. */
const COMMANDS: Readonly<Record<string, string>> = {
  xenstored: 'xenstored --pid-file /var/run/xenstored.pid',
  init: 'xen-init-dom0',
  xenconsoled: 'xenconsoled --log=all --log-dir=/var/log/xen/console --pid-file=/var/run/xenconsoled.pid',
  info: 'xl info',
  list0: 'xl list',
  create: 'xl create /etc/domu.cfg',
  list1: 'xl list',
  console: 'timeout 10 xl console domu1',
  destroy: 'xl destroy domu1',
  list3: 'xl list',
};
const MARK = /TOOL-(\w+)/;

const theirs = readLog(readFileSync(path.join(import.meta.dirname, 'golden/tool-hypercalls-qemu.txt'), 'latin1'));
let ours: ToolCalls = {};

beforeAll(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hypercalls-'));
  const disks = await currentRamDisks();
  const trace = path.join(folder, 'trace.json');
  const typed = Object.entries(COMMANDS).flatMap(([tool, command]) => [
    '--send',
    `dom0# =>echo TO''OL-${tool}; ${command}`,
  ]);
  const end = ['--send', "dom0# =>echo TO''OL-; echo ALL-DO''NE", '--expect', 'ALL-DONE', '--trace', trace];
  const machine = ['--memory', '1024', '--pace', 'fast', '--timeout', '540'];
  try {
    const ended = await bootXen([...builtinOptions(disks.dom0, 'cryptomgr.notests'), ...machine, ...typed, ...end]);
    expect(ended.code, ended.said).toBe(0);
    const contents = JSON.parse(readFileSync(trace, 'utf8')) as TraceContents;
    expect(contents.lost).toBe(0);
    ours = readTrace(contents, MARK);
  } finally {
    disks.remove();
    rmSync(folder, { recursive: true });
  }
}, 600_000);

it.each(Object.keys(COMMANDS))('%s', tool => {
  const changed = apply(tool, { theirs: theirs[tool] ?? [], ours: ours[tool] ?? [] }, DIFFERENCES);
  expect(theirs[tool]).not.toHaveLength(0);
  expect(changed.ours).toEqual(changed.theirs);
});
