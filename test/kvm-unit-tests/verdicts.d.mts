export function verdicts(said: string): string[];
export function compare(
  there: readonly string[],
  here: readonly string[],
  reasons: Readonly<Record<string, string>>,
): { unexplained: string[]; explained: number };
