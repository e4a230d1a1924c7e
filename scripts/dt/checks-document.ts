// docs/checks.md, made from the tables of checks; scripts/generate.mjs writes it.
import { DTC_RULES, XEN_RULES, type DtcRule } from '../../src/dt';
import type { Finding } from '../../src/dt';
import { BOARD_RULES, TRANSLATION_RULES } from '../../src/dt/checks/machine';

const cell = (text: string): string => text.replaceAll('|', '\\|');

interface Row {
  readonly id: string;
  readonly severity: Finding['severity'];
  readonly about: string;
}

const table = (rows: readonly Row[]): string =>
  `| check | severity | what it means |\n|---|---|---|\n${rows
    .map(({ id, severity, about }) => `| \`${id}\` | ${severity} | ${cell(about)} |\n`)
    .join('')}`;

const dtcTable = (rules: readonly DtcRule[]): string =>
  `| check | default | needs | what it means |\n|---|---|---|---|\n${rules
    .map(({ id, level, needs = [], about }) => {
      const before = needs.map(one => `\`${one}\``).join(', ');
      return `| \`${id}\` | ${level} | ${before} | ${cell(about)} |\n`;
    })
    .join('')}`;

/** The whole page. */
export const checksDocument = (): string => `# Checks of device trees

\`xenlab dt-check FILE\` compiles a source, or reads a blob, and prints one line for each finding:
\`FILE:LINE:COLUMN: severity: [check] /path: message\`. It ends with status 1 when one of them is an error, else 0. A
finding of a blob has no line, so it begins with the name of the file alone. \`-W no-CHECK\` switches a check off, \`-W CHECK\`
one on, \`-E CHECK\` makes it an error; \`--board NAME\` says which machine the tree is for. Editors show the same findings
while one types, with changes that make them go away where there are some.

## dtc's

The ${DTC_RULES.length} checks of dtc 1.6.1, with its names, defaults, order and words. A check runs only when those that it needs have
passed. The first ${DTC_RULES.findIndex(({ id }) => id === 'omit_unused_nodes') + 1} look at a source before its references are resolved.

${dtcTable(DTC_RULES)}
## Addresses

Whether what is on a bus has an address of the processor. dtc looks at the length of \`ranges\` only.

${table(TRANSLATION_RULES)}
## Xen's

What Xen (4.17 to 4.21) demands of the tree it boots with, of domains that it makes from that tree, of partial trees that hand
devices to a guest, and of the tree of a guest. Rules of the whole host speak only of trees that have something in \`/chosen\`
which only Xen reads.

${table(XEN_RULES)}
## The machine

A tree against the board that it is for: the one that \`--board\` names, or the one whose first \`compatible\` string is that of
the tree's root.

${table(BOARD_RULES)}`;
