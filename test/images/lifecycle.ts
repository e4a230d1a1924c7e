// The life of a domain as xl shows it: the commands of the log of qemu-system-arm, and the answers to each of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { consoleLines, type Difference, type OnlyOurs, unexplained } from './golden/compare';
import type { Step } from './xen-lab';

const DOM0 = 'dom0# ';
const DOMU = 'lab# ';
/** xenconsole ends at this key, when it comes alone. */
const LEAVE_CONSOLE = '\x1d';

/** Prompts, and what is typed there. */
const COMMANDS: readonly (readonly [prompt: string, command: string])[] = [
  [DOM0, 'xenstored --pid-file /var/run/xenstored.pid; echo RC=$?'],
  [DOM0, 'xen-init-dom0; echo RC=$?'],
  [DOM0, 'xenconsoled --log=all --log-dir=/var/log/xen/console --pid-file=/var/run/xenconsoled.pid; echo RC=$?'],
  [DOM0, 'xl info; echo RC=$?'],
  [DOM0, 'xl list; echo RC=$?'],
  [DOM0, 'cat /etc/domu.cfg; xl create /etc/domu.cfg; echo RC=$?'],
  [DOM0, 'xl list; echo RC=$?'],
  [DOM0, 'xl console domu1'],
  [
    DOMU,
    'uname -a; cat /proc/cmdline; cat /proc/cpuinfo; free; cat /proc/interrupts; ' +
      "ls /sys/bus/xen/devices /proc/device-tree; echo DOMU-DO''NE",
  ],
  [DOMU, LEAVE_CONSOLE],
  [DOM0, 'xl list; xl vcpu-list; echo RC=$?'],
  [DOM0, 'cat /proc/interrupts; cat /proc/iomem | head -40; echo RC=$?'],
  [DOM0, 'xl pause domu1; xl list; xl unpause domu1; xl list; echo RC=$?'],
  [DOM0, 'xl shutdown -w domu1; xl list; echo RC=$?'],
  [DOM0, 'xl create -c /etc/domu.cfg; echo RC=$?'],
  [DOMU, 'poweroff -f'],
  [DOM0, 'xl list; echo RC=$?'],
  [
    DOM0,
    "xl create /etc/domu.cfg; sleep 1; xl destroy domu1; echo RC=$?; xl list; xl dmesg | tail -40; echo ALL-DO''NE",
  ],
];
export const STEPS: Step[] = COMMANDS.map(([prompt, command]) => [
  prompt,
  command === LEAVE_CONSOLE ? command : `${command}\n`,
]);
STEPS.push(['ALL-DONE', '']);

/** What the console said after each command. The shell breaks lines that it echoes; the key is not echoed. */
function answers(console: string): string[] {
  let from = 0;
  const echoes = COMMANDS.filter(([, command]) => command !== LEAVE_CONSOLE).map(([, command]) => {
    const characters = [...command].map(one => one.replace(/[^\w ]/, '\\$&'));
    const echo = new RegExp(`${characters.join('\\n?')}\\n`).exec(console.slice(from));
    if (!echo) throw new Error(`no echo of: ${command}`);
    const start = from + echo.index;
    return { start, end: (from = start + echo[0].length) };
  });
  return echoes.map(({ end }, i) =>
    console.slice(end, echoes[i + 1]?.start ?? console.length).replace(/((dom0|lab)# (\x1b\[6n)?)+$/, ''),
  );
}

/** Holds the answers on a console against those of qemu, command by command. */
export function expectLifecycle(
  console: string,
  differences: readonly Difference[],
  onlyOurs: readonly OnlyOurs[],
): void {
  const log = join(import.meta.dirname, 'golden/vexpress-a15-xen-lifecycle-qemu.log');
  const theirs = answers(readFileSync(log, 'latin1'));
  const ours = answers(console);
  const typed = COMMANDS.filter(([, command]) => command !== LEAVE_CONSOLE);
  for (const [i, [, command]] of typed.entries())
    expect
      .soft(unexplained(consoleLines(theirs[i]!), consoleLines(ours[i]!), differences, onlyOurs), command)
      .toEqual([]);
}
