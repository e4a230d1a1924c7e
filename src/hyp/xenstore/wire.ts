// Messages between a guest and the store (Xen, public/io/xs_wire.h): a header of four words, then up to 4096 bytes.
import { Layout } from '../abi/layout';
import type { StoreErrorCode } from './error';

export const XS = {
  CONTROL: 0,
  DIRECTORY: 1,
  READ: 2,
  GET_PERMS: 3,
  WATCH: 4,
  UNWATCH: 5,
  TRANSACTION_START: 6,
  TRANSACTION_END: 7,
  INTRODUCE: 8,
  RELEASE: 9,
  GET_DOMAIN_PATH: 10,
  WRITE: 11,
  MKDIR: 12,
  RM: 13,
  SET_PERMS: 14,
  WATCH_EVENT: 15,
  ERROR: 16,
  IS_DOMAIN_INTRODUCED: 17,
  RESUME: 18,
  SET_TARGET: 19,
  RESET_WATCHES: 21,
  DIRECTORY_PART: 22,
} as const;

const HEADER = new Layout({ type: 'u32', req_id: 'u32', tx_id: 'u32', len: 'u32' });
export const HEADER_SIZE = HEADER.size;
export const LONGEST_PAYLOAD = 4096;

export interface Message {
  readonly type: number;
  readonly request: number;
  readonly transaction: number;
  readonly payload: Uint8Array;
}

/** Length of the payload that a header announces. */
export const payloadLength = (header: Uint8Array): number => HEADER.read(viewOf(header)).len;

export function decode(bytes: Uint8Array): Message {
  const { type, req_id, tx_id } = HEADER.read(viewOf(bytes));
  return { type, request: req_id, transaction: tx_id, payload: bytes.subarray(HEADER_SIZE) };
}

export function encode({ type, request, transaction, payload }: Message): Uint8Array {
  const out = new Uint8Array(HEADER_SIZE + payload.length);
  HEADER.write(viewOf(out), { type, req_id: request, tx_id: transaction, len: payload.length });
  out.set(payload, HEADER_SIZE);
  return out;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** Texts of a payload, each with its NUL. Bytes are taken as they are. */
export const strings = (...texts: readonly string[]): Uint8Array =>
  Uint8Array.from(texts.flatMap(text => [...latin1(text), 0]));
export const latin1 = (text: string): number[] => Array.from(text, c => c.charCodeAt(0) & 0xff);

export const errorPayload = (code: StoreErrorCode): Uint8Array => strings(code);

/** The first `count` texts of a payload, each ended by a NUL, and what is behind them; undefined: there are not so many. */
export function split(payload: Uint8Array, count: number): { texts: string[]; rest: Uint8Array } | undefined {
  const texts: string[] = [];
  let at = 0;
  while (texts.length < count) {
    const end = payload.indexOf(0, at);
    if (end < 0) return undefined;
    texts.push(String.fromCharCode(...payload.subarray(at, end)));
    at = end + 1;
  }
  return { texts, rest: payload.subarray(at) };
}

/** All texts of a payload that is nothing else. */
export function allStrings(payload: Uint8Array): string[] | undefined {
  let count = 0;
  for (const byte of payload) if (byte === 0) count++;
  const found = split(payload, count);
  return found && found.rest.length === 0 ? found.texts : undefined;
}
