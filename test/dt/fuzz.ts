// Hostile input for everything that reads device trees: mutations of the samples and random bytes, all from one seed.
import {
  checkResult,
  checkTree,
  compileSource,
  DtError,
  parseBlob,
  printAsm,
  printDts,
  printSource,
  printYaml,
  SourceCache,
  writeBlob,
} from '../../src/dt';
import { BOARDS, machineFacts } from '../../src/emu/boards';
import { bytes, memory, names, text } from './fixtures';
import { GUEST, HOST, PARTIAL } from './xen-trees';

/** Devices for the checks that hold a tree against a machine. */
const machine = machineFacts(BOARDS[0]!);

/** A small generator of random numbers (xorshift), the same on every machine. */
export class Random {
  constructor(private state: number) {}

  /** From 0 up to, but not with, `limit`. */
  below(limit: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % limit;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** What is put into sources: the words and signs of the language, and what is hard to read. */
const PIECES = [
  ...'{}[]()<>;=,:&/"\'\\#@%!~?|^*+-\n\0\x7f\u00e9\ud83d'.split(''),
  '/dts-v1/;', '/plugin/;', '/bits/ 8 <', '/bits/ 64 <', '/include/ "a.dtsi"', '/incbin/("a.dtsi", 1, 2)',
  '/delete-node/ ', '/delete-property/ ', '/omit-if-no-ref/ ', '/memreserve/ 1 2;', '&{/', '&l', 'l: ', '};', '/ {',
  '\n#define A B A(1)\n', '\n#define B A\n', '\n#define F(x, ...) x ## F #x F(x, x) __VA_ARGS__\n', 'F(F(1), ', 'A',
  '\n#if A\n', '\n#if defined(A) && (1 / 0 || 1)\n', '\n#elif 1\n', '\n#else\n', '\n#endif\n', '\n#include "a.dtsi"\n',
  '\n#include A\n', '\n#undef A\n', '\n# 7 "x"\n', '/*', '*/', '//', '\\\n', '0xffffffffffffffff', '99999999999999999999',
  '(1 << 63)', "'\\x'", 'phandle = <1>;', 'name = "x";', 'a@1@2 {', '#include __FILE__\n',
]; // prettier-ignore

const VALUES = [
  '<>', '<0>', '<1>', '<0xffffffff>', '<0xffffffff 0xffffffff 0xffffffff 0xffffffff>', '<1 2 3>', '<0 0 0 0 0>', '[]', '[00]',
  '""', '"a", "b"', '"simple-bus"', '"pci"', '"cpu"', '"memory"', '"multiboot,module"', '"xen,domain"', '"xen,xen"', '<&gic>', '0', '4294967295',
  '18446744073709551615', '3', '<4>, <(1 << 31)>', '/bits/ 64 <1>', '<2147483648>',
]; // prettier-ignore

export function mutateText(source: string, random: Random): string {
  let result = source;
  for (let count = 1 + random.below(6); count > 0; count--) {
    const at = random.below(result.length + 1);
    const length = random.below(random.below(4) === 0 ? 200 : 8);
    switch (random.below(6)) {
      case 0:
        result = result.slice(0, at) + random.of(PIECES) + result.slice(at);
        break;
      case 1:
        result = result.slice(0, at) + result.slice(at + length);
        break;
      case 2:
        result = result.slice(0, at) + result.slice(at, at + length).repeat(2 + random.below(3)) + result.slice(at);
        break;
      case 3:
        result = result.slice(0, at) + random.of(PIECES) + result.slice(at + length);
        break;
      default:
        // Most sources stay whole, so that what comes after the compiler has something to look at.
        result = result.slice(0, at) + result.slice(at).replace(/<[^<>]*>|\b\d\w*|"[^"\n]*"/, () => random.of(VALUES));
    }
  }
  return result;
}

const NUMBERS = [0, 1, 2, 3, 4, 9, 0x7f, 0x80, 0xff];

function mutateBytes(blob: Uint8Array, random: Random): Uint8Array {
  const result = random.below(8) === 0 ? blob.slice(0, random.below(blob.length + 1)) : blob.slice();
  for (let count = 1 + random.below(4); count > 0 && result.length > 0; count--)
    result[random.below(random.below(2) === 0 ? Math.min(40, result.length) : result.length)] =
      random.below(2) === 0 ? random.below(256) : random.of(NUMBERS);
  return result;
}

export interface Slow {
  readonly milliseconds: number;
  readonly input: string;
}

/**
 * Reads so many inputs.
 * @returns the slowest one.
 * @throws what came through that is no error of the library.
 */
export function fuzz(seed: number, count: number, clock: () => number): Slow {
  const sources = names('sources', '.dts')
    .map(name => text('sources', `${name}.dts`))
    .concat([HOST, GUEST, PARTIAL, BOARDS[0]!.deviceTree.source]);
  const blobs = names('blobs', '.dtb').map(name => bytes('blobs', `${name}.dtb`));
  for (const whole of [HOST, GUEST, PARTIAL]) blobs.push(writeBlob(compileSource(whole).tree!));
  const random = new Random(seed);
  const cache = new SourceCache();
  let slowest: Slow = { milliseconds: 0, input: '' };
  for (let i = 0; i < count; i++) {
    const isSource = random.below(2) === 0;
    const source = mutateText(random.of(sources), random);
    const blob =
      random.below(16) === 0
        ? Uint8Array.from({ length: 64 }, () => random.below(256))
        : mutateBytes(random.of(blobs), random);
    const start = clock();
    try {
      if (isSource) readSource(source, cache);
      else readBlob(blob);
    } catch (error) {
      const shown = isSource ? JSON.stringify(source) : Buffer.from(blob).toString('base64');
      throw new Error(`seed ${seed}, input ${i}: ${shown}`, { cause: error });
    }
    const milliseconds = clock() - start;
    if (milliseconds > slowest.milliseconds)
      slowest = { milliseconds, input: isSource ? source : Buffer.from(blob).toString('base64') };
  }
  return slowest;
}

function readSource(source: string, cache: SourceCache): void {
  const reader = memory({ 'main.dts': source, 'a.dtsi': source.slice(0, 300) });
  const options = { file: 'main.dts', reader, cache, symbols: source.length % 2 === 0 };
  const result = compileSource(source, options);
  const { tree, partialTree, errors } = result;
  if ((tree === undefined) !== errors.length > 0) throw new Error('a tree and errors, or neither');
  for (const { message } of errors) if (message === '') throw new Error('an error without words');
  checkResult(result, { machine });
  for (const one of [tree, partialTree]) {
    if (!one) continue;
    checkTree(one, { machine });
    printDts(one);
    printAsm(one);
    printYaml(one);
    printSource(one);
    writeBlob(one);
  }
}

function readBlob(blob: Uint8Array): void {
  try {
    const tree = parseBlob(blob);
    checkTree(tree, { machine });
    printDts(tree);
    writeBlob(tree);
  } catch (error) {
    if (!(error instanceof DtError)) throw error;
  }
}
