/** OpenAPI operations of `/api/v1/memory`. */
import { createRoute } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { idempotent } from "../http/idempotent.ts";
import { BODY_PROBLEMS, ifMatch, json, refusals, SECURED } from "../openapi/routes.ts";
import { storeName, storeOwner } from "../../run/memory/store-name.ts";
import * as schemas from "./schemas.ts";

/** Path of the collection of stores. */
const STORES = "/api/v1/memory";
const STORE = "/api/v1/memory/{store}";
const BLOCK = "/api/v1/memory/{store}/blocks/{label}";
const ITEMS = "/api/v1/memory/{store}/items";
const ITEM = "/api/v1/memory/{store}/items/{id}";

/** Returns the path of a store. */
export function addressOf(store: string): string {
  const name = storeName(storeOwner(store) ?? { agent: null, subject: null });
  return `${STORES}/${encodeURIComponent(name)}`;
}

const shared = { tags: ["Memory"], security: SECURED };
const reads = { ...shared, middleware: [requireScope("memory:read")] };
const removes = { ...shared, middleware: [requireScope("memory:write")] };
const writes = { ...shared, middleware: [requireScope("memory:write"), jsonBody] };

const body = <T>(schema: T) => ({
  required: true,
  content: { "application/json": { schema } },
});
const CHANGE_PROBLEMS = [...BODY_PROBLEMS, "not_found", "precondition_failed"] as const;

export const storesRoute = createRoute({
  ...reads,
  method: "get",
  path: STORES,
  operationId: "listMemoryStores",
  summary: "List memory stores by name",
  request: { query: schemas.storesQuery },
  responses: {
    200: json("A page of stores.", schemas.storeList),
    ...refusals("validation_failed"),
  },
});

export const storeRoute = createRoute({
  ...reads,
  method: "get",
  path: STORE,
  operationId: "getMemoryStore",
  summary: "Get one memory store",
  description: "A store exists once something was written to it.",
  request: { params: schemas.storePath },
  responses: {
    200: json("The store.", schemas.memoryStore),
    ...refusals("not_found", "validation_failed"),
  },
});

export const removeStoreRoute = createRoute({
  ...removes,
  method: "delete",
  path: STORE,
  operationId: "deleteMemoryStore",
  summary: "Delete a memory store",
  description:
    "Deletes its blocks and items with all versions, at once. What runs have recalled stays in their logs.",
  request: { params: schemas.storePath },
  responses: {
    204: { description: "Deleted." },
    ...refusals("not_found", "validation_failed"),
  },
});

export const blocksRoute = createRoute({
  ...reads,
  method: "get",
  path: `${STORE}/blocks`,
  operationId: "listMemoryBlocks",
  summary: "List the blocks of a memory store by label",
  request: { params: schemas.storePath, query: schemas.versionsQuery },
  responses: {
    200: json("A page of blocks.", schemas.blockList),
    ...refusals("not_found", "validation_failed"),
  },
});

export const blockRoute = createRoute({
  ...reads,
  method: "get",
  path: BLOCK,
  operationId: "getMemoryBlock",
  summary: "Get one memory block",
  request: { params: schemas.blockPath },
  responses: {
    200: json("The block.", schemas.memoryBlock, "ETag"),
    ...refusals("not_found", "validation_failed"),
  },
});

export const putBlockRoute = createRoute({
  ...writes,
  method: "put",
  path: BLOCK,
  operationId: "putMemoryBlock",
  summary: "Create or replace a memory block",
  description: "Runs that have recalled the store already keep what they recalled.",
  request: {
    params: schemas.blockPath,
    headers: ifMatch,
    body: body(schemas.blockBody),
  },
  responses: {
    200: json("The block.", schemas.memoryBlock, "ETag"),
    201: json("The new block.", schemas.memoryBlock, "Location", "ETag"),
    ...refusals(...CHANGE_PROBLEMS, "memory_full"),
  },
});

export const removeBlockRoute = createRoute({
  ...removes,
  method: "delete",
  path: BLOCK,
  operationId: "deleteMemoryBlock",
  summary: "Delete a memory block",
  description: "Its versions stay for 30 days, so it can be restored.",
  request: { params: schemas.blockPath, headers: ifMatch },
  responses: {
    204: { description: "Deleted." },
    ...refusals("not_found", "validation_failed", "precondition_failed"),
  },
});

