// The CompactFlash socket of the V2M-P1 motherboard, empty.
import type { Log } from './device';
import { Unmodelled } from './unmodelled';

/**
 * The socket in True IDE mode with no card in it. The host's termination pulls DD7 low and lets the other lines float
 * high (ATA/ATAPI-6, 4.6 "Electrical characteristics"), so that the status register shows a drive that is not busy
 * and answers nothing: drivers that write the address registers and read them back find no device.
 */
export class CompactFlash extends Unmodelled {
  constructor(name: string, ports: { readonly log: Log }) {
    super(name, {
      log: ports.log,
      explanation: 'the CompactFlash socket has no card; the bus floats, drivers find no drive',
      floating: 0xff7f,
    });
  }
}
