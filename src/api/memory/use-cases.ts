/** Use cases of long-term memory, for every transport. */
import type {
  BlockWritten,
  FoundItem,
  ItemWritten,
  MemoryBlock,
  MemoryItem,
  MemoryRefusal,
} from "../../run/memory/port.ts";
import { storeOwner } from "../../run/memory/store-name.ts";
import { cut } from "../../run/value/cut.ts";
import type { MemoryAuthor, MemoryRpc, StoreState } from "../../durable/memory/rpc.ts";
import type { MemoryStoreRow } from "../../store/memory-stores.ts";
import type { RequestContext } from "../context.ts";
import { actorOf } from "../http/actor.ts";
import { Problem } from "../http/problem.ts";
import { ConditionalResource } from "../http/versioned.ts";
import type { BlockBody, BlockJson, ItemBody, ItemJson, StoreJson } from "./schemas.ts";

/** Returns a store of the caller's tenant. */
export function storeIn({ deps, caller }: RequestContext, store: string): MemoryRpc {
  return deps.memory(caller.tenantId, store);
}

/** Returns the items of a store as conditional resources. */
export function itemsOf(store: string): ConditionalResource<MemoryItem> {
  return new ConditionalResource<MemoryItem>({
    noun: "a memory item",
    current: (deps, tenantId, id) => deps.memory(tenantId, store).item(id),
  });
}

/** Returns the blocks of a store as conditional resources. */
export function blocksOf(store: string): ConditionalResource<MemoryBlock> {
  return new ConditionalResource<MemoryBlock>({
    noun: "a memory block",
    current: (deps, tenantId, label) => deps.memory(tenantId, store).block(label),
  });
}

/** Returns the problem of a store that was never written. */
export function unknownStore(store: string): Problem {
  return new Problem("not_found", `Unknown memory store ${JSON.stringify(cut(store, 128))}.`);
}

/** Returns a page of items that match a text, best first. @throws Problem `not_found` */
export async function searchItems(
  request: RequestContext,
  store: string,
  query: string,
  limit: number,
): Promise<ItemJson[]> {
  const found = await storeIn(request, store).search(query, limit);
  if (found === null) {
    throw unknownStore(store);
  }
  return found.map(itemJson);
}

/** Saves an item. @throws Problem if it is rejected */
export async function saveItem(
  request: RequestContext,
  store: string,
  input: ItemBody,
): Promise<MemoryItem> {
  const item = { ...input, version: null };
  const written = await storeIn(request, store).saveBy(store, item, authorOf(request));
  return savedItem(store, "", written);
}

/** Replaces an item. @throws Problem if it is rejected */
export async function replaceItem(
  request: RequestContext,
  store: string,
  id: string,
  input: ItemBody,
  ifMatch: string | undefined,
): Promise<MemoryItem> {
  const expected = await itemsOf(store).expected(request, id, ifMatch);
  const author = authorOf(request);
  const written = await storeIn(request, store).replaceItem(id, input, expected, author);
  return savedItem(store, id, written);
}

/** Deletes an item. @throws Problem if it does not exist or has changed */
export async function removeItem(
  request: RequestContext,
  store: string,
  id: string,
  ifMatch?: string,
): Promise<void> {
  const expected = await itemsOf(store).expected(request, id, ifMatch);
  const author = authorOf(request);
  const removed = await storeIn(request, store).removeBy({ kind: "item", id }, expected, author);
  if (!removed.ok) {
    throw itemProblem(store, id, removed);
  }
}

/** Makes an earlier version of an item the newest one. @throws Problem */
export async function restoreItem(
  request: RequestContext,
  store: string,
  id: string,
  version: number,
): Promise<MemoryItem> {
  const written = await storeIn(request, store).restoreItem(id, version, authorOf(request));
  return savedItem(store, id, written);
}

/** Creates or replaces a block. @throws Problem if it is rejected */
export async function putBlock(
  request: RequestContext,
  store: string,
  label: string,
  input: BlockBody,
  ifMatch: string | undefined,
): Promise<MemoryBlock> {
  const expected = await blocksOf(store).expected(request, label, ifMatch);
  const block = { label, ...input };
  const memory = storeIn(request, store);
  const written = await memory.putBlock(store, block, expected, authorOf(request));
  return savedBlock(store, label, written);
}

