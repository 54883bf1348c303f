/**
 * Commands for long-term memory. An entry of a store is an item, given by its id, or a block, given
 * by its label.
 */
import type { MemoryBlock, MemoryItem, WriteMemoryItem } from "../model.ts";
import type { Call, Command } from "./command.ts";
import { readInput } from "./input.ts";
import { firstOf, printList } from "./listing.ts";
import type { Argument, Option } from "./option.ts";
import { printJson, printResult } from "./output.ts";
import { EXIT, UsageError } from "./cli-env.ts";

const STORE: Argument = { name: "store" };
const ENTRY: Argument = { name: "entry" };
const CONTENT: Argument = { name: "content" };
const STORES =
  "A store is tenant, agent:NAME, subject:ID or agent:NAME,subject:ID. An entry is the id of an item or the label of a block.";
const COUNT: Option = { name: "n", value: "count", about: "how many (default: 20)" };

const list: Command = {
  name: "memory list",
  arguments: [],
  about: "List memory stores",
  more: STORES,
  options: [
    { name: "agent", value: "name", about: "only stores of this agent" },
    { name: "subject", value: "id", about: "only stores about this subject" },
  ],
  run(call) {
    const [agent, subject] = [call.args.text("agent"), call.args.text("subject")];
    const query = {
      ...(agent !== undefined && { agent }),
      ...(subject !== undefined && { subject }),
    };
    return printList(
      call,
      call.client().memory.stores(query),
      ["STORE", "ITEMS", "CHARS", "UPDATED"],
      (one) => [one.store, String(one.items), String(one.chars), one.updated_at],
    );
  },
};

const items: Command = {
  name: "memory items",
  aliases: ["memory search"],
  arguments: [STORE],
  about: "List the items of a memory store, or those that match a text",
  options: [
    { name: "query", value: "text", about: "any words; the best matches come first" },
    COUNT,
  ],
  run(call) {
    const query = call.args.text("query");
    const found = call
      .client()
      .memory.items(call.args.word("store"), query === undefined ? {} : { query });
    return printList(
      call,
      firstOf(call.args.whole("n") ?? 20, found),
      ["ITEM", "KEY", "TRUST", "CONTENT"],
      (item) => [item.id, item.key ?? "", item.trust, item.content],
    );
  },
};

const blocks: Command = {
  name: "memory blocks",
  arguments: [STORE],
  about: "List the blocks of a memory store",
  options: [],
  run: (call) =>
    printList(
      call,
      call.client().memory.blocks(call.args.word("store")),
      ["BLOCK", "VERSION", "TRUST", "CONTENT"],
      (block) => [block.label, String(block.version), block.trust, block.content],
    ),
};

const get: Command = {
  name: "memory get",
  arguments: [STORE, ENTRY],
  about: "Print an item or a block as JSON",
  more: STORES,
  options: [],
  async run(call) {
    const [store, entry] = entryIn(call);
    const { memory } = call.client();
    const found = isItem(entry) ? memory.getItem(store, entry) : memory.getBlock(store, entry);
    return printJson(call, await found);
  },
};

const save: Command = {
  name: "memory save",
  aliases: ["memory create"],
  arguments: [STORE, CONTENT],
  about: "Save an item",
  more: `Use - to read the content from standard input. ${STORES}`,
  options: [
    { name: "key", value: "key", about: "name of the item, unique in the store" },
    { name: "tag", value: "tag", multiple: true, about: "word that is searched too" },
    { name: "expires", value: "seconds", about: "lifetime in seconds (default: no end)" },
  ],
  async run(call) {
    const { args } = call;
    const [key, expires] = [args.text("key"), args.whole("expires")];
    const body: WriteMemoryItem = {
      content: await contentIn(call),
      tags: [...args.texts("tag")],
      ...(key !== undefined && { key }),
      ...(expires !== undefined && { expires_in_s: expires }),
    };
    return printEntry(call, await call.client().memory.save(args.word("store"), body));
  },
};

const put: Command = {
  name: "memory put",
  aliases: ["memory update"],
  arguments: [STORE, ENTRY, CONTENT],
  about: "Replace the content of an item, or create or replace a block",
  more: `Use - to read the content from standard input. ${STORES}`,
  options: [
    { name: "about", value: "text", about: "what a block is for" },
    { name: "read-only", about: "runs cannot change the block" },
  ],
  async run(call) {
    const [store, entry] = entryIn(call);
    const { memory } = call.client();
    const content = await contentIn(call);
    if (isItem(entry)) {
      const { key, tags } = await memory.getItem(store, entry);
      return printEntry(call, await memory.replaceItem(store, entry, { content, key, tags }));
    }
    const description = call.args.text("about");
    const body = {
      content,
      read_only: call.args.flag("read-only"),
      ...(description !== undefined && { description }),
    };
    return printEntry(call, await memory.putBlock(store, entry, body));
  },
};

const remove: Command = {
  name: "memory delete",
  arguments: [STORE, { name: "entry", optional: true }],
  about: "Delete an item or a block, or with --all the whole store",
  more: "An item or block can be restored for 30 days; a store cannot.",
  options: [{ name: "all", about: "delete the store with everything in it" }],
  async run(call) {
    const { memory } = call.client();
    const store = call.args.word("store");
    const entry = call.args.word("entry");
    if (call.args.flag("all") === (entry !== "")) {
      throw new UsageError("Name an entry, or set --all to delete the store.");
    }
    await (entry === ""
      ? memory.deleteStore(store)
      : isItem(entry)
        ? memory.deleteItem(store, entry)
        : memory.deleteBlock(store, entry));
    return EXIT.completed;
  },
};

const versions: Command = {
  name: "memory versions",
  arguments: [STORE, ENTRY],
  about: "List the versions of an item or a block: who wrote what",
  options: [],
  run(call) {
    const [store, entry] = entryIn(call);
    const { memory } = call.client();
    const found = isItem(entry)
      ? memory.itemVersions(store, entry)
      : memory.blockVersions(store, entry);
    return printList(call, found, ["VERSION", "AT", "BY", "DID", "TRUST", "CONTENT"], (one) => [
      String(one.version),
      one.at,
      one.by,
      one.op,
      one.trust,
      one.content ?? "",
    ]);
  },
};

const restore: Command = {
  name: "memory restore",
  arguments: [STORE, ENTRY],
  about: "Make an earlier version of an item or a block the newest one",
  options: [{ name: "to", value: "version", about: "the version, from memory versions" }],
  async run(call) {
    const [store, entry] = entryIn(call);
    const version = call.args.whole("to");
    if (version === undefined) {
      throw new UsageError("Set --to to a version of memory versions.");
    }
    const { memory } = call.client();
    return printEntry(
      call,
      await (isItem(entry)
        ? memory.restoreItem(store, entry, { version })
        : memory.restoreBlock(store, entry, { version })),
    );
  },
};

export const MEMORY_COMMANDS: readonly Command[] = [
  list,
  items,
  blocks,
  get,
  save,
  put,
  remove,
  versions,
  restore,
];

function entryIn({ args }: Call): readonly [store: string, entry: string] {
  return [args.word("store"), args.word("entry")];
}

function isItem(entry: string): boolean {
  return entry.startsWith("memory_");
}

async function contentIn({ cli, args }: Call): Promise<string> {
  const given = args.word("content");
  return given === "-" ? (await readInput(cli, given)).replace(/\r?\n$/, "") : given;
}

function printEntry(call: Call, entry: MemoryItem | MemoryBlock): Promise<number> {
  return printResult(
    call,
    entry,
    (one) => `${"id" in one ? one.id : one.label} version ${one.version}\n`,
  );
}
