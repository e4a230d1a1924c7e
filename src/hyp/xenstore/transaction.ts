// A transaction: the store as it was when it began, with what was done in it. It ends well when nothing that it looked at
// has changed meanwhile.
import { StoreError } from './error';
import { PRIVILEGED } from './permissions';
import { QUOTA } from './quota';
import { find, type StoreNode } from './tree';
import { type Change, StoreView } from './view';

export class Transaction {
  readonly view: StoreView;
  private readonly changes: Change[] = [];
  /** Generations of what it looked at, as they were when it began; −1: there was nothing. */
  private readonly seen = new Map<string, number>();
  private readonly before: ReadonlyMap<number, number>;

  constructor(
    private readonly main: StoreView,
    private readonly domain: number,
    generation: () => number,
  ) {
    const start = main.root;
    this.before = new Map(main.owners);
    this.view = new StoreView(
      start,
      {
        generation,
        changed: change => void this.changes.push(change),
        looked: path => this.looked(path, find(start, path)),
      },
      main.owners,
    );
  }

  private looked(path: string, node: StoreNode | undefined): void {
    if (this.domain !== PRIVILEGED && this.changes.length >= QUOTA.TRANSACTION_CHANGES) throw new StoreError('ENOSPC');
    if (this.seen.has(path)) return;
    if (this.domain !== PRIVILEGED && this.seen.size >= QUOTA.TRANSACTION_NODES) throw new StoreError('ENOSPC');
    this.seen.set(path, node?.generation ?? -1);
  }

  /** @throws StoreError EAGAIN when somebody was faster */
  commit(): void {
    for (const [path, generation] of this.seen)
      if ((find(this.main.root, path)?.generation ?? -1) !== generation) throw new StoreError('EAGAIN');
    this.main.merge(this.changes, this.before, this.view.owners);
  }
}
