/**
 * A memory store without the platform around it. Writes are made one after the other: each is
 * decided, audited if a client makes it, and written in one transaction with its version.
 */
import { MAX_FOUND, MAX_ITEMS, MAX_STORE_TOTAL_CHARS } from "../../run/memory/limits.ts";
import type {
  BlockWritten,
  EditBlock,
  FoundItem,
  ItemWritten,
  MemoryBlock,
  MemoryDeleted,
  MemoryItem,
  MemoryRefusal,
  RecallOrder,
  SaveItem,
} from "../../run/memory/port.ts";
import { ranked, termsOf } from "../../run/memory/search.ts";
import { storeOwner } from "../../run/memory/store-name.ts";
import { observerFor, type Observer } from "../../observe.ts";
import { isoTime } from "../../run/value/time.ts";
import type { AuditStore } from "../../store/audit.ts";
import type { MemoryDirectory } from "../../store/memory-stores.ts";
import { Alarms, FURTHEST_MS } from "../run/alarms.ts";
import type { RunStorage } from "../run/storage/storage.ts";
import { BlockWrites } from "./block-writes.ts";
import { Cleaning, GONE_MS } from "./cleaning.ts";
import {
  NOT_FOUND,
  refText,
  staleness,
  type Added,
  type Author,
  type Decision,
} from "./decision.ts";
import { ItemWrites } from "./item-writes.ts";
import { MemoryRows, type Counters } from "./rows.ts";
import type { ExpectedMemory, ExportPage, MemoryRef, PutBlock, StoreState } from "./rpc.ts";

/** What a memory store works with. */
export interface MemoryDeps {
  readonly directory: Pick<MemoryDirectory, "note" | "remove">;
  readonly audit: Pick<AuditStore, "note">;
  readonly observer: Observer;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Returns 16 random bytes. */
  random(): Uint8Array;
}

/** D1 is written at most once in this time, milliseconds. */
const NOTE_MS = 600_000;
/** Position of a page of an export: after an item, or after a version. */
const POSITION = /^(item|version)(?: (\S+))?(?: (\d+))?$/;

export class MemoryCore {
  readonly #storage: RunStorage;
  readonly #tenantId: string;
  readonly #deps: MemoryDeps;
  readonly #observer: Observer;
  readonly #rows: MemoryRows;
  readonly #cleaning: Cleaning;
  readonly #itemWrites: ItemWrites;
  readonly #blockWrites: BlockWrites;
  readonly #alarms: Alarms;
  /** Settles when the newest write has completed or failed. */
  #lastWrite: Promise<unknown> = Promise.resolve();

  constructor(storage: RunStorage, tenantId: string, deps: MemoryDeps) {
    this.#storage = storage;
    this.#tenantId = tenantId;
    this.#deps = deps;
    this.#observer = observerFor(deps.observer, () => ({ tenant_id: tenantId }));
    this.#rows = new MemoryRows(storage.sql);
    this.#cleaning = new Cleaning(this.#rows);
    this.#itemWrites = new ItemWrites(this.#rows, this.#cleaning, () => deps.random());
    this.#blockWrites = new BlockWrites(this.#rows, this.#cleaning);
    this.#alarms = new Alarms(storage);
  }

  state(): StoreState | null {
    const counters = this.#rows.counters();
    if (counters === null) {
      return null;
    }
    const { store, items, chars, created_at, updated_at } = counters;
    return {
      store,
      items,
      blocks: this.#rows.blocks().length,
      chars,
      created_at: isoTime(created_at),
      updated_at: isoTime(updated_at),
    };
  }

  blocks(): MemoryBlock[] | null {
    return this.#rows.exist ? this.#rows.blocks() : null;
  }

  block(label: string): MemoryBlock | null {
    return this.#rows.block(label);
  }

  item(memoryId: string): MemoryItem | null {
    return this.#rows.item(memoryId, this.#deps.now());
  }

  items(before: string | null, limit: number): MemoryItem[] | null {
    return this.#rows.exist ? this.#rows.items(before, limit, this.#deps.now()) : null;
  }

  search(query: string, limit: number): FoundItem[] | null {
    if (!this.#rows.exist) {
      return null;
    }
    const now = this.#deps.now();
    const matches = this.#rows.matches(termsOf(query), now);
    return ranked(matches, now, Math.min(limit, MAX_FOUND)).map(({ item, score }) =>
      Object.assign(item, { score: Number(score.toPrecision(6)) }),
    );
  }

