/** A bounded queue between callbacks and an async iterator. Preserves order. */
export declare class Inbox<Item> {
  #private;
  constructor(limit: number);
  /** @returns false if the queue is full */
  push(item: Item): boolean;
  /** Whether the queue is closed. */
  get over(): boolean;
  /** Closes the queue. Queued items are still yielded. */
  end(): void;
  /** Closes the queue with an error, which discards queued items. */
  fail(error: unknown): void;
  /** Yields every item until the queue is closed. @throws the error passed to `fail` */
  items(): AsyncGenerator<Item, void, undefined>;
}
