// A network interface of a domain, as xl reads it (Xen, docs/man/xl-network-configuration.5).
import { SpecificationError, wordsOf } from './specification';

export interface VifSpecification {
  /** Six bytes; undefined: one is made up. */
  readonly mac: Uint8Array | undefined;
  readonly bridge: string;
  /** Keys that need something in dom0, and have no effect here. */
  readonly ignored: readonly string[];
}

const DEFAULT_BRIDGE = 'xenbr0';
const WITHOUT_EFFECT = [
  'gatewaydev', 'netdev', 'type', 'model', 'vifname', 'script', 'ip', 'backend', 'rate', 'devid', 'mtu', 'vlan', 'accel',
  'trusted', 'untrusted',
]; // prettier-ignore
const MULTICAST = 1;

/** @throws SpecificationError */
export function parseVif(specification: string): VifSpecification {
  let mac: Uint8Array | undefined;
  let bridge = DEFAULT_BRIDGE;
  const ignored: string[] = [];
  const words = specification.trim() === '' ? [] : wordsOf(specification);
  for (const { key = '', value } of words) {
    if (key === 'mac') mac = parseMac(value);
    else if (key === 'bridge') bridge = value;
    else if (WITHOUT_EFFECT.includes(key || value)) ignored.push(key || value);
    else throw new SpecificationError(`there is no parameter ${key || value}; there are mac and bridge`);
  }
  return { mac, bridge, ignored };
}

function parseMac(text: string): Uint8Array {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text))
    throw new SpecificationError(`${text} is no MAC address; write six bytes, for example 00:16:3e:00:00:01`);
  const bytes = Uint8Array.from(text.split(':'), byte => parseInt(byte, 16));
  if (bytes[0]! & MULTICAST)
    throw new SpecificationError(`${text} is the address of a group: the first byte must be even`);
  return bytes;
}
