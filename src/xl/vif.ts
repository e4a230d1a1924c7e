// A network interface of a domain: what xl reads in its text (Xen, docs/man/xl-network-configuration.5, tools/xl/xl_parse.c,
// tools/libs/util/libxlu_vif.c), and what of it the built-in toolstack can give a guest.
import { readNumber, readUnsigned } from './numbers';
import { about, insist, partsOf, SpecificationError, type SpecificationProblem } from './specification';

/** Parameters that are texts, and what libxl calls them. */
const TEXTS: Readonly<Record<string, string>> = {
  bridge: 'bridge',
  netdev: 'gatewaydev',
  gatewaydev: 'gatewaydev',
  ip: 'ip',
  script: 'script',
  backend: 'backend_domname',
  vifname: 'ifname',
  model: 'model',
  forwarddev: 'coloft_forwarddev',
};
/** Of COLO: sockets with id, ip and port, then filters with their ends, then the rest. */
const COLO = [
  ...[
    ...['mirror', 'compare_sec_in', 'redirector0', 'redirector1', 'redirector2', 'compare_pri_in', 'compare_notify'],
    ...['sec_redirector0', 'sec_redirector1'],
  ].flatMap(name => ['id', 'ip', 'port'].map(end => `colo_sock_${name}_${end}`)),
  ...['redirector0', 'redirector1', 'sec_redirector0', 'sec_redirector1'].flatMap(name =>
    ['queue', 'indev', 'outdev'].map(end => `colo_filter_${name}_${end}`),
  ),
  ...['colo_filter_mirror_queue', 'colo_filter_mirror_outdev', 'colo_filter_sec_rewriter0_queue'],
  ...['colo_compare_pri_in', 'colo_compare_sec_in', 'colo_compare_out', 'colo_compare_notify_dev'],
  ...['colo_checkpoint_host', 'colo_checkpoint_port'],
];

/** For completion: names with = behind them, and words without. */
export const VIF_PARAMETERS = ['mac', 'bridge', 'gatewaydev', 'type', 'model', 'vifname', 'script', 'ip', 'backend', 'rate', 'devid', 'mtu']; // prettier-ignore
export const VIF_FLAGS = ['trusted', 'untrusted'];
export const VIF_TYPES = ['vif', 'ioemu'] as const;

export interface XlVif {
  /** Six bytes; what was wrong in them is 0. */
  readonly mac?: readonly number[];
  readonly type?: (typeof VIF_TYPES)[number];
  /** By libxl's names. */
  readonly texts: ReadonlyMap<string, string>;
  readonly devid?: number;
  readonly mtu?: number;
  readonly rate?: { readonly bytesPerInterval: bigint; readonly intervalMicroseconds: number };
  readonly trusted?: boolean;
}

type Draft = { -readonly [K in keyof XlVif]: XlVif[K] };

export interface ReadVif {
  readonly vif: XlVif;
  /** Names of the parameters, as written. */
  readonly names: readonly string[];
  readonly problems: readonly SpecificationProblem[];
}

/** Reads the text of an interface as xl does, which goes on after most mistakes. */
export function readXlVif(specification: string): ReadVif {
  const texts = new Map<string, string>();
  const vif: Draft = { texts };
  const names: string[] = [];
  const problems: SpecificationProblem[] = [];
  for (const part of partsOf(specification)) {
    const equals = part.text.indexOf('=');
    const name = equals < 0 ? part.text : part.text.slice(0, equals);
    const value = equals < 0 ? undefined : part.text.slice(equals + 1);
    names.push(name);
    const problem = readParameter(vif, texts, name, value);
    if (problem !== undefined) problems.push(about(part, problem.severity, problem.message));
  }
  return { vif, names, problems };
}

type Fault = Pick<SpecificationProblem, 'severity' | 'message'>;
const refused = (message: string): Fault => ({ severity: 'error', message });
const aside = (message: string): Fault => ({ severity: 'information', message });
const passedOver = (message: string): Fault => ({ severity: 'warning', message });

function readParameter(vif: Draft, texts: Map<string, string>, name: string, value?: string): Fault | undefined {
  if (value === undefined) {
    if (name !== 'trusted' && name !== 'untrusted') return passedOver(unknown(name));
    vif.trusted = name === 'trusted';
    return undefined;
  }
  const member = TEXTS[name] ?? (COLO.includes(name) ? name : undefined);
  if (member !== undefined) {
    texts.set(member, value);
    return name === 'netdev' ? aside('netdev is old; write gatewaydev') : undefined;
  }
  if (name === 'mac') return readMac(vif, value);
  if (name === 'type') return readType(vif, value);
  if (name === 'rate') return readRate(vif, value);
  if (name === 'accel') return aside('accel has no effect; take it away');
  if (name !== 'devid' && name !== 'mtu') return passedOver(unknown(name));
  const { end, overflow, value: number } = readUnsigned(value, 10, 32);
  if (end === 0 || overflow) return refused(`${name} is ${JSON.stringify(value)}, but it is a number`);
  vif[name] = Number(BigInt.asIntN(32, number));
  if (end < value.length) return passedOver(`${name}: xl takes ${number} and passes over what is behind it`);
  return undefined;
}

