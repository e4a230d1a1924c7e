// Makes device tree sources from the grammar: mostly right, sometimes not, of all that the language has. What they mean is
// of no account; what counts is that dtc and this compiler say the same of them.
import { Random } from '../fuzz';
import { expression } from './expressions';

/** Files beside every source that is made. */
export const FILES: Readonly<Record<string, string>> = {
  'part.dtsi': 'inc1: part@7 { reg = <7>; inc2: inner { }; };\n',
  'values.dtsi': 'p8 = <8>, "eight";\np9;\n',
  'top.dtsi': '/ { from-top { inc3: t { p0 = "t"; }; }; };\n&inc3 { p1; };\n',
  'inc/header.h':
    '#ifndef HEADER_H\n#define HEADER_H\n#define H_ONE 1\n#define H_TWO (H_ONE + 1)\n#define H_CELLS(a, b) <(a) (b) H_TWO>\n#include "nested.h"\n#endif\n',
  'inc/nested.h': '#define NESTED "nested"\n#define N_GLUE(a, b) a ## b\n',
  'local.h': '#pragma once\n#define LOCAL 0x10 /* a\n comment */\n#define L_STR(x) #x\n#define L_XSTR(x) L_STR(x)\n',
  'data.bin': 'abcdefghijklmnopqrstuvwxyz',
};

/** In which folder `#include <>` and `/include/` look too. */
export const INCLUDE_PATH = 'inc';

const NAMES = [
  'a',
  'b',
  'c-d',
  'node',
  'n0',
  'n1',
  'cpus',
  'i2c',
  'spi',
  'pci',
  'soc',
  'chosen',
  'aliases',
  'port',
  'x,y',
  'm_n',
  'k.l',
  'v+w',
];
const UNITS = ['0', '1', '10', '20', 'a', '1,0', '0x10', 'ABC', '01', 'ffff0000'];
const PROPERTIES = ['p0', 'p1', 'p2', 'p-3', 'p_4', 'p,5', '#p6', 'p7?', 'reg', 'ranges', 'compatible', 'status', 'x-names', 'x-gpios', 'clocks', '#clock-cells', '#gpio-cells', 'gpio-controller', 'interrupts', 'interrupt-parent', '#interrupt-cells', 'interrupt-controller', '#address-cells', '#size-cells', 'device_type', 'model', 'label', 'bootargs', 'dma-ranges', 'linux,phandle', 'phandle', 'name', 'bus-range', 'remote-endpoint', 'interrupts-extended']; // prettier-ignore
const DELETABLE = PROPERTIES.filter(name => name !== 'name');
const STRINGS = ['""', '"a"', '"okay"', '"a b"', '"\\n\\t\\"\\\\"', '"\\x41\\102\\0z"', '"simple-bus"', '"//no comment"', '"/* nor */"', '"two\\0three"', '"\\xff\\1"']; // prettier-ignore

/** Stands for a reference, until all nodes are known. */
const LATER = '&@';

export interface Made {
  readonly source: string;
  /** Whether it needs the C preprocessor. */
  readonly cpp: boolean;
  /** Of dtc. */
  readonly flags: readonly string[];
}

const FLAG_SETS: readonly (readonly string[])[] = [
  [], [], [], ['-@'], ['-A'], ['-@', '-A'], ['-H', 'both'], ['-s'], ['-V', '16'], ['-V', '3'], ['-W', 'no-unit_address_vs_reg'],
  ['-E', 'reg_format'], ['-f'], ['-f', '-@'], ['-q'], ['-H', 'legacy', '-@'], ['-W', 'interrupt_provider', '-W', 'property_name_chars_strict', '-W', 'node_name_chars_strict'],
]; // prettier-ignore

export const someFlags = (random: Random): readonly string[] => random.of(FLAG_SETS);

export function makeSource(random: Random): Made {
  const cpp = random.below(2) === 0;
  const maker = new Maker(random, cpp);
  return { source: maker.whole(), cpp, flags: someFlags(random) };
}

class Maker {
  private labels = 0;
  private parts = 0;
  /** Of nodes so far, in the order of the source. */
  private readonly nodeLabels: string[] = [];
  private readonly paths: string[] = [];
  /** One of so many things is wrong. */
  private readonly wrong: number;

  constructor(
    private readonly random: Random,
    private readonly cpp: boolean,
  ) {
    this.wrong = random.of([300, 3000, 1_000_000_000]);
  }

