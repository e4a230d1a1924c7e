// What a profile says, ready to be read: addresses, text of instructions, reasons.
import { DISPATCHER, PAGE_SIZE, RECORD } from '../../codegen/layout';
import { EXIT_REASONS, type ExitReason } from '../../codegen/region/exit-reasons';
import { disassemble, type Disassembled } from '../../isa/disassemble';
import { pageOf } from './page-counts';
import type { Profile } from './profile';
import type { DropReason, RegionProfile } from './region-profile';
import { type Explanation, Explainer, type Outlook } from './why';

export { EXIT_REASONS, type ExitReason };
export { WHY, type Explanation, type Why } from './why';
export type { DropReason } from './region-profile';

/** An instruction, by the virtual address through which its page was fetched from most often. */
export interface Place {
  readonly address: number;
  readonly thumb: boolean;
}

/** What was executed of one instruction. */
export interface PlaceCount extends Place {
  readonly interpreted: number;
  readonly translated: number;
}

export interface ProfiledRegion {
  /** Of its first instruction. */
  readonly address: number;
  readonly thumb: boolean;
  /** Of its page. */
  readonly page: number;
  readonly entries: readonly number[];
  readonly instructions: number;
  readonly bytes: number;
  readonly milliseconds: number;
  readonly dropped: DropReason | undefined;
  readonly entered: number;
  readonly executed: number;
  readonly exits: readonly {
    readonly reason: ExitReason;
    readonly address: number | undefined;
    readonly count: number;
  }[];
}

/** How the dispatcher came to run regions, and why it went back to the interpreter where no region had said so. */
export interface DispatcherCounts {
  readonly runs: number;
  readonly state: number;
  readonly unmapped: number;
  readonly noRegion: number;
}

const show = ({ text, length }: Disassembled): Disassembled => ({ text: text.replace('\t', ' '), length });

/** Everything that was counted until now; valid until the machine runs again. */
export class ProfileSnapshot {
  readonly interpreted: number;
  readonly translated: number;
  readonly prefetchAborts: number;
  readonly dispatcher: DispatcherCounts;
  private readonly explainer: Explainer;
  /** Page key and offset of each place that `places` gave. */
  private readonly known = new Map<Place, { key: number; offset: number }>();

  /** @param globals words of the first page of memory. @param outlook undefined: there is no translator */
  constructor(
    private readonly profile: Profile,
    globals: Uint32Array,
    outlook: ((key: number) => Outlook) | undefined,
  ) {
    profile.settle();
    this.interpreted = profile.interpreted.total;
    this.translated = profile.translated.total;
    this.prefetchAborts = profile.prefetchAborts;
    const at = (counter: number): number => globals[counter >> 2]! + globals[(counter >> 2) + 1]! * 2 ** 32;
    this.dispatcher = {
      runs: at(DISPATCHER.RUNS),
      state: at(DISPATCHER.STATE),
      unmapped: at(DISPATCHER.UNMAPPED),
      noRegion: at(DISPATCHER.NO_REGION),
    };
    this.explainer = new Explainer(profile, outlook);
  }

  /** Every instruction that was executed, by page and address. */
  places(): PlaceCount[] {
    const { interpreted, translated } = this.profile;
    const result: PlaceCount[] = [];
    const add = (key: number, offset: number, counts: { interpreted: number; translated: number }): void => {
      const place = { address: this.address(key, offset), thumb: pageOf(key).thumb, ...counts };
      this.known.set(place, { key, offset });
      result.push(place);
    };
    for (const { key, offset, count } of interpreted.entries())
      add(key, offset, { interpreted: count, translated: translated.get(key, offset) });
    for (const { key, offset, count } of translated.entries())
      if (interpreted.get(key, offset) === 0) add(key, offset, { interpreted: 0, translated: count });
    return result;
  }

  private address(key: number, offset: number): number {
    return this.profile.address(pageOf(key).hostPage) + offset;
  }

  /** @param place one that `places` gave */
  explain(place: PlaceCount): Explanation {
    const { key, offset } = this.known.get(place)!;
    return this.explainer.explain(key, offset);
  }

  /** The instruction as it was in a region last, or as memory has it now, and its bytes. @param place one that `places` gave */
  instruction(place: PlaceCount): Disassembled {
    const { key, offset } = this.known.get(place)!;
    const { code } = this.profile;
    const { hostPage, thumb } = pageOf(key);
    const compiled = this.profile.encodings.get(key, offset) - 1;
    const set = thumb ? 't32' : 'a32';
    if (compiled >= 0) {
      const it = Math.floor(compiled / 2 ** 32);
      return show(disassemble(compiled % 2 ** 32, place.address, set, it));
    }
    const encoding = code.encoding(hostPage, thumb, offset);
    // Of an instruction in two pages only the first half is at hand.
    if (thumb && encoding < 0 && offset === PAGE_SIZE - 2) return { text: '(in two pages)', length: 4 };
    const slot = code.existing(hostPage, thumb);
    const record = slot && slot + (offset / (thumb ? 2 : 4)) * RECORD.SIZE;
    // What was executed here is not known any more.
    if (record !== 0 && !code.isDecoded(record)) return { text: '(overwritten)', length: thumb ? 2 : 4 };
    return show(disassemble(encoding >>> 0, place.address, set, record && code.itState(record)));
  }

  /** Every region that was compiled, in that order. */
  regions(): ProfiledRegion[] {
    return this.profile.regions.map(region => this.region(region));
  }

  private region(region: RegionProfile): ProfiledRegion {
    const { key, entries, instructions, bytes, milliseconds, dropped, entered, executed } = region;
    const { thumb } = pageOf(key);
    const base = this.address(key, 0);
    return {
      address: base + Math.min(...entries),
      thumb,
      page: base,
      entries: entries.map(offset => base + offset),
      ...{ instructions, bytes, milliseconds, dropped, entered, executed },
      exits: region.exits.map(exit => ({
        reason: exit.reason,
        address: exit.key === undefined ? undefined : this.address(exit.key, exit.offset),
        count: exit.count,
      })),
    };
  }
}
