// The commands of an SD memory card in SD mode as a table (SD Physical Layer 3.01, 4.7.4 and 4.8).
import type { SdCard } from './sd-card';
import { scr, sdStatus, switchStatus } from './sd-registers';

/** CURRENT_STATE of the card status. */
export const STATE = {
  idle: 0,
  ready: 1,
  ident: 2,
  stby: 3,
  tran: 4,
  data: 5,
  rcv: 6,
  prg: 7,
  dis: 8,
  ina: 9,
} as const;

/** Bits of the card status (4.10.1). */
export const STATUS = {
  OUT_OF_RANGE: 2 ** 31,
  ADDRESS_ERROR: 1 << 30,
  BLOCK_LEN_ERROR: 1 << 29,
  ERASE_SEQ_ERROR: 1 << 28,
  ERASE_PARAM: 1 << 27,
  WP_VIOLATION: 1 << 26,
  ILLEGAL_COMMAND: 1 << 22,
  CARD_ECC_FAILED: 1 << 21,
  ERROR: 1 << 19,
  ERASE_RESET: 1 << 13,
  READY_FOR_DATA: 1 << 8,
  APP_CMD: 1 << 5,
} as const;

/** What a card sends on CMD: one word, or four of a register. `crc` is false where the CRC field is all ones (R3). */
export interface SdResponse {
  readonly words: readonly number[];
  readonly crc: boolean;
}

export interface SdCommand {
  readonly index: number;
  readonly name: string;
  /** States in which the command is legal (table 4-29). */
  readonly states: readonly number[];
  /** Bits 31:16 of the argument are an address; cards with another one do not listen. */
  readonly addressed?: true;
  /** Allowed between the commands of an erase sequence. */
  readonly inErase?: true;
  /** What the card sends; undefined: nothing. */
  readonly run: (card: SdCard, argument: number) => SdResponse | undefined;
}

const { idle, ready, ident, stby, tran, data, rcv, prg, dis } = STATE;
const SELECTED = [stby, tran, data, rcv, prg, dis];

/** Voltages that the card works at: 2.7 to 3.6 V. */
const VOLTAGES = 0x00ff8000;
const POWERED_UP = 2 ** 31;
const CCS = 1 << 30;

const enter = (card: SdCard, state: number): SdResponse => {
  const answer = card.r1();
  card.enter(state);
  return answer;
};

