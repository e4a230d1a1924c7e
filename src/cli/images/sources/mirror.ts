// Packages from a Debian archive that the user names: its index is read, what it lists is fetched and held against the
// sizes and checksums there. The signature of the index is not verified: use an https URL of an archive that you trust.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compressionAt, ImageError, parseControl, unpack } from '../../../image';
import { UsageError } from '../../options';
import type { Io } from '../io';
import { ARCHITECTURES, COMPONENT, KERNEL_META, PACKAGES, packageLabel, SUITE, type Architecture } from '../packages';
import type { PackageSource } from '../source';
import { kernelName } from './apt';

/** The index of a release's main part unpacks to some 50 MB; packages have up to 100. */
const LARGEST_INDEX = 512 * 1024 * 1024;
const LARGEST_DOWNLOAD = 1024 * 1024 * 1024;

interface Listed {
  readonly url: string;
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
}

/** @param url of the folder that holds dists/ and pool/ */
export function mirrorSource(url: string): PackageSource {
  const base = archiveUrl(url);
  return {
    title: base.href,
    async collect(folder, io) {
      const indexes = new Map<Architecture, Map<string, string>>();
      for (const architecture of ARCHITECTURES) {
        io.say(`fetching the package index for ${architecture}`);
        indexes.set(architecture, await readIndex(base, architecture));
      }
      const meta = indexes.get(KERNEL_META.architecture)?.get(KERNEL_META.name) ?? '';
      const version = KERNEL_META.dependency.exec(parseControl(meta).get('Depends') ?? '')?.[1] ?? '';
      const files: string[] = [];
      await mkdir(folder, { recursive: true });
      for (const [index, wanted] of PACKAGES.entries()) {
        const { architecture } = wanted;
        const name = typeof wanted.name === 'string' ? wanted.name : kernelName(architecture, version);
        const paragraph = indexes.get(architecture)?.get(name);
        if (paragraph === undefined) {
          throw new ImageError('image.missing', `the archive has no package ${packageLabel(wanted)} in ${SUITE}`, {
            file: base.href,
            remedy: `give the URL of a complete Debian archive that still has ${SUITE}`,
          });
        }
        files.push(await bring(listed(base, name, paragraph), folder, `${index + 1} of ${PACKAGES.length}`, io));
      }
      return files;
    },
  };
}

function archiveUrl(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (!base || !['http:', 'https:'].includes(base.protocol)) {
    throw new UsageError(`--mirror needs the http or https URL of a Debian archive, not "${url}"`);
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

/** Paragraphs of the index by the name of their package. */
async function readIndex(base: URL, architecture: Architecture): Promise<Map<string, string>> {
  const place = `dists/${SUITE}/${COMPONENT}/binary-${architecture}/Packages`;
  const url = new URL(`${place}.xz`, base);
  const packed = await fetchBytes(url);
  const compression = compressionAt(packed);
  if (!compression)
    throw new ImageError('image.magic', 'this is no compressed package index', { file: url.href, offset: 0 });
  const text = new TextDecoder().decode(
    await unpack(compression, { data: packed, file: url.href, origin: 0, limit: LARGEST_INDEX }),
  );
  const paragraphs = new Map<string, string>();
  for (const paragraph of text.split(/\n\n+/)) {
    const name = /^Package: (\S+)$/m.exec(paragraph)?.[1];
    if (name !== undefined) paragraphs.set(name, paragraph);
  }
  return paragraphs;
}

function listed(base: URL, name: string, paragraph: string): Listed {
  const fields = parseControl(paragraph);
  const file = fields.get('Filename') ?? '';
  const sha256 = fields.get('SHA256') ?? '';
  const size = Number(fields.get('Size') ?? NaN);
  if (!/^[\w.+~%:/-]+\.deb$/.test(file) || !/^[0-9a-f]{64}$/.test(sha256) || !(size > 0 && size < LARGEST_DOWNLOAD)) {
    throw new ImageError('image.corrupt', `the index entry of ${name} has no file, size or SHA256`, {
      file: base.href,
    });
  }
  return { url: new URL(file, base).href, file: path.posix.basename(file), size, sha256 };
}

/** Fetches a package unless it is there already. @returns its path */
async function bring({ url, file, size, sha256 }: Listed, folder: string, count: string, io: Io): Promise<string> {
  const target = path.join(folder, file);
  const present = await readFile(target).catch(() => undefined);
  if (present && hash(present) === sha256) return target;
  io.say(`fetching ${file} (${count})`);
  const data = await fetchBytes(new URL(url));
  if (data.length !== size || hash(data) !== sha256) {
    throw new ImageError('image.corrupt', `${data.length} bytes that are not what the index of the archive lists`, {
      file: url,
      remedy: 'try again; if it stays so, use another archive',
    });
  }
  await writeFile(target, data);
  return target;
}

function hash(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url).catch((error: Error) => {
    const cause = error.cause instanceof Error ? error.cause.message : error.message;
    throw new ImageError('image.missing', `cannot be fetched: ${cause}`, { file: url.href, remedy: 'check the URL' });
  });
  if (!response.ok || !response.body) {
    throw new ImageError('image.missing', `cannot be fetched: ${response.status} ${response.statusText}`, {
      file: url.href,
      remedy: 'check the URL: it is the folder that holds dists/ and pool/',
    });
  }
  const parts: Uint8Array[] = [];
  let total = 0;
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    total += next.value.length;
    if (total > LARGEST_DOWNLOAD) {
      await reader.cancel();
      throw new ImageError('image.tooLarge', 'more than 1 GiB', { file: url.href });
    }
    parts.push(next.value);
  }
  return Buffer.concat(parts);
}
