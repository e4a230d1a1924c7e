// What the versions of the format have; dtc writes five of them.

export interface VersionLayout {
  readonly version: number;
  readonly lastCompatible: number;
  readonly headerSize: number;
  /** Nodes carry their whole path, and values of eight bytes and more lie at multiples of eight. */
  readonly hasFullPaths: boolean;
  /** Each node has a property with its name. */
  readonly hasNames: boolean;
  readonly hasBootCpu: boolean;
  readonly hasStringsSize: boolean;
  readonly hasStructSize: boolean;
}

const row = (version: number, lastCompatible: number, headerSize: number): VersionLayout => ({
  version,
  lastCompatible,
  headerSize,
  hasFullPaths: version < 16,
  hasNames: version < 16,
  hasBootCpu: version >= 2,
  hasStringsSize: version >= 3,
  hasStructSize: version >= 17,
});

const VERSIONS: ReadonlyMap<number, VersionLayout> = new Map(
  [row(1, 1, 28), row(2, 1, 32), row(3, 1, 36), row(16, 16, 36), row(17, 16, 40)].map(one => [one.version, one]),
);

/** Versions that can be written. */
export const isWritableVersion = (version: number): boolean => VERSIONS.has(version);

/** @throws RangeError for a version that nobody writes. */
export function layoutOfVersion(version: number): VersionLayout {
  const layout = VERSIONS.get(version);
  if (!layout) throw new RangeError(`no blob of version ${version} can be written; choose 1, 2, 3, 16 or 17`);
  return layout;
}

/** How a blob is written. */
export interface BlobOptions {
  /** 17 unless said otherwise. */
  readonly version?: number;
  /** Free entries among the memory reservations. */
  readonly reserve?: number;
  /** Bytes that the blob has at least. */
  readonly minSize?: number;
  /** Bytes of free space at its end. */
  readonly pad?: number;
  /** What its size is a multiple of. */
  readonly align?: number;
  /** Strings that the blob begins with, from one that was edited. */
  readonly strings?: Uint8Array;
}