const unknown = (name: string): string =>
  `there is no parameter ${name}; there are ${[...VIF_PARAMETERS, ...VIF_FLAGS].join(', ')}`;

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

/** Any sign between the bytes, and anything behind them, is good enough for xl. */
function readMac(vif: Draft, text: string): Fault | undefined {
  const bytes = [0, 0, 0, 0, 0, 0];
  vif.mac = bytes;
  const wrong = passedOver(`${text} is no MAC address; write six bytes, for example 00:16:3e:00:00:01`);
  let rest = text;
  for (let i = 0; i < bytes.length; i++) {
    const { value, end } = readNumber(rest, 16);
    if (end === 0 || value > 255n || value < 0n) return wrong;
    bytes[i] = Number(value);
    rest = rest.slice(end + 1);
  }
  return MAC.test(text) ? undefined : wrong;
}

function readType(vif: Draft, text: string): Fault | undefined {
  const type = VIF_TYPES.find(one => one === text);
  if (type === undefined) return passedOver(`type is ${JSON.stringify(text)}, but it can be vif or ioemu`);
  vif.type = type;
  return undefined;
}

const UINT32_MAX = 0xffff_ffffn;
const UINT64_MAX = (1n << 64n) - 1n;
const SCALE: Readonly<Record<string, bigint>> = { '': 1n, K: 1000n, M: 1000_000n, G: 1000_000_000n };

/** RATE[@INTERVAL], in bytes or bits for each second. */
function readRate(vif: Draft, text: string): Fault | undefined {
  const at = text.indexOf('@');
  const [rate, interval] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  const [, digits = '', scale = '', unit] = /^([0-9]+)([GMK]?)([Bb])\/s$/.exec(rate) ?? [];
  if (unit === undefined) return refused(`rate is ${JSON.stringify(text)}; write for example 10Mb/s or 1MB/s@20ms`);
  const number = readNumber(digits, 0).value;
  if (number === 0n || number > UINT32_MAX)
    return refused(`rate is ${digits}; write 1 to 4294967295, and a larger unit`);
  const bytes = (number * SCALE[scale]!) / (unit === 'b' ? 8n : 1n);
  let microseconds = 50_000n;
  if (interval !== undefined) {
    const [, length, small, second] = /^([0-9]+)([mu]?)(s?)$/.exec(interval) ?? [];
    if (length === undefined)
      return refused(`the interval of rate is ${JSON.stringify(interval)}; write for example 20ms`);
    const scaled = small === 'u' ? 1n : small === 'm' ? 1000n : second === 's' || small === '' ? 1000_000n : 1n;
    const count = readNumber(length, 0).value;
    microseconds = count * scaled;
    if (count === 0n || microseconds > UINT32_MAX)
      return refused(`the interval of rate is ${interval}; write up to 4294s`);
  }
  if (bytes > UINT64_MAX / microseconds) return refused(`rate is ${JSON.stringify(text)}, more than xl can count`);
  vif.rate = { bytesPerInterval: (bytes * microseconds) / 1000_000n, intervalMicroseconds: Number(microseconds) };
  return undefined;
}

export interface VifSpecification {
  /** Six bytes; undefined: one is made up. */
  readonly mac: Uint8Array | undefined;
  readonly bridge: string;
  /** Keys that need something in dom0, and have no effect here. */
  readonly ignored: readonly string[];
}

const DEFAULT_BRIDGE = 'xenbr0';
const MULTICAST = 1;

/** An interface that the built-in toolstack can make. @throws SpecificationError, also where xl would go on */
export function parseVif(text: string): VifSpecification {
  const { vif, names, problems } = readXlVif(text);
  insist(problems);
  const ignored = names.filter(name => name !== 'mac' && name !== 'bridge');
  const bridge = vif.texts.get('bridge') ?? DEFAULT_BRIDGE;
  if (!vif.mac) return { mac: undefined, bridge, ignored };
  if (vif.mac[0]! & MULTICAST)
    throw new SpecificationError(`${text} is the address of a group: the first byte must be even`);
  return { mac: Uint8Array.from(vif.mac), bridge, ignored };
}
