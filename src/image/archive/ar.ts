// ar archives, as Debian packages are (ar(5), deb(5)): a magic, then members with a header of 60 characters each.
import { ascii, Bytes, holds } from '../bytes';
import { AR_MAGIC, describe } from '../identify';

const HEADER = 60;

export interface ArMember {
  readonly name: string;
  /** Where the content starts in the file. */
  readonly offset: number;
  readonly data: Uint8Array;
}

/** @throws ImageError when this is no ar archive, or it is damaged or cut short */
export function readAr(data: Uint8Array, file: string): ArMember[] {
  const bytes = new Bytes(data, file);
  if (!holds(data, 0, AR_MAGIC)) throw bytes.error('image.magic', 0, `no ar archive here: ${describe(data)}`);
  const members: ArMember[] = [];
  for (let at = AR_MAGIC.length; at < data.length;) {
    const header = ascii(bytes.slice(at, HEADER, 'an ar header'));
    const size = Number(header.slice(48, 58).trim() || NaN);
    if (!header.endsWith('`\n') || !Number.isSafeInteger(size) || size < 0) {
      throw bytes.error('image.corrupt', at, 'this is not the header of an ar member', 'fetch the file again');
    }
    // GNU ends names with a slash, BSD does not; long names of either do not occur in packages.
    const name = header.slice(0, 16).trimEnd().replace(/\/$/, '');
    members.push({ name, offset: at + HEADER, data: bytes.slice(at + HEADER, size, `the ar member ${name}`) });
    at += HEADER + size + (size & 1);
  }
  return members;
}
