// Checks of addresses and interrupts, alone and against a machine.
import type { DeviceTree } from '../../tree';
import { runRules } from '../family';
import type { Finding } from '../finding';
import { BOARD_RULES, type MachineFacts } from './board';
import { TRANSLATION_RULES } from './translation';

export { BOARD_RULES, type MachineFacts, type MachineWindow } from './board';
export { TRANSLATION_RULES } from './translation';

/** Whether addresses get through to the processor. */
export const runTranslationRules = (tree: DeviceTree): Finding[] => runRules(TRANSLATION_RULES, tree);

/** A tree against the machine it is to run on. */
export const runBoardRules = (tree: DeviceTree, facts: MachineFacts): Finding[] =>
  runRules(BOARD_RULES, { tree, facts });