  private chance(of: number): boolean {
    return this.random.below(of) === 0;
  }

  private times(limit: number, make: () => string): string {
    return Array.from({ length: this.random.below(limit + 1) }, make).join('');
  }

  whole(): string {
    const plugin = this.chance(4);
    let text = this.chance(this.wrong) ? '' : '/dts-v1/;\n';
    if (plugin) text += '/plugin/;\n';
    if (this.cpp) text = this.random.below(2) === 0 ? text + this.prologue() : this.prologue() + text;
    text += this.times(2, () => `${this.label()}/memreserve/ ${this.integer()} ${this.integer()};\n`);
    if (!plugin || this.chance(2)) text += `/ {\n${this.body(0, '')}};\n`;
    else text += `&ext0 {\n${this.body(0)}};\n`;
    text += this.times(4, () => this.statement(plugin));
    if (this.chance(8)) text += `/include/ "top.dtsi"\n`;
    return text.replaceAll(LATER, () => this.reference());
  }

  private statement(plugin: boolean): string {
    switch (this.random.below(8)) {
      case 0:
        // Without its root dtc writes a blob that nothing can read.
        return `/delete-node/ ${this.reference()};\n`.replace('&{/};', '&{/nothing};');
      case 1:
        return `/omit-if-no-ref/ ${this.reference()};\n`.replace('&{/};', '&{/nothing};');
      case 2:
        return this.directive(`/ {\n${this.body(1)}};\n`);
      case 3:
        return `${this.chance(2) ? this.label() : ''}${this.reference()} {\n${this.body(1)}};\n`;
      case 4:
        return plugin ? `&{/soc/x@${this.random.below(3)}} {\n${this.body(2)}};\n` : `/ { ${this.body(2)} };\n`;
      case 5:
        return plugin ? `&ext${this.random.below(3)} {\n${this.body(1)}};\n` : '';
      default:
        return `${this.reference()} {\n${this.body(1)}};\n`;
    }
  }

  private body(depth: number, path?: string): string {
    const used = new Set<string>();
    const blank = (): string => (this.chance(12) ? this.random.of(['// c\n', '/* c\n */', '\n', '\t', '/**/']) : '');
    const properties = this.times(5, () => blank() + this.directive(this.property(used)));
    const children = depth < 4 ? this.times(depth === 0 ? 5 : 3, () => blank() + this.child(depth, path, used)) : '';
    const late = this.chance(this.wrong * 2) ? this.property(used) : '';
    return properties + children + late;
  }

  private child(depth: number, path: string | undefined, used: Set<string>): string {
    switch (this.random.below(24)) {
      case 0:
        // dtc gives a node no parent that is deleted where its parent is defined first, and comes back later.
        return `/delete-node/ ${path === undefined ? this.name() : 'gone'};\n`;
      case 1:
        return this.parts++ === 0 || this.chance(this.wrong) ? '/include/ "part.dtsi"\n' : '';
      case 2:
        return `/omit-if-no-ref/ ${this.node(depth, path, used)}`;
      case 3:
        return this.cpp ? `N_GLUE(gl, ${this.labels++}) {\n${this.body(depth + 1)}};\n` : '';
      default:
        return this.directive(this.node(depth, path, used));
    }
  }

  private node(depth: number, path: string | undefined, used: Set<string>): string {
    let name = this.name();
    while (used.has(name) && !this.chance(this.wrong)) name = `${this.random.of(NAMES)}${this.labels++}`;
    used.add(name);
    const label = this.label();
    if (label !== '') this.nodeLabels.push(label.replace(/:.*/s, ''));
    const whole = path === undefined ? undefined : `${path}/${name}`;
    if (whole !== undefined) this.paths.push(whole);
    return `${label}${name} {\n${this.body(depth + 1, whole)}}${this.semicolon()}\n`;
  }

  private semicolon(): string {
    return this.chance(this.wrong) ? '' : ';';
  }

  private name(): string {
    if (this.chance(this.wrong)) return this.random.of(['a@', 'a@1@2', 'a#b', '@1', 'a?', '\\x']);
    const name = this.random.of(NAMES);
    return this.chance(2) ? name : `${name}@${this.random.of(UNITS)}`;
  }

