// PCI devices of the host for a guest: [DOMAIN:]BUS:DEVICE.FUNCTION[@SLOT], NAME=VALUE (Xen, docs/man/xl-pci-configuration.5).
import { atoi } from '../numbers';
import type { JsonObject } from './reader';
import { put, type XlReader } from './reader';

const ADDRESS = /^(?:([0-9a-f]{1,8}):)?([0-9a-f]{1,8}):([0-9a-f]{1,8})\.(?:(\*)|([0-9a-f]{1,8}))/i;
const OPTIONS = ['permissive', 'msitranslate', 'seize', 'power_mgmt'] as const;
export const PCI_PARAMETERS = ['bdf', 'vslot', ...OPTIONS, 'rdm_policy', 'name'];
const ALL_FUNCTIONS = 0xffff_ffff;

/** @returns what is behind the address; undefined when there is none at the beginning */
function readAddress(object: JsonObject, text: string): string | undefined {
  const [whole, domain = '0', bus, device, all, fn = '0'] = ADDRESS.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const [d, b, v, f] = [domain, bus!, device!, fn].map(digits => parseInt(digits, 16)) as [
    number,
    number,
    number,
    number,
  ]; // four of four
  if (d > 0xffff || b > 0xff || v > 0x1f || f > 7) return undefined;
  put(object, 'domain', d, 0);
  put(object, 'bus', b, 0);
  put(object, 'dev', v, 0);
  put(object, 'func', f, 0);
  object['vfunc_mask'] = all === undefined ? 1 : ALL_FUNCTIONS;
  return text.slice(whole.length);
}

function readSlot(object: JsonObject, text: string): boolean {
  const slot = /^[0-9a-f]{1,8}$/i.test(text) ? parseInt(text, 16) : Infinity;
  if (slot > 0x1f) return false;
  put(object, 'vdevfn', slot << 3, 0);
  return true;
}

/** Reads one text. @returns what is wrong with it */
function readOne(object: JsonObject, text: string): string | undefined {
  const form = 'write [DOMAIN:]BUS:DEVICE.FUNCTION, for example 01:00.0';
  let named = false;
  let rest = readAddress(object, text);
  let addressed = rest !== undefined;
  const slot = /^@([^,]*)/.exec(rest ?? '');
  if (slot) {
    if (!readSlot(object, slot[1]!)) return 'the slot behind @ is 0 to 1f';
    rest = rest!.slice(slot[0].length);
  }
  if (rest !== undefined && rest !== '' && !rest.startsWith(',')) return form;
  const options = (rest === undefined ? text : rest.slice(1)).split(',').filter((one, i, all) => one !== '' || i < all.length - 1); // prettier-ignore
  for (const option of options) {
    const [, key, value] = /^([^=]*)=([\s\S]*)$/.exec(option) ?? [];
    if (key === undefined || value === undefined) return form;
    if (key === 'bdf') {
      if (readAddress(object, value) === undefined) return form;
      addressed = true;
    } else if (key === 'vslot') {
      if (!readSlot(object, value)) return 'vslot is 0 to 1f';
    } else if (key === 'name') {
      object['name'] = value;
      named = true;
    } else if (key === 'rdm_policy') {
      if (value !== 'strict' && value !== 'relaxed') return 'rdm_policy can be strict or relaxed';
      object['rdm_policy'] = value;
    } else {
      const member = OPTIONS.find(one => one === key);
      if (member === undefined) return `there is no parameter ${key}; there are ${PCI_PARAMETERS.join(', ')}`;
      object[member] = atoi(value) !== 0;
    }
  }
  return addressed === named ? form : undefined;
}

export function readPci(reader: XlReader): void {
  const standard: JsonObject = { rdm_policy: 'strict' };
  for (const option of OPTIONS) {
    const value = reader.long(`pci_${option}`);
    if (value !== undefined && value !== 0n) standard[option] = true;
  }
  reader.devices('pci', 'pcidevs', text => {
    const object: JsonObject = { ...standard };
    const message = readOne(object, text.text);
    if (message !== undefined)
      reader.told('pci', text, [{ severity: 'error', message, start: 0, end: text.text.length }]);
    for (const option of OPTIONS) if (object[option] === false) delete object[option];
    return object;
  });
}
