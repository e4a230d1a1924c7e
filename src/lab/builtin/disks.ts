// Files that are disks of domains. A file is opened once, however many domains have it.
import type { BlockStore } from '../../emu/devices/device';
import type { LabHost, OpenDisk } from '../host';
import { fail } from '../problems';

export class Disks {
  private readonly open = new Map<string, OpenDisk>();

  constructor(private readonly host: LabHost) {}

  /** @throws LabFailure when there is no such file, or it is none that can be a disk */
  readonly get = async (path: string, readOnly: boolean): Promise<BlockStore> => {
    const key = `${readOnly} ${path}`;
    const there = this.open.get(key);
    if (there) return there;
    const found = await this.host.stat(path).catch(() => undefined);
    if (!found) fail('file.missing', `${path}: there is no such file; make one, for example with truncate -s 64M`, { file: path }); // prettier-ignore
    if (found.isDirectory)
      fail('file.unreadable', `${path}: this is a directory, but a disk is a file`, { file: path });
    const disk = await this.host.openDisk(path, readOnly).catch((error: unknown) => {
      const why = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
      return fail('file.unreadable', `${path}: the disk cannot be opened: ${why}; make it writable, or say ,readonly`, { file: path }); // prettier-ignore
    });
    if (disk.size === 0) {
      disk.close();
      fail('configuration.value', `${path}: a disk has 512 bytes at least; make it larger`, { file: path });
    }
    this.open.set(key, disk);
    return disk;
  };

  close(): void {
    for (const disk of this.open.values()) disk.close();
    this.open.clear();
  }
}
