// Why a verb did nothing.
export class VerbError extends Error {
  override readonly name = 'VerbError';

  constructor(
    /** The key of the configuration that could be set otherwise, or `domain`: the one that the verb was about. */
    readonly key: string,
    /** What, why, and what to do. */
    message: string,
  ) {
    super(message);
  }
}
