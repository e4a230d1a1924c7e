// docs/xl-cfg.md, from the tables of src/xl.
import { DISK_FLAGS, DISK_FORMATS, DISK_PARAMETERS, DEVICE_PARAMETERS, VIF_FLAGS, VIF_PARAMETERS, XL_CODES, XL_KEYS, type XlKey } from '../src/xl'; // prettier-ignore

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text: string): string => `\`${text}\``;

function takes({ type, values, least, most, allowed }: XlKey): string {
  if (values) return values.map(code).join(', ');
  const range = least === undefined ? '' : most === undefined ? `, ${least} or more` : `, ${least} to ${most}`;
  return type + range + (allowed === undefined ? '' : `: ${allowed}`);
}

function keyRow([name, key]: [string, XlKey]): string {
  const marks = [
    ...(key.arm === 'only' ? ['ARM alone'] : []),
    ...(key.arm === 'none' ? [`not on ARM: ${key.why}`] : []),
    ...(key.newer ? ['newer than 4.17'] : []),
    ...(key.replacedBy === undefined ? [] : [`old: use ${code(key.replacedBy)}`]),
  ];
  return `| ${code(name)} | ${cell(takes(key))} | ${cell(key.default ?? '')} | ${cell(key.docs)}${marks.length > 0 ? ` (${cell(marks.join('; '))})` : ''} |\n`;
}

export function xlDocument(): string {
  const own = [...XL_KEYS].filter(([, { group }]) => group !== 'emulated PC');
  const pc = [...XL_KEYS].filter(([, { group }]) => group === 'emulated PC');
  const groups = [...new Set(own.map(([, { group }]) => group))];
  const table = (rows: [string, XlKey][]): string =>
    `| key | takes | default | meaning |\n|---|---|---|---|\n${rows.map(keyRow).join('')}`;
  return `# Configurations of domains (xl.cfg)

\`xenlab xl-check FILE...\` reads a configuration as xl of Xen 4.17 does, and says what is wrong: what xl refuses, what it
passes over without a word, and what goes wrong later. \`-\` is standard input. Each finding is one line,
\`FILE:LINE:COLUMN: severity: [id] message\`; exit status 1 when there is an error, else 0.

| option | meaning |
|---|---|
| \`--root DIR\` | dom0's file system: absolute paths are looked for in it. Without it what is missing there is a warning. |
| \`--host-memory MIB\` | RAM of the host, which no domain can have more of. |
| \`--drives N\` | drives of the lab, for disks like \`/dev/loop0\`. |
| \`--guest-tree libxl\\|kernel\` | who brings the guest's device tree: libxl makes one since Xen 4.3; before, the kernel had it behind it. |

The reading is held against Debian's xl 4.17, which runs in dom0 of Debian's Xen in a lab: \`npm run xl-oracle -- IMAGES_DIR\`
puts the cases of \`test/xl/oracle\` before it again. Verdict and every value are the same, but for the few cases that the
test names with their reason. With a COUNT behind it random changes of the cases are put before both, and \`npm run fuzz-xl -- COUNT\`
reads hostile ones without xl.

## Findings

| id | what is found |
|---|---|
${Object.entries<string>(XL_CODES)
  .map(([id, meaning]) => `| \`xl.${id}\` | ${cell(meaning)} |\n`)
  .join('')}
## The file

A line is \`KEY = VALUE\` or \`KEY += VALUE\`, ended by a line feed (alone: no carriage return) or \`;\`. Keys are in lower
case. A value is a number (\`12\`, \`0x1f\`, octal with \`0\` in front), a text in single or double quotes on one line, or a
list \`[ a, b ]\`, which may go over lines and nest. \`#\` begins a comment; one in the last line needs a line feed behind it.
Numbers are texts to xl, so that \`"-1"\` is a number too. The last assignment of a key counts; \`+=\` adds to a text or to a
list, never to a number. Escapes in texts: \`\\\\ \\' \\" \\a \\b \\f \\n \\r \\t \\v\`; those with numbers do not work in xl.

## Disks

\`TARGET,FORMAT,VDEV,ACCESS\`, and \`NAME=VALUE\` anywhere: ${DISK_PARAMETERS.map(code).join(', ')}; words alone:
${DISK_FLAGS.map(code).join(', ')}. Formats: ${DISK_FORMATS.map(code).join(', ')}. Access: \`ro\`, \`rw\`. \`target=\` takes the rest
of the text, commas and all. An old prefix (\`phy:\`, \`file:\`, \`tap:aio:\`, ...) has xl skip the place of the format.

## Network interfaces

\`NAME=VALUE\` with commas between: ${VIF_PARAMETERS.map(code).join(', ')}; words alone: ${VIF_FLAGS.map(code).join(', ')}. The
empty text is an interface with all defaults.

## Other devices

| key | names in the text |
|---|---|
${Object.entries(DEVICE_PARAMETERS)
  .map(([key, names]) => `| \`${key}\` | ${names.map(code).join(', ')} |\n`)
  .join('')}
## Keys

${groups.map(group => `### ${group[0]!.toUpperCase()}${group.slice(1)}\n\n${table(own.filter(([, key]) => key.group === group))}`).join('\n')}
### Of emulated PCs, and of x86

xl knows them, and to a guest on ARM they mean nothing.

${pc.map(([name]) => code(name)).join(', ')}
`;
}
