// dtc's checks against dtc: the same words at the same places. The answers are committed (fixtures/make.sh writes them);
// where the real dtc is here, it is asked again.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileSource, DTC_RULES, dtcMessage, isCheckName, parseBlob, runChecks, writeBlob } from '../../src/dt';
import { dtcSays, EXPECTED, optionsOf, readCases, readExpected, type CheckCase } from './check-cases';

const cases = readCases();
const dtcVersion = spawnSync('dtc', ['--version'], { encoding: 'utf8' }).stdout ?? '';
const hasDtc = dtcVersion.includes('DTC 1.6.1');
if (process.env['WRITE_DTC_ANSWERS'])
  writeFileSync(EXPECTED, cases.map(one => `=== ${one.name}\n${dtcSays(one)}`).join(''));
const expected = readExpected();

function weSay(one: CheckCase): string {
  const checks = { ...optionsOf(one), stopAtError: true };
  const { findings, errors } = compileSource(one.source, { file: '<stdin>', checks });
  const rest = findings.length > 0 ? [] : errors.map(error => error.message);
  return [...rest, ...findings.map(finding => dtcMessage(finding, '-'))].join('');
}

describe('what dtc says', () => {
  it.each(cases.map(one => [one.name, one] as const))('%s', (name, one) => {
    expect(weSay(one)).toBe(expected.get(name));
  });

  it.skipIf(!hasDtc && !process.env['CI'])('is what is committed', () => {
    for (const one of cases) expect(`${one.name}\n${dtcSays(one)}`).toBe(`${one.name}\n${expected.get(one.name)}`);
  });
});

describe('the table', () => {
  it('has every check in a case that triggers it, but those that never speak', () => {
    const all = [...expected.values()].join('');
    const silent = DTC_RULES.filter(({ id }) => !all.includes(`(${id}): /`) && !all.includes(`(${id}): (`));
    expect(silent.map(({ id }) => id)).toEqual(SILENT);
  });

  it('needs only checks that it has', () => {
    for (const { needs } of DTC_RULES) for (const id of needs ?? []) expect(isCheckName(id)).toBe(true);
  });
});

/** Those that only prepare others. */
const SILENT = ['omit_unused_nodes', 'addr_size_cells', 'simple_bus_bridge', 'graph_nodes'];

describe('blobs', () => {
  it('are checked as their sources are, without places', () => {
    const source = '/dts-v1/; / { a@1 { }; b { reg = <1>; clocks = <7>; }; };';
    const blob = writeBlob(compileSource(source).tree!);
    const said = runChecks(parseBlob(blob)).map(finding => dtcMessage(finding, 'x.dtb'));
    if (hasDtc) {
      const { stderr } = spawnSync('dtc', ['-I', 'dtb', '-O', 'dtb', '-o', '/dev/null', '-'], { input: blob });
      expect(said.join('').replaceAll('x.dtb', '/dev/null')).toBe(String(stderr));
    }
    expect(said).toEqual([
      'x.dtb: Warning (reg_format): /b:reg: property has invalid length (4 bytes) (#address-cells == 2, #size-cells == 1)\n',
      'x.dtb: Warning (unit_address_vs_reg): /a@1: node has a unit name, but no reg or ranges property\n',
      'x.dtb: Warning (unit_address_vs_reg): /b: node has a reg or ranges property, but no unit name\n',
      "x.dtb: Warning (pci_device_reg): Failed prerequisite 'reg_format'\n",
      "x.dtb: Warning (pci_device_bus_num): Failed prerequisite 'reg_format'\n",
      "x.dtb: Warning (simple_bus_reg): Failed prerequisite 'reg_format'\n",
      "x.dtb: Warning (i2c_bus_reg): Failed prerequisite 'reg_format'\n",
      "x.dtb: Warning (spi_bus_reg): Failed prerequisite 'reg_format'\n",
      'x.dtb: Warning (avoid_default_addr_size): /b: Relying on default #address-cells value\n',
      'x.dtb: Warning (avoid_default_addr_size): /b: Relying on default #size-cells value\n',
      "x.dtb: Warning (avoid_unnecessary_addr_size): Failed prerequisite 'avoid_default_addr_size'\n",
      "x.dtb: Warning (unique_unit_address): Failed prerequisite 'avoid_default_addr_size'\n",
      'x.dtb: Warning (clocks_property): /b:clocks: Could not get phandle node for (cell 0)\n',
    ]);
  });
});
