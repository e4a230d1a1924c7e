// Random trees come back; random damage ends in an error of this library, soon.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DeviceTree,
  DtError,
  DtNode,
  compileSource,
  diffTrees,
  parseBlob,
  printDts,
  printSource,
  writeBlob,
} from '../../src/dt';
import { bytes, names, path, reader, text } from './fixtures';

// The same cases in every run.
fc.configureGlobal({ seed: 0x64747631 });

const word = (extra: string) =>
  fc.string({ unit: fc.constantFrom(...'abcxyzABC0189,._+-', ...extra), minLength: 1, maxLength: 31 });
/** Names whose properties mean something to the compiler. */
const SPECIAL = new Set(['name', 'phandle', 'linux,phandle', 'reg']);
const propertyName = word('*#?').filter(name => !SPECIAL.has(name));
const nodeName = fc
  .tuple(word(''), fc.option(word('')))
  .map(([name, unit]) => (unit === null ? name : `${name}@${unit}`));

const asText = (strings: string[]): Uint8Array => new TextEncoder().encode(strings.map(s => `${s}\0`).join(''));
const value = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.array(fc.nat(0xff), { maxLength: 10 }).map(bytes => Uint8Array.from(bytes.flatMap(byte => [0, 0, 0, byte]))),
  fc.array(fc.string({ maxLength: 20 }), { maxLength: 4 }).map(asText),
  fc
    .array(fc.string({ unit: fc.constantFrom('\0', '0', '7', 'x', '"', '\\', '\n', 'é') }), { maxLength: 4 })
    .map(asText),
);

interface Shape {
  properties: [string, Uint8Array][];
  children: [string, Shape][];
}

const shapeOf = (depth: number): fc.Arbitrary<Shape> =>
  fc.record({
    properties: fc.uniqueArray(fc.tuple(propertyName, value), { selector: ([name]) => name, maxLength: 5 }),
    children:
      depth === 0
        ? fc.constant([])
        : fc.uniqueArray(fc.tuple(nodeName, shapeOf(depth - 1)), { selector: ([name]) => name, maxLength: 3 }),
  });

const reservations = fc.array(
  fc.record({ address: fc.bigInt(0n, 2n ** 64n - 1n), size: fc.bigInt(1n, 2n ** 64n - 1n), labels: fc.constant([]) }),
  { maxLength: 3 },
);

const tree = fc.record({ shape: shapeOf(3), reservations }).map(({ shape, reservations }) => {
  const tree = new DeviceTree(fill(new DtNode(''), shape));
  tree.reservations = reservations;
  return tree;
});

function fill(node: DtNode, { properties, children }: Shape): DtNode {
  for (const [name, bytes] of properties) node.set(name, bytes);
  for (const [name, inner] of children) fill(node.add(name), inner);
  return node;
}

describe('random trees', () => {
  it('are the same when written and read', () => {
    fc.assert(
      fc.property(tree, fc.nat(0xffffffff), (tree, bootCpu) => {
        tree.bootCpu = bootCpu;
        const blob = writeBlob(tree);
        const again = parseBlob(blob);
        expect(diffTrees(tree, again)).toEqual([]);
        expect(again.bootCpu).toBe(bootCpu);
        expect(writeBlob(again)).toEqual(blob);
      }),
    );
  });

  it('are the same when printed and compiled', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(printSource, printDts), (tree, print) => {
        const printed = print(tree);
        const { tree: again, errors } = compileSource(printed);
        expect(errors.map(error => error.message)).toEqual([]);
        expect(writeBlob(again!)).toEqual(writeBlob(tree));
      }),
    );
  });
});

/** @throws whatever is not a DtError. */
function parses(blob: Uint8Array): boolean {
  try {
    writeBlob(parseBlob(blob));
    return true;
  } catch (error) {
    if (error instanceof DtError) return false;
    throw error;
  }
}

describe('damaged blobs', () => {
  const blobs = names('blobs', '.dtb').map(name => bytes('blobs', `${name}.dtb`));
  const blob = fc.constantFrom(...blobs);

  it('cut anywhere are refused', () => {
    for (const whole of blobs) {
      for (let length = 0; length < whole.length; length += 3) expect(parses(whole.subarray(0, length))).toBe(false);
    }
  });

  it('with bits flipped are read or refused', () => {
    const flips = fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(7)), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(blob, flips, (whole, flips) => {
        const damaged = whole.slice();
        for (const [where, bit] of flips) damaged[Math.floor(where * whole.length)]! ^= 1 << bit;
        parses(damaged);
      }),
      { numRuns: 5000 },
    );
  });

  it('with every bit of a small one flipped are read or refused', () => {
    const small = bytes('blobs/cpus64.dtb');
    let read = 0;
    for (let bit = 0; bit < small.length * 8; bit++) {
      const damaged = small.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      if (parses(damaged)) read++;
    }
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(small.length * 8);
  });

  it('with words replaced by extreme ones are read or refused', () => {
    const extremes = fc.constantFrom(0, 1, 2, 3, 4, 9, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff);
    fc.assert(
      fc.property(blob, fc.nat(), extremes, (whole, where, word) => {
        const damaged = whole.slice();
        new DataView(damaged.buffer).setUint32((where % (whole.length >> 2)) << 2, word);
        parses(damaged);
      }),
      { numRuns: 5000 },
    );
  });

  it('that are no blobs are refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), noise => !parses(noise)));
  });
});

describe('damaged sources', () => {
  const sources = names('sources', '.dts').map(name => text('sources', `${name}.dts`));
  const options = { file: path('sources/main.dts'), reader, includePaths: [path('sources')] };
  const pieces = fc.constantFrom(
    ...['{', '}', ';', '<', '>', '[', ']', '(', ')', '"', "'", '\\', ',', '=', '&', '&{', '/', '//', '/*', '*/', '#'],
    ...['/bits/', '/dts-v1/;', '/delete-node/', '/include/', '\n#define A A', '\n#ifdef A', '\n#else', '0x', 'l:', '?'],
  );

  /** Compiles, and holds the compiler to its promise. */
  function survives(source: string): void {
    const { tree, errors } = compileSource(source, options);
    expect(errors.every(error => error instanceof DtError && error.line! > 0 && error.column! > 0)).toBe(true);
    if (tree) writeBlob(tree);
    else expect(errors.length).toBeGreaterThan(0);
  }

  it('with pieces put in and taken out compile or say why', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(30), pieces), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.constantFrom(...sources), edits, (source, edits) => {
        for (const [where, length, piece] of edits) {
          const at = where % (source.length + 1);
          source = source.slice(0, at) + piece + source.slice(at + length);
        }
        survives(source);
      }),
      { numRuns: 1000 },
    );
  });

  it('of random pieces compile or say why', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 60 }), soup => {
        survives(`/dts-v1/; / { ${soup.join(' ')}`);
        survives(soup.join(''));
      }),
      { numRuns: 1000 },
    );
  });
});
