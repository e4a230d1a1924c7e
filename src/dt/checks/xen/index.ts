// What Xen demands of device trees: of the one it boots with, of those it makes domains from, and of those of guests.
import type { DeviceTree } from '../../tree';
import { runRules } from '../family';
import type { Finding } from '../finding';
import { CHOSEN_RULES } from './chosen';
import { DOMAIN_RULES } from './domains';
import { GUEST_RULES } from './guests';
import { HOST_RULES } from './host';
import { MODULE_RULES } from './modules';
import { XenScene, type XenRule } from './scene';
import { SHARED_RULES } from './shared';

export type { XenRule } from './scene';

export const XEN_RULES: readonly XenRule[] = [
  ...CHOSEN_RULES,
  ...MODULE_RULES,
  ...DOMAIN_RULES,
  ...SHARED_RULES,
  ...GUEST_RULES,
  ...HOST_RULES,
];

/** Xen's rules over a tree. Those of a host are for trees that have something in /chosen which only Xen reads. */
export const runXenRules = (tree: DeviceTree): Finding[] => runRules(XEN_RULES, new XenScene(tree));
