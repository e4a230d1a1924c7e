// Devices of a domain, each a text of NAME=VALUE (Xen, tools/xl/xl_parse.c). Names and what becomes of them are tables;
// what is special about a device is a function behind its table.
import { readXlDisk, type XlDisk } from '../disk';
import { atoi } from '../numbers';
import type { XlText } from '../settings';
import { partsOf } from '../specification';
import { UUID } from '../uuid';
import { readXlVif } from '../vif';
import { readPci } from './pci';
import { choice, type Json, type JsonObject, loose, put, type XlReader } from './reader';
import { readSound } from './sound';

/** Makes a member of a value. */
type Take = (value: string) => Json;
type Table = Readonly<Record<string, readonly [member: string, take: Take]>>;

const asText: Take = value => value;
const asLoose: Take = loose;
const asInteger: Take = atoi;
const asTruth: Take = value => loose(value) !== 0;
const asChoice: Take = value => choice(atoi(value) !== 0);

const BACKEND: Table = { backend: ['backend_domname', asText] };
const VKB: Table = {
  ...BACKEND,
  'unique-id': ['unique_id', asText],
  'feature-disable-keyboard': ['feature_disable_keyboard', asTruth],
  'feature-disable-pointer': ['feature_disable_pointer', asTruth],
  'feature-abs-pointer': ['feature_abs_pointer', asTruth],
  'feature-raw-pointer': ['feature_raw_pointer', asTruth],
  'feature-multi-touch': ['feature_multi_touch', asTruth],
  'multi-touch-width': ['multi_touch_width', asLoose],
  'multi-touch-height': ['multi_touch_height', asLoose],
  'multi-touch-num-contacts': ['multi_touch_num_contacts', asLoose],
  width: ['width', asLoose],
  height: ['height', asLoose],
};
const VNC: Table = {
  vnc: ['enable', asChoice],
  vnclisten: ['listen', asText],
  vncpasswd: ['passwd', asText],
  vncdisplay: ['display', asInteger],
  vncunused: ['findunused', asChoice],
};
const SDL: Table = {
  sdl: ['enable', asChoice],
  opengl: ['opengl', asChoice],
  display: ['display', asText],
  xauthority: ['xauthority', asText],
};
const P9: Table = {
  tag: ['tag', asText],
  path: ['path', asText],
  security_model: ['security_model', asText],
  ...BACKEND,
};
const USBCTRL: Table = { version: ['version', asInteger], ports: ['ports', asInteger] };
const USBDEV: Table = {
  controller: ['ctrl', asInteger],
  port: ['port', asInteger],
  hostbus: ['hostbus', value => loose(value) & 0xff],
  hostaddr: ['hostaddr', value => loose(value) & 0xff],
};
const USBCTRL_TYPES = ['auto', 'pv', 'devicemodel', 'qusb'];

/** Names that can stand in the text of a device, for completion and for hover. */
export const DEVICE_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  vkb: ['backend-type', ...Object.keys(VKB)],
  vfb: [...Object.keys(VNC), ...Object.keys(SDL), 'keymap'],
  p9: Object.keys(P9),
  pvcalls: Object.keys(BACKEND),
  vtpm: ['backend', 'uuid'],
  channel: ['backend', 'name', 'connection', 'path'],
  usbctrl: ['type', ...Object.keys(USBCTRL)],
  usbdev: ['type', ...Object.keys(USBDEV)],
  vdispl: ['backend', 'be-alloc', 'connectors'],
};

interface Pair {
  readonly name: string;
  readonly value: string;
  /** Without =. */
  readonly bare: boolean;
  readonly start: number;
  readonly end: number;
}

function pairsOf(text: string): Pair[] {
  return partsOf(text).map(({ text: part, start }) => {
    const equals = part.indexOf('=');
    const bare = equals < 0;
    const [name, value] = bare ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    return { name, value, bare, start, end: start + part.length };
  });
}

