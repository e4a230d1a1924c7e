// The USB host controller of the V2M-P1 motherboard.
import type { Log } from './device';
import { Unmodelled } from './unmodelled';

/**
 * NXP ISP1761 (CS3 + 0x3000000), not modelled. Its HW Scratch register reads 0, so that a driver's scratch test fails
 * at the first access and the driver gives up cleanly, as it does where the chip is not fitted.
 */
export class Isp1761 extends Unmodelled {
  constructor(name: string, ports: { readonly log: Log }) {
    super(name, {
      log: ports.log,
      explanation: 'the USB host controller NXP ISP1761; every register reads 0, drivers find no chip, there is no USB',
    });
  }
}
