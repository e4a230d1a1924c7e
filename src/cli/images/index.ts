// `xenlab images get|list [DIR] [--from DEB_DIR | --mirror URL]`: Debian's Xen, Linux and BusyBox as images that boot.
import path from 'node:path';
import { parseOptions, UsageError, type Option } from '../options';
import { Status } from '../process';
import { getImages } from './get';
import type { Io } from './io';
import { listImages } from './list';
import type { PackageSource } from './source';
import { aptSource } from './sources/apt';
import { folderSource } from './sources/folder';
import { mirrorSource } from './sources/mirror';

export type { Io } from './io';

interface ImagesRequest {
  from?: string;
  mirror?: string;
}

export const IMAGES_OPTIONS: readonly Option<ImagesRequest>[] = [
  {
    name: '--from',
    value: 'DEB_DIR',
    help: 'use the .deb files of this folder instead of fetching any',
    apply: (request, value) => void (request.from = value),
  },
  {
    name: '--mirror',
    value: 'URL',
    help: 'fetch from this Debian archive (the URL that dists/ is below) instead of through apt',
    apply: (request, value) => void (request.mirror = value),
  },
];

/** The folder when none is given. */
const DEFAULT_FOLDER = 'images';

/**
 * @param argv the words behind `images`
 * @returns the exit status: 0 done, or all intact; 1 something in the folder is not
 * @throws UsageError or ImageError, in one line, when it cannot be done (exit status 2)
 */
export async function imagesCommand(argv: readonly string[], io: Io): Promise<Status> {
  const request: ImagesRequest = {};
  const [verb, folder = DEFAULT_FOLDER, ...more] = parseOptions(IMAGES_OPTIONS, argv, request);
  if (verb !== 'get' && verb !== 'list') {
    const given = verb === undefined ? 'nothing' : `"${verb}"`;
    throw new UsageError(`images needs what to do: get or list, not ${given}`);
  }
  if (more.length > 0) throw new UsageError(`images ${verb} takes one folder, but there is "${more[0]}" too`);
  const target = path.resolve(io.folder, folder);
  if (verb === 'list') {
    if (request.from !== undefined || request.mirror !== undefined) {
      throw new UsageError('--from and --mirror are for images get');
    }
    return listImages(target, io);
  }
  await getImages(target, sourceOf(request, io), io);
  return Status.Ok;
}

function sourceOf({ from, mirror }: ImagesRequest, io: Io): PackageSource {
  if (from !== undefined && mirror !== undefined) throw new UsageError('--from and --mirror exclude each other');
  if (from !== undefined) return folderSource(path.resolve(io.folder, from));
  return mirror === undefined ? aptSource() : mirrorSource(mirror);
}
