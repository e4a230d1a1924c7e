// Debian's own tools in dom0, on Debian's Xen: a domain is made, looked at, paused, ended. The same commands as in the log of
// qemu-system-arm that the answers below are taken from.
import { expect, it } from 'vitest';
import { bootXen, type Step, xenOptions } from './xen-lab';

const DONE = /RC=\d+\n/;
/** A command of dom0's shell, whose answer ends with its status. */
const command = (text: string): Step[] => [
  ['dom0# ', `${text}; echo RC=$?\n`],
  [DONE, ''],
];
const LIST = 'Name                                        ID   Mem VCPUs\tState\tTime(s)';
const DOM0 = String.raw`Domain-0 +0 +512 +1 +r----- +[\d.]+`;
const DOMU = (id: number, state: string): string => String.raw`domu1 +${id} +128 +1 +${state} +[\d.]+`;
/** xenconsole ends at this key, when it comes alone. */
const LEAVE_CONSOLE = '\x1d';

const STEPS: Step[] = [
  ...command('xenstored --pid-file /var/run/xenstored.pid'),
  ...command('xen-init-dom0'),
  ...command('xenconsoled --log=all --log-dir=/var/log/xen/console --pid-file=/var/run/xenconsoled.pid'),
  ...command('xl info'),
  ...command('xl list'),
  ...command('xl create /etc/domu.cfg'),
  ...command('xl list'),
  ['dom0# ', 'xl console domu1\n'],
  ['LAB-SHELL-UP', ''],
  ['lab# ', '\n'],
  ['lab# ', LEAVE_CONSOLE],
  ...command('xl list; xl vcpu-list'),
  ...command('xl pause domu1; xl list; xl unpause domu1; xl list'),
  ...command('xl destroy domu1; xl list'),
  ...command('xl create /etc/domu.cfg; sleep 1; xl destroy domu1; xl list'),
  ...command('xl dmesg | tail -4'),
];

it('xl in dom0 gives the answers that it gives on qemu', { timeout: 600_000 }, async () => {
  const { console } = await bootXen([...xenOptions('dom0.cpio', 'cryptomgr.notests'), '--pace', 'fast'], STEPS);
  expect(console.match(/RC=\d+\n/g)?.filter(line => line !== 'RC=0\n')).toEqual([]);
  expect(console).toContain('Done setting up Dom0\n');
  for (const line of [
    'release                : 6.1.0-50-armmp-lpae',
    'machine                : armv7l',
    'nr_cpus                : 1',
    'virt_caps              : hvm hap vpmu gnttab-v1',
    'xen_version            : 4.17.5',
    'xen_scheduler          : credit2',
  ])
    expect(console).toContain(line);
  expect(console).toContain('Parsing config from /etc/domu.cfg');
  const states = [DOM0, DOMU(1, '(------|r-----|-b----)')];
  expect(console).toMatch(new RegExp(`${LIST.replaceAll(/[()]/g, '\\$&')}\n${states.join('\n')}`));
  expect(console).toMatch(/Name +ID +VCPU +CPU State +Time\(s\) Affinity \(Hard \/ Soft\)\nDomain-0 +0 +0 +0 +r-- /);
  expect(console).toMatch(new RegExp(DOMU(1, '-b?-?p---')));
  expect(console.match(/LAB-SHELL-UP/g)?.length).toBe(1);
  expect(console.slice(console.lastIndexOf('xl destroy'))).toMatch(new RegExp(`\n${DOM0}\nRC=0\n`));
  expect(console.slice(console.lastIndexOf('xl dmesg'))).toContain('(XEN) d1v0 Unhandled SMC/HVC: 0x8600ff01');
});
