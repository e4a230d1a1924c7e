// Variants that get a case of their own in the interpreter's switch. Chosen by counting what the stock kernel and the
// benchmark programs execute: `npm run hot-variants`.
export const HOT_VARIANTS: readonly string[] = [];
