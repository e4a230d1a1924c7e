// Bounds that keep hostile input from costing more than it should. Real trees stay far below all of them.

/** Levels of nodes; Linux stops at the same number (FDT_MAX_DEPTH). */
export const MAX_DEPTH = 64;
/** Bytes of a blob. Linux maps at most 2 MiB. */
export const MAX_BLOB = 16 << 20;
/** Characters of a node or property name; the specification allows 31 for both parts of each. */
export const MAX_NAME = 255;
/** UTF-16 units of a source with all its includes and macros expanded. */
export const MAX_SOURCE = 16 << 20;
/** Files open at once. */
export const MAX_INCLUDE_DEPTH = 64;
/** Files included in all. */
export const MAX_INCLUDES = 4096;
/** Tokens gone through in expanding macros, each time counted anew; boards need some hundred thousand. */
export const MAX_MACRO_STEPS = 1 << 20;
/** Parentheses and operators inside each other. */
export const MAX_EXPRESSION_DEPTH = 100;
/** Diagnostics reported for one source. */
export const MAX_ERRORS = 100;
/** Findings of checks reported for one tree. */
export const MAX_FINDINGS = 10_000;
