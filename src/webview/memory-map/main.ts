// The page of the memory map: the board on the left, a domain on the right, and what is chosen below.
import './memory-map.css';
import type { AddressSpaceMap, LabMemoryMap } from '../../lab/memory-map';
import { div, element, span } from '../dom';
import { button, checkbox, dropdown, textField, useToolkit } from '../toolkit';
import { Column } from './column';
import { describe } from './details';
import type { FromMemoryMap, ToMemoryMap } from './messages';
import { machineOf, relatedRows, type Row, rowsOf } from './rows';

interface Kept {
  /** Of the domain on the right. */
  domain?: number;
  filter: string;
  gaps: boolean;
  /** Key of the row that is chosen. */
  chosen?: string;
}

declare function acquireVsCodeApi(): {
  postMessage(message: FromMemoryMap): void;
  getState(): Kept | undefined;
  setState(state: Kept): void;
};

useToolkit();
const editor = acquireVsCodeApi();
const kept: Kept = { filter: '', gaps: true, ...editor.getState() };
let map: LabMemoryMap | undefined;
let chosen: Row | undefined;

const keep = (change: Partial<Kept>): void => {
  Object.assign(kept, change);
  editor.setState(kept);
};

const status = span('status');
const title = element('h1');
const filter = textField('Find a name or an address', value => {
  keep({ filter: value });
  draw();
});
const gaps = checkbox('Unused addresses', 'Show what nothing answers at, and free memory', value => {
  keep({ gaps: value });
  draw();
});
const refresh = button('Refresh', 'Ask the machine again', () => editor.postMessage({ kind: 'refresh' }));
const domains = dropdown('Domain', value => {
  keep({ domain: Number(value) });
  chosen = undefined;
  draw();
});
const ports = { choose: (row: Row): void => choose(row, true) };
const board = new Column(ports);
const domain = new Column(ports, domains.element);
const details = element('footer', { class: 'details', 'aria-live': 'polite' });
const toolbar = div('toolbar', filter.element, gaps.element, refresh);
const columns = div('columns', board.element, domain.element);
const nothing = div('nothing');
const header = element('header', {}, div('heading', title, status), toolbar);
document.body.append(element('main', {}, header, columns, details, nothing));
filter.set(kept.filter);
gaps.set(kept.gaps);

const domainSpaces = (): AddressSpaceMap[] => map?.spaces.filter(one => one.domain !== undefined) ?? [];
/** The one that was looked at last, or the newest. */
const shownDomain = (): AddressSpaceMap | undefined => {
  const spaces = domainSpaces();
  return spaces.find(one => one.domain === kept.domain) ?? spaces.at(-1);
};

function draw(): void {
  const physical = map?.spaces.find(one => one.domain === undefined);
  document.body.classList.toggle('empty', !physical);
  if (!physical) return;
  const space = shownDomain();
  board.show(physical, rowsOf(physical, kept));
  columns.classList.toggle('single', !space);
  domain.element.hidden = !space;
  if (space) {
    domain.show(space, rowsOf(space, kept));
    const options = domainSpaces().map(one => ({ value: String(one.domain), text: `${one.title} (${one.space})` }));
    domains.set(options, String(space.domain));
  }
  const rows = [...board.rows, ...domain.rows];
  choose(
    rows.find(({ key }) => key === (chosen?.key ?? kept.chosen)),
    false,
  );
}

/** @param look brings what belongs to it into view */
function choose(row: Row | undefined, look: boolean): void {
  chosen = row;
  if (row) keep({ chosen: row.key });
  const mine = row?.space === 'pa' ? board : domain;
  const other = mine === board ? domain : board;
  const related = row ? relatedRows(row, mine.rows, domain.element.hidden ? [] : other.rows) : [];
  const keys = new Set(related.map(({ key }) => key));
  mine.mark(row, new Set(), look);
  other.mark(undefined, keys, look);
  const hint = 'Choose a stretch of memory to see what it is, and where else it can be seen.';
  const shown = row
    ? describe(row, machineOf(row), text => editor.postMessage({ kind: 'copy', text }))
    : [div('hint', hint)];
  details.replaceChildren(...shown);
}

window.addEventListener('message', ({ data }: MessageEvent<ToMemoryMap>) => {
  switch (data.kind) {
    case 'map':
      map = data.map;
      title.textContent = data.lab;
      status.textContent = data.state === 'ended' ? 'ended; this is how it was last' : data.state;
      status.className = `status ${data.state}`;
      return draw();
    case 'nothing':
      map = undefined;
      nothing.textContent = data.why;
      return draw();
    case 'select':
      keep({ domain: data.domain });
      draw();
      // Its memory is what one wants to find in the machine.
      return choose(
        domain.rows.find(({ entry }) => entry.kind === 'ram'),
        true,
      );
  }
});
document.body.classList.add('empty');
editor.postMessage({ kind: 'ready' });
