// Firmware's code for secondary cores that wait for an address in a mailbox (SecondaryStart).

/** Bytes of it: the instructions, without the two words behind them. */
export const MAILBOX_CODE_BYTES = 44;

/**
 * @param cpuInterface address of the CPU interface of the interrupt controller
 * @param mailbox address of the word that says where to go on
 */
export function mailboxCode(cpuInterface: number, mailbox: number): Uint8Array {
  // 1: enable the CPU interface and unmask, so that a software interrupt ends WFI; 2: until the word is not zero
  const code = [
    0xe59f0024, // ldr r0, =cpuInterface
    0xe3a01001, // mov r1, #1
    0xe5801000, // str r1, [r0]           GICC_CTLR
    0xe3a010ff, // mov r1, #255
    0xe5801004, // str r1, [r0, #4]       GICC_PMR
    0xe59f0014, // ldr r0, =mailbox
    0xe320f003, // wfi
    0xe5901000, // ldr r1, [r0]
    0xe3510000, // cmp r1, #0
    0x0afffffb, // beq wfi
    0xe12fff11, // bx r1
    cpuInterface,
    mailbox,
  ];
  const bytes = new Uint8Array(code.length * 4);
  code.forEach((word, i) => new DataView(bytes.buffer).setUint32(4 * i, word, true));
  return bytes;
}
