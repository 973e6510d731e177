interface Change<T> {
  /** Of the line that brought it about. */
  index: number;
  key: string;
  before: T | undefined;
  /** Undefined: it is gone. */
  after: T | undefined;
}

/** Changes between two places of which it is kept what was alive there. */
const STRIDE = 512;

/** What was alive at each line. States are never altered, so all of them can be kept, and to go back is to look back. */
export class History<T> {
  readonly #changes: Change<T>[] = [];
  readonly #now = new Map<string, T>();
  /** What was alive before each `STRIDE`th change. */
  readonly #places: ReadonlyMap<string, T>[] = [];

  /** `index` must not be lower than that of the change before. */
  set(index: number, key: string, after: T | undefined): void {
    const before = this.#now.get(key);
    if (before === undefined && after === undefined) return;
    if (this.#changes.length % STRIDE === 0) this.#places.push(new Map(this.#now));
    this.#changes.push({ index, key, before, after });
    if (after === undefined) this.#now.delete(key);
    else this.#now.set(key, after);
  }

  /** Ends all that fits. */
  remove(index: number, fits: (state: T) => boolean): void {
    for (const [key, state] of [...this.#now]) if (fits(state)) this.set(index, key, undefined);
  }

  /** What is alive when the lines below `index` were gone through, in the order in which it came up. */
  before(index: number): T[] {
    const end = this.#firstAt(index);
    if (end === this.#changes.length) return [...this.#now.values()];
    const place = Math.floor(end / STRIDE);
    const alive = new Map(this.#places[place]);
    for (const { key, after } of this.#changes.slice(place * STRIDE, end)) {
      if (after === undefined) alive.delete(key);
      else alive.set(key, after);
    }
    return [...alive.values()];
  }

  /** What one line brought about. */
  at(index: number): readonly Readonly<Change<T>>[] {
    return this.#changes.slice(this.#firstAt(index), this.#firstAt(index + 1));
  }

  #firstAt(index: number): number {
    let [low, high] = [0, this.#changes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle]?.index ?? index) < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
