/** The tools by which a run uses its memory stores. A model names a scope, never a store. */
import { z } from "zod";
import {
  BLOCK_LABEL,
  MAX_BLOCK_CHARS,
  MAX_EXPIRES_IN_S,
  MAX_ITEM_CHARS,
  MAX_KEY_CHARS,
  MAX_QUERY_CHARS,
  MAX_TAG_CHARS,
  MAX_TAGS,
} from "../../../run/memory/limits.ts";
import type {
  FoundItem,
  MemoryBlock,
  MemoryItem,
  MemoryPort,
  MemoryRefusal,
  MemoryWriter,
} from "../../../run/memory/port.ts";
import type { RunStore } from "../../../run/memory/store-name.ts";
import {
  MEMORY_DELETE,
  MEMORY_EDIT_BLOCK,
  MEMORY_SAVE,
  MEMORY_SEARCH,
} from "../../../run/memory/tool-names.ts";
import { TRUST, type Trust } from "../../../run/memory/trust.ts";
import { MEMORY_SCOPES } from "../../../run/spec/long-term-memory.ts";
import { defined } from "../../../run/value/defined.ts";
import { ToolStop } from "../../../run/value/failure.ts";
import { defineTool, FromUntrusted, type RunTool, type ToolContext } from "../tool.ts";

/** Returns a store of the run's tenant; null in a deployment without memory. */
export type OpenStore = (store: string) => MemoryPort | null;

/** Results of a search if the model asks for no number. */
const DEFAULT_FOUND = 5;
const MAX_RESULTS = 20;

/** Returns the tools of a run with these stores. */
export function memoryTools(stores: readonly RunStore[], open: OpenStore): readonly RunTool[] {
  const writable = stores.filter(({ config }) => config.access === "write");
  return [
    ...(stores.length === 0 ? [] : [search(stores, open)]),
    ...(writable.length === 0
      ? []
      : [save(writable, open), remove(writable, open), editBlock(writable, open)]),
  ];
}

const label = z.string().regex(BLOCK_LABEL, "must be the label of a block");
const version = z
  .number()
  .int()
  .min(1)
  .optional()
  .describe("The version that you have seen. Another one is refused.");

/** The scopes of stores as an argument. */
function scopeOf(stores: readonly RunStore[], absent: string) {
  return z
    .enum(stores.map(({ scope }) => scope))
    .optional()
    .describe(`Whose memory. Default: ${absent}.`);
}

function search(stores: readonly RunStore[], open: OpenStore): RunTool {
  return defineTool({
    name: MEMORY_SEARCH,
    description: "Searches what earlier tasks saved. Any words; the best matches come first.",
    input: z.strictObject({
      query: z.string().min(1).max(MAX_QUERY_CHARS),
      limit: z.number().int().min(1).max(MAX_RESULTS).optional().describe("Default: 5."),
      scope: scopeOf(stores, "all"),
    }),
    output: z.strictObject({
      items: z.array(
        z.strictObject({
          memory_id: z.string(),
          scope: z.enum(MEMORY_SCOPES),
          key: z.string().optional(),
          content: z.string(),
          tags: z.array(z.string()),
          version: z.number(),
          updated_at: z.string(),
        }),
      ),
    }),
    effect: "pure",
    run: async ({ query, limit = DEFAULT_FOUND, scope }) => {
      const asked = stores.filter((one) => scope === undefined || one.scope === scope);
      const found = await Promise.all(
        asked.map(async ({ store, scope: of }) => {
          const wanted = { query, blocks: false, items: limit };
          const { items } = await reached(open, store).recall(wanted);
          return items.map((item) => ({ of, item }));
        }),
      );
      const best = found
        .flat()
        .toSorted((a, b) => b.item.score - a.item.score || order(a.item, b.item))
        .slice(0, limit);
      const output = {
        items: best.map(({ of, item }) => ({
          memory_id: item.memory_id,
          scope: of,
          ...(item.key === null ? {} : { key: item.key }),
          content: item.content,
          tags: [...item.tags],
          version: item.version,
          updated_at: item.updated_at,
        })),
      };
      return marked(
        output,
        best.map(({ item }) => item.trust),
      );
    },
  });
}

function order(a: FoundItem, b: FoundItem): number {
  return a.memory_id < b.memory_id ? -1 : 1;
}

function save(stores: readonly RunStore[], open: OpenStore): RunTool {
  return defineTool({
    name: MEMORY_SAVE,
    description:
      "Saves a fact for later tasks: one short, complete sentence that will still be true and useful then. With a key, it can be replaced: give the version that you have seen.",
    input: z.strictObject({
      content: z.string().regex(/\S/, "must not be empty").max(MAX_ITEM_CHARS),
      key: z.string().min(1).max(MAX_KEY_CHARS).optional().describe("A name of the fact."),
      tags: z.array(z.string().min(1).max(MAX_TAG_CHARS)).max(MAX_TAGS).optional(),
      scope: scopeOf(stores, stores[0]?.scope ?? ""),
      expires_in_s: z
        .number()
        .int()
        .min(1)
        .max(MAX_EXPIRES_IN_S)
        .optional()
        .describe("Seconds until it is forgotten. Default: never."),
      version,
    }),
    output: z.strictObject({
      memory_id: z.string(),
      scope: z.enum(MEMORY_SCOPES),
      version: z.number(),
    }),
    effect: "idempotent",
    memory: "save",
    run: async ({ content, key, tags = [], scope, expires_in_s, version: seen }, context) => {
      const { store, scope: of } = storeIn(stores, scope);
      const item = {
        content,
        key: key ?? null,
        tags,
        expires_in_s: expires_in_s ?? null,
        version: seen ?? null,
      };
      const trust = context.untrusted === true ? "untrusted" : "agent";
      const written = await reached(open, store).save(store, item, writerOf(context, trust));
      if (!written.ok) {
        throw refusal(written);
      }
      const { memory_id, version: now } = written.item;
      return { memory_id, scope: of, version: now };
    },
  });
}

