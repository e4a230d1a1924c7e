// Properties that name other nodes with arguments, and the property of the other node that says how many arguments.

const EXACT: Readonly<Record<string, string>> = {
  clocks: '#clock-cells',
  'assigned-clocks': '#clock-cells',
  'assigned-clock-parents': '#clock-cells',
  cooling: '#cooling-cells',
  'cooling-device': '#cooling-cells',
  dmas: '#dma-cells',
  hwlocks: '#hwlock-cells',
  'interrupts-extended': '#interrupt-cells',
  'io-channels': '#io-channel-cells',
  iommus: '#iommu-cells',
  mboxes: '#mbox-cells',
  'msi-parent': '#msi-cells',
  'mux-controls': '#mux-control-cells',
  phys: '#phy-cells',
  'power-domains': '#power-domain-cells',
  pwms: '#pwm-cells',
  resets: '#reset-cells',
  'sound-dai': '#sound-dai-cells',
  'thermal-sensors': '#thermal-sensor-cells',
  interconnects: '#interconnect-cells',
};

/** Properties that are one phandle, or phandles without arguments. */
const PLAIN =
  /^(?:interrupt-parent|memory-region|interrupt-affinity|pinctrl-\d+|phy-handle|.*-supply|cpu|next-level-cache|remote-endpoint|nvmem-cells|arm,vexpress,config-bridge|domain-cpupool|cpupool-cpus|operating-points-v2|cpu-idle-states)$/;

/**
 * How a property refers to other nodes.
 * @returns the name of the property that gives the number of arguments, `''` when there are none, undefined when it
 * refers to nothing
 */
export function specifierOf(property: string): string | undefined {
  const exact = EXACT[property];
  if (exact !== undefined) return exact;
  if (/(?:^|-)gpios?$/.test(property) && property !== 'gpio') return '#gpio-cells';
  if (property === 'gpio') return '#gpio-cells';
  return PLAIN.test(property) ? '' : undefined;
}
