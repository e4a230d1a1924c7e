// What dtc reads: a source, a blob, or a folder in which each file is a property.
import { opendirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { DeviceTree, DtError, DtNode, DtProperty, FDT_MAGIC, getCell, readLooseBlob, type LooseBlob } from '../../dt';
import { readTool, ToolFailure } from '../fdt/files';

export type InFormat = 'dts' | 'dtb' | 'fs';

/** The format of an input that is not named: from what it is, then from its name. */
export function guessInFormat(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return 'fs';
  if (!stat?.isFile()) return 'dts';
  const bytes = readTool(file);
  if (bytes.length < 4) return 'dts';
  if (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === FDT_MAGIC) return 'dtb';
  return guessByName(file) ?? 'dts';
}

/** The format that a file's name promises. */
export function guessByName(file: string): string | undefined {
  const ending = /\.[^.]*$/.exec(file)?.[0].toLowerCase();
  return ending === undefined ? undefined : { '.dts': 'dts', '.yaml': 'yaml', '.dtb': 'dtb', '.dtbo': 'dtb' }[ending];
}

export function treeOfBlob(file: string): LooseBlob {
  try {
    return readLooseBlob(readTool(file), file);
  } catch (error) {
    if (error instanceof DtError) throw new ToolFailure(error.message);
    throw error;
  }
}

export function treeOfFolder(folder: string): DeviceTree {
  const tree = new DeviceTree();
  try {
    fill(tree.root, folder);
    const cpu = [...(tree.root.child('cpus')?.children.values() ?? [])][0];
    if (cpu?.property('reg')?.value.length === 4) tree.bootCpu = getCell(cpu, 'reg')!;
  } catch (error) {
    throw new ToolFailure(`cannot read ${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return tree;
}

/** In the order of the file system, as dtc has it. */
function fill(node: DtNode, folder: string): void {
  const directory = opendirSync(folder);
  try {
    for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
      const file = path.join(folder, entry.name);
      const stat = statSync(file);
      if (stat.isFile()) node.putAnother(new DtProperty(entry.name, new Uint8Array(readFileSync(file))));
      else if (stat.isDirectory()) fill(node.add(entry.name), file);
    }
  } finally {
    directory.closeSync();
  }
}
