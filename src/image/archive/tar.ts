// tar archives (POSIX.1-1988 ustar, GNU and POSIX.1-2001 extensions for long names), read piece by piece: a kernel
// package unpacks to 200 MB, of which a few files matter.
import { alignUp, ascii, concat, text } from '../bytes';
import { ImageError } from '../error';

const BLOCK = 512;
/** Names and links by the GNU and POSIX extensions are read into memory; none is as long as this. */
const LONGEST_EXTENSION = 1024 * 1024;
/** Files that are wanted are read into memory whole. */
const LARGEST_FILE = 512 * 1024 * 1024;

export interface TarEntry {
  /** Path without `./` or `/` in front. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'hardlink' | 'other';
  /** Permissions, with set-user-id and the like. */
  readonly mode: number;
  readonly size: number;
  /** Of a symbolic link, as it stands; of a hard link, a path like `name`. */
  readonly target: string;
}

/** An entry, and the content of a file if it was asked for. */
export interface TarFile extends TarEntry {
  readonly data: Uint8Array | undefined;
}

const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'link',
  '5': 'directory',
};

/** What an archive is read with. */
export interface TarOptions {
  /** The archive as the user knows it, for messages. */
  readonly file: string;
  /** Which files' content is wanted; all when left out. */
  readonly wanted?: (entry: TarEntry) => boolean;
}

/** Reads from pieces of any size. @throws ImageError when the archive is damaged or ends too early */
export async function* readTar(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { file, wanted = () => true }: TarOptions,
): AsyncGenerator<TarFile> {
  const input = new PieceReader(pieces, file);
  try {
    yield* readEntries(input, file, wanted);
  } finally {
    await input.close();
  }
}

async function* readEntries(
  input: PieceReader,
  file: string,
  wanted: (entry: TarEntry) => boolean,
): AsyncGenerator<TarFile> {
  /** From the extensions, for the next entry. */
  let longName: string | undefined;
  let longTarget: string | undefined;
  let realSize: number | undefined;
  for (;;) {
    const header = await input.read(BLOCK);
    if (header === undefined) return;
    if (header.every(byte => byte === 0)) continue;
    const type = String.fromCharCode(header[156]!);
    const { name, target, size: shortSize, mode } = parseHeader(header, file, input.position - BLOCK);
    const size = type === 'x' || type === 'g' ? shortSize : (realSize ?? shortSize);
    if ('LKxg'.includes(type)) {
      if (size > LONGEST_EXTENSION) throw damaged(file, input.position, 'a name that is far too long');
      const body = await input.readPadded(size);
      if (type === 'L') longName = text(body);
      if (type === 'K') longTarget = text(body);
      const records = type === 'x' ? paxRecords(body) : undefined;
      longName = records?.get('path') ?? longName;
      longTarget = records?.get('linkpath') ?? longTarget;
      realSize = records?.has('size') ? Number(records.get('size')) : realSize;
      if (realSize !== undefined && !Number.isSafeInteger(realSize)) throw damaged(file, input.position, 'a size');
      continue;
    }
    const entry: TarEntry = {
      name: clean(longName ?? name),
      kind: KINDS[type] ?? 'other',
      mode,
      size,
      target: type === '1' ? clean(longTarget ?? target) : (longTarget ?? target),
    };
    longName = longTarget = realSize = undefined;
    // Links carry no content, whatever the size field says.
    const stored = entry.kind === 'link' || entry.kind === 'hardlink' || entry.kind === 'directory' ? 0 : size;
    const take = entry.kind === 'file' && wanted(entry);
    if (take && size > LARGEST_FILE) {
      throw new ImageError('image.tooLarge', `${entry.name} has ${size} bytes`, { file, offset: input.position });
    }
    if (take) yield { ...entry, data: await input.readPadded(stored) };
    else {
      await input.skip(alignUp(stored, BLOCK));
      yield { ...entry, data: undefined };
    }
  }
}

function parseHeader(header: Uint8Array, file: string, at: number) {
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i]!;
  if (octal(header, 148, 8) !== sum) throw damaged(file, at, 'a header does not match its checksum');
  const size = octal(header, 124, 12);
  if (!Number.isSafeInteger(size) || size < 0) throw damaged(file, at, 'an impossible size');
  const prefix =
    ascii(header.subarray(257, 262)) === 'ustar' && header[262] === 0 ? text(header.subarray(345, 500)) : '';
  const name = text(header.subarray(0, 100));
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    target: text(header.subarray(157, 257)),
    size,
    mode: octal(header, 100, 8) & 0o7777,
  };
}

/** A number in octal, or, with the top bit set, in base 256 (GNU). NaN when it is neither. */
function octal(header: Uint8Array, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  if (field[0]! & 0x80) return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
  const digits = text(field).trim();
  return /^[0-7]*$/.test(digits) ? parseInt(digits || '0', 8) : NaN;
}

/** `LENGTH KEYWORD=VALUE\n`, the length being that of the whole record. */
function paxRecords(body: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length;) {
    const length = parseInt(ascii(body.subarray(at, at + 10)), 10);
    if (!(length > 0)) break;
    const [, key, value] = /^\d+ ([^=]+)=(.*)\n$/s.exec(text(body.subarray(at, at + length))) ?? [];
    if (key !== undefined && value !== undefined) records.set(key, value);
    at += length;
  }
  return records;
}

function clean(name: string): string {
  return name.replace(/^(\.?\/)+/, '').replace(/\/$/, '');
}

function damaged(file: string, offset: number, why: string): ImageError {
  return new ImageError('image.corrupt', `the tar archive is damaged: ${why}`, {
    file,
    offset,
    remedy: 'fetch the file again',
  });
}

/** Exact reads from pieces of any size. */
class PieceReader {
  /** Bytes taken so far: the offset in the unpacked archive. */
  position = 0;
  private readonly pieces: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array();

  constructor(
    pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    private readonly file: string,
  ) {
    this.pieces = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  }

  /** Lets go of the pieces: what they come from may have things to release. */
  async close(): Promise<void> {
    await this.pieces.return?.();
  }

  /** Exactly `length` bytes, or undefined at the end of the archive. */
  async read(length: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    const found = await this.take(length, part => parts.push(part));
    if (found === 0 && length > 0) return undefined;
    if (found < length) throw this.ended();
    return parts.length === 1 ? parts[0]! : concat(parts);
  }

  /** `length` bytes of content, with the filling up to a block passed over. */
  async readPadded(length: number): Promise<Uint8Array> {
    const data = length === 0 ? new Uint8Array() : await this.read(length);
    if (data === undefined) throw this.ended();
    await this.skip(alignUp(length, BLOCK) - length);
    return data;
  }

  async skip(length: number): Promise<void> {
    if ((await this.take(length, () => undefined)) < length) throw this.ended();
  }

  /** Gives up to `length` bytes to `use`. @returns how many there were */
  private async take(length: number, use: (part: Uint8Array) => void): Promise<number> {
    let left = length;
    while (left > 0) {
      if (this.rest.length === 0) {
        const next = await this.pieces.next();
        if (next.done === true) break;
        this.rest = next.value;
        continue;
      }
      const part = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(part.length);
      use(part);
      left -= part.length;
    }
    this.position += length - left;
    return length - left;
  }

  private ended(): ImageError {
    return new ImageError('image.truncated', 'the tar archive ends in the middle of a file', {
      file: this.file,
      offset: this.position,
      remedy: 'the file is cut short: fetch it again',
    });
  }
}
