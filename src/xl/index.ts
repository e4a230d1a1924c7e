// Configurations of domains, as xl reads them (xl.cfg). A library that stands alone; this is its door.
export { readBootDomain, type BootDomain } from './boot-domain';
export { type DiskSpecification, parseDisk } from './disk';
export { type DomainConfiguration, type DomainLimits, readDomain } from './domain';
export { tokens, type Token, type TokenKind } from './lexer';
export { parseXl, type XlAssignment, type XlFile, type XlValue } from './parser';
export { XL_CODES, type XlCode, type XlPosition, type XlProblem, type XlRange } from './problem';
export { XlSettings } from './settings';
export { SpecificationError } from './specification';
export { parseVif, type VifSpecification } from './vif';
