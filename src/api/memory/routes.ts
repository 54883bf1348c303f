/** `/api/v1/memory`: what tasks remember for later ones. Each store is an object; see `src/durable/memory/`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { MAX_FOUND } from "../../run/memory/limits.ts";
import type { MemoryBlock } from "../../run/memory/port.ts";
import type { MemoryRef, MemoryVersion } from "../../durable/memory/rpc.ts";
import type { ApiHandler, AppEnv, RequestContext } from "../context.ts";
import { cursorOf, DEFAULT_LIMIT, memoryPageOf, pageOf, type ListPage } from "../http/cursor.ts";
import { tagsIn } from "../http/conditional.ts";
import { Problem } from "../http/problem.ts";
import { etagOf } from "../http/versioned.ts";
import type { PageQuery } from "../schemas.ts";
import * as operations from "./operations.ts";
import {
  blockJson,
  blocksOf,
  itemJson,
  itemsOf,
  putBlock,
  removeBlock,
  removeItem,
  removeStore,
  replaceItem,
  restoreBlock,
  restoreItem,
  saveItem,
  searchItems,
  storeIn,
  storeJson,
  unknownStore,
} from "./use-cases.ts";

/** Adds the routes of memory to an app. */
export function memoryRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(operations.storesRoute, listStores);
  app.openapi(operations.storeRoute, getStore);
  app.openapi(operations.removeStoreRoute, deleteStore);
  app.openapi(operations.blocksRoute, listBlocks);
  app.openapi(operations.blockRoute, getBlock);
  app.openapi(operations.putBlockRoute, writeBlock);
  app.openapi(operations.removeBlockRoute, deleteBlock);
  app.openapi(operations.blockVersionsRoute, listBlockVersions);
  app.openapi(operations.restoreBlockRoute, undoBlock);
  app.openapi(operations.itemsRoute, listItems);
  app.openapi(operations.saveItemRoute, save);
  app.openapi(operations.itemRoute, getItem);
  app.openapi(operations.replaceItemRoute, replace);
  app.openapi(operations.removeItemRoute, deleteItem);
  app.openapi(operations.itemVersionsRoute, listItemVersions);
  app.openapi(operations.restoreItemRoute, undoItem);
}

const STORE_PLACE = /^store /;
const ITEM_ID = /^memory_/;
const VERSION = /^version \d{1,9}$/;
const BLOCK_ORDER = { noun: "block", keyOf: ({ label }: MemoryBlock) => label };

const listStores: ApiHandler<typeof operations.storesRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { agent = null, subject = null, limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
  const after =
    cursor === undefined
      ? null
      : (await cursorOf(deps, caller, cursor, { form: STORE_PLACE })).slice("store ".length);
  const selection = { agent, subject, name: null, after, limit: limit + 1 };
  const found = await deps.memoryStores.list(caller.tenantId, selection);
  const page = await pageOf(deps, caller, found, limit, ({ store }) => `store ${store}`);
  return c.json({ ...page, data: page.data.map(storeJson) }, 200);
};

const getStore: ApiHandler<typeof operations.storeRoute> = async (c) => {
  const { store } = c.req.valid("param");
  const state = await storeIn(c.var, store).state();
  if (state === null) {
    throw unknownStore(store);
  }
  return c.json(storeJson(state), 200);
};

const deleteStore: ApiHandler<typeof operations.removeStoreRoute> = async (c) => {
  await removeStore(c.var, c.req.valid("param").store);
  return c.body(null, 204);
};

const listBlocks: ApiHandler<typeof operations.blocksRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { store } = c.req.valid("param");
  const blocks = await storeIn(c.var, store).blocks();
  if (blocks === null) {
    throw unknownStore(store);
  }
  const page = await memoryPageOf(deps, caller, blocks, c.req.valid("query"), BLOCK_ORDER);
  return c.json({ ...page, data: page.data.map(blockJson) }, 200);
};

const getBlock: ApiHandler<typeof operations.blockRoute> = async (c) => {
  const { store, label } = c.req.valid("param");
  const block = await blocksOf(store).current(c.var, label);
  c.header("ETag", etagOf(block));
  return c.json(blockJson(block), 200);
};

const writeBlock: ApiHandler<typeof operations.putBlockRoute> = async (c) => {
  const { store, label } = c.req.valid("param");
  const ifMatch = c.req.header("If-Match");
  const block = await putBlock(c.var, store, label, c.req.valid("json"), ifMatch);
  c.header("ETag", etagOf(block));
  if (block.created_at !== block.updated_at) {
    return c.json(blockJson(block), 200);
  }
  c.header("Location", `${operations.addressOf(store)}/blocks/${label}`);
  return c.json(blockJson(block), 201);
};

