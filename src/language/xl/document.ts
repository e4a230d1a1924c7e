// One configuration as it is now: read and checked once for each text.
import { checkConfig, type Checked, type FileFacts } from '../../xl';
import { nearest } from '../../dt/nearest';

export class XlDocument {
  private checkedOnce: Checked | undefined;

  constructor(
    readonly text: string,
    /** What is known of the files that it names, by path. */
    readonly files: ReadonlyMap<string, FileFacts>,
  ) {}

  get checked(): Checked {
    this.checkedOnce ??= checkConfig(this.text, { nearest, look: path => this.files.get(path) });
    return this.checkedOnce;
  }
}
