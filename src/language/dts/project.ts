// Which source an open file belongs to, and the analyses of all sources that are open. A file that others include makes
// sense only as part of one of them.
import type { FileCache } from '../files';
import { baseOf, folderOf, type LanguageHost } from '../host';
import { DEFAULT_SETTINGS, includePathsFor, type LanguageSettings } from '../settings';
import { Analysis } from './analysis';
import { directivesOf } from './directives';

/** Sources of one folder that are looked through for one that includes a file. */
const MOST_CANDIDATES = 400;

interface Source {
  analysis: Analysis | undefined;
  /** What goes on, so that many questions wait for one answer. */
  pending: Promise<Analysis | undefined> | undefined;
  stale: boolean;
  fragment: boolean;
}

export class Project {
  settings: LanguageSettings = DEFAULT_SETTINGS;
  private readonly sources = new Map<string, Source>();
  private readonly versions = new Map<string, { readonly text: string; readonly hasVersion: boolean }>();
  /** Open files, with the source that each was last seen as a part of. */
  private readonly open = new Map<string, string | undefined>();

  constructor(
    private readonly host: LanguageHost,
    readonly files: FileCache,
  ) {}

  opened(file: string): void {
    this.open.set(file, undefined);
    this.changed([file]);
  }

  closed(file: string): void {
    this.open.delete(file);
    this.versions.delete(file);
    this.changed([file]);
    const used = new Set([...this.open.keys(), ...this.open.values()]);
    for (const name of this.sources.keys()) if (!used.has(name)) this.sources.delete(name);
  }

  /** Texts of these files are others now. */
  changed(files: Iterable<string>): void {
    for (const file of files)
      for (const [name, source] of this.sources)
        if (name === file || !source.analysis || source.analysis.texts.has(file)) source.stale = true;
  }

  /** Everything may be different: settings, or files that were missing. */
  changedAll(): void {
    for (const source of this.sources.values()) source.stale = true;
    for (const file of this.open.keys()) this.open.set(file, undefined);
  }

  /** Every source that open files belong to, brought up to date. */
  async all(): Promise<Analysis[]> {
    const found = new Set<Analysis>();
    for (const file of this.open.keys()) {
      const analysis = await this.analysis(file);
      if (analysis) found.add(analysis);
    }
    return [...found];
  }

  /** The analyses that have a file in them, of what is open; that of the file itself first. */
  async having(file: string): Promise<Analysis[]> {
    const own = await this.analysis(file);
    const others = (await this.all()).filter(one => one !== own && one.texts.has(file));
    return own ? [own, ...others] : others;
  }

  /** The source that a file belongs to, up to date. */
  async analysis(file: string): Promise<Analysis | undefined> {
    const root = await this.rootOf(file);
    const { analysis } = { analysis: await this.compiled(root.file, root.fragment) };
    if (this.open.has(file)) this.open.set(file, root.file);
    return analysis;
  }

  /** What is known without compiling anything; for answers that have to be fast. */
  latest(file: string): Analysis | undefined {
    const root = this.open.get(file) ?? file;
    return this.sources.get(root)?.analysis;
  }

  private async rootOf(file: string): Promise<{ file: string; fragment: boolean }> {
    const text = await this.files.text(file);
    if (text === undefined || this.hasVersion(file, text)) return { file, fragment: false };
    for (const [name, source] of this.sources)
      if (name !== file && !source.fragment && source.analysis?.texts.has(file)) return { file: name, fragment: false };
    for (const name of this.open.keys()) {
      // One that was opened at the same time, and not looked at yet.
      if (name === file || this.sources.has(name)) continue;
      const other = await this.files.text(name);
      if (other === undefined || !this.hasVersion(name, other)) continue;
      if ((await this.compiled(name, false))?.texts.has(file)) return { file: name, fragment: false };
    }
    const before = this.open.get(file);
    if (before !== undefined && before !== file) return { file: before, fragment: false };
    const found = before === file ? undefined : await this.includerOf(file);
    return found === undefined ? { file, fragment: true } : { file: found, fragment: false };
  }

  /** Whether a file is a source of its own. Asked with every request, so that the answer is kept for each text. */
  private hasVersion(file: string, text: string): boolean {
    const known = this.versions.get(file);
    if (known?.text === text) return known.hasVersion;
    const { hasVersion } = directivesOf(text);
    this.versions.set(file, { text, hasVersion });
    return hasVersion;
  }

  /** A source beside a file that includes it, directly or through others of the folder. */
  private async includerOf(file: string): Promise<string | undefined> {
    const folder = folderOf(file);
    const entries = await this.host.list(folder).catch(() => []);
    const names = entries.map(entry => entry.name).filter(name => /\.dtsi?$/.test(name));
    const includers = new Map<string, string[]>();
    const sources = new Set<string>();
    for (const name of names.sort().slice(0, MOST_CANDIDATES)) {
      const text = await this.files.text(`${folder}/${name}`);
      if (text === undefined) continue;
      const { includes, hasVersion } = directivesOf(text);
      if (hasVersion && name.endsWith('.dts')) sources.add(name);
      for (const { path } of includes) includers.set(path, [...(includers.get(path) ?? []), name]);
    }
    const seen = new Set<string>();
    const queue = [baseOf(file)];
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      if (seen.has(name)) continue;
      seen.add(name);
      if (sources.has(name)) return `${folder}/${name}`;
      queue.push(...(includers.get(name) ?? []));
    }
    return undefined;
  }

  private compiled(file: string, fragment: boolean): Promise<Analysis | undefined> {
    let source = this.sources.get(file);
    if (!source || source.fragment !== fragment) {
      source = { analysis: undefined, pending: undefined, stale: true, fragment };
      this.sources.set(file, source);
    }
    if (!source.stale) return Promise.resolve(source.pending ?? source.analysis);
    return this.compile(file, source);
  }

  private compile(file: string, source: Source): Promise<Analysis | undefined> {
    source.stale = false;
    const options = { includePaths: includePathsFor(file, this.settings), fragment: source.fragment };
    const pending = Analysis.of(file, this.files, options, source.analysis).then(analysis => {
      source.analysis = analysis;
      if (source.pending === pending) source.pending = undefined;
      return analysis;
    });
    source.pending = pending;
    return pending;
  }
}
