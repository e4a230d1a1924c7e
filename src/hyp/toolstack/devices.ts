// The devices of a domain: what libxl writes into the store for them (Xen, tools/libs/light/libxl_disk.c, libxl_nic.c), and
// the backends that serve them.
import { BlockBackend } from '../backends/block';
import { Bridge, macKey } from '../backends/net/bridge';
import { Gateway } from '../backends/net/gateway';
import { NetBackend } from '../backends/net/netif';
import { XenbusBackend } from '../backends/xenbus';
import type { Domain } from '../domain';
import type { Store } from '../xenstore';
import type { DiskPlan, DomainPlan, NicPlan } from './plan';

/** Every bridge has a network of its own; they do not know of each other. */
const SUBNET = { prefix: [10, 11, 12], gateway: 1, first: 2, last: 254 } as const;

export interface Device {
  /** Lets go of everything of the guest's. */
  close(): void;
}

/** Bridges of a host by name, made when the first interface wants one. */
export class Bridges {
  private readonly bridges = new Map<string, Bridge>();

  get(name: string): Bridge {
    let bridge = this.bridges.get(name);
    if (!bridge) {
      this.bridges.set(name, (bridge = new Bridge()));
      new Gateway(bridge, SUBNET);
    }
    return bridge;
  }
}

/** @param restored their nodes are in the store already */
export function makeDevices(
  store: Store,
  domain: Domain,
  plan: DomainPlan,
  bridges: Bridges,
  restored = false,
): Device[] {
  return [
    ...plan.disks.map((disk, i) => makeDisk(store, domain, disk, i === 0, restored)),
    ...plan.nics.map((nic, i) => makeNic(store, domain, plan, nic, i, bridges, restored)),
  ];
}

function makeDisk(store: Store, domain: Domain, disk: DiskPlan, bootable: boolean, restored: boolean): Device {
  const type = disk.removable ? 'cdrom' : 'disk';
  const driver: BlockBackend = new BlockBackend(domain, disk, why => bus.fail(why));
  const bus = new XenbusBackend(
    store,
    domain,
    { kind: 'vbd', device: disk.device },
    {
      frontend: { 'virtual-device': disk.device, 'device-type': type },
      backend: {
        ...{ params: disk.target, type: disk.type, dev: disk.name, mode: disk.readOnly ? 'r' : 'w' },
        ...{ 'device-type': type, removable: disk.removable ? 1 : 0, bootable: bootable ? 1 : 0, 'discard-enable': 0 },
      },
    },
    driver,
    restored,
  );
  return bus;
}

function makeNic(
  store: Store,
  domain: Domain,
  plan: DomainPlan,
  nic: NicPlan,
  device: number,
  bridges: Bridges,
  restored: boolean,
): Device {
  const mac = macKey(nic.mac ?? madeUpMac(plan.uuid, device), 0);
  const driver: NetBackend = new NetBackend(domain, bridges.get(nic.bridge), why => bus.fail(why));
  const bus = new XenbusBackend(
    store,
    domain,
    { kind: 'vif', device },
    {
      frontend: { handle: device, mac, mtu: 1500 },
      backend: { handle: device, mac, bridge: nic.bridge, type: 'vif', script: '/etc/xen/scripts/vif-bridge' },
    },
    driver,
    restored,
  );
  return bus;
}

/** Xen's own range, and three bytes that the domain has in every run. */
function madeUpMac(uuid: Uint8Array, device: number): Uint8Array {
  return Uint8Array.of(0x00, 0x16, 0x3e, uuid[13]! & 0x7f, uuid[14]!, (uuid[15]! + device) & 0xff);
}
