/** Lists that come in pages. */

/** A page of a list; `next_cursor` is null where it is the last one. */
interface Page {
  readonly next_cursor: string | null;
}

/** Every item of a list, one page at a time: the next is asked for when this one is used up. */
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
