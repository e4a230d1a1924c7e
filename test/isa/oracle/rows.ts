// The one place that knows the emulator's instruction tables.
import { ROWS as TABLE } from '../../../src/emu/isa';
import type { Row } from './case';

/**
 * All rows as the oracle sees them. A row's own `unpredictable` and `system` are not asked: what is UNPREDICTABLE, and
 * what qemu-arm cannot be asked about, is decided here by ./rules, so that the two can be held against each other.
 */
export const ROWS: readonly Row[] = TABLE.map(({ name, set, pattern, when }) => ({
  name,
  set,
  pattern,
  ...(when && { predictable: when }),
}));
