// HYPERVISOR_hypfs_op (Xen, public/hypfs.h, common/hypfs.c).
import { ERRNO } from '../abi/errno';
import { Layout } from '../abi/layout';
import { findHypfs, HYPFS, type HypfsDirectory, hypfsOf, type HypfsNode } from '../hypfs';
import type { Answer, Call, Hypercall } from './hypercall';

const VERSION = 1;
const OPERATION = { VERSION: 0, READ: 1, WRITE: 2 } as const;
const LONGEST_PATH = 1024;
const ENTRY = new Layout({ type: 'u8', encoding: 'u8', pad: 'u16', content_len: 'u32', max_write_len: 'u32' });
/** Of struct xen_hypfs_dirlistentry: an entry, the distance to the next one, a name. */
const NEXT_AT = ENTRY.size;
const NAME_AT = NEXT_AT + 2;

const isDirectory = (node: HypfsNode): node is HypfsDirectory => node instanceof Map;
const contents = (node: HypfsNode): Uint8Array => (isDirectory(node) ? listing(node) : node.read());

function entry(node: HypfsNode, length: number): Uint8Array {
  const bytes = new Uint8Array(ENTRY.size);
  const [type, most] = isDirectory(node) ? [HYPFS.DIRECTORY, 0] : [node.type, node.most];
  ENTRY.write(new DataView(bytes.buffer), { type, content_len: length, max_write_len: most });
  return bytes;
}

function listing(directory: HypfsDirectory): Uint8Array {
  const names = [...directory];
  const records = names.map(([name, node], i) => {
    const bytes = new Uint8Array(4 * Math.ceil((NAME_AT + name.length + 1) / 4));
    bytes.set(entry(node, contents(node).length));
    new DataView(bytes.buffer).setUint16(NEXT_AT, i + 1 < names.length ? bytes.length : 0, true);
    bytes.set(new TextEncoder().encode(name), NAME_AT);
    return bytes;
  });
  return Uint8Array.from(records.flatMap(bytes => [...bytes]));
}

function read(call: Call, node: HypfsNode, at: number, room: number): Answer {
  if (room < ENTRY.size) return -ERRNO.EINVAL;
  const bytes = contents(node);
  if (!call.guest.write(at, entry(node, bytes.length))) return -ERRNO.EFAULT;
  if (room < ENTRY.size + bytes.length) return -ERRNO.ENOBUFS;
  return call.guest.write(at + ENTRY.size, bytes) ? 0 : -ERRNO.EFAULT;
}

function write(call: Call, node: HypfsNode, at: number, length: number): Answer {
  if (isDirectory(node) || !node.write) return -ERRNO.EACCES;
  if (length > node.most) return -ERRNO.ENOSPC;
  const bytes = call.guest.read(at, length);
  if (!bytes) return -ERRNO.EFAULT;
  if (length === 0 || bytes.indexOf(0) !== length - 1) return -ERRNO.EDOM;
  return node.write(new TextDecoder().decode(bytes.subarray(0, -1)));
}

function handle(call: Call): Answer {
  const [operation, path, length, at, size] = [0, 1, 2, 3, 4].map(n => call.arg(n)) as [number, number, number, number, number]; // prettier-ignore
  if (operation === OPERATION.VERSION) return path || length || at || size ? -ERRNO.EINVAL : VERSION;
  if (length > LONGEST_PATH) return -ERRNO.EINVAL;
  const bytes = call.guest.read(path, length);
  if (!bytes) return -ERRNO.EFAULT;
  if (length === 0 || bytes.indexOf(0) !== length - 1) return -ERRNO.EINVAL;
  const node = findHypfs(hypfsOf(call.xen), new TextDecoder().decode(bytes.subarray(0, -1)));
  if (typeof node === 'number') return node;
  if (operation === OPERATION.READ) return read(call, node, at, size);
  return operation === OPERATION.WRITE ? write(call, node, at, size) : -ERRNO.EOPNOTSUPP;
}

export const hypfsOp: Hypercall = {
  ...{ number: 42, name: 'hypfs_op', privileged: true, handle },
  operations: { 0: 'get_version', 1: 'read', 2: 'write_contents' },
};
