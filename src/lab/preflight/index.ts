// The preflight: what can be seen to go wrong with a lab, here or on a real board, before it boots.
import { DtError } from '../../dt/error';
import type { PlanRequest } from '../boot-plan';
import { LabFailure, problem } from '../problems';
import type { LabProblem } from '../protocol';
import { readPreflight } from './facts';
import { PREFLIGHT_RULES } from './rules';

/** A tree that is malformed is refused elsewhere. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DtError || error instanceof LabFailure) return undefined;
    throw error;
  }
}

/** @returns warnings and information; never an error, for what cannot boot the boot itself refuses */
export async function preflight(request: PlanRequest, isBuiltin: boolean): Promise<LabProblem[]> {
  const lab = await readPreflight(request, isBuiltin);
  return PREFLIGHT_RULES.flatMap(({ code, check }) =>
    [attempt(() => check(lab)) ?? []].flat().map(({ message, severity = 'warning', place }) => ({
      ...problem(code, message, place),
      severity,
    })),
  );
}
