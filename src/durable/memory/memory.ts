/**
 * A memory store: what the tasks of a tenant, of an agent or about a subject remember. One object for
 * each store means that a search reads only its own items, and that deleting a store deletes a
 * database.
 */
import { DurableObject } from "cloudflare:workers";
import type { EditBlock, MemoryWriter, RecallOrder, SaveItem } from "../../run/memory/port.ts";
import type { RunStorage } from "../run/storage/storage.ts";
import { MemoryCore, type MemoryDeps } from "./core.ts";
import type { ExpectedMemory, MemoryAuthor, MemoryRef, MemoryRpc, PutBlock } from "./rpc.ts";

/** The parts that the object is built from. */
export interface MemoryParts extends MemoryDeps {
  /** Tests replace the object's storage to stop it around a write. */
  readonly storage?: RunStorage;
}

/** The Durable Object of a memory store. Its name is `<tenant>/<hash of the store's name>`. */
export class MemoryObject extends DurableObject<Env> implements MemoryRpc {
  readonly #core: MemoryCore;

  constructor(ctx: DurableObjectState, env: Env, parts: MemoryParts) {
    super(ctx, env);
    const [tenantId] = ctx.id.name?.split("/") ?? [];
    if (tenantId === undefined || tenantId === "") {
      throw new Error("a memory store without a name has no tenant");
    }
    this.#core = new MemoryCore(parts.storage ?? ctx.storage, tenantId, parts);
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    await this.#core.alarm(info?.scheduledTime);
  }

  async state() {
    return this.#core.state();
  }

  async blocks() {
    return this.#core.blocks();
  }

  async block(label: string) {
    return this.#core.block(label);
  }

  async item(memoryId: string) {
    return this.#core.item(memoryId);
  }

  async items(before: string | null, limit: number) {
    return this.#core.items(before, limit);
  }

  async search(query: string, limit: number) {
    return this.#core.search(query, limit);
  }

  async recall(order: RecallOrder) {
    return this.#core.recall(order);
  }

  async versions(ref: MemoryRef, before: number | null, limit: number) {
    return this.#core.versions(ref, before, limit);
  }

  async save(store: string, item: SaveItem, writer: MemoryWriter) {
    return this.#core.save(store, item, { writer });
  }

  async saveBy(store: string, item: SaveItem, author: MemoryAuthor) {
    return this.#core.save(store, item, author);
  }

  async replaceItem(
    memoryId: string,
    item: Omit<SaveItem, "version">,
    expected: ExpectedMemory | null,
    author: MemoryAuthor,
  ) {
    return this.#core.replaceItem(memoryId, item, expected, author);
  }

  async putBlock(
    store: string,
    block: PutBlock,
    expected: ExpectedMemory | null,
    author: MemoryAuthor,
  ) {
    return this.#core.putBlock(store, block, expected, author);
  }

  async editBlock(store: string, edit: EditBlock, writer: MemoryWriter) {
    return this.#core.editBlock(store, edit, { writer });
  }

  async removeItem(memoryId: string, version: number | null, writer: MemoryWriter) {
    return this.#core.remove({ kind: "item", id: memoryId }, version, { writer });
  }

  async removeBy(ref: MemoryRef, expected: ExpectedMemory | null, author: MemoryAuthor) {
    return this.#core.remove(ref, expected, author);
  }

  async restoreItem(memoryId: string, version: number, author: MemoryAuthor) {
    return this.#core.restoreItem(memoryId, version, author);
  }

  async restoreBlock(label: string, version: number, author: MemoryAuthor) {
    return this.#core.restoreBlock(label, version, author);
  }

  async exportPage(after: string | null, limit: number) {
    return this.#core.exportPage(after, limit);
  }

  async forget(store: string) {
    return this.#core.forget(store);
  }
}