export const blockVersionsRoute = createRoute({
  ...reads,
  method: "get",
  path: `${BLOCK}/versions`,
  operationId: "listMemoryBlockVersions",
  summary: "List the versions of a memory block, newest first",
  request: { params: schemas.blockPath, query: schemas.versionsQuery },
  responses: {
    200: json("A page of versions.", schemas.versionList),
    ...refusals("not_found", "validation_failed"),
  },
});

export const restoreBlockRoute = createRoute({
  ...writes,
  method: "post",
  path: `${BLOCK}/restore`,
  operationId: "restoreMemoryBlock",
  summary: "Restore a version of a memory block",
  description: "Also of a block that was deleted less than 30 days ago.",
  request: { params: schemas.blockPath, body: body(schemas.restoreBody) },
  responses: {
    200: json("The block.", schemas.memoryBlock, "ETag"),
    ...refusals(...BODY_PROBLEMS, "not_found", "memory_full"),
  },
});

export const itemsRoute = createRoute({
  ...reads,
  method: "get",
  path: ITEMS,
  operationId: "listMemoryItems",
  summary: "Search the items of a memory store, or list them",
  request: { params: schemas.storePath, query: schemas.itemsQuery },
  responses: {
    200: json("A page of items.", schemas.itemList),
    ...refusals("not_found", "validation_failed"),
  },
});

export const saveItemRoute = createRoute({
  ...writes,
  middleware: [...writes.middleware, idempotent],
  method: "post",
  path: ITEMS,
  operationId: "saveMemoryItem",
  summary: "Save an item in a memory store",
  description:
    "Creates the store if it does not exist; with `If-Match: *` it must exist. A key that another item has is refused: replace that item.",
  request: {
    params: schemas.storePath,
    headers: ifMatch,
    body: body(schemas.itemBody),
  },
  responses: {
    201: json("The item.", schemas.memoryItem, "Location", "ETag"),
    ...refusals(...CHANGE_PROBLEMS, "memory_exists", "memory_full"),
  },
});

export const itemRoute = createRoute({
  ...reads,
  method: "get",
  path: ITEM,
  operationId: "getMemoryItem",
  summary: "Get one item of a memory store",
  request: { params: schemas.itemPath },
  responses: {
    200: json("The item.", schemas.memoryItem, "ETag"),
    ...refusals("not_found", "validation_failed"),
  },
});

export const replaceItemRoute = createRoute({
  ...writes,
  method: "put",
  path: ITEM,
  operationId: "replaceMemoryItem",
  summary: "Replace an item of a memory store",
  description: "Its lifetime counts from now.",
  request: {
    params: schemas.itemPath,
    headers: ifMatch,
    body: body(schemas.itemBody),
  },
  responses: {
    200: json("The item.", schemas.memoryItem, "ETag"),
    ...refusals(...CHANGE_PROBLEMS, "memory_exists", "memory_full"),
  },
});

export const removeItemRoute = createRoute({
  ...removes,
  method: "delete",
  path: ITEM,
  operationId: "deleteMemoryItem",
  summary: "Delete an item of a memory store",
  description:
    "No search finds it any more. Its versions stay for 30 days, so it can be restored; deleting the store deletes them at once.",
  request: { params: schemas.itemPath, headers: ifMatch },
  responses: {
    204: { description: "Deleted." },
    ...refusals("not_found", "validation_failed", "precondition_failed"),
  },
});

export const itemVersionsRoute = createRoute({
  ...reads,
  method: "get",
  path: `${ITEM}/versions`,
  operationId: "listMemoryItemVersions",
  summary: "List the versions of a memory item, newest first",
  description: "At most 50 are kept.",
  request: { params: schemas.itemPath, query: schemas.versionsQuery },
  responses: {
    200: json("A page of versions.", schemas.versionList),
    ...refusals("not_found", "validation_failed"),
  },
});

export const restoreItemRoute = createRoute({
  ...writes,
  method: "post",
  path: `${ITEM}/restore`,
  operationId: "restoreMemoryItem",
  summary: "Restore a version of a memory item",
  description: "Also of an item that was deleted less than 30 days ago.",
  request: { params: schemas.itemPath, body: body(schemas.restoreBody) },
  responses: {
    200: json("The item.", schemas.memoryItem, "ETag"),
    ...refusals(...BODY_PROBLEMS, "not_found", "memory_exists", "memory_full"),
  },
});
