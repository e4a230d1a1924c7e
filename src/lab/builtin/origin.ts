// Where a saved domain comes from, as a text in its file: restarting it takes its configuration, and the files that names.

/** Which configuration a saved domain was made of, and what stood in it. */
export const writeOrigin = (file: string, text: string): string => `${file}\n${text}`;
export function readOrigin(origin: string): { file: string; text: string } | undefined {
  const end = origin.indexOf('\n');
  return end < 0 ? undefined : { file: origin.slice(0, end), text: origin.slice(end + 1) };
}
