// Why there is no domain.

/** What of the configuration asks for too much, or for what cannot be, in words for people. */
export class BuildError extends Error {
  override readonly name = 'BuildError';

  constructor(
    /** The key that could be set otherwise. */
    readonly key: 'memory' | 'kernel' | 'ramdisk' | 'vcpus',
    message: string,
  ) {
    super(message);
  }
}
