// The far end of an Ethernet cable, as a network device sees it.

/** A network that a device is plugged into. Frames are without preamble and FCS. */
export interface NetworkPort {
  /** Takes a frame of 14 to 1518 bytes; it may keep the array. */
  send(frame: Uint8Array): void;
  /** The device calls this once; `receive` takes frames from the network from then on. */
  onReceive(receive: (frame: Uint8Array) => void): void;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The frame check sequence of IEEE 802.3 over `bytes`, as a little-endian word behind the frame. */
export function frameCheckSequence(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
