/** Many things, printed as they come: a table on a screen, or an object a line. */
import { jsonLine } from "./json-line.ts";
import type { Call } from "./command.ts";
import { tableOf } from "./table.ts";
import { EXIT } from "./world.ts";

/** How many rows are laid out together: a list can be longer than memory. */
const BATCH = 100;

/** Prints every item. @returns the exit code */
export async function printList<Item>(
  { world, given }: Call,
  items: AsyncIterable<Item> | Iterable<Item>,
  head: readonly string[],
  row: (item: Item) => readonly string[],
): Promise<number> {
  const { stdout } = world;
  const batch: Item[] = [];
  let isFirst = true;
  const flush = async () => {
    const table = tableOf(stdout, head, batch.splice(0).map(row));
    await stdout.print(isFirst ? table : table.slice(table.indexOf("\n") + 1));
    isFirst = false;
  };
  for await (const item of items) {
    if (given.flag("json")) {
      await stdout.print(jsonLine(item));
    } else if (batch.push(item) === BATCH) {
      await flush();
    }
  }
  await flush();
  return EXIT.completed;
}

/** The first so many of them; no more are asked for. */
export async function* firstOf<Item>(
  count: number,
  items: AsyncIterable<Item>,
): AsyncGenerator<Item, void, undefined> {
  let left = count;
  for await (const item of items) {
    yield item;
    left -= 1;
    if (left <= 0) {
      return;
    }
  }
}
