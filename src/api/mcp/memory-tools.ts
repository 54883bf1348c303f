/** The tools of `/mcp` for long-term memory. */
import { z } from "@hono/zod-openapi";
import { MAX_FOUND, MAX_QUERY_CHARS } from "../../run/memory/limits.ts";
import { cursorOf, DEFAULT_LIMIT, pageOf } from "../http/cursor.ts";
import { itemBody, storePath, type ItemJson } from "../memory/schemas.ts";
import { itemJson, removeItem, saveItem, storeIn, storeJson } from "../memory/use-cases.ts";
import { result, tool, type TaskTool } from "./tool.ts";

const store = storePath.shape.store.describe(
  "The store: tenant, agent:NAME, subject:ID, or agent:NAME,subject:ID.",
);
const STORE_PLACE = /^store /;

/** The tools, in a stable order. */
export const MEMORY_TOOLS: readonly TaskTool[] = [
  tool({
    name: "list_memory_stores",
    title: "List memory stores",
    description: "Lists what tasks remember: the stores of the tenant, its agents and subjects.",
    scope: "memory:read",
    annotations: { readOnlyHint: true },
    schema: z.strictObject({
      limit: z.number().int().min(1).max(100).default(DEFAULT_LIMIT),
      cursor: z.string().max(4096).optional(),
    }),
    run: async ({ limit, cursor }, { deps, caller }) => {
      const after =
        cursor === undefined
          ? null
          : (await cursorOf(deps, caller, cursor, { form: STORE_PLACE })).slice("store ".length);
      const selection = { agent: null, subject: null, name: null, after, limit: limit + 1 };
      const found = await deps.memoryStores.list(caller.tenantId, selection);
      const page = await pageOf(deps, caller, found, limit, (one) => `store ${one.store}`);
      const data = page.data.map(storeJson);
      const lines = data.map(({ store: name, items }) => `${name}: ${items} items`).join("\n");
      return result(lines === "" ? "There are no memory stores." : lines, { ...page, data });
    },
  }),
  tool({
    name: "search_memory",
    title: "Search a memory store",
    description: "Searches what tasks saved in a store. Any words; the best matches come first.",
    scope: "memory:read",
    annotations: { readOnlyHint: true },
    schema: z.strictObject({
      store,
      query: z.string().max(MAX_QUERY_CHARS),
      limit: z.number().int().min(1).max(MAX_FOUND).default(DEFAULT_LIMIT),
    }),
    run: async ({ store: name, query, limit }, call) => {
      const found = (await storeIn(call, name).search(query, limit)) ?? [];
      const data = found.map(itemJson);
      const lines = data.map(lineOf).join("\n");
      return result(lines === "" ? "Nothing matches." : lines, { data });
    },
  }),
  tool({
    name: "save_memory",
    title: "Save a memory",
    description: "Saves a fact for later tasks in a store. A key that is taken is refused.",
    scope: "memory:write",
    annotations: { destructiveHint: false },
    schema: itemBody.safeExtend({ store }),
    run: async ({ store: name, ...body }, call) => {
      const item = itemJson(await saveItem(call, name, body));
      return result(lineOf(item), { ...item });
    },
  }),
  tool({
    name: "delete_memory",
    title: "Delete a memory",
    description: "Deletes an item of a store. It can be restored for 30 days.",
    scope: "memory:write",
    annotations: { destructiveHint: true, idempotentHint: true },
    schema: z.strictObject({ store, id: z.string().max(128).describe("Id of an item: memory_…") }),
    run: async ({ store: name, id }, call) => {
      await removeItem(call, name, id);
      return result(`The item ${id} is deleted.`, { id, deleted: true });
    },
  }),
];

function lineOf({ id, key, content }: ItemJson): string {
  return `${id}${key === null ? "" : ` ${key}`}: ${content}`;
}
