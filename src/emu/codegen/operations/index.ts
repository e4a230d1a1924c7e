// Every operation, by name.
import type { Operation } from '../semantics';
import * as alu from './alu';
import * as branch from './branch';
import * as media from './media';
import * as memory from './memory';
import * as multiply from './multiply';
import * as simd from './simd';
import * as simdMemory from './simd-memory';
import * as simdPermute from './simd-permute';
import * as system from './system';
import * as vfpArithmetic from './vfp-arithmetic';
import * as vfpConvert from './vfp-convert';
import * as vfpMemory from './vfp-memory';
import * as vfpTransfer from './vfp-transfer';

const isOperation = (v: unknown): v is Operation => typeof v === 'object' && v !== null && 'emit' in v && 'early' in v;

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  [
    alu,
    branch,
    media,
    memory,
    multiply,
    simd,
    simdMemory,
    simdPermute,
    system,
    vfpArithmetic,
    vfpConvert,
    vfpMemory,
    vfpTransfer,
  ]
    .flatMap(module => Object.values(module) as unknown[])
    .filter(isOperation)
    .map(o => [o.name, o]),
);
