// What is made from tables of the sources: the launch attributes of package.json, docs/launch.md, docs/errors.md and
// docs/checks.md. `npm run generate` writes them; a test holds the files against this.
import { DT_CODES } from '../src/dt/error';
import { IMAGE_PROBLEMS } from '../src/image/error';
import { ATTRIBUTES, type Attribute } from '../src/lab/attributes';
import { LAB_PROBLEMS } from '../src/lab/problems';
import { SILENCE_RULES } from '../src/lab/silence/rules';
import { SILENT_INSTRUCTIONS } from '../src/lab/silence/watch';
import { XL_CODES } from '../src/xl/problem';

export { checksDocument } from './dt/checks-document';
export { xlDocument } from './xl-document';

/** An attribute as JSON Schema for VS Code, without what only the lab reads. */
function schemaOf({ path, later, description, ...schema }: Attribute): object {
  const planned = later === undefined ? '' : ` **Not in this release:** ${later}.`;
  const relative = path === undefined ? '' : ' Paths may be relative to the workspace folder.';
  return { ...schema, markdownDescription: `${description}${relative}${planned}` };
}

/** `contributes.debuggers[0].configurationAttributes` of package.json. */
export function configurationAttributes(): object {
  const properties = Object.entries(ATTRIBUTES).map(([name, attribute]) => [name, schemaOf(attribute)]);
  return { launch: { properties: Object.fromEntries(properties) } };
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function typeOf({ type, items, enum: choices, properties }: Attribute['items'] & object): string {
  if (choices) return choices.map(choice => `\`${choice}\``).join(', ');
  if (type === 'array') return `list of ${items ? typeOf(items) : 'anything'}`;
  if (type === 'object') return `\`{ ${Object.keys(properties ?? {}).join(', ')} }\``;
  return type;
}

function attributeRow([name, attribute]: [string, Attribute]): string {
  const standard = attribute.default === undefined ? '' : `\`${JSON.stringify(attribute.default)}\``;
  const range =
    attribute.minimum === undefined
      ? ''
      : `, ${attribute.minimum}${attribute.maximum === undefined ? ' or more' : ` to ${attribute.maximum}`}`;
  return `| \`${name}\` | ${cell(typeOf(attribute) + range)} | ${standard} | ${cell(attribute.description)} |\n`;
}

export function launchDocument(): string {
  const rows = Object.entries<Attribute>(ATTRIBUTES);
  const present = rows.filter(([, { later }]) => later === undefined).map(attributeRow);
  const planned = rows
    .filter(([, { later }]) => later !== undefined)
    .map(([name, { later }]) => `| \`${name}\` | ${cell(later!)} |\n`);
  return `# launch.json and LAB.json

A lab is described by the attributes below: in \`launch.json\` with \`"type": "xenlab", "request": "launch"\`, or in a file
for \`xenlab boot LAB.json\`. Paths are relative to the workspace folder, or to the folder of LAB.json. Everything can be
left out; then two guests of the lab's own run on the built-in hypervisor.

\`\`\`json
{
  "type": "xenlab",
  "request": "launch",
  "name": "Linux",
  "hypervisor": "none",
  "kernel": "\${workspaceFolder}/zImage-armhf",
  "initrd": "\${workspaceFolder}/busybox.cpio.gz",
  "args": "console=ttyAMA0 rdinit=/init"
}
\`\`\`

| attribute | value | default | meaning |
|---|---|---|---|
${present.join('')}
Kernels that were unpacked on the host are kept in the user's cache folder (the last eight, by their contents), so that
they are unpacked once; so is, in \`translation.json\`, what earlier runs found out about which code is hot. It makes boots
faster and changes nothing else. \`XENLAB_CACHE\` names another folder; when it is empty, nothing is kept.

## Not in this release

These names are settled; setting them is refused with the reason.

| attribute | why |
|---|---|
${planned.join('')}`;
}

const problemRows = (codes: Readonly<Record<string, string>>, prefix = ''): string =>
  Object.entries(codes)
    .map(([code, meaning]) => `| \`${prefix}${code}\` | ${cell(meaning)} |\n`)
    .join('');

const SILENCE = `When a machine has executed ${SILENT_INSTRUCTIONS / 1e6} million instructions and no console has said a byte, or when it only waits and
something is known to be wrong, the lab says once where it is stuck: exception level, PC with symbol, the last
exceptions, and why. The machine goes on. On the command line this goes to standard error, in the editor it is a
notification, with the particulars in the Debug Console. A machine that has spoken is looked at again after as many
silent instructions; then only a proof counts (\`boot.exceptionLoop\`).`;

export function errorsDocument(): string {
  const table = (title: string, rows: string): string => `## ${title}\n\n| code | meaning |\n|---|---|\n${rows}`;
  return `# Errors

Every message ends with its code in brackets. On the command line bad input ends with exit status 2 and one line for each
problem; in the editor the same text is an error message, and a mark in the file where the place is known.

${table('The lab and its configuration', problemRows(LAB_PROBLEMS))}
## Machines that say nothing

${SILENCE}

| code | what is found |
|---|---|
${problemRows(Object.fromEntries(SILENCE_RULES.map(({ code, about }) => [code, about])))}
${table('Kernels, RAM disks and other images', problemRows(IMAGE_PROBLEMS))}
${table('Device trees', problemRows(DT_CODES, 'dt.'))}
${table('Configurations of domains (xl.cfg)', problemRows(XL_CODES, 'xl.'))}`;
}
