// Bindings of a kernel's sources, written here for the test.
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompletionItem, Hover, MarkupContent } from 'vscode-languageserver';
import { compatiblesIn } from '../../src/dt/bindings/kernel';
import { Client, slice } from './client';

const WIDGET = `%YAML 1.2
---
$id: http://devicetree.org/schemas/misc/acme,widget.yaml#
$schema: http://devicetree.org/meta-schemas/core.yaml#

title: Widget of Acme

description: |
  Turns round.

  And more.

properties:
  compatible:
    oneOf:
      - items:
          - enum:
              - acme,widget-2
              - acme,widget-3
          - const: acme,widget
      - const: acme,widget

  reg:
    maxItems: 1

  acme,speed:
    description: Turns per minute.
    $ref: /schemas/types.yaml#/definitions/uint32
    enum: [10, 20]

  acme,mode:
    $ref: /schemas/types.yaml#/definitions/string
    enum: [slow, fast]

  acme,always:
    type: boolean

required:
  - compatible
  - reg

allOf:
  - if:
      properties:
        compatible:
          contains:
            const: acme,widget-3
    then:
      required:
        - acme,speed

additionalProperties: false
`;
const TREE = `/dts-v1/;

/ {
	#address-cells = <1>;
	#size-cells = <1>;
	good@0 {
		compatible = "acme,widget-2", "acme,widget";
		reg = <0 4>;
		acme,speed = <20>;
		acme,mode = "fast";
		acme,always;
		status = "okay";
	};
	bad@4 {
		compatible = "acme,widget";
		reg = <4 4>, <8 4>;
		acme,speed = <15>;
		acme,mode = "medium";
		acme,sped = <10>;
	};
	old@c {
		compatible = "acme,widget-4", "acme,widget";
		reg = <0xc 4>;
	};
	third@10 {
		compatible = "acme,widget-3", "acme,widget";
		reg = <0x10 4>;
	};
};
`;
const FOLDER = '/kernel/Documentation/devicetree/bindings';
let client: Client;

beforeAll(async () => {
  const files = { '/t/a.dts': TREE, [`${FOLDER}/misc/acme,widget.yaml`]: WIDGET, [`${FOLDER}/broken.yaml`]: '{ [' };
  client = await Client.start(files, { kernelTree: '/kernel' });
  await client.open('/t/a.dts');
});

describe('bindings of a kernel', () => {
  it('are found by what they say of compatible', () => {
    expect(compatiblesIn(WIDGET)).toEqual(['acme,widget-2', 'acme,widget-3', 'acme,widget', 'acme,widget']);
    const select = 'select:\n  properties:\n    compatible:\n      contains:\n        const: acme,one\n\n';
    expect(compatiblesIn(select + WIDGET)).toEqual(['acme,one']);
  });

  it('warn of what does not fit, and of nothing else', async () => {
    let found = await client.diagnostics('/t/a.dts');
    for (let i = 0; i < 50 && !found.some(({ code }) => code === 'binding'); i++) {
      await new Promise(resolve => setTimeout(resolve, 50));
      found = await client.diagnostics('/t/a.dts');
    }
    const own = found.filter(({ code }) => code === 'binding');
    const said = own.map(({ range, message }) => `${slice(TREE, range)}: ${String(message).replace(/ \(.*/, '')}`);
    expect(said.sort()).toEqual([
      'acme,mode: acme,mode is none of ["slow","fast"]',
      'acme,sped: acme,sped is not in the binding',
      'acme,speed: acme,speed is none of [10,20]',
      'compatible: compatible is none of the combinations that the binding has',
      'reg: reg has more than 1 entries',
      'third@10: acme,speed is missing, and the binding requires it',
    ]);
  });

  it('are what hover and completion tell', async () => {
    const node = await client.request<Hover>('textDocument/hover', client.at('/t/a.dts', 'go|od@0'));
    expect((node.contents as MarkupContent).value).toContain('**Widget of Acme** (`acme,widget-2`)\n\nTurns round.');
    const property = await client.request<Hover>('textDocument/hover', client.at('/t/a.dts', 'acme,spe|ed = <20>'));
    expect((property.contents as MarkupContent).value).toMatch(
      /^Turns per minute\.\n\n_Documentation\/devicetree\/bindings\/misc\/acme,widget\.yaml_/,
    );
    const items = await client.request<CompletionItem[]>(
      'textDocument/completion',
      client.at('/t/a.dts', 'acme,mode = "fa|st"'),
    );
    expect(items.map(({ label }) => label)).toEqual(['slow', 'fast']);
    const compatible = await client.request<CompletionItem[]>(
      'textDocument/completion',
      client.at('/t/a.dts', '"acme,widget-2|"'),
    );
    expect(compatible.map(({ label }) => label)).toContain('acme,widget-3');
  });
});
