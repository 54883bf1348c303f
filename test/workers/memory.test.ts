/** Memory stores in workerd: the real object with its index, its alarm and its row in D1. */
import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { memoryObjectName, memoryStub } from "../../src/durable/memory/rpc.ts";
import { INDEX_FROM } from "../../src/run/memory/limits.ts";
import type { MemoryWriter, SaveItem } from "../../src/run/memory/port.ts";
import { MemoryDirectory } from "../../src/store/memory-stores.ts";

const directory = new MemoryDirectory(env.DB);
let calls = 0;

function writer(): MemoryWriter {
  calls += 1;
  return { by: "task_1", task_id: "task_1", call_id: "c", idem: `task_1:${calls}`, trust: "agent" };
}

function storeOf(subject: string) {
  const tenant = `memory-${crypto.randomUUID().slice(0, 8)}`;
  const store = `subject:${subject}`;
  const stub = memoryStub(env.MEMORIES, tenant, store);
  const object = env.MEMORIES.get(env.MEMORIES.idFromName(memoryObjectName(tenant, store)));
  const save = async (content: string, more: Partial<SaveItem> = {}) => {
    const item = { key: null, content, tags: [], expires_in_s: null, version: null, ...more };
    return stub.save(store, item, writer());
  };
  const find = async (query: string): Promise<string[]> =>
    ((await stub.search(query, 10)) ?? []).map(({ content }) => content);
  return { tenant, store, stub, object, save, find };
}

test("what was saved is found after an eviction, with an index from the 64th item on", async () => {
  const { tenant, stub, object, save, find } = storeOf("u1");
  await save("allergic to peanuts");
  expect(await find("any allergies?")).toEqual(["allergic to peanuts"]);
  for (let i = 1; i < INDEX_FROM; i += 1) {
    await save(`note number ${i}`);
  }
  await evictDurableObject(object);
  expect(await find("any allergies?")).toEqual(["allergic to peanuts"]);
  const tables = await runInDurableObject(object, (_store, { storage }) =>
    Number(
      storage.sql.exec("SELECT COUNT(*) AS n FROM sqlite_master WHERE name = 'item_fts'").one()[
        "n"
      ],
    ),
  );
  expect(tables).toBe(1);
  const [item] = (await stub.search("peanuts", 1)) ?? [];
  await stub.removeItem(item?.memory_id ?? "", 1, writer());
  expect(await find("peanuts")).toEqual([]);
  for (const query of ["don't", '"', "a AND", "NEAR(", "x".repeat(10_240)]) {
    expect(await find(query)).toBeInstanceOf(Array);
  }
  const selection = { agent: null, subject: "u1", name: null, after: null, limit: 10 };
  expect(await directory.list(tenant, selection)).toMatchObject([
    { store: "subject:u1", subject: "u1", agent: null, items: 1 },
  ]);
});

test("the name of the object does not show the subject", () => {
  const name = memoryObjectName("acme", "subject:anna@example.com");
  expect(name).toMatch(/^acme\/[0-9a-f]{40}$/);
});

test("an expired item is gone at once, and the alarm deletes it", async () => {
  const { object, save, find, stub } = storeOf("u2");
  await save("short lived", { expires_in_s: 1 });
  await runInDurableObject(object, (_store, { storage }) => {
    storage.sql.exec("UPDATE item SET expires_at = 1");
  });
  expect(await find("lived")).toEqual([]);
  expect(await runDurableObjectAlarm(object)).toBe(true);
  expect(await stub.state()).toMatchObject({ items: 0, chars: 0 });
});

test("a hundred tasks that edit one block at once lose no line", async () => {
  const { stub, store } = storeOf("u3");
  const written = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      stub.editBlock(store, { label: "log", old: "", new: `line ${i}`, version: null }, writer()),
    ),
  );
  expect(written.filter(({ ok }) => ok)).toHaveLength(100);
  const lines = (await stub.block("log"))?.content.split("\n") ?? [];
  expect(new Set(lines).size).toBe(100);
});

test("a store that is deleted is empty, and has no row", async () => {
  const { tenant, store, stub, object, save, find } = storeOf("u4");
  await save("canary");
  expect(await stub.forget(store)).toEqual({ items: 1, blocks: 0 });
  expect(await find("canary")).toEqual([]);
  const selection = { agent: null, subject: null, name: null, after: null, limit: 10 };
  expect(await directory.list(tenant, selection)).toEqual([]);
  const left = await runInDurableObject(object, (_store, { storage }) =>
    Array.from(
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'"),
    ),
  );
  expect(left).toEqual([]);
});