function remove(stores: readonly RunStore[], open: OpenStore): RunTool {
  return defineTool({
    name: MEMORY_DELETE,
    description: "Deletes a saved fact that is wrong or no longer true.",
    input: z.strictObject({ memory_id: z.string().max(64), version }),
    output: z.strictObject({ deleted: z.literal(true) }),
    effect: "idempotent",
    memory: "save",
    run: async ({ memory_id, version: seen }, context) => {
      const trust = context.untrusted === true ? "untrusted" : "agent";
      let refused: MemoryRefusal = { ok: false, reason: "not_found" };
      for (const { store } of stores) {
        const port = reached(open, store);
        const removed = await port.removeItem(memory_id, seen ?? null, writerOf(context, trust));
        if (removed.ok) {
          return { deleted: true } as const;
        }
        refused = removed.reason === "not_found" ? refused : removed;
      }
      throw refusal(refused);
    },
  });
}

function editBlock(stores: readonly RunStore[], open: OpenStore): RunTool {
  return defineTool({
    name: MEMORY_EDIT_BLOCK,
    description:
      "Changes a memory block, which every later task has in its prompt: replaces the piece of text `old`, which must occur once, by `new`. An empty `old` appends a line, and makes the block if it does not exist.",
    input: z.strictObject({
      label,
      old: z.string().max(MAX_BLOCK_CHARS),
      new: z.string().max(MAX_BLOCK_CHARS),
      version,
      scope: scopeOf(stores, stores[0]?.scope ?? ""),
    }),
    output: z.strictObject({
      store: z.string(),
      label: z.string(),
      version: z.number(),
      trust: z.enum(TRUST),
      content: z.string(),
    }),
    effect: "idempotent",
    memory: "edit",
    run: async ({ label: name, old, new: replacement, version: seen, scope }, context) => {
      const { store } = storeIn(stores, scope);
      const edit = { label: name, old, new: replacement, version: seen ?? null };
      // A run that has read untrusted content comes here only with a person's approval.
      const writer = writerOf(context, "agent");
      const written = await reached(open, store).editBlock(store, edit, writer);
      if (!written.ok) {
        throw refusal(written);
      }
      const { content, trust, version: now } = written.block;
      return marked({ store, label: name, version: now, trust, content }, [trust]);
    },
  });
}

/** @throws ToolStop in a deployment without memory */
function reached(open: OpenStore, store: string): MemoryPort {
  const port = open(store);
  if (port === null) {
    throw new ToolStop("memory_unavailable", undefined, { unsent: true });
  }
  return port;
}

function storeIn(stores: readonly RunStore[], scope: string | undefined): RunStore {
  const found = stores.find((one) => scope === undefined || one.scope === scope);
  if (found === undefined) {
    throw new ToolStop("invalid_arguments", undefined, { unsent: true });
  }
  return found;
}

function writerOf({ taskId, callId, idempotencyKey }: ToolContext, trust: Trust): MemoryWriter {
  return { by: taskId, task_id: taskId, call_id: callId, idem: idempotencyKey, trust };
}

/** Marks an output that contains untrusted memories: it taints the run. */
function marked<T>(output: T, trust: readonly Trust[]): T | FromUntrusted<T> {
  return trust.includes("untrusted") ? new FromUntrusted(output, "memory") : output;
}

/** Returns the failure of a refused write, with what is there now. */
function refusal(refused: MemoryRefusal): ToolStop {
  switch (refused.reason) {
    case "not_found":
      return new ToolStop("memory_not_found");
    case "read_only":
      return new ToolStop("memory_read_only");
    case "full":
      return new ToolStop("memory_full", `The memory store is full (${refused.limit}).`);
    case "conflict":
      return about(refused.current, "memory_conflict", "Nothing was written.");
    case "no_match":
    case "ambiguous": {
      const what = refused.reason === "no_match" ? "does not occur" : "occurs more than once";
      const why = `The text in \`old\` ${what} in the block.`;
      return refused.current === null
        ? new ToolStop("memory_not_found", why)
        : about(refused.current, "memory_conflict", why);
    }
    default:
      return refused satisfies never;
  }
}

function about(
  { version: now, content, trust }: MemoryBlock | MemoryItem,
  code: "memory_conflict",
  why: string,
): ToolStop {
  const message = `${why} Version ${now} is: ${content}`;
  return new ToolStop(
    code,
    message,
    defined({ untrusted: trust === "untrusted" ? ("memory" as const) : undefined }),
  );
}