const deleteBlock: ApiHandler<typeof operations.removeBlockRoute> = async (c) => {
  const { store, label } = c.req.valid("param");
  await removeBlock(c.var, store, label, c.req.header("If-Match"));
  return c.body(null, 204);
};

const listBlockVersions: ApiHandler<typeof operations.blockVersionsRoute> = async (c) => {
  const { store, label } = c.req.valid("param");
  const query = c.req.valid("query");
  const page = await versionsPage(c.var, store, { kind: "block", id: label }, query);
  if (page === null) {
    throw blocksOf(store).notFound(label);
  }
  return c.json(page, 200);
};

const undoBlock: ApiHandler<typeof operations.restoreBlockRoute> = async (c) => {
  const { store, label } = c.req.valid("param");
  const block = await restoreBlock(c.var, store, label, c.req.valid("json").version);
  c.header("ETag", etagOf(block));
  return c.json(blockJson(block), 200);
};

const listItems: ApiHandler<typeof operations.itemsRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { store } = c.req.valid("param");
  const { query, limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
  if (query !== undefined) {
    const data = await searchItems(c.var, store, query, Math.min(limit, MAX_FOUND));
    return c.json({ data, next_cursor: null }, 200);
  }
  const before =
    cursor === undefined ? null : await cursorOf(deps, caller, cursor, { form: ITEM_ID });
  const found = await storeIn(c.var, store).items(before, limit + 1);
  if (found === null) {
    throw unknownStore(store);
  }
  const page = await pageOf(deps, caller, found, limit, ({ memory_id }) => memory_id);
  return c.json({ ...page, data: page.data.map(itemJson) }, 200);
};

const save: ApiHandler<typeof operations.saveItemRoute> = async (c) => {
  const { store } = c.req.valid("param");
  await checkExists(c.var, store, c.req.header("If-Match"));
  const item = await saveItem(c.var, store, c.req.valid("json"));
  c.header("Location", `${operations.addressOf(store)}/items/${item.memory_id}`);
  c.header("ETag", etagOf(item));
  return c.json(itemJson(item), 201);
};

const getItem: ApiHandler<typeof operations.itemRoute> = async (c) => {
  const { store, id } = c.req.valid("param");
  const item = await itemsOf(store).current(c.var, id);
  c.header("ETag", etagOf(item));
  return c.json(itemJson(item), 200);
};

const replace: ApiHandler<typeof operations.replaceItemRoute> = async (c) => {
  const { store, id } = c.req.valid("param");
  const ifMatch = c.req.header("If-Match");
  const item = await replaceItem(c.var, store, id, c.req.valid("json"), ifMatch);
  c.header("ETag", etagOf(item));
  return c.json(itemJson(item), 200);
};

const deleteItem: ApiHandler<typeof operations.removeItemRoute> = async (c) => {
  const { store, id } = c.req.valid("param");
  await removeItem(c.var, store, id, c.req.header("If-Match"));
  return c.body(null, 204);
};

const listItemVersions: ApiHandler<typeof operations.itemVersionsRoute> = async (c) => {
  const { store, id } = c.req.valid("param");
  const page = await versionsPage(c.var, store, { kind: "item", id }, c.req.valid("query"));
  if (page === null) {
    throw itemsOf(store).notFound(id);
  }
  return c.json(page, 200);
};

const undoItem: ApiHandler<typeof operations.restoreItemRoute> = async (c) => {
  const { store, id } = c.req.valid("param");
  const item = await restoreItem(c.var, store, id, c.req.valid("json").version);
  c.header("ETag", etagOf(item));
  return c.json(itemJson(item), 200);
};

/** Returns a page of versions; null for what has none. */
async function versionsPage(
  request: RequestContext,
  store: string,
  ref: MemoryRef,
  { limit = DEFAULT_LIMIT, cursor }: PageQuery,
): Promise<ListPage<MemoryVersion> | null> {
  const { deps, caller } = request;
  const position =
    cursor === undefined ? null : await cursorOf(deps, caller, cursor, { form: VERSION });
  const before = position === null ? null : Number(position.slice("version ".length));
  const found = await storeIn(request, store).versions(ref, before, limit + 1);
  return found === null
    ? null
    : pageOf(deps, caller, found, limit, ({ version }) => `version ${version}`);
}

/** @throws Problem if the store must exist and does not, or if a version of it is expected */
async function checkExists(
  request: RequestContext,
  store: string,
  ifMatch: string | undefined,
): Promise<void> {
  const tags = tagsIn(ifMatch);
  if (tags === null) {
    return;
  }
  const state = await storeIn(request, store).state();
  if (state === null) {
    throw unknownStore(store);
  }
  if (!tags.has("*")) {
    throw new Problem("precondition_failed", "A memory store has no version.", {
      headers: { ETag: "*" },
    });
  }
}
