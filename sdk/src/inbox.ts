/** A bounded queue between callbacks and an async iterator. Preserves order. */
export class Inbox<Item> {
  readonly #items: Item[] = [];
  readonly #limit: number;
  #over = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns false if the queue is full */
  push(item: Item): boolean {
    if (!this.#over) {
      this.#items.push(item);
      this.#notify();
    }
    return this.#items.length < this.#limit;
  }

  /** Whether the queue is closed. */
  get over(): boolean {
    return this.#over;
  }

  /** Closes the queue. Queued items are still yielded. */
  end(): void {
    this.#over = true;
    this.#notify();
  }

  /** Closes the queue with an error, which discards queued items. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.end();
  }

  /** Yields every item until the queue is closed. @throws the error passed to `fail` */
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

  #notify(): void {
    this.#wake?.();
    this.#wake = null;
  }
}
