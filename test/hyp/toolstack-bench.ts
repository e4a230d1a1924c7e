// A toolstack with guests that do nothing: tests play the part of their kernels, in their pages and on their ports.
import type { BlockStore } from '../../src/emu/devices/device';
import { DEFAULT_ACTIONS, type DomainPlan, Toolstack, type ToolstackPorts } from '../../src/hyp';
import type { Domain } from '../../src/hyp/domain';
import { CONSOLE_RING, STORE_RING } from '../../src/hyp/toolstack/build';
import { decode, encode, type Message, XS } from '../../src/hyp/xenstore/wire';
import { bench, type Bench } from './bench';

const MIB = 2 ** 20;
const LOOP = 0xeafffffe;
const PORT = { STORE: 1, CONSOLE: 2 } as const;

export interface ToolstackBench extends Bench {
  readonly toolstack: Toolstack;
  readonly said: () => string;
  readonly consoles: Map<string, string>;
  readonly events: string[];
}

/** @param cpus cores @param memory MiB of the board */
export function toolstackBench(memory = 64, cpus = 1): ToolstackBench {
  const consoles = new Map<string, string>();
  const events: string[] = [];
  let toolstack!: Toolstack;
  const ports: ToolstackPorts = {
    output: (name, bytes) => consoles.set(name, (consoles.get(name) ?? '') + String.fromCharCode(...bytes)),
    say: message => events.push(message),
    changed: () => {},
  };
  const made = bench(xen => (toolstack = new Toolstack(xen, ports)), cpus, memory);
  made.machine.run(1);
  return { ...made, toolstack, consoles, events };
}

export function planOf(name: string, more: Partial<DomainPlan> = {}): DomainPlan {
  const uuid = new Uint8Array(16);
  new TextEncoder().encodeInto(name, uuid);
  return {
    ...{ name, uuid, memory: 4 * MIB, vcpus: 1, cmdline: 'quiet', ramdisk: undefined },
    ...{ actions: DEFAULT_ACTIONS, disks: [], nics: [] },
    kernel: { bytes: new Uint8Array(Uint32Array.of(LOOP).buffer), offset: 0x8000, needed: 4096 },
    ...more,
  };
}

/** A disk in memory that counts its flushes. */
export function memoryDisk(bytes: Uint8Array): BlockStore & { flushes: number } {
  const inside = (offset: number, length: number): boolean => offset >= 0 && offset + length <= bytes.length;
  return {
    ...{ readOnly: false, size: bytes.length, flushes: 0 },
    read: (offset, into) =>
      inside(offset, into.length) && (into.set(bytes.subarray(offset, offset + into.length)), true),
    write: (offset, from) => inside(offset, from.length) && (bytes.set(from, offset), true),
    flush() {
      this.flushes++;
      return true;
    },
  };
}

export interface Answer {
  readonly type: number;
  readonly request: number;
  readonly payload: Uint8Array;
}

/** What the kernel of a guest does: its memory, its grants, its ports. */
export class FakeKernel {
  private request = 0;

  constructor(readonly domain: Domain) {}

  private at(ipa: number): number {
    return this.domain.address(ipa);
  }
  u32(ipa: number): number {
    return this.domain.memory.read32(this.at(ipa));
  }
  setU32(ipa: number, value: number): void {
    this.domain.memory.write32(this.at(ipa), value >>> 0);
  }
  read(ipa: number, length: number): Uint8Array {
    return this.domain.memory.bytes(this.at(ipa), length).slice();
  }
  write(ipa: number, bytes: Uint8Array): void {
    this.domain.memory.copyIn(this.at(ipa), bytes);
  }
  /** Grants a page to the backends. */
  grant(ref: number, ipa: number, readOnly = false): void {
    const { memory, grants } = this.domain;
    const entry = grants.frames[0]! * 4096 + ref * 8;
    memory.write32(entry + 4, ipa / 4096);
    memory.write16(entry + 2, 0);
    memory.write16(entry, readOnly ? 5 : 1);
  }
  port(): number {
    return this.domain.channels.allocateUnbound(0);
  }
  send(port: number): void {
    this.domain.channels.send(port);
  }
  isPending(port: number): boolean {
    const { channels } = this.domain;
    const channel = channels.get(port)!;
    const pending = channels.abi.isPending(channel);
    channels.abi.clearPending(channel);
    return pending;
  }

  /** Bytes into a ring of the guest's, as far as they fit, the backend told. */
  private put(base: number, data: number, size: number, producer: number, bytes: Uint8Array): void {
    let at = this.u32(base + producer);
    for (const byte of bytes) this.write(base + data + (at++ & (size - 1)), Uint8Array.of(byte));
    this.setU32(base + producer, at);
  }
  private take(base: number, data: number, size: number, consumer: number, producer: number): Uint8Array {
    const out: number[] = [];
    let at = this.u32(base + consumer);
    for (const end = this.u32(base + producer); at !== end; at = (at + 1) >>> 0)
      out.push(this.read(base + data + (at & (size - 1)), 1)[0]!);
    this.setU32(base + consumer, at);
    return Uint8Array.from(out);
  }

  say(text: string): void {
    this.put(CONSOLE_RING, 1024, 2048, 3084, new TextEncoder().encode(text));
    this.send(PORT.CONSOLE);
  }
  typed(): string {
    return new TextDecoder().decode(this.take(CONSOLE_RING, 0, 1024, 3072, 3076));
  }

  /** Sends raw bytes to the store. @returns all messages that came back, events among them */
  raw(bytes: Uint8Array): Answer[] {
    const out: number[] = [];
    for (let at = 0; at < bytes.length; at += 1024) {
      this.put(STORE_RING, 0, 1024, 2052, bytes.subarray(at, at + 1024));
      this.send(PORT.STORE);
      out.push(...this.drain());
    }
    return messages(Uint8Array.from(out));
  }
  /** Reads answers until there are no more. */
  drain(): number[] {
    const out: number[] = [];
    for (;;) {
      const bytes = this.take(STORE_RING, 1024, 1024, 2056, 2060);
      if (bytes.length === 0) return out;
      out.push(...bytes);
      this.send(PORT.STORE);
    }
  }
  pendingEvents(): string[] {
    return messages(Uint8Array.from(this.drain())).map(textOf);
  }

  /** One request. @returns its answer, an error by its name; events that came with it are kept in `events` */
  ask(type: number, payload: string | Uint8Array, transaction = 0): string {
    const bytes = typeof payload === 'string' ? Uint8Array.from(payload, c => c.charCodeAt(0)) : payload;
    const request = ++this.request;
    const answers = this.raw(encode({ type, request, transaction, payload: bytes }));
    for (const one of answers) if (one.type === XS.WATCH_EVENT) this.events.push(textOf(one));
    const answer = answers.find(one => one.request === request && one.type !== XS.WATCH_EVENT);
    return answer ? textOf(answer) : 'no answer';
  }
  readonly events: string[] = [];
}

const textOf = ({ payload }: Answer): string => String.fromCharCode(...payload).replace(/\0$/, '');

function messages(bytes: Uint8Array): Answer[] {
  const out: Answer[] = [];
  for (let at = 0; at + 16 <= bytes.length;) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(12, true);
    const message: Message = decode(bytes.subarray(at, at + 16 + length));
    out.push({ type: message.type, request: message.request, payload: message.payload });
    at += 16 + length;
  }
  return out;
}
