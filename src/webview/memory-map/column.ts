// One address space as a column: a strip that is true to scale, and a row for each stretch. Rows are a list to choose from, by
// mouse and keys.
import { type AddressSpaceMap, formatAddress, type MapEntry, type MapStretch } from '../../lab/memory-map';
import { div, element, span } from '../dom';
import { formatSize, heightOf, KINDS, type Row } from './rows';

const GIB = 2 ** 30;
/** Colours of domains, over and over. */
const DOMAIN_COLOURS = 6;

export interface ColumnPorts {
  /** The person chooses a row. */
  choose(row: Row): void;
}

/** What colours an entry: its kind, and of memory of domains whose it is. */
export const colourOf = ({ kind, domain }: MapEntry): string =>
  kind === 'domain' && domain !== undefined ? `kind-domain domain-${domain % DOMAIN_COLOURS}` : `kind-${kind}`;

export class Column {
  readonly element: HTMLElement;
  readonly #title = element('h2');
  readonly #strip = element('div', { class: 'strip', 'aria-hidden': 'true' });
  readonly #scale = element('div', { class: 'scale', 'aria-hidden': 'true' });
  readonly #list = element('div', { class: 'rows', role: 'listbox' });
  readonly #options = new Map<string, HTMLElement>();
  readonly #ports: ColumnPorts;
  /** Its title says what is shown; else what stands beside does. */
  readonly #isTitled: boolean;
  /** On the strip, where the chosen row is. */
  readonly #marker = div('marker');
  #rows: readonly Row[] = [];
  /** Bytes of the strip. */
  #total = 1;

  /** @param head what stands above the strip beside the title */
  constructor(ports: ColumnPorts, ...head: HTMLElement[]) {
    this.#ports = ports;
    this.#isTitled = head.length === 0;
    this.element = element(
      'section',
      { class: 'column' },
      div('head', this.#title, ...head),
      this.#strip,
      this.#scale,
      this.#list,
    );
    this.#list.addEventListener('keydown', event => this.#key(event));
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  show(map: AddressSpaceMap, rows: readonly Row[]): void {
    const { scrollTop } = this.#list;
    const hadFocus = this.#list.contains(document.activeElement);
    this.#rows = rows;
    this.#title.textContent = this.#isTitled ? map.title : 'Domain';
    this.element.setAttribute('aria-label', map.title);
    const longest = Math.max(0, ...rows.map(({ entry }) => formatAddress(map.space, entry.base).length));
    this.#list.style.setProperty('--digits', String(longest));
    this.#list.setAttribute('aria-label', `Addresses of ${map.title}`);
    this.#drawStrip(map);
    this.#options.clear();
    this.#list.replaceChildren(...rows.map(row => this.#option(row)));
    if (rows.length === 0) this.#list.append(div('none', 'Nothing here has this name or address.'));
    this.#list.scrollTop = scrollTop;
    const [first] = this.#options.values();
    if (first) first.tabIndex = 0;
    if (hadFocus) first?.focus();
  }

  /** @param chosen the row that is chosen, if it is one of these @param related those that show the same memory */
  mark(chosen: Row | undefined, related: ReadonlySet<string>, look: boolean): void {
    let first: HTMLElement | undefined;
    for (const [key, option] of this.#options) {
      const isChosen = key === chosen?.key;
      option.setAttribute('aria-selected', String(isChosen));
      option.classList.toggle('related', related.has(key));
      option.tabIndex = isChosen ? 0 : -1;
      if (isChosen || (!first && related.has(key))) first = option;
    }
    this.#marker.hidden = !chosen;
    if (chosen) this.#put(this.#marker, chosen.entry);
    const focusable = this.#options.get(chosen?.key ?? '') ?? this.#options.values().next().value;
    if (focusable) focusable.tabIndex = 0;
    if (look) first?.scrollIntoView({ block: 'nearest' });
  }

  #option(row: Row): HTMLElement {
    const { entry, depth, space } = row;
    const address = formatAddress(space, entry.base);
    const kind = KINDS[entry.kind];
    const size = formatSize(entry.size);
    const label = `${entry.name}, ${entry.name === kind ? '' : `${kind}, `}${address}, ${size}. ${entry.about}`;
    const option = element(
      'div',
      {
        class: `row depth-${depth} ${colourOf(entry)}`,
        role: 'option',
        'aria-selected': 'false',
        'aria-label': label,
        tabindex: '-1',
      },
      span('address', span('space', `${space}:`), address.slice(space.length + 1)),
      span('swatch'),
      span('what', span('name', entry.name), entry.name === kind ? '' : span('kind', kind), span('about', entry.about)),
      span('size', size),
    );
    option.style.minHeight = `${heightOf(row)}px`;
    option.addEventListener('click', () => this.#ports.choose(row));
    option.addEventListener('focus', () => option.getAttribute('aria-selected') === 'true' || this.#ports.choose(row));
    this.#options.set(row.key, option);
    return option;
  }

  #key(event: KeyboardEvent): void {
    const options = [...this.#options.values()];
    const at = options.indexOf(document.activeElement as HTMLElement);
    const page = 12;
    const moves: Readonly<Record<string, number>> = {
      ...{
        ArrowDown: at + 1,
        ArrowUp: at - 1,
        PageDown: at + page,
        PageUp: at - page,
        Home: 0,
        End: options.length - 1,
      },
    };
    const to = moves[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    options[Math.min(options.length - 1, Math.max(0, to))]?.focus();
  }

  #drawStrip({ entries }: AddressSpaceMap): void {
    const last = entries.at(-1);
    this.#total = last ? last.base + last.size : 1;
    const flat = entries.flatMap(entry => [entry, ...(entry.parts ?? [])]).filter(({ kind }) => kind !== 'absent');
    this.#strip.replaceChildren(
      ...flat.map(entry => {
        const piece = div(`piece ${colourOf(entry)}`);
        this.#put(piece, entry);
        return piece;
      }),
      this.#marker,
    );
    const step = this.#total / 4;
    this.#scale.replaceChildren(
      ...[0, 1, 2, 3, 4].map(n => span('tick', step * n === 0 ? '0' : `${(step * n) / GIB} GiB`)),
    );
  }

  #put(piece: HTMLElement, { base, size }: MapStretch): void {
    piece.style.left = `${(100 * base) / this.#total}%`;
    piece.style.width = `${(100 * size) / this.#total}%`;
  }
}