export function readDevices(reader: XlReader): void {
  reader.devices('disk', 'disks', text => {
    const { disk, problems } = readXlDisk(text.text);
    reader.told('disk', text, problems);
    return diskObject(disk);
  });
  reader.devices('vif', 'nics', (text, index) => nicObject(reader, text, index));
  readPci(reader);
  reader.devices('dtdev', 'dtdevs', ({ text }) => ({ path: text }));
  reader.devices('vtpm', 'vtpms', (text, index) => vtpmObject(reader, text, index));
  readP9(reader);
  reader.devices('pvcalls', 'pvcallsifs', (text, index) => {
    const object: JsonObject = { devid: index };
    strict(reader, 'pvcalls', text, BACKEND, object);
    return object;
  });
  reader.devices('vdispl', 'vdispls', (text, index) => displayObject(reader, text, index));
  readSound(reader);
  reader.devices('channel', 'channels', (text, index) => channelObject(reader, text, index));
  reader.devices('vfb', 'vfbs', (text, index) => frameBuffer(reader, text, index));
  // Every frame buffer brings a keyboard with it.
  const frames = (reader.domain['vfbs'] as Json[] | undefined)?.length ?? 0;
  if (frames > 0) reader.domain['vkbs'] = Array.from({ length: frames }, (_, devid) => ({ devid }));
  reader.devices('vkb', 'vkbs', (text, index) => keyboard(reader, text, frames + index));
  reader.devices('usbctrl', 'usbctrls', (text, index) => usbController(reader, text, index));
  reader.devices('usbdev', 'usbdevs', text => usbDevice(reader, text));
}

/** xl stops at the first part without =, and refuses names that it does not know. */
function strict(reader: XlReader, key: string, text: XlText, table: Table, object: JsonObject): Pair[] {
  const pairs: Pair[] = [];
  for (const pair of pairsOf(text.text)) {
    const { name, value, bare } = pair;
    if (bare) {
      reader.told(key, text, [
        { ...pair, severity: 'warning', message: `${name} has no =, so that xl reads no further` },
      ]);
      break;
    }
    const known = Object.hasOwn(table, name) ? table[name] : undefined;
    if (known) object[known[0]] = known[1](value);
    else unknown(reader, key, text, pair, Object.keys(table));
    pairs.push(pair);
  }
  return pairs;
}

function unknown(reader: XlReader, key: string, text: XlText, pair: Pair, names: readonly string[]): void {
  reader.told(key, text, [{ ...pair, severity: 'error', message: `there is no parameter ${pair.name}; there are ${names.join(', ')}` }]); // prettier-ignore
}

/** A mistake of the whole device. */
function wrong(reader: XlReader, key: string, text: XlText, message: string): void {
  reader.told(key, text, [{ severity: 'error', message, start: 0, end: text.text.length }]);
}

function diskObject(disk: XlDisk): JsonObject {
  const object: JsonObject = {};
  put(object, 'backend_domname', disk.backend);
  put(object, 'pdev_path', disk.target);
  put(object, 'vdev', disk.vdev);
  put(object, 'backend', disk.backendType);
  put(object, 'format', disk.format);
  put(object, 'script', disk.script);
  put(object, 'specification', disk.specification);
  if (disk.cdrom) Object.assign(object, { removable: 1, is_cdrom: 1 });
  if (disk.readWrite) object['readwrite'] = 1;
  put(object, 'direct_io_safe', disk.directIoSafe);
  const choices = { discard_enable: disk.discard, colo_enable: disk.colo };
  for (const [member, value] of Object.entries(choices))
    put(object, member, value === undefined ? value : choice(value));
  put(object, 'colo_host', disk.coloHost);
  put(object, 'colo_port', disk.coloPort);
  put(object, 'colo_export', disk.coloExport);
  put(object, 'active_disk', disk.activeDisk);
  put(object, 'hidden_disk', disk.hiddenDisk);
  return object;
}

function nicObject(reader: XlReader, text: XlText, index: number): JsonObject {
  const { vif, problems } = readXlVif(text.text);
  reader.told('vif', text, problems);
  const object: JsonObject = {};
  const { mac, rate, trusted } = vif;
  put(object, 'devid', vif.devid ?? index);
  put(object, 'mtu', vif.mtu, 0);
  if (mac?.some(byte => byte !== 0)) object['mac'] = mac.map(byte => byte.toString(16).padStart(2, '0')).join(':');
  for (const [member, value] of vif.texts) object[member] = value;
  put(object, 'nictype', vif.type === 'ioemu' ? 'vif_ioemu' : vif.type);
  if (rate) {
    put(object, 'rate_bytes_per_interval', Number(rate.bytesPerInterval), 0);
    put(object, 'rate_interval_usecs', rate.intervalMicroseconds);
  }
  put(object, 'trusted', trusted === undefined ? trusted : choice(trusted));
  return object;
}

