// Program status registers: their bits (ARM DDI 0406C, B1.3.3).

export const PSR = {
  N: 0x80000000,
  Z: 1 << 30,
  C: 1 << 29,
  V: 1 << 28,
  Q: 1 << 27,
  J: 1 << 24,
  GE: 0xf << 16,
  E: 1 << 9,
  A: 1 << 8,
  I: 1 << 7,
  F: 1 << 6,
  T: 1 << 5,
  M: 0x1f,
  /** IT[1:0] and IT[7:2]. */
  IT: (3 << 25) | (0x3f << 10),
} as const;

/** The bits that the core keeps together in one word; the others have words of their own. */
export const PSR_REST = PSR.E | PSR.A | PSR.I | PSR.F | PSR.M;

/** ITSTATE in a PSR value. */
export const itOf = (psr: number): number => ((psr >>> 25) & 3) | ((psr >>> 8) & 0xfc);

/** ITSTATE brought to its place in a PSR. */
export const itBits = (it: number): number => ((it & 3) << 25) | ((it & 0xfc) << 8);

/** ITSTATE after one more instruction (A2.5.2). */
export const advanceIt = (it: number): number => (it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0);

/** `nzcvq.. if-t svc` for people: capital letters are set flags. */
export function describePsr(psr: number): string {
  const flag = (bit: number, letter: string): string => (psr & bit ? letter.toUpperCase() : letter);
  return (
    flag(PSR.N, 'n') +
    flag(PSR.Z, 'z') +
    flag(PSR.C, 'c') +
    flag(PSR.V, 'v') +
    flag(PSR.Q, 'q') +
    ' ' +
    flag(PSR.E, 'e') +
    flag(PSR.A, 'a') +
    flag(PSR.I, 'i') +
    flag(PSR.F, 'f') +
    flag(PSR.T, 't')
  );
}
