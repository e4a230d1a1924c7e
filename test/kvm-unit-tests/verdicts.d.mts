export function verdicts(said: string): string[];
export function compare(there: readonly string[], here: readonly string[]): string[];
