/** Streams a list to the output: as a table, or as JSON lines. */
import { lineOf } from "./output.ts";
import type { Call } from "./command.ts";
import { isTerminal } from "./live-view.ts";
import { tableOf } from "./table.ts";
import { EXIT } from "./cli-env.ts";

/** Rows laid out together. Bounded, because a list can be larger than memory. */
const BATCH = 100;

/** Prints every item. @returns the exit code */
export async function printList<Item>(
  { cli, args }: Call,
  items: AsyncIterable<Item> | Iterable<Item>,
  head: readonly string[],
  row: (item: Item) => readonly string[],
): Promise<number> {
  const { stdout } = cli;
  const batch: Item[] = [];
  let isFirst = true;
  const flush = async () => {
    const table = tableOf(stdout, head, batch.splice(0).map(row));
    await stdout.print(isFirst ? table : table.slice(table.indexOf("\n") + 1));
    isFirst = false;
  };
  let count = 0;
  for await (const item of items) {
    count += 1;
    if (args.isJson) {
      await stdout.print(lineOf({ args }, item));
    } else if (batch.push(item) === BATCH) {
      await flush();
    }
  }
  await flush();
  if (count === 0 && !args.isJson && isTerminal(stdout)) {
    cli.stderr.write("The list is empty.\n");
  }
  return EXIT.completed;
}

/** Yields the first `count` items and requests no more than that. */
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
