/** What arrives by callbacks, to be taken one by one: in order, and with a bound on what may wait. */
export class Inbox<Item> {
  readonly #items: Item[] = [];
  readonly #limit: number;
  #over = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns whether there is room for more */
  push(item: Item): boolean {
    if (!this.#over) {
      this.#items.push(item);
      this.#stir();
    }
    return this.#items.length < this.#limit;
  }

  /** Whether nothing more arrives. */
  get over(): boolean {
    return this.#over;
  }

  /** Nothing more arrives; what is here is still given. */
  end(): void {
    this.#over = true;
    this.#stir();
  }

  /** Taking fails from now on, whatever is here. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.end();
  }

  /** Every item, until the end. @throws what it failed with */
  async *items(): AsyncGenerator<Item, void, undefined> {
    for (;;) {
      if (this.#failure !== null) {
        throw this.#failure.error;
      }
      const item = this.#items.shift();
      if (item !== undefined) {
        yield item;
      } else if (this.#over) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #stir(): void {
    this.#wake?.();
    this.#wake = null;
  }
}
