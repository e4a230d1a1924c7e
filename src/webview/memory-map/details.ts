// What is known of the stretch that is chosen, in full.
import { formatAddress, type MapStretch } from '../../lab/memory-map';
import { div, element, span } from '../dom';
import { button } from '../toolkit';
import { formatSize, KINDS, type Row } from './rows';

const MOST_SHOWN = 4;

const range = (space: string, { base, size }: MapStretch): string =>
  `${formatAddress(space, base)} to ${formatAddress(space, base + size - 1)}`;

/** @param machine where it lies in the machine */
export function describe(row: Row, machine: readonly MapStretch[], copy: (text: string) => void): HTMLElement[] {
  const { entry, space } = row;
  const address = formatAddress(space, entry.base);
  const access = entry.readOnly ? ', read-only' : '';
  const lines: [string, string][] = [['Address', `${range(space, entry)} (${formatSize(entry.size)}${access})`]];
  if (space !== 'pa' && machine.length > 0) {
    const more = machine.length - MOST_SHOWN + (entry.more ?? 0);
    const shown = machine.slice(0, MOST_SHOWN).map(one => range('pa', one));
    lines.push(['In the machine', shown.join('; ') + (more > 0 ? `; and ${more} more` : '')]);
  }
  const list = element('dl');
  for (const [term, text] of lines) list.append(element('dt', {}, term), element('dd', {}, text));
  const act = button('Copy Address', `Copy ${address}`, () => copy(address));
  const kind = KINDS[entry.kind];
  const chip = kind.toLowerCase() === entry.name.toLowerCase() ? '' : span('kind', kind);
  return [div('title', element('h3', {}, entry.name), chip, span('about', entry.about), act), list];
}
