// Findings as text.
import type { Finding } from './finding';
import { dtcPlace } from './place';

/**
 * A finding as dtc prints it, with its line end.
 * @param output what dtc calls its output, which stands where there is no source.
 */
export function dtcMessage(
  { id, severity, path, property, message, span, dtcSpan, also }: Finding,
  output: string,
): string {
  const at = dtcSpan === undefined ? span : dtcSpan;
  const place = at ? dtcPlace(at) : output === '-' ? '<stdout>' : output;
  const about = path === undefined ? '' : property === undefined ? `${path}: ` : `${path}:${property}: `;
  const others = (also ?? []).map(one => `  also defined at ${dtcPlace(one)}\n`);
  return `${place}: ${severity === 'error' ? 'ERROR' : 'Warning'} (${id}): ${about}${message}\n${others.join('')}`;
}
