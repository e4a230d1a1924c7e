// Where the disassembler differs from objdump on purpose. Everything else that differs is an error.
import { decode } from '../../../src/emu/isa';
import { inspect, type InstructionSet } from '../oracle/rules';

/** What objdump says in other words than the manual, as a rewriting of its text. */
const SPELLINGS: readonly { readonly why: string; readonly pattern: RegExp; readonly manual: string }[] = [
  { why: 'one rotation of UXTAB16 is in capitals', pattern: /\bROR #/, manual: 'ror #' },
  { why: 'ASR #32 of SSAT and USAT is encoded as 0', pattern: /^([su]sat.*asr) #0$/, manual: '$1 #32' },
  { why: 'T32 SUBS PC, LR, #0 is ERET (B9.3.19)', pattern: /^subs(..)?\tpc, lr, #0$/, manual: 'eret$1' },
  {
    why: 'literals whose offset has the bits of LDRT are not LDRT',
    pattern: /^(ldr(?:s?[bh])?)t(..)?\t(\w+, \[pc, #-\d+\])$/,
    manual: '$1$2.w\t$3',
  },
  { why: 'registers of LDREX go by their names', pattern: /^(ldrex(?:..)?\t)r10,/, manual: '$1sl,' },
  { why: 'registers of LDREX go by their names', pattern: /^(ldrex(?:..)?\t)r11,/, manual: '$1fp,' },
  { why: 'registers of LDREX go by their names', pattern: /^(ldrex(?:..)?\t)r12,/, manual: '$1ip,' },
  { why: 'registers of LDREX go by their names', pattern: /^(ldrex(?:..)?\t)r13,/, manual: '$1sp,' },
  { why: 'registers of LDREX go by their names', pattern: /^(ldrex(?:..)?\t)r14,/, manual: '$1lr,' },
];

interface Compared {
  readonly encoding: number;
  /** objdump's. */
  readonly text: string;
  readonly ours: string;
}

/** @returns why it is no error that the texts differ, or undefined when it is one */
export function intended({ encoding, text, ours }: Compared, thumb: boolean): string | undefined {
  const spelling = SPELLINGS.find(
    ({ pattern, manual }) => pattern.test(text) && text.replace(pattern, manual) === ours,
  );
  if (spelling) return spelling.why;
  const set: InstructionSet = !thumb ? 'a32' : encoding >>> 16 ? 't32' : 't16';
  if (inspect(set, encoding).unpredictable !== undefined) return 'UNPREDICTABLE';
  const found = decode(encoding, thumb);
  if (found?.row.execute(found.fields, false) === undefined)
    return 'UNDEFINED on this processor: other extensions, or what objdump does not check';
  if (found.row.name.startsWith('Unallocated memory hint')) return 'unallocated memory hints are NOPs (A5.7.1)';
  // VLDR and VSTR of system registers (MVE) took encodings of LDC and STC; pointer authentication those of hints.
  if (found.row.name.startsWith('LDC, STC') && /^v(ldr|str)/.test(text)) return 'a later extension';
  if (found.row.name.startsWith('NOP and hints') && /^(pac|pacbti|aut|bti)\b/.test(text)) return 'a later extension';
  return undefined;
}
