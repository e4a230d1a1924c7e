// The ARM branch filter of .xz (filter id 7): before compression every BL holds the absolute address of its target.

/** Condition "always" and the opcode of BL (ARM ARM, A8.8.25): the top byte of the instruction. */
const BL_ALWAYS = 0xeb;

/**
 * Puts relative offsets back into all BL instructions, in place.
 * @param data a whole block, little-endian A32 code among whatever else it holds
 * @param start the filter's start offset, a multiple of 4
 */
export function unfilterArm(data: Uint8Array, start: number): void {
  for (let at = 0; at + 4 <= data.length; at += 4) {
    if (data[at + 3] !== BL_ALWAYS) continue;
    const target = (data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16)) << 2;
    // The processor reads PC as the address of the instruction plus 8.
    const offset = (target - (start + at + 8)) >>> 2;
    data[at] = offset;
    data[at + 1] = offset >>> 8;
    data[at + 2] = offset >>> 16;
  }
}
