// Builds the two initial RAM disks out of unpacked packages: a small one with busybox, and one for dom0 with Xen's tools.
import { gzip } from 'pako';
import { CpioWriter, ImageError, parseElf } from '../../image';
import type { FileTree } from './file-tree';
import { BASE_FOLDERS, DOM0_FILES, DOM0_FOLDERS, DOM0_INIT, MODS_SCRIPT, SMALL_INIT } from './initramfs-files';
import { kernelModules, type ModuleSet } from './modules';
import { DOM0_MODULES, LIBRARY_FOLDERS, LIBRARY_TARGET, MODULES, XEN_PROGRAMS } from './packages';

/** Data is readable by all, programs can be run by all. */
const DATA = 0o644;
const ELF_MAGIC = '\x7fELF';

export interface InitramfsSources {
  /** Busybox, Xen's tools, libraries. */
  readonly root: FileTree;
  /** The kernel's package, for its modules. */
  readonly kernel: FileTree;
  /** What dom0 starts guests with. */
  readonly zImage: Uint8Array;
}

export interface Initramfs {
  /** busybox.cpio.gz */
  readonly small: Uint8Array;
  /** dom0.cpio */
  readonly dom0: Uint8Array;
  /** Modules that were asked for and are not in the kernel's package. */
  readonly missingModules: readonly string[];
}

/** The same packages give the same bytes. @throws ImageError when something needed is in no package */
export function buildInitramfs(sources: InitramfsSources): Initramfs {
  const modules = kernelModules(sources.kernel);
  const small = new ArchiveBuilder(sources.root, modules).base().text('init', SMALL_INIT).modules(MODULES);
  // As zlib does it, to the bit: what Node's own gives depends on its version and on the processor.
  const packed = gzip(small.archive.bytes(), { level: 9, legacyHash: true });

  const dom0 = new ArchiveBuilder(sources.root, modules).base();
  for (const name of XEN_PROGRAMS.names) dom0.program(`${XEN_PROGRAMS.folder}/${name}`);
  for (const path of sources.root.paths(/^usr\/bin\/xenstore[^/]*$/)) {
    const data = sources.root.find(path);
    if (data && String.fromCharCode(...data.subarray(0, 4)) === ELF_MAGIC) dom0.program(path);
  }
  dom0.sharedLibrary('libgcc_s.so.1', 'the tools of Xen');
  for (const name of XEN_PROGRAMS.linked) dom0.archive.link(`usr/sbin/${name}`, `/${XEN_PROGRAMS.folder}/${name}`);
  dom0.modules([...DOM0_MODULES, ...MODULES]);
  for (const folder of DOM0_FOLDERS) dom0.archive.directory(folder);
  for (const [path, content] of DOM0_FILES) dom0.text(path, content, DATA);
  dom0.archive.file('boot/zImage', sources.zImage, DATA).file('boot/ramdisk.gz', packed, DATA);
  dom0.text('init', DOM0_INIT);
  return { small: packed, dom0: dom0.archive.bytes(), missingModules: dom0.missingModules };
}

class ArchiveBuilder {
  readonly archive = new CpioWriter();
  readonly missingModules: string[] = [];
  private readonly libraries = new Set<string>();
  private readonly written = new Set<string>();

  constructor(
    private readonly root: FileTree,
    private readonly kernelModules: ModuleSet,
  ) {}

  base(): this {
    for (const folder of BASE_FOLDERS) this.archive.directory(folder);
    this.archive.file('bin/busybox', this.root.read('bin/busybox'));
    this.archive.link('bin/sh', 'busybox').device('dev/console', 5, 1);
    return this;
  }

  text(path: string, content: string, permissions?: number): this {
    this.archive.file(path, new TextEncoder().encode(content), permissions);
    return this;
  }

  /** A program of the root tree, and the libraries that it needs behind it. */
  program(path: string): this {
    return this.withLibraries(path, path, this.root.read(path));
  }

  /** Unlike what a program needs, a library that is asked for by name is written again if it is there already. */
  sharedLibrary(name: string, neededBy: string): this {
    const source = LIBRARY_FOLDERS.map(folder => `${folder}/${name}`).find(path => this.root.find(path));
    if (source === undefined) {
      throw new ImageError('image.missing', `${name}, needed by ${neededBy}, is in no package`, {
        remedy: 'the packages are of another release than this program knows',
      });
    }
    const folder = name.startsWith('ld-linux') ? 'lib' : LIBRARY_TARGET;
    return this.withLibraries(source, `${folder}/${name}`, this.root.read(source));
  }

  private withLibraries(source: string, path: string, data: Uint8Array): this {
    this.archive.file(path, data);
    for (const name of parseElf(data, source, 'arm').needed()) {
      if (this.libraries.has(name)) continue;
      this.libraries.add(name);
      this.sharedLibrary(name, source);
    }
    return this;
  }

  /** Modules with what they need, a list in load order for each, and the script that loads them. */
  modules(names: readonly string[]): this {
    for (const name of names) {
      const order = this.kernelModules.withDependencies(name);
      if (!order) {
        this.missingModules.push(name);
        continue;
      }
      for (const { file, data } of order) {
        if (this.written.has(file)) continue;
        this.written.add(file);
        this.archive.file(`modules/${file}`, data, DATA);
      }
      this.text(`modules/${name}.order`, order.map(({ file }) => `${file}\n`).join(''), DATA);
    }
    return this.text('bin/mods', MODS_SCRIPT);
  }
}