export const COMMANDS: readonly SdCommand[] = [
  {
    index: 0,
    name: 'GO_IDLE_STATE',
    states: [idle, ready, ident, ...SELECTED],
    run: card => {
      card.goIdle();
      return undefined;
    },
  },
  {
    index: 2,
    name: 'ALL_SEND_CID',
    states: [ready],
    run: card => {
      card.enter(ident);
      return card.r2(card.cid);
    },
  },
  {
    index: 3,
    name: 'SEND_RELATIVE_ADDR',
    states: [ident, stby],
    run: card => {
      card.state.rca = (card.state.rca + 1) & 0xffff || 1;
      const status = card.r1().words[0]!;
      card.enter(stby);
      const compressed = ((status >>> 8) & 0xc000) | ((status >>> 6) & 0x2000) | (status & 0x1fff);
      return { words: [((card.state.rca << 16) | compressed) >>> 0], crc: true };
    },
  },
  { index: 4, name: 'SET_DSR', states: [stby], run: () => undefined },
  {
    index: 6,
    name: 'SWITCH_FUNC',
    states: [tran],
    run: (card, argument) => {
      const { status, mode } = switchStatus(argument, card.state.accessMode);
      card.state.accessMode = mode;
      return card.sendRegister(status);
    },
  },
  {
    index: 7,
    name: 'SELECT_CARD',
    states: SELECTED,
    run: (card, argument) => {
      const now = card.state.current;
      if (argument >>> 16 === card.state.rca) {
        if (now === stby) return enter(card, tran);
        return now === dis ? enter(card, prg) : card.illegal();
      }
      if (now === tran || now === data) card.enter(stby);
      else if (now === prg) card.enter(dis);
      return undefined;
    },
  },
  {
    index: 8,
    name: 'SEND_IF_COND',
    states: [idle],
    run: (card, argument) => {
      if (((argument >>> 8) & 0xf) !== 1) return undefined; // only 2.7 to 3.6 V
      card.state.interfaceAsked = true;
      return { words: [argument & 0xfff], crc: true };
    },
  },
  { index: 9, name: 'SEND_CSD', states: [stby], addressed: true, run: card => card.r2(card.csd) },
  { index: 10, name: 'SEND_CID', states: [stby], addressed: true, run: card => card.r2(card.cid) },
  { index: 12, name: 'STOP_TRANSMISSION', states: [data, rcv], run: card => enter(card, tran) },
  {
    index: 13,
    name: 'SEND_STATUS',
    states: SELECTED,
    addressed: true,
    inErase: true,
    run: card => card.r1(),
  },
  {
    index: 15,
    name: 'GO_INACTIVE_STATE',
    states: SELECTED,
    addressed: true,
    run: card => {
      card.enter(STATE.ina);
      return undefined;
    },
  },
  { index: 16, name: 'SET_BLOCKLEN', states: [tran], run: (card, argument) => card.setBlockLength(argument) },
  { index: 17, name: 'READ_SINGLE_BLOCK', states: [tran], run: (card, at) => card.startRead(at, false) },
  { index: 18, name: 'READ_MULTIPLE_BLOCK', states: [tran], run: (card, at) => card.startRead(at, true) },
  {
    index: 23,
    name: 'SET_BLOCK_COUNT',
    states: [tran],
    run: (card, argument) => {
      card.state.blockCount = argument;
      return card.r1();
    },
  },
  { index: 24, name: 'WRITE_BLOCK', states: [tran], run: (card, at) => card.startWrite(at, false) },
  { index: 25, name: 'WRITE_MULTIPLE_BLOCK', states: [tran], run: (card, at) => card.startWrite(at, true) },
  { index: 32, name: 'ERASE_WR_BLK_START', states: [tran], inErase: true, run: (card, at) => card.eraseFrom(at) },
  { index: 33, name: 'ERASE_WR_BLK_END', states: [tran], inErase: true, run: (card, at) => card.eraseTo(at) },
  { index: 38, name: 'ERASE', states: [tran], inErase: true, run: card => card.erase() },
  {
    index: 55,
    name: 'APP_CMD',
    states: [idle, ...SELECTED],
    addressed: true,
    inErase: true,
    run: card => {
      card.state.application = true;
      return card.r1();
    },
  },
];

/** Commands that follow APP_CMD; an index that is not here is the general command of that index. */
export const APPLICATION_COMMANDS: readonly SdCommand[] = [
  {
    index: 6,
    name: 'SET_BUS_WIDTH',
    states: [tran],
    run: (card, argument) => {
      if (argument === 0 || argument === 2) card.state.wide = argument === 2;
      else card.raise(STATUS.OUT_OF_RANGE);
      return card.r1();
    },
  },
  { index: 13, name: 'SD_STATUS', states: [tran], run: card => card.sendRegister(sdStatus(card.state.wide)) },
  {
    index: 22,
    name: 'SEND_NUM_WR_BLOCKS',
    states: [tran],
    run: card => {
      const n = card.state.blocksWritten;
      return card.sendRegister(Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n));
    },
  },
  { index: 23, name: 'SET_WR_BLK_ERASE_COUNT', states: [tran], run: card => card.r1() },
  {
    index: 41,
    name: 'SD_SEND_OP_COND',
    states: [idle],
    run: (card, argument) => {
      // A host that did not send CMD8 or does not support high capacity waits for ever for such a card (4.2.3).
      const welcome = !card.highCapacity || (card.state.interfaceAsked && (argument & CCS) !== 0);
      const usable = (argument & VOLTAGES) !== 0;
      if (usable && welcome) card.enter(ready);
      const up = usable && welcome ? POWERED_UP + (card.highCapacity ? CCS : 0) : 0;
      return { words: [VOLTAGES + up], crc: false };
    },
  },
  { index: 42, name: 'SET_CLR_CARD_DETECT', states: [tran], run: card => card.r1() },
  { index: 51, name: 'SEND_SCR', states: [tran], run: card => card.sendRegister(scr()) },
];

/** Commands of SD memory cards that this card lacks; its CSD announces none of their classes. */
export const NOT_MODELLED: Readonly<Record<number, string>> = {
  11: 'VOLTAGE_SWITCH',
  19: 'SEND_TUNING_BLOCK',
  20: 'SPEED_CLASS_CONTROL',
  27: 'PROGRAM_CSD',
  28: 'SET_WRITE_PROT',
  29: 'CLR_WRITE_PROT',
  30: 'SEND_WRITE_PROT',
  42: 'LOCK_UNLOCK',
  56: 'GEN_CMD',
};