/** Deletes a block. @throws Problem if it does not exist or has changed */
export async function removeBlock(
  request: RequestContext,
  store: string,
  label: string,
  ifMatch: string | undefined,
): Promise<void> {
  const expected = await blocksOf(store).expected(request, label, ifMatch);
  const ref = { kind: "block", id: label } as const;
  const removed = await storeIn(request, store).removeBy(ref, expected, authorOf(request));
  if (!removed.ok) {
    throw blockProblem(store, label, removed);
  }
}

/** Makes an earlier version of a block the newest one. @throws Problem */
export async function restoreBlock(
  request: RequestContext,
  store: string,
  label: string,
  version: number,
): Promise<MemoryBlock> {
  const written = await storeIn(request, store).restoreBlock(label, version, authorOf(request));
  return savedBlock(store, label, written);
}

/** Deletes a store with everything in it. @throws Problem `not_found` */
export async function removeStore(request: RequestContext, store: string): Promise<void> {
  const { deps, caller } = request;
  const { tenantId: tenant_id } = caller;
  const memory = storeIn(request, store);
  const selection = { agent: null, subject: null, name: store, after: null, limit: 1 };
  const isListed = (await deps.memoryStores.list(tenant_id, selection)).length > 0;
  // A row without content is what an interrupted creation or deletion leaves.
  if (!isListed && (await memory.state()) === null) {
    throw unknownStore(store);
  }
  await deps.audit.note(actorOf(request), {
    tenant_id,
    action: "memory.deleted",
    subject: store,
  });
  await memory.forget(store);
}

/** The caller as the author of a write. What comes over the API is trusted. */
function authorOf(request: RequestContext): MemoryAuthor {
  const actor = actorOf(request);
  const writer = { by: actor.by, task_id: null, call_id: null, idem: null, trust: "user" } as const;
  return { actor, writer };
}

function savedItem(store: string, id: string, written: ItemWritten): MemoryItem {
  if (!written.ok) {
    throw itemProblem(store, id, written);
  }
  return written.item;
}

function savedBlock(store: string, label: string, written: BlockWritten): MemoryBlock {
  if (!written.ok) {
    throw blockProblem(store, label, written);
  }
  return written.block;
}

function itemProblem(store: string, id: string, refused: MemoryRefusal): Problem {
  if (refused.reason === "conflict" && "memory_id" in refused.current) {
    const { memory_id, key } = refused.current;
    return memory_id === id
      ? itemsOf(store).changed(id, refused.current)
      : new Problem(
          "memory_exists",
          `The item ${memory_id} has the key ${JSON.stringify(key)}; replace it with PUT.`,
        );
  }
  return refused.reason === "full" ? fullProblem(refused.limit) : itemsOf(store).notFound(id);
}

function blockProblem(store: string, label: string, refused: MemoryRefusal): Problem {
  if (refused.reason === "conflict") {
    return blocksOf(store).changed(label, refused.current);
  }
  return refused.reason === "full" ? fullProblem(refused.limit) : blocksOf(store).notFound(label);
}

function fullProblem(limit: string): Problem {
  return new Problem("memory_full", `The memory store is full (${limit}); delete something first.`);
}

/** Returns the JSON of a store. */
export function storeJson(state: MemoryStoreRow | StoreState): StoreJson {
  const { store, items, chars, created_at, updated_at } = state;
  const { agent = null, subject = null } = storeOwner(store) ?? {};
  return { store, agent, subject, items, chars, created_at, updated_at };
}

/** Returns the JSON of an item. */
export function itemJson(item: MemoryItem | FoundItem): ItemJson {
  const { memory_id: id, key, content, tags, trust, version } = item;
  const { created_at, updated_at, expires_at } = item;
  const score = "score" in item ? item.score : null;
  return {
    id,
    key,
    content,
    tags: [...tags],
    trust,
    version,
    score,
    created_at,
    updated_at,
    expires_at,
  };
}

/** Returns the JSON of a block. */
export function blockJson(block: MemoryBlock): BlockJson {
  const { label, description, content, read_only, trust, version } = block;
  const { created_at, updated_at } = block;
  return { label, description, content, read_only, trust, version, created_at, updated_at };
}
