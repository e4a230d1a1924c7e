// The parts of a helper's argument, see helperArgument in codegen/helpers.

export const destination = (argument: number): number => argument & 63;
export const first = (argument: number): number => (argument >> 8) & 63;
export const second = (argument: number): number => (argument >> 16) & 63;
/** Whether an option is set. */
export const has = (argument: number, option: number): boolean => ((argument >>> 24) & option) !== 0;
