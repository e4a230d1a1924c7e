// What the hypervisor did, as records of a ring: hypercalls, traps, events, grants, and changes of physical memory. Who has
// no trace pays for it with a comparison.
import type { P2mType } from './p2m';

interface Common {
  /** Instructions that all cores had executed. */
  readonly at: number;
  /** Nanoseconds of guest time. */
  readonly timeNs: number;
  /** Whose doing it was, or about whom. */
  readonly domain: number;
}

export interface HypercallRecord extends Common {
  readonly kind: 'hypercall';
  readonly vcpu: number;
  /** Physical address of the tables of the process, in the guest's own memory (TTBR0): whose address space it was. */
  readonly space: number;
  readonly name: string;
  /** Name of the sub-operation, or its number; undefined: it has none. */
  readonly operation?: string | number;
  readonly args: readonly number[];
  /** Words of the structure, or of the text, that an argument points to, as they were before. */
  readonly words: readonly number[];
  /** `again`: it will go on with another call. */
  readonly result: number | 'again';
}

export interface TrapRecord extends Common {
  readonly kind: 'trap';
  readonly vcpu: number;
  readonly pc: number;
  /** Why the guest was left (HSR). */
  readonly syndrome: number;
}

/** A port of the domain is pending now. */
export interface EventRecord extends Common {
  readonly kind: 'event';
  readonly port: number;
}

export interface GrantRecord extends Common {
  readonly kind: 'grant';
  readonly action: 'map' | 'unmap';
  readonly granter: number;
  readonly ref: number;
  readonly gfn: number;
  readonly readonly: boolean;
}

/** `count` frames from `gfn` on are mapped, or, with no `mfn`, not any more. */
export interface P2mRecord extends Common {
  readonly kind: 'p2m';
  readonly gfn: number;
  readonly count: number;
  readonly mfn?: number;
  readonly type?: P2mType;
}

export type TraceRecord = HypercallRecord | TrapRecord | EventRecord | GrantRecord | P2mRecord;
type WithoutCommon<T> = T extends TraceRecord ? Omit<T, 'at' | 'timeNs'> : never;
/** A record without the time, which the trace puts to it. */
export type Traced = WithoutCommon<TraceRecord>;

/** What stands in a trace that is handed out. */
export interface TraceContents {
  /** Older ones that had no room. */
  readonly lost: number;
  readonly records: readonly TraceRecord[];
}

export const TRACE_RECORDS = 1 << 18;

export class Trace {
  private readonly ring: TraceRecord[] = [];
  private made = 0;

  /** @param now instructions and nanoseconds @param size records that are kept */
  constructor(
    private readonly now: () => { readonly at: number; readonly timeNs: number },
    private readonly size = TRACE_RECORDS,
  ) {}

  add(record: Traced): void {
    // The compiler does not see that a member of a union stays one when the same fields are put to it.
    this.ring[this.made++ % this.size] = { ...this.now(), ...record } as TraceRecord;
  }

  /** All that is kept, the oldest first. */
  contents(): TraceContents {
    const lost = Math.max(0, this.made - this.size);
    const first = lost % this.size;
    return { lost, records: [...this.ring.slice(first), ...this.ring.slice(0, first)] };
  }
}

const hex = (value: number): string => (value >>> 0).toString(16);

function describe(record: TraceRecord): string {
  switch (record.kind) {
    case 'hypercall': {
      const { vcpu, name, operation, args, result } = record;
      const what = operation === undefined ? name : `${name}.${operation}`;
      return `v${vcpu} ${what}(${args.map(hex).join(', ')}) = ${result}`;
    }
    case 'trap':
      return `v${record.vcpu} trap hsr=${hex(record.syndrome)} pc=${hex(record.pc)}`;
    case 'event':
      return `event port ${record.port}`;
    case 'grant':
      return `grant ${record.action} of d${record.granter} ref ${record.ref} at gfn ${hex(record.gfn)}${record.readonly ? ', read only' : ''}`;
    case 'p2m': {
      const { gfn, count, mfn, type } = record;
      return mfn === undefined
        ? `p2m gfn ${hex(gfn)} +${count} unmapped`
        : `p2m gfn ${hex(gfn)} +${count} is mfn ${hex(mfn)} type ${type}`;
    }
  }
}

/** A line for each record: instructions, microseconds, domain, what. */
export function traceText({ lost, records }: TraceContents): string {
  const head = lost > 0 ? [`(${lost} older records had no room)`] : [];
  const lines = records.map(
    one =>
      `${String(one.at).padStart(12)} ${(one.timeNs / 1000).toFixed(3).padStart(14)} d${one.domain} ${describe(one)}`,
  );
  return [...head, ...lines, ''].join('\n');
}
