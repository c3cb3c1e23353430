/** Columns of numbers, as long as each other; NaN where there is none. Hours of entries fit into memory so, and into a loop. */
export type Columns<Name extends string> = Readonly<Record<Name, Float64Array>>;

/** What is kept of an entry, column by column. */
export type ColumnPlan<Entry, Name extends string> = Readonly<Record<Name, (entry: Entry) => number | undefined>>;

/** Collects entries as they come, in columns. */
export class ColumnCollector<Entry extends { readonly atMs: number }, Name extends string> {
  readonly #names: readonly Name[];
  readonly #readers: readonly ((entry: Entry) => number | undefined)[];
  #columns: Float64Array[];
  #room = 1024;
  #length = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #isInOrder = true;

  constructor(plan: ColumnPlan<Entry, Name | 'atMs'>) {
    // The keys of a constant object are its type's.
    this.#names = Object.keys(plan) as Name[];
    this.#readers = Object.values(plan);
    this.#columns = this.#names.map(() => new Float64Array(this.#room));
  }

  add(entry: Entry): void {
    if (this.#length === this.#room) this.#grow();
    if (entry.atMs < this.#lastMs) this.#isInOrder = false;
    this.#lastMs = entry.atMs;
    for (let index = 0; index < this.#readers.length; index += 1) {
      const column = this.#columns[index];
      if (column !== undefined) column[this.#length] = this.#readers[index]?.(entry) ?? Number.NaN;
    }
    this.#length += 1;
  }

  /** All of them, in the order of time. */
  get columns(): Columns<Name | 'atMs'> {
    const cut = this.#named((column) => column.slice(0, this.#length));
    if (this.#isInOrder) return cut;
    const order = [...cut.atMs.keys()].sort((a, b) => (cut.atMs[a] ?? 0) - (cut.atMs[b] ?? 0));
    return this.#named((column) => Float64Array.from(order, (index) => column[index] ?? Number.NaN));
  }

  #named(of: (column: Float64Array) => Float64Array): Columns<Name | 'atMs'> {
    const named = this.#names.map((name, index) => [name, of(this.#columns[index] ?? new Float64Array())]);
    // All names are there, which Object.fromEntries does not say.
    return Object.fromEntries(named) as Columns<Name | 'atMs'>;
  }

  #grow(): void {
    this.#room *= 2;
    this.#columns = this.#columns.map((column) => {
      const longer = new Float64Array(this.#room);
      longer.set(column);
      return longer;
    });
  }
}
