// Ranges of numbers that somebody is permitted to use: page frames of devices, interrupts (Xen, common/rangeset.c).

export class Ranges {
  /** Not adjacent, in order; the ends are included. */
  private list: { readonly from: number; readonly to: number }[] = [];

  add(from: number, to: number): void {
    const apart = this.list.filter(one => one.to + 1 < from || one.from > to + 1);
    const touching = this.list.filter(one => !apart.includes(one));
    const whole = {
      from: Math.min(from, ...touching.map(one => one.from)),
      to: Math.max(to, ...touching.map(one => one.to)),
    };
    this.list = [...apart, whole].sort((a, b) => a.from - b.from);
  }

  remove(from: number, to: number): void {
    this.list = this.list.flatMap(one =>
      [
        { from: one.from, to: Math.min(one.to, from - 1) },
        { from: Math.max(one.from, to + 1), to: one.to },
      ].filter(rest => rest.from <= rest.to),
    );
  }

  /** Whether all of a range is in. */
  contains(from: number, to: number): boolean {
    return this.list.some(one => one.from <= from && one.to >= to);
  }
}