function vtpmObject(reader: XlReader, text: XlText, index: number): JsonObject {
  const object: JsonObject = { devid: index };
  const table: Table = { ...BACKEND, uuid: ['uuid', value => value.toLowerCase()] };
  strict(reader, 'vtpm', text, table, object);
  const { uuid } = object;
  if (typeof uuid === 'string' && !UUID.test(uuid)) wrong(reader, 'vtpm', text, `${uuid} is no UUID; write 8-4-4-4-12 hexadecimal digits`); // prettier-ignore
  if (object['backend_domname'] === undefined)
    wrong(reader, 'vtpm', text, 'backend is missing: the domain that has the TPM');
  return object;
}

/** What one share leaves out it has from those before it. */
function readP9(reader: XlReader): void {
  let before: JsonObject = {};
  reader.devices('p9', 'p9s', text => {
    const object = { ...before };
    strict(reader, 'p9', text, P9, object);
    for (const need of ['tag', 'path', 'security_model'])
      if (object[need] === undefined) wrong(reader, 'p9', text, `${need} is missing`);
    before = object;
    return object;
  });
}

function displayObject(reader: XlReader, text: XlText, index: number): JsonObject {
  const object: JsonObject = { devid: index };
  for (const pair of pairsOf(text.text)) {
    const { name, value, bare } = pair;
    if (name === 'backend' && !bare) object['backend_domname'] = value;
    else if (name === 'be-alloc' && !bare) put(object, 'be_alloc', asTruth(value), false);
    else if (name === 'connectors' && !bare) {
      const connectors = partsOf(value, ';').map(({ text: one }) => /^([^:]+):\s*([+-]?\d+)x\s*([+-]?\d+)/.exec(one));
      if (connectors.some(one => !one)) wrong(reader, 'vdispl', text, 'a connector is ID:WIDTHxHEIGHT, several with ; between them'); // prettier-ignore
      else object['connectors'] = connectors.map(one => ({ unique_id: one![1]!, width: loose(one![2]!), height: loose(one![3]!) })); // prettier-ignore
    } else unknown(reader, 'vdispl', text, pair, DEVICE_PARAMETERS['vdispl']!);
  }
  if (object['connectors'] === undefined) wrong(reader, 'vdispl', text, 'connectors is missing: write ID:WIDTHxHEIGHT');
  return object;
}

function channelObject(reader: XlReader, text: XlText, index: number): JsonObject {
  const object: JsonObject = { devid: index };
  let connection: string | undefined;
  let path: string | undefined;
  for (const pair of pairsOf(text.text)) {
    const [key, value] = text.text.slice(pair.start, pair.end).split('=').filter(one => one !== '').map(one => one.trim()); // prettier-ignore
    if (key === undefined || value === undefined) wrong(reader, 'channel', text, `${pair.name} has no value; write NAME=VALUE`); // prettier-ignore
    else if (key === 'backend') object['backend_domname'] = value;
    else if (key === 'name') object['name'] = value;
    else if (key === 'path') path = value;
    else if (key === 'connection') {
      if (value === 'pty' || value === 'socket') connection = value;
      else wrong(reader, 'channel', text, `connection is ${JSON.stringify(value)}, but it can be pty or socket`);
    } else
      reader.told('channel', text, [{ ...pair, severity: 'warning', message: `there is no parameter ${key}; there are ${DEVICE_PARAMETERS['channel']!.join(', ')}` }]); // prettier-ignore
  }
  if (connection === undefined) wrong(reader, 'channel', text, 'connection is missing: it can be pty or socket');
  else if (connection === 'pty') object['connection.pty'] = {};
  else if (path === undefined) wrong(reader, 'channel', text, 'a socket needs path=');
  else object['connection.socket'] = { path };
  return object;
}

