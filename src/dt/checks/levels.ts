// Which checks are on, and whether they warn or refuse: what -W and -E change.
import { DTC_RULES } from './dtc/table';

/** One -W or -E of dtc: `name` may begin with `no-`. */
export interface CheckSwitch {
  readonly kind: 'warning' | 'error';
  readonly name: string;
}

interface State {
  warning: boolean;
  error: boolean;
}

const NEEDED_BY: ReadonlyMap<string, readonly string[]> = new Map(
  DTC_RULES.map(({ id }) => [id, DTC_RULES.filter(rule => rule.needs?.includes(id)).map(rule => rule.id)]),
);
const NEEDS: ReadonlyMap<string, readonly string[]> = new Map(DTC_RULES.map(({ id, needs }) => [id, needs ?? []]));

/** The level of every check of dtc. */
export class CheckLevels {
  private readonly states = new Map<string, State>(
    DTC_RULES.map(({ id, level }) => [id, { warning: level === 'warning', error: level === 'error' }]),
  );

  /** Changes a level as dtc does: a check that is raised raises what it needs, one that is lowered what needs it. */
  apply({ kind, name }: CheckSwitch): boolean {
    const id = name.replace(/^no[-_]/, '');
    if (id === name && this.states.has(id)) this.raise(id, kind);
    else if (id !== name && this.states.has(id)) this.lower(id, kind);
    else return false;
    return true;
  }

  severity(id: string): 'error' | 'warning' | undefined {
    const { warning, error } = this.states.get(id)!;
    return error ? 'error' : warning ? 'warning' : undefined;
  }

  /** Whether dtc prints what a check says after so many -q. */
  isHeard(id: string, quiet: number): boolean {
    const { warning, error } = this.states.get(id)!;
    return (warning && quiet < 1) || (error && quiet < 2);
  }

  private raise(id: string, kind: CheckSwitch['kind']): void {
    const state = this.states.get(id)!;
    if (state[kind]) return;
    for (const need of NEEDS.get(id)!) this.raise(need, kind);
    state[kind] = true;
  }

  private lower(id: string, kind: CheckSwitch['kind']): void {
    const state = this.states.get(id)!;
    if (!state[kind]) return;
    for (const one of NEEDED_BY.get(id)!) this.lower(one, kind);
    state[kind] = false;
  }
}