  recall({ query, blocks, items }: RecallOrder) {
    return {
      blocks: blocks ? this.#rows.blocks() : [],
      items: items === 0 ? [] : (this.search(query, items) ?? []),
    };
  }

  versions(ref: MemoryRef, before: number | null, limit: number) {
    const found = this.#rows.versions.of(refText(ref), before, limit);
    return found.length === 0 && before === null ? null : found;
  }

  save(store: string, input: SaveItem, author: Author): Promise<ItemWritten> {
    return this.#write(store, author, (now) => this.#itemWrites.save(input, author.writer, now));
  }

  /** Replaces an item. Its lifetime counts from now. */
  replaceItem(
    memoryId: string,
    input: Omit<SaveItem, "version">,
    expected: ExpectedMemory | null,
    author: Author,
  ): Promise<ItemWritten> {
    return this.#write(null, author, (now) =>
      this.#itemWrites.replace(memoryId, input, expected, author.writer, now),
    );
  }

  /** Makes the content of an earlier version of an item the newest one. */
  restoreItem(memoryId: string, version: number, author: Author): Promise<ItemWritten> {
    return this.#write(null, author, (now) =>
      this.#itemWrites.restore(memoryId, version, author.writer, now),
    );
  }

  /** Creates or replaces a block. */
  putBlock(
    store: string,
    input: PutBlock,
    expected: ExpectedMemory | null,
    author: Author,
  ): Promise<BlockWritten> {
    return this.#write(store, author, () => this.#blockWrites.put(input, expected, author.writer));
  }

  /** Changes a piece of a block. */
  editBlock(store: string, edit: EditBlock, author: Author): Promise<BlockWritten> {
    return this.#write(store, author, () => this.#blockWrites.edit(edit, author.writer));
  }

  /** Makes the content of an earlier version of a block the newest one. */
  restoreBlock(label: string, version: number, author: Author): Promise<BlockWritten> {
    return this.#write(null, author, () =>
      this.#blockWrites.restore(label, version, author.writer),
    );
  }

  /** Deletes an item or block. Its versions stay for a while, so that it can be restored. */
  remove(
    ref: MemoryRef,
    expected: ExpectedMemory | number | null,
    author: Author,
  ): Promise<MemoryDeleted> {
    return this.#write(null, author, (now) => this.#removal(ref, expected, author, now));
  }

  /** Returns a page of the content: blocks, items, versions. */
  exportPage(after: string | null, limit: number): ExportPage {
    if (!this.#rows.exist) {
      return { records: [], next: null };
    }
    const [, part = "item", ref = "", version = "0"] = POSITION.exec(after ?? "") ?? [];
    if (part === "item") {
      const blocks = after === null ? this.#rows.blocks() : [];
      const items = this.#rows.itemsAfter(ref, limit);
      const last = items.length < limit ? undefined : items.at(-1);
      return {
        records: [
          ...blocks.map((block) => Object.assign(block, { kind: "block" as const })),
          ...items.map((item) => Object.assign(item, { kind: "item" as const })),
        ],
        next: last === undefined ? "version" : `item ${last.memory_id}`,
      };
    }
    const versions = this.#rows.versions.after(ref, Number(version), limit);
    const last = versions.length < limit ? undefined : versions.at(-1);
    return {
      records: versions.map((one) => Object.assign(one, { kind: "version" as const })),
      next: last === undefined ? null : `version ${last.ref} ${last.version}`,
    };
  }

  /** Deletes everything, with the row in D1. */
  forget(store: string): Promise<{ readonly items: number; readonly blocks: number }> {
    return this.#inTurn(async () => {
      const { items = 0, blocks = 0 } = this.state() ?? {};
      await this.#storage.deleteAll();
      this.#rows.reload();
      this.#alarms.fired();
      await this.#deps.directory.remove(this.#tenantId, store);
      return { items, blocks };
    });
  }

  /** Deletes what has expired, and versions of what was deleted long ago. */
  alarm(scheduled = 0): Promise<void> {
    return this.#inTurn(async () => {
      this.#alarms.fired(scheduled);
      const now = this.#deps.now();
      this.#transaction(() => this.#cleaning.expire(now));
      await this.#arm(now);
    });
  }

  #removal(
    ref: MemoryRef,
    expected: ExpectedMemory | number | null,
    { writer }: Author,
    now: number,
  ): Decision<{ readonly ok: true }> {
    if (this.#rows.versions.written(writer.idem) !== null) {
      return { done: { ok: true } };
    }
    const isBlock = ref.kind === "block";
    const current = isBlock ? this.#rows.block(ref.id) : this.#rows.item(ref.id, now);
    const stale = staleness(current, expected);
    if (current === null || stale !== null) {
      return stale ?? NOT_FOUND;
    }
    return {
      added: { items: isBlock ? 0 : -1, chars: -current.content.length },
      subject: ref.id,
      action: isBlock ? "memory.block_deleted" : "memory.item_deleted",
      commit: (at) => {
        if (isBlock) {
          this.#rows.removeBlock(ref.id);
        } else {
          this.#rows.removeItem(ref.id);
        }
        const gone = { ref: refText(ref), version: current.version + 1, value: null, writer, at };
        this.#rows.versions.add({ ...gone, op: "delete" });
        this.#cleaning.gone(gone.ref, at);
        return { ok: true };
      },
    };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#lastWrite.then(work);
    this.#lastWrite = done.catch(() => undefined);
    return done;
  }

  /**
   * Makes a write in turn. The row in D1 comes before the first write of a store, and the audit entry
   * before that of a client: no content is without them.
   * @param store its name, for a write that may create it
   */
  #write<T extends { readonly ok: true }>(
    store: string | null,
    { actor }: Author,
    decide: (now: number) => Decision<T>,
  ): Promise<T | MemoryRefusal> {
    return this.#inTurn(async () => {
      if (store === null && !this.#rows.exist) {
        return NOT_FOUND;
      }
      const now = this.#deps.now();
      if (this.#rows.expired(now, 1).length > 0) {
        // The key of an expired item is free, and its characters do not count.
        this.#transaction(() => this.#cleaning.expire(now));
      }
      const decision = decide(now);
      if ("done" in decision) {
        return decision.done;
      }
      if (!("commit" in decision)) {
        return decision;
      }
      const full = this.#full(decision.added);
      if (full !== null) {
        return full;
      }
      const { added, commit, subject, action } = decision;
      const isNew = !this.#rows.exist;
      const before = this.#rows.counters() ?? newCounters(store ?? "", now);
      if (isNew) {
        await this.#note(increased(before, added, now));
      }
      if (actor !== undefined) {
        const entry = { tenant_id: this.#tenantId, action, subject };
        await this.#deps.audit.note(actor, { ...entry, details: { store: before.store } });
      }
      const isNoted = now - before.noted_at < NOTE_MS;
      let outcome: T | null = null;
      this.#transaction(() => {
        this.#rows.create(before.store, now);
        outcome = commit(now);
        const counters = increased(this.#rows.counters() ?? before, added, now);
        this.#rows.setCounters({ ...counters, noted_at: isNoted ? before.noted_at : now });
        this.#rows.indexFrom(counters.items);
      });
      await this.#arm(now);
      if (!isNoted && !isNew) {
        await this.#note(this.#rows.counters() ?? before).catch((error: unknown) => {
          this.#observer.fault("memory.directory", error);
        });
      }
      return outcome ?? NOT_FOUND;
    });
  }

  #transaction(write: () => void): void {
    try {
      this.#storage.transactionSync(write);
    } catch (error) {
      this.#rows.reload();
      throw error;
    }
  }

  async #note({ store, items, chars, created_at, updated_at }: Counters): Promise<void> {
    await this.#deps.directory.note(this.#tenantId, {
      store,
      ...(storeOwner(store) ?? { agent: null, subject: null }),
      items,
      chars,
      created_at: isoTime(created_at),
      updated_at: isoTime(updated_at),
    });
  }

  #full({ items, chars }: Added): MemoryRefusal | null {
    const counters = this.#rows.counters();
    if (counters === null) {
      return null;
    }
    if (items > 0 && counters.items + items > MAX_ITEMS) {
      return { ok: false, reason: "full", limit: "items" };
    }
    return chars > 0 && counters.chars + chars > MAX_STORE_TOTAL_CHARS
      ? { ok: false, reason: "full", limit: "chars" }
      : null;
  }

  async #arm(now: number): Promise<void> {
    const next = this.#rows.next(GONE_MS);
    if (next !== null) {
      await this.#alarms.by(Math.min(Math.max(next, now), now + FURTHEST_MS));
    }
  }
}

function newCounters(store: string, now: number): Counters {
  return { store, items: 0, chars: 0, gone: 0, created_at: now, updated_at: now, noted_at: 0 };
}

function increased(counters: Counters, { items, chars }: Added, now: number): Counters {
  return {
    ...counters,
    items: counters.items + items,
    chars: counters.chars + chars,
    updated_at: now,
  };
}