function frameBuffer(reader: XlReader, text: XlText, index: number): JsonObject {
  const vnc: JsonObject = {};
  const sdl: JsonObject = {};
  const object: JsonObject = { devid: index, vnc, sdl };
  for (const pair of pairsOf(text.text)) {
    const { name, value, bare } = pair;
    if (bare) {
      reader.told('vfb', text, [
        { ...pair, severity: 'warning', message: `${name} has no =, so that xl reads no further` },
      ]);
      break;
    }
    const [side, known] = Object.hasOwn(VNC, name)
      ? [vnc, VNC[name]!]
      : Object.hasOwn(SDL, name)
        ? [sdl, SDL[name]!]
        : [];
    if (side && known) side[known[0]] = known[1](value);
    else if (name === 'keymap') object['keymap'] = value;
    else
      reader.told('vfb', text, [{ ...pair, severity: 'warning', message: `there is no parameter ${name}; there are ${DEVICE_PARAMETERS['vfb']!.join(', ')}` }]); // prettier-ignore
  }
  put(vnc, 'display', vnc['display'], 0);
  return object;
}

function keyboard(reader: XlReader, text: XlText, index: number): JsonObject {
  const object: JsonObject = { devid: index };
  for (const pair of pairsOf(text.text)) {
    const { name, value, bare } = pair;
    const known = !bare && Object.hasOwn(VKB, name) ? VKB[name] : undefined;
    if (known) object[known[0]] = known[1](value);
    else if (!bare && name === 'backend-type') {
      if (/^(qemu|linux|unknown)$/i.test(value)) object['backend_type'] = value.toLowerCase();
      else wrong(reader, 'vkb', text, `backend-type is ${JSON.stringify(value)}, but it can be qemu or linux`);
    } else unknown(reader, 'vkb', text, pair, DEVICE_PARAMETERS['vkb']!);
  }
  if (object['backend_type'] === undefined || object['backend_type'] === 'unknown') wrong(reader, 'vkb', text, 'backend-type is missing: it can be qemu or linux'); // prettier-ignore
  const touch = ['multi_touch_width', 'multi_touch_height', 'multi_touch_num_contacts'].some(member => object[member]);
  if (touch) object['feature_multi_touch'] = true;
  else if (object['feature_multi_touch']) wrong(reader, 'vkb', text, 'feature-multi-touch needs multi-touch-width, -height or -num-contacts'); // prettier-ignore
  for (const [member, value] of Object.entries(object)) if (value === false || (value === 0 && member !== 'devid')) delete object[member]; // prettier-ignore
  return object;
}

function usbController(reader: XlReader, text: XlText, index: number): JsonObject {
  const object: JsonObject = { devid: index };
  for (const pair of pairsOf(text.text)) {
    const { name, value, bare } = pair;
    const known = !bare && Object.hasOwn(USBCTRL, name) ? USBCTRL[name] : undefined;
    if (known) put(object, known[0], known[1](value), 0);
    else if (!bare && name === 'type') {
      const type = USBCTRL_TYPES.find(one => one === value.toLowerCase());
      if (type === undefined)
        wrong(reader, 'usbctrl', text, `type is ${JSON.stringify(value)}, but it can be ${USBCTRL_TYPES.join(', ')}`); // prettier-ignore
      else put(object, 'type', type, 'auto');
    } else unknown(reader, 'usbctrl', text, pair, DEVICE_PARAMETERS['usbctrl']!);
  }
  return object;
}

function usbDevice(reader: XlReader, text: XlText): JsonObject {
  const object: JsonObject = {};
  const host: JsonObject = {};
  let typed = false;
  for (const pair of pairsOf(text.text)) {
    const { name, value, bare } = pair;
    const known = !bare && Object.hasOwn(USBDEV, name) ? USBDEV[name] : undefined;
    if (known) (name.startsWith('host') ? host : object)[known[0]] = known[1](value);
    else if (!bare && name === 'type') {
      typed = value.toLowerCase() === 'hostdev';
      if (!typed) wrong(reader, 'usbdev', text, `type is ${JSON.stringify(value)}, but it can be hostdev`);
    } else unknown(reader, 'usbdev', text, pair, DEVICE_PARAMETERS['usbdev']!);
  }
  if (typed) object['type.hostdev'] = host;
  put(object, 'port', object['port'], 0);
  return object;
}
