// A blob that is read, looked into and changed: what fdtget, fdtput and fdtoverlay share.
import { DtError, findNode, parseBlob, stringsOf, writeBlob, type DeviceTree, type DtNode } from '../../dt';
import { readTool, ToolFailure, writeTool } from './files';

/** Names of libfdt's errors that these tools print. */
export type LibfdtError = 'FDT_ERR_NOTFOUND' | 'FDT_ERR_BADPATH' | 'FDT_ERR_EXISTS' | 'FDT_ERR_BADOFFSET';

/** As the tools say it: where, and libfdt's name for what. */
export const errorAt = (where: string, what: LibfdtError): ToolFailure =>
  new ToolFailure(`Error at '${where}': ${what}`);

export class EditedBlob {
  private constructor(
    private readonly file: string,
    readonly tree: DeviceTree,
    private readonly strings: Uint8Array,
  ) {}

  /** @throws ToolFailure */
  static read(file: string): EditedBlob {
    const bytes = readTool(file);
    try {
      return new EditedBlob(file, parseBlob(bytes, file), stringsOf(bytes));
    } catch (error) {
      if (error instanceof DtError) throw new ToolFailure(error.message);
      throw error;
    }
  }

  /** @throws ToolFailure when there is no such node. */
  node(path: string): DtNode {
    const node = findNode(this.tree, path);
    if (!node) throw errorAt(path, path.startsWith('/') ? 'FDT_ERR_NOTFOUND' : 'FDT_ERR_BADPATH');
    return node;
  }

  /** Writes the tree; the strings of before stay, as libfdt leaves them. */
  write(file = this.file): void {
    writeTool(file, writeBlob(this.tree, { strings: this.strings }));
  }
}
