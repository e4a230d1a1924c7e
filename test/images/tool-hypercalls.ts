// What each of Xen's tools asks of the hypervisor, from the log of a run on qemu and from a trace of ours, in one form:
// `name.operation=result`, in order.
import type { TraceContents } from '../../src/hyp';

/** By tool, or command of xl. */
export type ToolCalls = Readonly<Record<string, readonly string[]>>;

/** What the drivers of dom0 make of the requests of tools that are not hypercalls themselves; none: nothing. */
const DRIVERS: Readonly<Record<string, string | undefined>> = {
  'evtchn.BIND_VIRQ': 'event_channel_op.bind_virq',
  'evtchn.BIND_INTERDOMAIN': 'event_channel_op.bind_interdomain',
  'evtchn.NOTIFY': 'event_channel_op.send',
  'evtchn.UNBIND': 'event_channel_op.close',
  'gntdev.MAP_GRANT_REF': 'grant_table_op.map_grant_ref',
  'gntdev.UNMAP_GRANT_REF': 'grant_table_op.unmap_grant_ref',
  'gntdev.SET_MAX_GRANTS': undefined,
  'gntdev.GET_OFFSET_FOR_VADDR': undefined,
  'privcmd.ioctl_0xff_probe': undefined,
  'privcmd.DM_OP': undefined,
  'privcmd.MMAPBATCH_V2': 'memory_op.add_to_physmap_range',
  'privcmd.MMAP_RESOURCE': 'memory_op.acquire_resource',
};

/** Events and domains of a line, and how often it was seen: `NAME.OP(N) ... = RESULT [errno=E] [xTIMES]`. */
const LINE = /^(?:\d+ )?([\w.]+)(?:\(\d+\))?(.*) = (-?\d+)(?: errno=(\d+))?(?: x(\d+))?$/;

export function readLog(text: string): ToolCalls {
  const tools: Record<string, string[]> = {};
  let tool: string[] = [];
  for (const line of text.split('\n')) {
    const heading = /^### (\w+)$/.exec(line)?.[1];
    if (heading !== undefined) tools[heading] = tool = [];
    const found = heading === undefined && LINE.exec(line);
    if (!found) continue;
    const [, name = '', arguments_ = '', result, errno, times = '1'] = found;
    const driver = name in DRIVERS;
    const shown = driver ? DRIVERS[name] : name;
    if (shown === undefined) continue;
    // One hypercall for each page that is mapped.
    const pages = name === 'privcmd.MMAPBATCH_V2' ? parseInt(/in=([0-9a-f]+)/.exec(arguments_)![1]!, 16) : 1;
    const answer = driver ? '0' : errno === undefined ? result : `-${errno}`;
    for (let i = 0; i < Number(times) * pages; i++) tool.push(`${shown}=${answer}`);
  }
  return tools;
}

/** What dom0's kernel does by itself, in the context of whatever process it is in. */
const OF_THE_KERNEL = new Set([
  ...['event_channel_op.unmask', 'event_channel_op.bind_vcpu'],
  ...['memory_op.decrease_reservation', 'memory_op.remove_from_physmap', 'console_io.read'],
]);
const DOMID_SELF = 0x7ff0;
/** Where the domain stands in the structure of a reservation. */
const RESERVATION_DOMAIN = 6;

const textOf = (words: readonly number[]): string =>
  Buffer.from(new Uint8Array(Uint32Array.from(words).buffer)).toString('latin1');

/**
 * A process is known by its tables. It is that of the tool whose mark on the console came before its first hypercall.
 * @param mark of a tool's name on the console
 */
export function readTrace({ records }: TraceContents, mark: RegExp): ToolCalls {
  const tools: Record<string, string[]> = {};
  const owners = new Map<number, string>();
  let now = '';
  for (const one of records) {
    if (one.kind !== 'hypercall' || one.domain !== 0 || one.result === 'again') continue;
    const name = one.operation === undefined ? one.name : `${one.name}.${one.operation}`;
    if (name === 'console_io.write') now = mark.exec(textOf(one.words).slice(0, one.args[1]))?.[1] ?? now;
    const own = name === 'memory_op.populate_physmap' && one.words[RESERVATION_DOMAIN] === DOMID_SELF;
    if (now === '' || name === 'console_io.write' || own || OF_THE_KERNEL.has(name)) continue;
    if (!owners.has(one.space)) owners.set(one.space, now);
    (tools[owners.get(one.space)!] ??= []).push(`${name}=${one.result}`);
  }
  return tools;
}
