// How a guest is told of PSCI, dom0 or not (Linux, Documentation/devicetree/bindings/arm/psci.yaml).
import { type DtNode, setCells, setString } from '../dt';
import { PSCI_0_1 } from './vpsci';

/** Adds the node below the root; the functions of PSCI 0.1 have the numbers of vpsci.ts. */
export function addPsci(root: DtNode): void {
  const node = root.add('psci');
  setString(node, 'compatible', 'arm,psci-1.0', 'arm,psci-0.2', 'arm,psci');
  setString(node, 'method', 'hvc');
  setCells(node, 'cpu_off', PSCI_0_1.CPU_OFF);
  setCells(node, 'cpu_on', PSCI_0_1.CPU_ON);
}
