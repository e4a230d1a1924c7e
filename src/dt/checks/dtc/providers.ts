// Properties that name a provider (a clock, a GPIO controller...) with arguments, and the cells of the provider.
import type { Subject, SubjectProperty } from '../subject';
import { isNoPhandle, type DtcRule, type Fail, type Scene } from './rule';
import { cellRule } from './values';

/** What a consumer's property is called, and the property of a provider that says how many arguments follow. */
interface Provider {
  readonly id: string;
  readonly property: string;
  readonly cells: string;
  /** Whether a provider without that property takes no arguments. */
  readonly optional?: boolean;
}

/** In dtc's order. */
const PROVIDERS: readonly Provider[] = [
  { id: 'clocks', property: 'clocks', cells: '#clock-cells' },
  { id: 'cooling_device', property: 'cooling-device', cells: '#cooling-cells' },
  { id: 'dmas', property: 'dmas', cells: '#dma-cells' },
  { id: 'hwlocks', property: 'hwlocks', cells: '#hwlock-cells' },
  { id: 'interrupts_extended', property: 'interrupts-extended', cells: '#interrupt-cells' },
  { id: 'io_channels', property: 'io-channels', cells: '#io-channel-cells' },
  { id: 'iommus', property: 'iommus', cells: '#iommu-cells' },
  { id: 'mboxes', property: 'mboxes', cells: '#mbox-cells' },
  { id: 'msi_parent', property: 'msi-parent', cells: '#msi-cells', optional: true },
  { id: 'mux_controls', property: 'mux-controls', cells: '#mux-control-cells' },
  { id: 'phys', property: 'phys', cells: '#phy-cells' },
  { id: 'power_domains', property: 'power-domains', cells: '#power-domain-cells' },
  { id: 'pwms', property: 'pwms', cells: '#pwm-cells' },
  { id: 'resets', property: 'resets', cells: '#reset-cells' },
  { id: 'sound_dai', property: 'sound-dai', cells: '#sound-dai-cells' },
  { id: 'thermal_sensors', property: 'thermal-sensors', cells: '#thermal-sensor-cells' },
];

type Arguments = Pick<Provider, 'cells' | 'optional'>;

function checkArguments(
  node: Subject,
  property: SubjectProperty,
  { cells, optional }: Arguments,
  fail: Fail,
  scene: Scene,
): void {
  const { length } = property.value;
  if (length % 4 !== 0) return fail(node, `property size (${length}) is invalid, expected multiple of 4`, property);
  for (let cell = 0; cell < property.cellCount;) {
    const phandle = property.cell(cell);
    // Bindings use 0 and -1 to leave an entry out.
    if (isNoPhandle(phandle)) {
      if (scene.plugin) return;
      cell++;
      continue;
    }
    if (property.isMarked && !property.refersAt(cell * 4))
      fail(node, `cell ${cell} is not a phandle reference`, property);
    const provider = scene.byPhandle(phandle);
    if (!provider) return fail(node, `Could not get phandle node for (cell ${cell})`, property);
    const count = provider.property(cells);
    if (!count && !optional) {
      const text = `Missing property '${cells}' in node ${provider.path} or bad phandle (referred from ${property.name}[${cell}])`;
      return fail(node, text);
    }
    const size = (count?.cell(0) ?? 0) | 0;
    const end = cell + size + 1;
    if (end < 0 || length < end * 4) fail(node, `property size (${length}) too small for cell size ${size}`, property);
    // A count below zero would never end; dtc does not either.
    if (size < 0) return;
    cell = end;
  }
}

/** Whether a property names GPIOs; `nr-gpios` of some vendors is a number. */
const isGpio = ({ name }: SubjectProperty): boolean => !name.endsWith(',nr-gpios') && /(^|-)gpios?$/.test(name);

/** The pairs of checks for each provider, in dtc's order. */
export const PROVIDER_RULES: readonly DtcRule[] = PROVIDERS.flatMap((provider): DtcRule[] => [
  {
    id: `${provider.id}_property`,
    level: 'warning',
    needs: [`${provider.id}_is_cell`, 'phandle_references'],
    about: `\`${provider.property}\` does not name providers, or has not the \`${provider.cells}\` of each behind it.`,
    check: (node, fail, scene) => {
      const property = node.property(provider.property);
      if (property) checkArguments(node, property, provider, fail, scene);
    },
  },
  cellRule(`${provider.id}_is_cell`, provider.cells),
]);

export const GPIO_RULES = {
  deprecated: {
    id: 'deprecated_gpio_property',
    level: 'off',
    about: 'A property `gpio` or `*-gpio` has the old form of its name: `gpios` is the one of today.',
    check: (node, fail) => {
      for (const property of node.properties)
        if (isGpio(property) && property.name.endsWith('gpio'))
          fail(node, "'[*-]gpio' is deprecated, use '[*-]gpios' instead", property, [
            { kind: 'rename-property', path: node.path, property: property.name, name: `${property.name}s` },
          ]);
    },
  },
  gpios: {
    id: 'gpios_property',
    level: 'warning',
    needs: ['phandle_references'],
    about: 'A property of GPIOs does not name controllers, or has not the `#gpio-cells` of each behind it.',
    check: (node, fail, scene) => {
      // A hog is a GPIO of its parent, without a phandle.
      if (node.has('gpio-hog')) return;
      for (const property of node.properties)
        if (isGpio(property)) checkArguments(node, property, { cells: '#gpio-cells' }, fail, scene);
    },
  },
} as const satisfies Readonly<Record<string, DtcRule>>;
