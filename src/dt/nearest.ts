// Names that look like what was typed.

/** Levenshtein distance, for names of a few dozen characters. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** @returns the candidate nearest to what was typed, or undefined when none is near enough to be meant. */
export function nearest(typed: string, candidates: Iterable<string>): string | undefined {
  const wanted = typed.toLowerCase().slice(0, 64);
  let best: { name: string; cost: number } | undefined;
  for (const name of candidates) {
    const other = name.toLowerCase();
    const cost = other.startsWith(wanted) || wanted.startsWith(other) ? 1 : distance(wanted, other);
    if (!best || cost < best.cost) best = { name, cost };
  }
  return best && best.cost <= Math.max(2, wanted.length / 3) ? best.name : undefined;
}

/** `; did you mean X?`, or nothing. */
export function didYouMean(typed: string, candidates: Iterable<string>): string {
  const name = nearest(typed, candidates);
  return name === undefined ? '' : `; did you mean ${name}?`;
}
