/** Decides writes of items. */
import type { ItemWritten, MemoryItem, MemoryWriter, SaveItem } from "../../run/memory/port.ts";
import { lowestTrust } from "../../run/memory/trust.ts";
import { newId } from "../../run/value/id.ts";
import { isoTime } from "../../run/value/time.ts";
import type { Cleaning } from "./cleaning.ts";
import { NOT_FOUND, staleness, type Decision } from "./decision.ts";
import type { MemoryRows } from "./rows.ts";
import type { ExpectedMemory, MemoryOp } from "./rpc.ts";

type Written = Extract<ItemWritten, { ok: true }>;

/** What a version of an item holds. */
interface ItemValue {
  readonly content: string;
  readonly key: string | null;
  readonly tags: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expires_at: number | null;
}

export class ItemWrites {
  readonly #rows: MemoryRows;
  readonly #cleaning: Cleaning;
  readonly #random: () => Uint8Array;

  /** @param random returns 16 random bytes */
  constructor(rows: MemoryRows, cleaning: Cleaning, random: () => Uint8Array) {
    this.#rows = rows;
    this.#cleaning = cleaning;
    this.#random = random;
  }

  save(input: SaveItem, writer: MemoryWriter, now: number): Decision<Written> {
    const again = this.#again(writer);
    if (again !== null) {
      return { done: again };
    }
    const taken = input.key === null ? null : this.#rows.itemOf(input.key, now);
    if (taken === null) {
      const memoryId = newId("memory", now, this.#random());
      return input.version === null
        ? this.#insert(memoryId, valueOf(input, now), writer, now, "create")
        : NOT_FOUND;
    }
    return taken.version === input.version
      ? this.#change(taken, valueOf(input, now), writer, now, "change")
      : { ok: false, reason: "conflict", current: taken };
  }

  replace(
    memoryId: string,
    input: Omit<SaveItem, "version">,
    expected: ExpectedMemory | null,
    writer: MemoryWriter,
    now: number,
  ): Decision<Written> {
    const current = this.#rows.item(memoryId, now);
    const stale = staleness(current, expected);
    if (current === null || stale !== null) {
      return stale ?? NOT_FOUND;
    }
    return (
      this.#keyTaken(input.key, memoryId, now) ??
      this.#change(current, valueOf(input, now), writer, now, "change")
    );
  }

  restore(memoryId: string, version: number, author: MemoryWriter, now: number): Decision<Written> {
    const kept = this.#rows.versions.value(memoryId, version);
    if (kept === null) {
      return NOT_FOUND;
    }
    const { content, key = null, tags = [], expires_at: at = null } = kept.value;
    const value = { content, key, tags, expires_at: at !== null && at > now ? at : null };
    const writer = { ...author, trust: lowestTrust(kept.trust, author.trust) };
    const current = this.#rows.item(memoryId, now);
    return (
      this.#keyTaken(key, memoryId, now) ??
      (current === null
        ? this.#insert(memoryId, value, writer, now, "restore")
        : this.#change(current, value, writer, now, "restore"))
    );
  }

  #keyTaken(key: string | null, memoryId: string, now: number) {
    const holder = key === null ? null : this.#rows.itemOf(key, now);
    return holder === null || holder.memory_id === memoryId
      ? null
      : ({ ok: false, reason: "conflict", current: holder } as const);
  }

  /** Returns what an earlier attempt of a write saved. */
  #again({ idem }: MemoryWriter): Written | null {
    const known = this.#rows.versions.written(idem);
    const kept = known === null ? null : this.#rows.versions.value(known.ref, known.version);
    if (known === null || kept === null) {
      return null;
    }
    const { content, key = null, tags = [], expires_at = null } = kept.value;
    const at = isoTime(kept.at);
    return {
      ok: true,
      item: {
        memory_id: known.ref,
        key,
        content,
        tags,
        version: known.version,
        trust: kept.trust,
        created_at: at,
        updated_at: at,
        expires_at: expires_at === null ? null : isoTime(expires_at),
      },
    };
  }

  #insert(
    memoryId: string,
    value: ItemValue,
    writer: MemoryWriter,
    now: number,
    op: MemoryOp,
  ): Decision<Written> {
    const version = this.#rows.versions.newest(memoryId) + 1;
    const item = itemWith(value, {
      memory_id: memoryId,
      version,
      trust: writer.trust,
      created_at: isoTime(now),
      updated_at: isoTime(now),
    });
    return this.#decided(item, value, writer, op, { items: 1, chars: value.content.length }, () => {
      this.#cleaning.restored(memoryId);
      this.#rows.insertItem(item);
    });
  }

  #change(
    current: MemoryItem,
    value: ItemValue,
    writer: MemoryWriter,
    now: number,
    op: MemoryOp,
  ): Decision<Written> {
    const chars = value.content.length - current.content.length;
    const item = itemWith(value, {
      ...current,
      version: current.version + 1,
      trust: writer.trust,
      updated_at: isoTime(now),
    });
    return this.#decided(item, value, writer, op, { items: 0, chars }, () => {
      this.#rows.updateItem(item);
    });
  }

  #decided(
    item: MemoryItem,
    value: ItemValue,
    writer: MemoryWriter,
    op: MemoryOp,
    added: { readonly items: number; readonly chars: number },
    write: () => void,
  ): Decision<Written> {
    const { memory_id: ref, version } = item;
    return {
      added,
      subject: ref,
      action: op === "restore" ? "memory.item_restored" : "memory.item_saved",
      commit: (at) => {
        write();
        this.#rows.versions.add({ ref, version, op, value, writer, at });
        return { ok: true, item };
      },
    };
  }
}

function valueOf(
  { content, key, tags, expires_in_s }: Omit<SaveItem, "version">,
  now: number,
): ItemValue {
  return {
    content,
    key,
    tags,
    expires_at: expires_in_s === null ? null : now + expires_in_s * 1000,
  };
}

function itemWith(
  { content, key, tags, expires_at }: ItemValue,
  rest: Omit<MemoryItem, "content" | "key" | "tags" | "expires_at">,
): MemoryItem {
  const expires = expires_at === null ? null : isoTime(expires_at);
  return { ...rest, content, key, tags, expires_at: expires };
}