  private label(): string {
    if (!this.chance(3)) return '';
    const fresh = this.chance(this.wrong) ? this.random.below(6) : this.labels++;
    return `l${fresh}:${this.chance(2) ? ' ' : ''}`;
  }

  /** Of a node that there is, mostly. */
  private reference(): string {
    const { random, nodeLabels, paths } = this;
    if (this.chance(this.wrong)) return random.of(['&{/}', '&none', '&{/none}', `&{/${this.name()}}`, '&l0']);
    if (paths.length > 0 && this.chance(5)) return `&{${random.of(paths)}}`;
    return nodeLabels.length > 0 ? `&${random.of(nodeLabels)}` : '&{/}';
  }

  private property(used: Set<string>): string {
    if (this.chance(15)) return `/delete-property/ ${this.chance(this.wrong) ? 'name' : this.random.of(DELETABLE)};\n`;
    if (this.chance(40) && !used.has('p8')) {
      used.add('p8');
      return '/include/ "values.dtsi"\n';
    }
    const name = this.random.of(PROPERTIES);
    if (used.has(name) && !this.chance(this.wrong)) return '';
    used.add(name);
    if (name === 'name' && !this.chance(this.wrong)) return '';
    const label = this.label();
    if (name.endsWith('phandle')) return `${label}${name} = <${this.phandle()}>;\n`;
    if (name.endsWith('-cells')) return `${label}${name} = <${this.random.below(4)}>;\n`;
    // dtc ends by a failed assertion when there is more, or less, of these.
    if (name === 'interrupt-parent' || name === 'remote-endpoint') return `${label}${name} = <${LATER}>;\n`;
    if (this.chance(5)) return `${label}${name}${this.semicolon()}\n`;
    const values = [this.value()];
    while (this.chance(3)) values.push(this.value());
    return `${label}${name} = ${values.join(this.chance(2) ? ', ' : ',')}${this.semicolon()}\n`;
  }

  private phandle(): string {
    return this.random.of([
      String(1 + this.labels++),
      String(1 + this.labels++),
      String(1 + this.labels++),
      this.chance(this.wrong) ? this.random.of(['0', '(-1)', '1 2', '1', LATER]) : String(0x1000 + this.labels++),
    ]);
  }

  private value(): string {
    const around = (text: string): string => (this.chance(6) ? `${this.label()}${text} ${this.label()}` : text);
    switch (this.random.below(12)) {
      case 0:
      case 1:
        return around(this.random.of(STRINGS));
      case 2:
        return around(`[${this.times(6, () => this.byte())}]`);
      case 3:
        return around(LATER);
      case 4:
        return this.incbin();
      case 5: {
        const bits = this.chance(this.wrong) ? this.random.of([1, 7, 128]) : this.random.of([8, 16, 32, 64]);
        return around(`/bits/ ${bits} <${this.times(4, () => this.cell(bits))}>`);
      }
      case 6:
        if (this.cpp) return this.macroValue();
        return around(`<${this.times(6, () => this.cell(32))}>`);
      default:
        return around(`<${this.times(6, () => this.cell(32))}>`);
    }
  }

  private byte(): string {
    const digits = this.random.of(['00', 'ff', '1A', 'b0', '99', '0e', 'deadBEEF']);
    if (this.chance(this.wrong)) return this.random.of(['1', 'g0', '0x1 ']);
    return `${this.chance(8) ? this.label() : ''}${digits}${this.chance(2) ? ' ' : ''}`;
  }

  private cell(bits: number): string {
    if (this.chance(8)) return `${this.label()} `;
    if ((bits === 32 || this.chance(this.wrong)) && this.chance(4)) return `${LATER} `;
    if (this.cpp && this.chance(4)) return `${this.macroNumber()} `;
    if (bits < 32) return this.chance(this.wrong) ? `${this.integer()} ` : `${this.random.below(2 ** bits)} `;
    return `${this.integer()} `;
  }

  private integer(): string {
    return expression(this.random, this.wrong);
  }

  private incbin(): string {
    const { random } = this;
    const file = this.chance(this.wrong) ? 'none.bin' : 'data.bin';
    if (this.chance(2)) return `/incbin/("${file}")`;
    return `/incbin/("${file}", ${random.of(['0', '3', '25', '26', '30', '(1 + 1)'])}, ${random.of(['0', '1', '5', '40'])})`;
  }

  // The preprocessor.

