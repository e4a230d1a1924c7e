// From AP, XN and PXN to permission bits (ARM DDI 0406C, B3.7).
import type { Regime } from './regime';
import { PERMISSION } from './translation';

const { R0, W0, X0, R1, W1, X1 } = PERMISSION;
const READ_TO_EXECUTE = X0 / R0; // from a read bit to the execute bit of the same level

/** Data permissions by AP[2:0] when AP[0] is not the access flag (table B3-8). */
const BY_AP: readonly number[] = [
  0,
  R1 | W1,
  R1 | W1 | R0,
  R1 | W1 | R0 | W0,
  0, // reserved
  R1,
  R1 | R0, // deprecated encoding of the next
  R1 | R0,
];

/** Data permissions by AP[2:1] in the simplified model, of short descriptors with SCTLR.AFE and of long ones. */
const BY_AP_SIMPLE: readonly number[] = [R1 | W1, R1 | W1 | R0 | W0, R1, R1 | R0];

/** @param ap AP[2:0]. */
export const dataPermissions = (regime: Regime, ap: number): number =>
  regime.accessFlag ? BY_AP_SIMPLE[ap >> 1]! : BY_AP[ap]!;

/** @param ap AP[2:1]. */
export const simplePermissions = (ap: number): number => BY_AP_SIMPLE[ap]!;

/** Adds execute permission to data permissions: what is readable and not execute-never (B3.7.2). */
export function withExecute(regime: Regime, data: number, xn: boolean, pxn: boolean, nonSecure: boolean): number {
  if (xn || (regime.secureFetchOnly && nonSecure)) return data;
  let execute = (data & (R0 | R1)) * READ_TO_EXECUTE;
  if (pxn) execute &= ~X1;
  if (regime.writeNeverExecute) {
    if (data & W0) execute &= ~X0;
    if (data & W1) execute &= ~X1;
  }
  if (regime.userWriteNeverExecute && data & W0) execute &= ~X1;
  return data | execute;
}
