// The table behind `Semantics.helper`: what each of HELPERS computes.
import { type HelperName, HELPERS } from '../../codegen/helpers';
import type { ExtensionRegisters } from './registers';
import { SIMD_FLOAT } from './simd-float';
import { SIMD_INTEGER } from './simd-integer';
import { VFP } from './vfp';

/** @param argument as `helperArgument` packs it. @returns the helper's answer; 0 where it has none */
export type Helper = (x: ExtensionRegisters, argument: number) => number;

const IMPLEMENTATIONS: Readonly<Record<HelperName, Helper>> = { ...VFP, ...SIMD_INTEGER, ...SIMD_FLOAT };

const TABLE: readonly Helper[] = HELPERS.map(name => IMPLEMENTATIONS[name]);

export const executeHelper = (x: ExtensionRegisters, number: number, argument: number): number =>
  TABLE[number]!(x, argument);
