// What `xenlab images` needs of the world around it.

export interface Io {
  /** Relative paths of the command line start here. */
  readonly folder: string;
  /** The answer, for standard output; with its newlines. */
  out(text: string): void;
  /** One line about what is going on, for standard error. */
  say(line: string): void;
}
