// Configurations of domains, as xl reads them (xl.cfg). A library that stands alone; this is its door.
export { checkConfig, type Checked, type Finding } from './checks';
export { type FileFacts, filesOf, type NamedFile } from './checks/files';
export type { CheckContext } from './checks/rules';
export { readBootDomain, type BootDomain } from './boot-domain';
export {
  DISK_FLAGS,
  DISK_FORMATS,
  DISK_PARAMETERS,
  type DiskSpecification,
  parseDisk,
  readXlDisk,
  type XlDisk,
} from './disk';
export { type DomainConfiguration, type DomainLimits, readDomain } from './domain';
export { ARM_KEYS, XL_KEYS, type XlItem, type XlKey, type XlType } from './keys';
export { tokens, type Token, type TokenKind } from './lexer';
export { parseXl, type XlAssignment, type XlFile, type XlValue } from './parser';
export { XL_CODES, type XlCode, type XlFix, type XlPosition, type XlProblem, type XlRange } from './problem';
export { DEVICE_PARAMETERS } from './reading/devices';
export { readXl, type ReadXl } from './reading/domain';
export type { XlHost } from './reading/reader';
export { rangeWithin, XlSettings, type XlText } from './settings';
export { SpecificationError } from './specification';
export { parseVif, readXlVif, VIF_FLAGS, VIF_PARAMETERS, type VifSpecification, type XlVif } from './vif';
