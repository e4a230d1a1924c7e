// Sound cards: a list of lists, one for each card, of texts that begin with CARD, PCM or STREAM (Xen, docs/man/xl.cfg.5,
// tools/xl/xl_parse.c).
import { partsOf } from '../specification';
import type { XlText } from '../settings';
import { type Json, type JsonObject, loose, put, type XlReader } from './reader';

const FORMATS = [
  ...['s8', 'u8', 's16_le', 's16_be', 'u16_le', 'u16_be', 's24_le', 's24_be', 'u24_le', 'u24_be', 's32_le', 's32_be'],
  ...['u32_le', 'u32_be', 'f32_le', 'f32_be', 'f64_le', 'f64_be', 'iec958_subframe_le', 'iec958_subframe_be', 'mu_law'],
  ...['a_law', 'ima_adpcm', 'mpeg', 'gsm'],
];
/** Numbers that cards, PCM devices and streams all have. */
const NUMBERS: Readonly<Record<string, string>> = {
  'channels-min': 'channels_min',
  'channels-max': 'channels_max',
  'buffer-size': 'buffer_size',
};
/** Texts of each. */
const TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  card: { backend: 'backend_domname', 'short-name': 'short_name', 'long-name': 'long_name' },
  pcm: { name: 'name' },
  stream: { 'unique-id': 'unique_id', type: 'type' },
};
const STREAM_TYPES = ['p', 'c'];

interface Card {
  readonly card: JsonObject;
  readonly pcms: JsonObject[];
}

const lastStreams = ({ pcms }: Card): Json[] => pcms.at(-1)!['streams'] as Json[];

/** What the first word of a text is about; it makes a new one of it, and of a stream the PCM device around it. */
function begin(card: Card, kind: string): JsonObject {
  if (kind === 'card') return card.card;
  const pcm = (): JsonObject => ({ params: {}, streams: [] });
  if (kind === 'pcm' || card.pcms.length === 0) card.pcms.push(pcm());
  if (kind === 'pcm') return card.pcms.at(-1)!;
  const stream: JsonObject = { params: {} };
  card.pcms.at(-1)!['streams'] = [...lastStreams(card), stream];
  return stream;
}

/** @returns what is wrong */
function readItem(card: Card, text: string): string | undefined {
  const [first, ...rest] = partsOf(text);
  if (!first) return undefined;
  const kind = first.text.toLowerCase();
  if (!Object.hasOwn(TEXTS, kind)) return `${first.text} is none of CARD, PCM and STREAM, which begin a text`;
  const object = begin(card, kind);
  for (const { text: part } of rest) {
    const [, name = part, value] = /^([^=]*)=([\s\S]*)$/.exec(part) ?? [];
    if (value === undefined) return `${name} has no value; write NAME=VALUE`;
    const message = readParameter(object, kind, name, value);
    if (message !== undefined) return message;
  }
  return undefined;
}

function readParameter(object: JsonObject, kind: string, name: string, value: string): string | undefined {
  const params = object['params'] as JsonObject; // begin() makes it
  const list = (): string[] => partsOf(value, ';').map(({ text }) => text);
  if (Object.hasOwn(NUMBERS, name)) put(params, NUMBERS[name]!, loose(value), 0);
  else if (name === 'sample-rates') params['sample_rates'] = list().map(loose);
  else if (name === 'sample-formats') {
    const wrong = list().find(one => !FORMATS.includes(one.toLowerCase()));
    if (wrong !== undefined) return `${wrong} is no format of samples`;
    params['sample_formats'] = list().map(one => one.toLowerCase());
  } else {
    const member = Object.hasOwn(TEXTS[kind]!, name) ? TEXTS[kind]![name] : undefined;
    if (member === undefined) return `there is no parameter ${name}`;
    if (member === 'type' && !STREAM_TYPES.includes(value.toLowerCase())) return 'type of a stream can be p or c';
    object[member] = member === 'type' ? value.toLowerCase() : value;
  }
  return undefined;
}

export function readSound(reader: XlReader): void {
  const { settings } = reader;
  const value = settings.valueOf('vsnd');
  if (!value) return;
  if (value.kind === 'text') {
    settings.at(value.range, 'type', 'error', 'vsnd is a text, but a list of lists is wanted: vsnd = [ [ "CARD" ] ]');
    return;
  }
  const cards = value.values.map((one, devid) => {
    const card: Card = { card: { devid, params: {} }, pcms: [] };
    if (one.kind === 'text') {
      reader.refuseAt(one.range, 'vsnd: a card is a list: vsnd = [ [ "CARD" ] ]', 'type');
      return card.card;
    }
    for (const item of one.values) {
      if (item.kind === 'list') break;
      const text: XlText = { text: item.text, range: item.range };
      const message = readItem(card, item.text);
      if (message !== undefined)
        reader.told('vsnd', text, [{ severity: 'error', message, start: 0, end: item.text.length }]);
    }
    for (const pcm of card.pcms) if (lastIsEmpty(pcm)) delete pcm['streams'];
    if (card.pcms.length > 0) card.card['pcms'] = card.pcms;
    return card.card;
  });
  if (cards.length > 0) reader.domain['vsnds'] = cards;
}

const lastIsEmpty = (pcm: JsonObject): boolean => Array.isArray(pcm['streams']) && pcm['streams'].length === 0;
