// The part of a device's state that is not a register: one flat record, which is reset value, live state and snapshot.

type Fixed = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** A field of a state record. Typed arrays keep their length; lists of numbers may grow and shrink. */
export type StateValue = number | boolean | string | Fixed | number[];

/** Flat and cloneable. Numbers are integers or times, below 2^53. */
export type StateRecord = { [field: string]: StateValue };

/** Lists in a snapshot longer than this are refused: no device queues as much. */
const LONGEST_LIST = 1 << 20;

const cloneValue = (value: StateValue): StateValue =>
  typeof value === 'object' ? ((value as number[]).slice() as StateValue) : value;

export function cloneState<S extends StateRecord>(state: S): S {
  const copy: StateRecord = {};
  for (const field of Object.keys(state)) copy[field] = cloneValue(state[field]!);
  return copy as S;
}

/** Copies `from` into the live record `to`, whose typed arrays stay the same objects. Both have the same shape. */
export function assignState<S extends StateRecord>(to: S, from: S): void {
  const target: StateRecord = to;
  for (const field of Object.keys(from)) {
    const value = from[field]!;
    const live = target[field];
    if (ArrayBuffer.isView(value) && ArrayBuffer.isView(live)) (live as Fixed).set(value as Fixed);
    else target[field] = cloneValue(value);
  }
}

/**
 * What a snapshot says about a record of the shape of `initial`; fields that it lacks keep their initial value, so that
 * snapshots of an earlier release load.
 * @throws RangeError naming the first field whose type, length or value is not possible.
 */
export function readState<S extends StateRecord>(owner: string, initial: S, saved: unknown): S {
  const result: StateRecord = cloneState(initial);
  if (saved === undefined) return result as S;
  if (typeof saved !== 'object' || saved === null) throw new RangeError(`${owner}: state is not a record`);
  for (const field of Object.keys(initial)) {
    const value = (saved as Record<string, unknown>)[field];
    if (value === undefined) continue;
    if (!sameShape(initial[field]!, value))
      throw new RangeError(`${owner}: field ${field} of the snapshot is malformed`);
    result[field] = cloneValue(value as StateValue);
  }
  return result as S;
}

function sameShape(model: StateValue, value: unknown): boolean {
  if (typeof model !== 'object') return typeof model === typeof value && !Number.isNaN(value);
  if (Array.isArray(model)) {
    return Array.isArray(value) && value.length <= LONGEST_LIST && value.every(n => Number.isFinite(n));
  }
  return (
    ArrayBuffer.isView(value) &&
    Object.prototype.toString.call(value) === Object.prototype.toString.call(model) &&
    (value as Fixed).length === model.length
  );
}
