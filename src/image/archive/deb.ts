// Debian binary packages (deb(5)): an ar archive of a version, a control archive and a data archive.
import { text } from '../bytes';
import { compressionAt, unpackPieces, type Compression } from '../compression';
import { ImageError } from '../error';
import { describe } from '../identify';
import { readAr, type ArMember } from './ar';
import { readTar, type TarEntry, type TarFile } from './tar';

/** The largest packages of a distribution unpack to a few GiB; control archives are tiny. */
const LARGEST_DATA = 4 * 1024 * 1024 * 1024;
const LARGEST_CONTROL = 16 * 1024 * 1024;

export interface Deb {
  readonly file: string;
  /** Fields of the control file: `Package`, `Version`, `Architecture`, `Source`... */
  readonly control: ReadonlyMap<string, string>;
  /** The files of the package, in order; content only of those that are wanted. */
  files(wanted?: (entry: TarEntry) => boolean): AsyncGenerator<TarFile>;
}

/** @throws ImageError when this is no Debian package, or it is damaged */
export async function parseDeb(data: Uint8Array, file: string): Promise<Deb> {
  const members = readAr(data, file);
  const version = members[0];
  if (version?.name !== 'debian-binary' || !text(version.data).startsWith('2.')) {
    throw new ImageError('image.magic', 'an ar archive, but no Debian package of format 2', { file, offset: 8 });
  }
  const control = member(members, 'control.tar', file);
  const payload = member(members, 'data.tar', file);
  return {
    file,
    control: await controlFields(control, file),
    files: wanted => readTar(pieces(payload, file, LARGEST_DATA), { file, ...(wanted && { wanted }) }),
  };
}

function member(members: readonly ArMember[], start: string, file: string): ArMember {
  const found = members.find(one => one.name === start || one.name.startsWith(`${start}.`));
  if (!found) throw new ImageError('image.missing', `a Debian package without ${start}`, { file });
  return found;
}

function pieces(packed: ArMember, file: string, limit: number): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  const compression: Compression | undefined = compressionAt(packed.data);
  if (compression) return unpackPieces(compression, { data: packed.data, file, origin: packed.offset, limit });
  if (packed.name.endsWith('.tar')) return [packed.data];
  throw new ImageError('image.unsupported', `${packed.name}: ${describe(packed.data)}`, {
    file,
    offset: packed.offset,
    remedy: 'packages compressed with xz, gzip or zstd can be read',
  });
}

async function controlFields(packed: ArMember, file: string): Promise<Map<string, string>> {
  const wanted = (entry: TarEntry) => entry.name === 'control';
  for await (const entry of readTar(pieces(packed, file, LARGEST_CONTROL), { file, wanted })) {
    if (entry.data) return parseControl(text(entry.data));
  }
  throw new ImageError('image.missing', 'a Debian package without control file', { file, offset: packed.offset });
}

/** One paragraph of `Field: value` lines; lines that start with a space continue the field above. */
export function parseControl(paragraph: string): Map<string, string> {
  const fields = new Map<string, string>();
  let current = '';
  for (const line of paragraph.split('\n')) {
    const [, name, value] = /^([^\s:][^:]*):[ \t]*(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) fields.set((current = name), value.trimEnd());
    else if (/^[ \t]/.test(line) && current !== '') fields.set(current, `${fields.get(current)}\n${line.trim()}`);
  }
  return fields;
}