  private prologue(): string {
    const { random } = this;
    const lines = [
      '#include "inc/header.h"', '#include <header.h>', '#include "local.h"', '#include <nested.h>',
      '#define OBJ 7', `#define FUN(x) ((x) + ${random.below(5)})`, '#define STR(x) #x', '#define XSTR(x) STR(x)',
      '#define CAT(a, b) a ## b', '#define XCAT(a, b) CAT(a, b)', '#define VA(a, ...) a __VA_ARGS__', '#define NAMED(a, r...) a, ## r',
      '#define EMPTY', '#define SELF SELF', '#define TWICE(f, x) f(f(x))', '#define MULTI(a, \\\n  b) <(a) \\\n (b)>', '#define LOCAL 0x10',
      '# define SPACED(x) [ x ]', '#define NESTED_STR "n" /* c */', '#define N_GLUE(a, b) a ## b', '#define ZERO() 0', '#define KEEP(x) x',
    ]; // prettier-ignore
    const has = lines.filter(() => !this.chance(this.wrong));
    if (this.chance(this.wrong))
      has.push(random.of(['#error no', '#include "none.h"', '#if', '#endif', '#undef', '#bad']));
    return `${has.join('\n')}\n`;
  }

  private macroValue(): string {
    return this.random.of([
      'STR(a b)', 'XSTR(OBJ)', 'XSTR(CAT(1, 2))', 'STR("q\\n" \'c\')', 'H_CELLS(1, OBJ)', 'MULTI(1, (2))', 'NESTED', 'SPACED(12 34)',
      'NAMED("a")', 'NAMED("a", "b", "c")', 'KEEP(<1 2>)', 'KEEP(\n<1>\n)', 'NESTED_STR', 'L_XSTR(LOCAL)', 'STR()', 'XSTR(EMPTY)',
      'STR(  x   y /* c */ z )', 'STR(@)', 'XSTR(SELF)', 'XSTR(a OBJ EMPTY OBJ)', 'XSTR(FUN(1)FUN (2))',
      'XSTR(-OBJ)', 'XSTR(OBJ-OBJ)', 'XSTR(KEEP(a)KEEP(b))', 'XSTR(KEEP(+)+)', 'XSTR(__LINE__)', 'KEEP()"x"', 'XSTR(KEEP(KEEP)(4))', 'XSTR(FUN(KEEP(FUN)(1)))', 'XSTR(KEEP( a )b)',
    ]); // prettier-ignore
  }

  private macroNumber(): string {
    return this.random.of([
      'OBJ', 'FUN(1)', 'FUN(FUN(OBJ))', 'H_ONE', 'H_TWO', 'CAT(1, 2)', 'XCAT(OBJ, 0)', 'VA(1)', 'VA(1, 2 3)', 'EMPTY', 'TWICE(FUN, 3)', 'LOCAL',
      'ZERO()', '__LINE__', '__INCLUDE_LEVEL__', '(OBJ << FUN(1))', 'FUN\n(2)', 'CAT(0x, 1f)', 'KEEP(1)', 'CAT(, 5)', 
      'CAT(OB, J)', 'XCAT(CAT(O, B), J)', 'VA(,1)', '(-OBJ)', 'OBJ/**/OBJ', '__COUNTER__',
    ]); // prettier-ignore
  }

  /** The text, maybe under a condition. */
  private directive(text: string): string {
    if (!this.cpp || !this.chance(10)) return text;
    const condition = this.random.of([
      '#ifdef OBJ', '#ifndef OBJ', '#if OBJ == 7 && !defined(NO)', '#if defined EMPTY || 0', '#if 0', '#if (1 ? 2 : 0) > 1',
      "#if 'a' == 97", '#if FUN(1) >= 1', '#if UNKNOWN', '#if -1 < 0u', '#if 1 << 3 == 8', '#ifdef __DTS__', '#if ~0 == -1', '#if 0x10UL / 3 % 2',
    ]); // prettier-ignore
    const other = this.chance(2) ? `#elif ${this.random.of(['1', '0', 'OBJ > 6', 'defined(LOCAL)'])}\n${text}` : '';
    const last = this.chance(2) ? `#else\n${this.random.of(['', text])}` : '';
    const redefine = this.chance(6) ? '#undef OBJ\n#define OBJ 8\n' : '';
    return `\n${condition}\n${redefine}${text}\n${other}${last}#endif\n`;
  }
}
