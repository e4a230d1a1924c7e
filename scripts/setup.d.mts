/** Builds dist/ when it is missing or older than its sources. */
export function ensureBuilt(): Promise<void>;
