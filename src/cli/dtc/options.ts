// The options of dtc, and those of the preprocessor that it does not have.
import { isCheckName, type CheckSwitch, type PhandleFormat } from '../../dt';
import { looseNumber, readWords, type ToolOption } from '../fdt/getopt';
import { ToolFailure } from '../fdt/files';

export interface DtcRequest {
  input: string;
  inFormat: string | undefined;
  outFormat: string | undefined;
  output: string;
  version: number;
  dependencies: string | undefined;
  reserve: number;
  minSize: number;
  pad: number;
  align: number;
  bootCpu: number | undefined;
  force: boolean;
  sort: boolean;
  symbols: boolean;
  autoAliases: boolean;
  annotate: number;
  quiet: number;
  phandleFormat: PhandleFormat;
  readonly includes: string[];
  readonly switches: CheckSwitch[];
  readonly defines: Record<string, string>;
}

type Apply = (request: DtcRequest, value: string) => void;

/** The row of an option, with what it does. */
const OPTIONS: readonly (ToolOption & { readonly apply: Apply })[] = [
  { letter: 'q', name: 'quiet', help: 'no warnings; twice: no errors; thrice: nothing', apply: r => r.quiet++ },
  {
    letter: 'I',
    name: 'in-format',
    value: 'FORMAT',
    help: 'of the input: dts, dtb, or fs (a folder like /proc/device-tree)',
    apply: (r, value) => (r.inFormat = value),
  },
  { letter: 'o', name: 'out', value: 'FILE', help: 'where the output goes', apply: (r, value) => (r.output = value) },
  {
    letter: 'O',
    name: 'out-format',
    value: 'FORMAT',
    help: 'of the output: dts, dtb, asm, yaml, or null',
    apply: (r, value) => (r.outFormat = value),
  },
  {
    letter: 'V',
    name: 'out-version',
    value: 'N',
    help: 'version of the blob (17)',
    apply: (r, value) => (r.version = looseNumber(value)),
  },
  {
    letter: 'd',
    name: 'out-dependency',
    value: 'FILE',
    help: 'write there, as a rule for make, which files were read',
    apply: (r, value) => (r.dependencies = value),
  },
  {
    letter: 'R',
    name: 'reserve',
    value: 'N',
    help: 'free entries for memory reservations',
    apply: (r, value) => (r.reserve = Math.max(0, looseNumber(value))),
  },
  {
    letter: 'S',
    name: 'space',
    value: 'BYTES',
    help: 'smallest size of the blob',
    apply: (r, value) => (r.minSize = looseNumber(value)),
  },
  {
    letter: 'p',
    name: 'pad',
    value: 'BYTES',
    help: 'free space at the end of the blob',
    apply: (r, value) => (r.pad = looseNumber(value)),
  },
  {
    letter: 'a',
    name: 'align',
    value: 'BYTES',
    help: 'power of two that the size of the blob is a multiple of',
    apply: (r, value) => (r.align = alignment(value)),
  },
  {
    letter: 'b',
    name: 'boot-cpu',
    value: 'N',
    help: 'physical number of the boot processor',
    apply: (r, value) => (r.bootCpu = looseNumber(value)),
  },
  { letter: 'f', name: 'force', help: 'output even when checks find errors', apply: r => (r.force = true) },
  {
    letter: 'i',
    name: 'include',
    value: 'FOLDER',
    help: 'where includes are looked for, of either kind',
    apply: (r, value) => void r.includes.push(value),
  },
  { letter: 's', name: 'sort', help: 'sort nodes and properties', apply: r => (r.sort = true) },
  {
    letter: 'H',
    name: 'phandle',
    value: 'FORM',
    help: 'how phandles are written: legacy, epapr or both',
    apply: (r, value) => (r.phandleFormat = phandleFormat(value)),
  },
  {
    letter: 'W',
    name: 'warning',
    value: 'CHECK',
    help: 'let a check warn; with no- before its name, not',
    apply: (r, name) => addSwitch(r, 'warning', name),
  },
  {
    letter: 'E',
    name: 'error',
    value: 'CHECK',
    help: 'let a check refuse; with no- before its name, not',
    apply: (r, name) => addSwitch(r, 'error', name),
  },
  { letter: '@', name: 'symbols', help: 'add /__symbols__', apply: r => (r.symbols = true) },
  { letter: 'A', name: 'auto-alias', help: 'add an alias for each label', apply: r => (r.autoAliases = true) },
  {
    letter: 'T',
    name: 'annotate',
    help: 'say in the output where each line comes from; twice: with columns',
    apply: r => r.annotate++,
  },
  {
    name: 'define',
    value: 'NAME[=BODY]',
    help: 'a macro of the preprocessor (__DTS__ is one already)',
    apply: (r, value) => {
      const equals = value.indexOf('=');
      r.defines[equals < 0 ? value : value.slice(0, equals)] = equals < 0 ? '1' : value.slice(equals + 1);
    },
  },
  {
    name: 'undefine',
    value: 'NAME',
    help: 'a macro that shall not be there',
    apply: (r, value) => void delete r.defines[value],
  },
  { letter: 'h', name: 'help', help: 'this text', apply: () => undefined },
  { letter: 'v', name: 'version', help: 'the version', apply: () => undefined },
];

/** For the usage text. */
export const DTC_OPTIONS: readonly ToolOption[] = OPTIONS;

function alignment(value: string): number {
  const size = looseNumber(value);
  if (size > 0 && size <= 1 << 30 && Number.isInteger(Math.log2(size))) return size;
  throw new ToolFailure(`-a needs a power of two, not "${value}"`);
}

function phandleFormat(value: string): PhandleFormat {
  if (value === 'legacy' || value === 'epapr' || value === 'both') return value;
  throw new ToolFailure(`-H must be legacy, epapr or both, not "${value}"`);
}

function addSwitch(request: DtcRequest, kind: CheckSwitch['kind'], name: string): void {
  if (!isCheckName(name)) throw new ToolFailure(`there is no check "${name}"`);
  request.switches.push({ kind, name });
}

/** @returns what was asked for, or the word for another answer. */
export function readRequest(words: readonly string[]): DtcRequest | 'help' | 'version' {
  const { given, operands } = readWords(OPTIONS, words);
  const request: DtcRequest = {
    input: operands[0] ?? '-',
    inFormat: undefined,
    outFormat: undefined,
    output: '-',
    version: 17,
    dependencies: undefined,
    reserve: 0,
    minSize: 0,
    pad: 0,
    align: 0,
    bootCpu: undefined,
    force: false,
    sort: false,
    symbols: false,
    autoAliases: false,
    annotate: 0,
    quiet: 0,
    phandleFormat: 'epapr',
    includes: [],
    switches: [],
    defines: { __DTS__: '1' },
  };
  for (const { name, value } of given) {
    if (name === 'help' || name === 'version') return name;
    OPTIONS.find(option => option.name === name)!.apply(request, value);
  }
  if (operands.length > 1) throw new ToolFailure(`one input, but there is also "${operands[1]}"`);
  if (request.minSize > 0 && request.pad > 0) throw new ToolFailure('-S and -p cannot go together');
  return request;
}
