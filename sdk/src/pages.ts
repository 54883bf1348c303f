/** Paginated lists. */

/** One page of a list. `next_cursor` is null on the last one. */
interface Page {
  readonly next_cursor: string | null;
}

/** Yields every item of a list. Fetches the next page only when the current one is consumed. */
export async function* itemsOf<One extends Page, Item>(
  pageAfter: (cursor: string | undefined) => Promise<One>,
  items: (page: One) => readonly Item[],
  first?: string,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | null | undefined = first;
  do {
    const page = await pageAfter(cursor);
    yield* items(page);
    cursor = page.next_cursor;
  } while (cursor !== null);
}
