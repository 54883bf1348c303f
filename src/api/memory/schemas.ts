/** Zod schemas of long-term memory; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { MEMORY_OPS } from "../../durable/memory/rpc.ts";
import {
  BLOCK_LABEL,
  MAX_BLOCK_CHARS,
  MAX_DESCRIPTION_CHARS,
  MAX_EXPIRES_IN_S,
  MAX_ITEM_CHARS,
  MAX_KEY_CHARS,
  MAX_QUERY_CHARS,
  MAX_TAG_CHARS,
  MAX_TAGS,
} from "../../run/memory/limits.ts";
import { storeOwner } from "../../run/memory/store-name.ts";
import { TRUST } from "../../run/memory/trust.ts";
import { listOf, pageQuery, plainText, timestamp } from "../schemas.ts";

/** Maximum characters of a store's name. */
const MAX_STORE_CHARS = 256;

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable();
const isStore = (name: string): boolean => storeOwner(name) !== null;

const store = z
  .string()
  .min(1)
  .max(MAX_STORE_CHARS)
  .refine(isStore, "must be `tenant`, `agent:NAME`, `subject:ID` or `agent:NAME,subject:ID`")
  .openapi({
    param: { name: "store", in: "path" },
    description:
      "The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL.",
    example: "subject:user-42",
  });
const id = z
  .string()
  .max(128)
  .openapi({
    param: { name: "id", in: "path" },
    description: "The id of the item.",
    example: "memory_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
  });
const label = z
  .string()
  .regex(BLOCK_LABEL, "must be the label of a block")
  .openapi({
    param: { name: "label", in: "path" },
    description: "The label of the block: lower-case letters, digits, `_` and `-`.",
    example: "preferences",
  });

export const storePath = z.object({ store });
export const itemPath = z.object({ store, id });
export const blockPath = z.object({ store, label });

export const storesQuery = z.strictObject({
  agent: z.string().max(64).optional().openapi({ description: "Only stores of this agent." }),
  subject: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .openapi({ description: "Only stores about this subject." }),
  ...pageQuery,
});

export const itemsQuery = z.strictObject({
  query: z.string().max(MAX_QUERY_CHARS).optional().openapi({
    description:
      "Free text. Only items that match, best first, at most 50 and on one page. Absent: all items, newest first.",
    example: "any allergies?",
  }),
  ...pageQuery,
});

export const versionsQuery = z.strictObject(pageQuery);

const content = (max: number) => z.string().regex(/\S/, "must not be empty").max(max);

const itemFields = {
  content: content(MAX_ITEM_CHARS).openapi({
    description: "The text, which is searched.",
    example: "Anna is allergic to peanuts.",
  }),
  key: plainText(MAX_KEY_CHARS)
    .min(1)
    .nullish()
    .transform((key) => key ?? null)
    .openapi({ description: "A name of the item, unique in the store." }),
  tags: z
    .array(plainText(MAX_TAG_CHARS).min(1))
    .max(MAX_TAGS)
    .default([])
    .openapi({ description: "Words that are searched too." }),
  expires_in_s: z
    .number()
    .int()
    .min(1)
    .max(MAX_EXPIRES_IN_S)
    .nullish()
    .transform((seconds) => seconds ?? null)
    .openapi({ description: "Seconds until the item expires, from now. Default: never." }),
};

export const itemBody = z.strictObject(itemFields).openapi("WriteMemoryItem", {
  example: { content: "Anna is allergic to peanuts.", key: "allergies", tags: ["health"] },
});
export type ItemBody = z.output<typeof itemBody>;

export const blockBody = z
  .strictObject({
    content: z.string().max(MAX_BLOCK_CHARS).openapi({
      description: "The text, which is in the prompt of every run that recalls the store.",
      example: "Speaks German. Prefers short answers.",
    }),
    description: plainText(MAX_DESCRIPTION_CHARS)
      .nullish()
      .transform((text) => text ?? null)
      .openapi({ description: "What the block is for. The model reads it." }),
    read_only: z.boolean().default(false).openapi({
      description: "Whether runs cannot change the block.",
    }),
  })
  .openapi("WriteMemoryBlock", {
    example: { content: "Speaks German.", description: "What the user prefers." },
  });
export type BlockBody = z.output<typeof blockBody>;

export const restoreBody = z
  .strictObject({
    version: z.number().int().min(1).openapi({
      description: "The version whose content becomes the newest one.",
    }),
  })
  .openapi("RestoreMemory", { example: { version: 1 } });

const trust = z.enum(TRUST).openapi({
  description:
    "`user`: written over the API. `agent`: saved by a run. `untrusted`: saved by a run that had read untrusted content.",
});
const version = z.number().int().openapi({ description: "Counts from 1; every write is one." });

export const memoryStore = z
  .object({
    store: z.string().openapi({ description: "Its name.", example: "subject:user-42" }),
    agent: nullable(z.string()).describe("The agent whose memory it is."),
    subject: nullable(z.string()).describe("Who or what it is about."),
    items: z.number().int().openapi({
      description: "Number of items. In lists, it may be ten minutes old.",
    }),
    chars: z.number().int().openapi({
      description: "Characters of items and blocks. In lists, they may be ten minutes old.",
    }),
    created_at: timestamp.describe("When it was first written."),
    updated_at: timestamp.describe("When it was last written."),
  })
  .openapi("MemoryStore");
export type StoreJson = z.output<typeof memoryStore>;
export const storeList = listOf(memoryStore).openapi("MemoryStoreList");

export const memoryItem = z
  .object({
    id: z.string().openapi({
      description: "The id of the item.",
      example: "memory_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
    }),
    key: nullable(z.string()).describe("Its name in the store."),
    content: z.string().describe("The text."),
    tags: z.array(z.string()).describe("Words that are searched too."),
    trust,
    version,
    score: nullable(z.number()).openapi({
      description: "How well it matches a query, relative to the others; null without one.",
    }),
    created_at: timestamp.describe("When it was saved first."),
    updated_at: timestamp.describe("When it was saved last."),
    expires_at: nullable(timestamp).describe("When it expires."),
  })
  .openapi("MemoryItem");
export type ItemJson = z.output<typeof memoryItem>;
export const itemList = listOf(memoryItem).openapi("MemoryItemList");

export const memoryBlock = z
  .object({
    label: z.string().describe("Its label."),
    description: nullable(z.string()).describe("What it is for."),
    content: z.string().describe("The text."),
    read_only: z.boolean().describe("Whether runs cannot change it."),
    trust,
    version,
    created_at: timestamp.describe("When it was created."),
    updated_at: timestamp.describe("When it was last written."),
  })
  .openapi("MemoryBlock");
export type BlockJson = z.output<typeof memoryBlock>;
export const blockList = listOf(memoryBlock).openapi("MemoryBlockList");

const memoryVersion = z
  .object({
    version,
    op: z.enum(MEMORY_OPS).openapi({
      description:
        "`create`, `change`: the whole was written. `edit`: a piece of a block was replaced. `delete`. `restore`: an earlier version became the newest.",
    }),
    content: nullable(z.string()).describe("The text; null for a deletion."),
    trust,
    by: z.string().describe("The key, or the task, that wrote it."),
    task_id: nullable(z.string()).describe("The task that wrote it."),
    call_id: nullable(z.string()).describe("The call of that task."),
    at: timestamp.describe("When it was written."),
  })
  .openapi("MemoryVersion");
export const versionList = listOf(memoryVersion).openapi("MemoryVersionList");
