// dtc 1.6.1's checks in its order, which is the order in which they run and speak.
import { ADDRESS_RULES as address } from './addresses';
import { BUS_RULES as bus } from './buses';
import { CHOSEN_RULES as chosen } from './chosen';
import { GRAPH_RULES as graph } from './graph';
import { INTERRUPT_RULES as interrupt } from './interrupts';
import { LABEL_RULES as label } from './labels';
import { NAME_RULES as name } from './names';
import { GPIO_RULES as gpio, PROVIDER_RULES } from './providers';
import type { DtcRule } from './rule';
import { cellRule, stringRule, VALUE_RULES as value } from './values';

/** Checks of what a source says before its references are resolved. */
export const STRUCTURE_RULES: readonly DtcRule[] = [
  name.duplicateNodes,
  name.duplicateProperties,
  name.nodeCharacters,
  name.nodeFormat,
  name.propertyCharacters,
  stringRule('name_is_string', 'name', 'error'),
  name.nameProperties,
  name.nodeVersusProperty,
  label.duplicateLabel,
  label.explicitPhandles,
  label.phandleReferences,
  label.pathReferences,
  label.unused,
];

/** Checks of finished trees. */
export const MEANING_RULES: readonly DtcRule[] = [
  cellRule('address_cells_is_cell', '#address-cells'),
  cellRule('size_cells_is_cell', '#size-cells'),
  stringRule('device_type_is_string', 'device_type'),
  stringRule('model_is_string', 'model'),
  stringRule('status_is_string', 'status'),
  stringRule('label_is_string', 'label'),
  value.compatible,
  value.names,
  name.propertyStrict,
  name.nodeStrict,
  address.cells,
  address.reg,
  address.ranges,
  address.dmaRanges,
  address.unitVersusReg,
  name.unitFormat,
  bus.pciBridge,
  bus.pciDevice,
  bus.pciBusNumber,
  bus.simpleBridge,
  bus.simpleDevice,
  bus.i2cBridge,
  bus.i2cDevice,
  bus.spiBridge,
  bus.spiDevice,
  address.defaultCells,
  address.unnecessaryCells,
  address.uniqueUnits,
  address.uniqueEnabled,
  chosen.interruptController,
  chosen.place,
  chosen.bootargs,
  chosen.stdoutPath,
  ...PROVIDER_RULES,
  gpio.deprecated,
  gpio.gpios,
  interrupt.interrupts,
  interrupt.provider,
  chosen.aliases,
  graph.nodes,
  graph.childAddress,
  graph.port,
  graph.endpoint,
  {
    id: 'always_fail',
    level: 'off',
    about: 'Fires for every node: dtc has it for its own tests.',
    check: (node, fail) => fail(node, 'always_fail check'),
  },
];

export const DTC_RULES: readonly DtcRule[] = [...STRUCTURE_RULES, ...MEANING_RULES];
