// The devices of a domain: what libxl writes into the store for them (Xen, tools/libs/light/libxl_disk.c, libxl_nic.c), and
// the backends that serve them.
import { BlockBackend } from '../backends/block';
import { XenbusBackend } from '../backends/xenbus';
import type { Domain } from '../domain';
import type { Store } from '../xenstore';
import type { DiskPlan, DomainPlan } from './plan';

export interface Device {
  /** Lets go of everything of the guest's. */
  close(): void;
}

export function makeDevices(store: Store, domain: Domain, plan: DomainPlan): Device[] {
  return plan.disks.map((disk, i) => makeDisk(store, domain, disk, i === 0));
}

function makeDisk(store: Store, domain: Domain, disk: DiskPlan, bootable: boolean): Device {
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
  );
  return bus;
}
