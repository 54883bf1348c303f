/** A memory store in plain Node: expiry, quotas, the full-text index and the directory in D1. */
import { describe, expect, test } from "vitest";
import { INDEX_FROM, MAX_BLOCKS, MAX_ITEMS } from "../../src/run/memory/limits.ts";
import { client, MemoryWorld, MINUTE_MS, START, STORE } from "../memory-world.ts";

describe("expiry", () => {
  test("an expired item is gone from every read before the alarm has run, and deleted by it", async () => {
    const world = new MemoryWorld();
    const item = await world.saved("short lived", { key: "k", expires_in_s: 1 });
    expect(world.find("lived")).toEqual(["short lived"]);
    expect(world.disk.alarm).toBe(START + 1000);
    world.now += 1000;
    expect(world.find("lived")).toEqual([]);
    expect(world.core.item(item.memory_id)).toBeNull();
    expect(world.core.items(null, 10)).toEqual([]);
    await world.core.alarm();
    expect(world.core.state()?.items).toBe(0);
    expect(world.disk.all("SELECT COUNT(*) AS n FROM version", [])).toEqual([{ n: 0 }]);
    expect(await world.saved("next", { key: "k" })).toMatchObject({ version: 1 });
  });

  test("the key of an expired item is free before the alarm has run", async () => {
    const world = new MemoryWorld();
    await world.saved("old", { key: "k", expires_in_s: 1 });
    world.now += 1000;
    expect(await world.saved("new", { key: "k" })).toMatchObject({ version: 1 });
    expect(world.core.state()?.items).toBe(1);
  });
});

describe("quotas refuse", () => {
  test("blocks", async () => {
    const world = new MemoryWorld();
    const put = async (label: string) =>
      world.core.putBlock(
        STORE,
        { label, description: null, content: "x", read_only: false },
        null,
        client(),
      );
    for (let i = 0; i < MAX_BLOCKS; i += 1) {
      expect(await put(`b${i}`)).toMatchObject({ ok: true });
    }
    expect(await put("more")).toMatchObject({ reason: "full", limit: "blocks" });
    expect(await put("b0")).toMatchObject({ ok: true, block: { version: 2 } });
  });

  test("items and characters; nothing is deleted to make room", async () => {
    const world = new MemoryWorld();
    await world.saved("first");
    world.disk.db.exec(`UPDATE store SET items = ${MAX_ITEMS}`);
    expect(await world.save("more")).toMatchObject({ reason: "full", limit: "items" });
    world.disk.db.exec("UPDATE store SET items = 1, chars = 19999999");
    expect(await world.save("more")).toMatchObject({ reason: "full", limit: "chars" });
    expect(world.find("first")).toEqual(["first"]);
  });
});

describe("the index", () => {
  test("is made with the 64th item, and finds what a scan finds", async () => {
    const world = new MemoryWorld();
    const words = ["tea", "peanuts", "allergic", "café", "東京都", "holiday", "project"];
    const text = (i: number): string =>
      `note ${i} about ${words[i % words.length]} and ${words[(i * 3 + 1) % words.length]}`;
    for (let i = 0; i < INDEX_FROM - 1; i += 1) {
      await world.saved(text(i));
    }
    const isIndexed = (): boolean =>
      world.disk.all("SELECT 1 FROM sqlite_master WHERE name = 'item_fts'", []).length > 0;
    expect(isIndexed()).toBe(false);
    const queries = ["allergies", "cafe", "東京", "tea holiday", "don't", "nothing such"];
    const all = (query: string): string[] =>
      (world.core.search(query, 50) ?? []).map(({ content }) => content).toSorted();
    const scanned = queries.map(all);
    await world.saved("the last about nothing else");
    expect(isIndexed()).toBe(true);
    expect(queries.slice(0, 5).map(all)).toEqual(scanned.slice(0, 5));
    const changed = await world.saved("unique zebra", { key: "z" });
    expect(world.find("zebra")).toEqual(["unique zebra"]);
    await world.saved("unique giraffe", { key: "z", version: 1 });
    expect(world.find("zebra")).toEqual([]);
    expect(world.find("giraffe")).toEqual(["unique giraffe"]);
    await world.core.remove({ kind: "item", id: changed.memory_id }, null, client());
    expect(world.find("giraffe")).toEqual([]);
  });

  test("free text of any form is a search", async () => {
    const world = new MemoryWorld();
    for (let i = 0; i < INDEX_FROM; i += 1) {
      await world.saved(`item ${i}`);
    }
    for (const query of ["don't", '"', "a AND", "NEAR(", "x".repeat(10_240), "(", "*", ""]) {
      expect(() => world.core.search(query, 5)).not.toThrow();
    }
    expect(world.find("item 7")[0]).toBe("item 7");
  });
});

describe("the directory", () => {
  test("has a store before its first write, and is written at most once in ten minutes", async () => {
    const world = new MemoryWorld();
    world.isDown = true;
    await expect(world.save("a")).rejects.toThrow("D1 is down");
    expect(world.core.state()).toBeNull();
    world.isDown = false;
    await world.saved("a");
    expect(world.directory.get(STORE)).toMatchObject({ subject: "u1", agent: null, items: 1 });
    await world.saved("b");
    expect(world.notes).toBe(1);
    world.now += 10 * MINUTE_MS;
    await world.saved("c");
    expect(world.notes).toBe(2);
    expect(world.directory.get(STORE)).toMatchObject({ items: 3, chars: 3 });
    world.now += 10 * MINUTE_MS;
    world.isDown = true;
    await world.saved("d");
    expect(world.faults).toEqual(["memory.directory"]);
    expect(world.faultIds).toEqual([{ tenant_id: "acme" }]);
  });

  test("forgetting deletes everything, with the row", async () => {
    const world = new MemoryWorld();
    await world.saved("canary");
    expect(await world.core.forget(STORE)).toEqual({ items: 1, blocks: 0 });
    expect(world.directory.size).toBe(0);
    expect(world.core.state()).toBeNull();
    expect(world.disk.all("SELECT name FROM sqlite_master", [])).toEqual([]);
    await world.saved("after");
    expect(world.directory.size).toBe(1);
  });
});
