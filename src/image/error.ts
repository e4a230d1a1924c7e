// What can be wrong with a file, as data: every code is a line of docs/errors.md.

/** What a code means; the message of an {@link ImageError} says the particulars and what to do. */
export const IMAGE_PROBLEMS = {
  'image.truncated': 'The file ends before what its own header announces. It was cut short on its way: fetch it again.',
  'image.magic': 'The file is not of the format that its place asks for.',
  'image.machine': 'The file is for another processor, word size or byte order.',
  'image.corrupt': 'The file contradicts itself: a checksum, a length or an offset cannot be right.',
  'image.unsupported': 'The file is well formed, but uses something that this program does not read.',
  'image.tooLarge': 'The image, or what it unpacks to, does not fit where it has to go.',
  'image.overlap': 'Two images claim the same memory.',
  'image.missing': 'Something that is needed is not in the archive or folder.',
} as const satisfies Record<string, string>;

export type ImageProblemCode = keyof typeof IMAGE_PROBLEMS;

/** The particulars of an {@link ImageError}. */
export interface ImageErrorDetails {
  /** The file as the user named it. */
  readonly file?: string;
  /** Byte offset in the file. */
  readonly offset?: number;
  /** What to do next. */
  readonly remedy?: string;
}

/** The only error that leaves src/image. Its message is one line: file, offset, what is wrong, what to do. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageProblemCode;
  readonly file: string | undefined;
  readonly offset: number | undefined;

  constructor(code: ImageProblemCode, what: string, details: ImageErrorDetails = {}) {
    const place = details.offset === undefined ? '' : `offset ${hex(details.offset)}: `;
    const file = details.file === undefined ? '' : `${details.file}: `;
    super(oneLine(`${file}${place}${what}${details.remedy === undefined ? '' : `; ${details.remedy}`}`));
    this.code = code;
    this.file = details.file;
    this.offset = details.offset;
  }
}

/** An address or offset as people write it. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** A size as people read it: exact bytes while they are few, MiB with one decimal when they are many. */
export function size(bytes: number): string {
  if (bytes < 64 * 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / (1024 * 1024)).toFixed(1)} MiB`;
}

/** Names inside archives can hold anything, also line ends and escape sequences for the terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}
