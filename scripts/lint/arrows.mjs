// The import arrows of ARCHITECTURE.md as a lint rule: one table, checked for every import between rooms of src/.
import path from 'node:path';

/** What each room may import besides itself. The longest matching prefix decides. */
export const ROOMS = {
  dt: [],
  xl: [],
  image: [],
  'emu/codegen': [],
  'emu/isa': ['emu/codegen'],
  'emu/mmu': ['emu/codegen'],
  'emu/cpu': ['emu/isa', 'emu/mmu', 'emu/codegen'],
  'emu/devices': [],
  'emu/boards': ['emu/devices', 'dt'],
  emu: ['emu/cpu', 'emu/isa', 'emu/mmu', 'emu/codegen', 'emu/devices', 'emu/boards', 'image', 'dt', 'xl'],
  hyp: ['emu', 'image', 'dt', 'xl'],
  lab: ['hyp', 'emu', 'image', 'dt', 'xl'],
  'lab/node': ['lab', 'hyp', 'emu', 'image', 'dt', 'xl'],
  language: ['dt', 'xl', 'emu/boards'],
  debugAdapter: ['lab'],
  cli: ['lab', 'lab/node', 'debugAdapter', 'language', 'emu', 'image', 'dt', 'xl'],
  webview: ['lab'],
  extension: ['lab', 'lab/node', 'debugAdapter', 'language', 'webview', 'image', 'dt', 'xl', 'emu/boards'],
};

/** Rooms that run anywhere: no Node, no editor. */
const PORTABLE = ['dt', 'xl', 'image', 'emu', 'hyp', 'lab', 'language', 'debugAdapter', 'webview'];
/** The doors of portable rooms to the outside world, named by the file. */
const NODE_ALLOWED = ['lab/node', 'cli', 'extension', 'debugAdapter/server.ts', 'language/server.ts'];

/** Packages that one file alone knows, so that there is one place to change. */
const ONE_IMPORTER = { '@vscode/webview-ui-toolkit': 'webview/toolkit.ts' };

const under = (file, prefix) => file === prefix || file.startsWith(prefix + '/');

/** The room of a path relative to src/: the longest prefix in ROOMS. */
export function roomOf(file) {
  let best;
  for (const room of Object.keys(ROOMS)) if (under(file, room) && (!best || room.length > best.length)) best = room;
  return best;
}

/** Why `file` (relative to src/) must not import `specifier`, or undefined. */
export function forbidden(file, specifier) {
  if (specifier === 'vscode') return under(file, 'extension') ? undefined : 'only src/extension imports vscode';
  const importer = ONE_IMPORTER[specifier];
  if (importer) return file === importer ? undefined : `only src/${importer} imports ${specifier}`;
  if (specifier.startsWith('node:')) {
    if (NODE_ALLOWED.some(p => under(file, p))) return undefined;
    return PORTABLE.some(p => under(file, p))
      ? `portable code imports no Node module (${specifier}): inject it`
      : undefined;
  }
  if (!specifier.startsWith('.')) return undefined;
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
  if (target.startsWith('..')) return undefined;
  const from = roomOf(file);
  const to = roomOf(target);
  if (!from || !to || from === to) return undefined;
  // A room's own sub-rooms count as itself only where the table says so.
  return ROOMS[from].some(
    allowed =>
      to === allowed ||
      (under(to, allowed) && !ROOMS[to].includes(from) && allowed !== 'emu') ||
      (allowed === 'emu' && under(to, 'emu')),
  )
    ? undefined
    : `${from} must not import ${to} (ARCHITECTURE.md, arrows)`;
}

export const arrows = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const m = /[\\/]src[\\/](.*)$/.exec(context.filename);
    if (!m) return {};
    const file = m[1].replaceAll('\\', '/');
    const check = node => {
      if (!node.source || typeof node.source.value !== 'string') return;
      const why = forbidden(file, node.source.value);
      if (why) context.report({ node, message: why });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};
