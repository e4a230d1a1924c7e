// Device trees: blobs, sources, and what lies between. A library that stands alone; this is its door.
export { DT_CODES, DtError, formatPlace, type DtCode, type Place } from './error';
export { DeviceTree, DtNode, DtProperty, type Chunk, type Reservation, type ValueLayout } from './tree';
export { FDT_MAGIC, parseBlob, parseBlobHeader, writeBlob, type BlobHeader } from './blob';
export { dropNames, readLooseBlob, type LooseBlob } from './loose-blob';
export { compileSource, loadSource, type CompileOptions, type CompileResult } from './source/compile';
export { printSource } from './source/printer';
export type { SourceReader } from './source/reader';
export { Span, type Position } from './source/text';
export {
  alias,
  findByCompatible,
  findByPhandle,
  findNode,
  getCell,
  getCells,
  getString,
  getStrings,
  isEnabled,
  phandleOf,
  setCells,
  setString,
  setWide,
} from './access';
export { addressCells, getReg, physicalReg, sizeCells, translate, type Region } from './address';
export { InterruptTree, type InterruptLine } from './interrupts';
export * from './checks';
export { diffTrees, type Difference } from './diff';
export { SourceCache } from './source/preprocess/scan';
export { printAsm } from './output/asm';
export { printDts, type DtsOptions } from './output/dts';
export { isWritableVersion, type BlobOptions } from './output/versions';
export { addAutoAliases, addFixups, addSymbols, type PhandleFormat } from './overlay/symbols';
export { sortTree } from './output/sort';
export { printYaml } from './output/yaml';
export { applyOverlay } from './overlay/apply';
export { stringsOf } from './blob';
export { dumpBlob, findBlob, isDumpable, isPrintable } from './output/dump';
