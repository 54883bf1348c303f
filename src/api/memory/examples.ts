/** Examples of memory stores and their content. */
import { type Examples, AT, TASK_ID } from "../openapi/examples.ts";

const exampleStore = {
  store: "subject:user-42",
  agent: null,
  subject: "user-42",
  items: 12,
  chars: 840,
  created_at: AT,
  updated_at: AT,
};

const exampleItem = {
  id: "memory_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
  key: "allergies",
  content: "Anna is allergic to peanuts.",
  tags: ["health"],
  trust: "agent",
  version: 1,
  score: null,
  created_at: AT,
  updated_at: AT,
  expires_at: null,
};

const exampleBlock = {
  label: "preferences",
  description: "What the user prefers.",
  content: "Speaks German.",
  read_only: false,
  trust: "user",
  version: 1,
  created_at: AT,
  updated_at: AT,
};

const exampleVersion = {
  version: 1,
  op: "create",
  content: "Anna is allergic to peanuts.",
  trust: "agent",
  by: TASK_ID,
  task_id: TASK_ID,
  call_id: "call_2",
  at: AT,
};

/** Examples by schema name. */
export const examples: Examples = {
  MemoryStore: exampleStore,
  MemoryStoreList: { data: [exampleStore], next_cursor: null },
  MemoryItem: exampleItem,
  MemoryItemList: { data: [exampleItem], next_cursor: null },
  MemoryBlock: exampleBlock,
  MemoryBlockList: { data: [exampleBlock], next_cursor: null },
  MemoryVersion: exampleVersion,
  MemoryVersionList: { data: [exampleVersion], next_cursor: null },
};
