// Checks of device trees: dtc's, Xen's, and against a machine.
export { DTC_RULES } from './dtc/table';
export type { DtcRule, Level } from './dtc/rule';
export type { Finding, Fix, Severity } from './finding';
export { dtcMessage } from './format';
export type { CheckSwitch } from './levels';
export { dtcPlace } from './place';
export { CheckRunner, isCheckName, runChecks, type CheckOptions } from './runner';
export { runBoardRules, runTranslationRules, type MachineFacts, type MachineWindow } from './machine';
export { runXenRules, XEN_RULES, type XenRule } from './xen';
export { checkMessage, checkResult, checkTree, fromError, isAnyCheckName, type AllCheckOptions } from './all';
