/** What a run recalls from its memory stores before its first model call. */
import type { NewEvent } from "../../../run/log/event.ts";
import { fitted, type RecalledBlock, type RecalledItem } from "../../../run/memory/recall.ts";
import type { FoundItem, MemoryBlock } from "../../../run/memory/port.ts";
import type { RunStore } from "../../../run/memory/store-name.ts";
import { DEFAULT_RECALLED_ITEMS } from "../../../run/spec/long-term-memory.ts";
import { cut } from "../../../run/value/cut.ts";
import type { OpenStore } from "./memory-tools.ts";

/** Characters of the goal that items are searched by. */
const MAX_GOAL_CHARS = 2000;
/** Times that a store is asked. */
const ATTEMPTS = 3;

/**
 * Recalls from all stores. A store that cannot be read is left out, which the event states. Never
 * rejects.
 * @param fault reports a store that cannot be read
 */
export async function recallFrom(
  stores: readonly RunStore[],
  goal: string,
  open: OpenStore,
  fault: (error: unknown) => void,
): Promise<NewEvent> {
  const query = cut(goal, MAX_GOAL_CHARS);
  const answers = await Promise.all(stores.map((one) => recall(one, query, open, fault)));
  const { blocks, items, leftOut } = fitted({
    blocks: answers.flatMap((answer) => answer?.blocks ?? []),
    items: answers
      .flatMap((answer) => answer?.items ?? [])
      .toSorted((a, b) => b.score - a.score || (a.memory_id < b.memory_id ? -1 : 1)),
  });
  return {
    type: "memory.recalled",
    data: {
      query,
      blocks: [...blocks],
      items: [...items],
      ...(leftOut === 0 ? {} : { left_out: leftOut }),
      ...(answers.includes(null) ? { degraded: "unavailable" as const } : {}),
    },
  };
}

/** Returns what one store answers; null if it cannot be read. */
async function recall(
  { store, config: { recall: wanted = {} } }: RunStore,
  query: string,
  open: OpenStore,
  fault: (error: unknown) => void,
) {
  const { blocks = true, items = DEFAULT_RECALLED_ITEMS } = wanted;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const found = await open(store)?.recall({ query, blocks, items });
      return found === undefined
        ? null
        : {
            blocks: found.blocks.map((block) => blockIn(store, block)),
            items: found.items.map((item) => itemIn(store, item)),
          };
    } catch (error) {
      fault(error);
    }
  }
  return null;
}

function blockIn(store: string, block: MemoryBlock): RecalledBlock {
  const { label, description, version, trust, content } = block;
  const described = description === null ? {} : { description };
  return { store, label, ...described, version, trust, content };
}

function itemIn(store: string, item: FoundItem): RecalledItem {
  const { memory_id, key, version, trust, score, content } = item;
  return { store, memory_id, ...(key === null ? {} : { key }), version, trust, score, content };
}
