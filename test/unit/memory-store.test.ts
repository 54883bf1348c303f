/** A memory store in plain Node: versions, exactly-once writes, conflicts, exports. */
import { describe, expect, test } from "vitest";
import { GONE_MS } from "../../src/durable/memory/cleaning.ts";
import { KEPT_VERSIONS } from "../../src/durable/memory/versions.ts";
import type { ExportRecord } from "../../src/durable/memory/rpc.ts";
import { MAX_ITEM_CHARS } from "../../src/run/memory/limits.ts";
import { client, MemoryWorld, START, STORE, writer } from "../memory-world.ts";

test("a store that was only read has no tables, and answers like an empty one", async () => {
  const world = new MemoryWorld();
  expect(world.core.state()).toBeNull();
  expect(world.core.search("x", 5)).toBeNull();
  expect(world.core.recall({ query: "x", blocks: true, items: 5 })).toEqual({
    blocks: [],
    items: [],
  });
  expect(world.disk.all("SELECT name FROM sqlite_master", [])).toEqual([]);
  const remove = world.core.remove({ kind: "item", id: "memory_1" }, null, { writer: writer() });
  expect(await remove).toMatchObject({ ok: false, reason: "not_found" });
});

test("a saved item is found by words like its own, by its key and by its tags", async () => {
  const world = new MemoryWorld();
  await world.saved("allergic to peanuts", { key: "allergies", tags: ["health"] });
  await world.saved("likes tea");
  expect(world.find("any allergies?")).toEqual(["allergic to peanuts"]);
  expect(world.find("health")).toEqual(["allergic to peanuts"]);
  expect(world.find("weather")).toEqual([]);
  expect(world.find('"')).toEqual([]);
});

describe("exactly once", () => {
  test("the same write again, also after a restart, gives the same id and version", async () => {
    const world = new MemoryWorld();
    const by = writer();
    const first = await world.saved("a", { key: "k" }, by);
    world.restart();
    await world.saved("b", { key: "k", version: 1 });
    const again = await world.saved("a", { key: "k" }, by);
    expect(again).toMatchObject({ memory_id: first.memory_id, version: 1, content: "a" });
    expect(world.core.state()?.items).toBe(1);
    expect(world.core.item(first.memory_id)?.content).toBe("b");
  });

  test("an edit and a deletion change something once", async () => {
    const world = new MemoryWorld();
    const edit = { label: "log", old: "", new: "line", version: null };
    const author = { writer: writer() };
    await world.core.editBlock(STORE, edit, author);
    const again = await world.core.editBlock(STORE, edit, author);
    expect(again).toMatchObject({ ok: true, block: { content: "line", version: 1 } });
    const { memory_id } = await world.saved("a");
    const gone = { writer: writer() };
    const ref = { kind: "item", id: memory_id } as const;
    expect(await world.core.remove(ref, null, gone)).toEqual({ ok: true });
    expect(await world.core.remove(ref, null, gone)).toEqual({ ok: true });
    expect(await world.core.remove(ref, null, { writer: writer() })).toMatchObject({ ok: false });
  });
});

describe("nothing is overwritten", () => {
  test("a taken key is refused with what is there, and replaced under its version", async () => {
    const world = new MemoryWorld();
    await world.saved("one", { key: "k" });
    expect(await world.save("two", { key: "k" })).toMatchObject({
      ok: false,
      reason: "conflict",
      current: { content: "one", version: 1 },
    });
    expect(await world.saved("two", { key: "k", version: 1 })).toMatchObject({ version: 2 });
    expect(await world.save("three", { key: "k", version: 1 })).toMatchObject({
      reason: "conflict",
      current: { content: "two" },
    });
    expect(await world.save("x", { key: "free", version: 1 })).toMatchObject({
      reason: "not_found",
    });
  });

  test("a hundred edits at once lose no line", async () => {
    const world = new MemoryWorld();
    const edits = Array.from({ length: 100 }, (_, i) =>
      world.core.editBlock(
        STORE,
        { label: "log", old: "", new: `line ${i}`, version: null },
        { writer: writer() },
      ),
    );
    const written = await Promise.all(edits);
    expect(written.every(({ ok }) => ok)).toBe(true);
    const lines = world.core.block("log")?.content.split("\n") ?? [];
    expect(new Set(lines).size).toBe(100);
    expect(world.core.block("log")?.version).toBe(100);
    const versions = world.core.versions({ kind: "block", id: "log" }, null, 100);
    expect(versions).toHaveLength(KEPT_VERSIONS);
  });

  test("an edit of a version that moved, of an absent piece, and of a read-only block", async () => {
    const world = new MemoryWorld();
    const put = { label: "facts", description: null, content: "a b a", read_only: false };
    await world.core.putBlock(STORE, put, null, client());
    const edit = async (old: string, version: number | null = null) =>
      world.core.editBlock(STORE, { label: "facts", old, new: "x", version }, { writer: writer() });
    expect(await edit("a", 7)).toMatchObject({ reason: "conflict", current: { version: 1 } });
    expect(await edit("zzz")).toMatchObject({ reason: "no_match", current: { content: "a b a" } });
    expect(await edit("a")).toMatchObject({ reason: "ambiguous" });
    const edited = await edit("b", 1);
    expect(edited).toMatchObject({ ok: true, block: { content: "a x a", trust: "agent" } });
    await world.core.putBlock(STORE, { ...put, read_only: true }, null, client());
    expect(await edit("b")).toMatchObject({ reason: "read_only" });
  });

  test("a change over the API expects the version that was read", async () => {
    const world = new MemoryWorld();
    const item = await world.saved("one");
    const next = { key: null, content: "two", tags: [], expires_in_s: null };
    const stale = { version: 9, created_at: item.created_at };
    expect(await world.core.replaceItem(item.memory_id, next, stale, client())).toMatchObject({
      reason: "conflict",
      current: { content: "one" },
    });
    expect(await world.core.replaceItem(item.memory_id, next, item, client())).toMatchObject({
      ok: true,
      item: { version: 2, trust: "user" },
    });
  });
});

test("an edit has the lowest trust of what contributed; a full replacement has its author's", async () => {
  const world = new MemoryWorld();
  const put = { label: "b", description: null, content: "x", read_only: false };
  await world.core.putBlock(STORE, put, null, client());
  const edit = { label: "b", old: "", new: "y", version: null };
  await world.core.editBlock(STORE, edit, { writer: writer({ trust: "untrusted" }) });
  expect(world.core.block("b")?.trust).toBe("untrusted");
  await world.core.editBlock(STORE, edit, { writer: writer() });
  expect(world.core.block("b")?.trust).toBe("untrusted");
  await world.core.putBlock(STORE, put, null, client());
  expect(world.core.block("b")?.trust).toBe("user");
});

describe("versions", () => {
  test("every write is a version, and an earlier one can be restored, even of a deleted item", async () => {
    const world = new MemoryWorld();
    const item = await world.saved("one", { key: "k", tags: ["t"] });
    await world.saved("two", { key: "k", version: 1 });
    const ref = { kind: "item", id: item.memory_id } as const;
    await world.core.remove(ref, null, client());
    expect(world.core.item(item.memory_id)).toBeNull();
    const ops = world.core.versions(ref, null, 10)?.map(({ op, version }) => `${version} ${op}`);
    expect(ops).toEqual(["3 delete", "2 change", "1 create"]);
    const restored = await world.core.restoreItem(item.memory_id, 1, client());
    expect(restored).toMatchObject({
      ok: true,
      item: { content: "one", key: "k", tags: ["t"], version: 4, trust: "agent" },
    });
    await expect(world.core.restoreItem(item.memory_id, 99, client())).resolves.toMatchObject({
      reason: "not_found",
    });
    // It is there again, so its versions outlive the deadline of the deletion.
    world.now += GONE_MS + 1;
    await world.core.alarm();
    expect(world.core.versions(ref, null, 10)).toHaveLength(4);
  });

  test("a restored block, and a key that another item has by now", async () => {
    const world = new MemoryWorld();
    const put = { label: "b", description: "of use", content: "one", read_only: true };
    await world.core.putBlock(STORE, put, null, client());
    await world.core.remove({ kind: "block", id: "b" }, null, client());
    expect(await world.core.restoreBlock("b", 1, client())).toMatchObject({
      ok: true,
      block: { content: "one", description: "of use", read_only: true, version: 3 },
    });
    const item = await world.saved("one", { key: "k" });
    await world.core.remove({ kind: "item", id: item.memory_id }, null, client());
    await world.saved("other", { key: "k" });
    expect(await world.core.restoreItem(item.memory_id, 1, client())).toMatchObject({
      reason: "conflict",
      current: { content: "other" },
    });
  });

  test("versions of what was deleted are deleted after 30 days", async () => {
    const world = new MemoryWorld();
    const item = await world.saved("secret");
    const ref = { kind: "item", id: item.memory_id } as const;
    await world.core.remove(ref, null, client());
    expect(world.disk.alarm).toBe(START + GONE_MS);
    world.now += GONE_MS;
    await world.core.alarm();
    expect(world.core.versions(ref, null, 10)).toBeNull();
    expect(JSON.stringify(world.disk.all("SELECT * FROM version", []))).not.toContain("secret");
  });
});

test("an export has every block, item and version, in pages", async () => {
  const world = new MemoryWorld();
  const put = { label: "b", description: null, content: "block", read_only: false };
  await world.core.putBlock(STORE, put, null, client());
  for (let i = 0; i < 7; i += 1) {
    await world.saved(`item ${i}`, { key: `k${i}` });
  }
  await world.saved("item 0 again", { key: "k0", version: 1 });
  const records: ExportRecord[] = [];
  let after: string | null = null;
  do {
    const page = world.core.exportPage(after, 3);
    records.push(...page.records);
    after = page.next;
  } while (after !== null);
  const count = (kind: ExportRecord["kind"]): number =>
    records.filter((record) => record.kind === kind).length;
  expect([count("block"), count("item"), count("version")]).toEqual([1, 7, 9]);
  expect(new Set(records.map((record) => JSON.stringify(record))).size).toBe(17);
});

test("a client's write is audited without its content; a run's write is a version alone", async () => {
  const world = new MemoryWorld();
  const put = { label: "b", description: null, content: "private", read_only: false };
  await world.core.putBlock(STORE, put, null, client());
  await world.saved("x".repeat(MAX_ITEM_CHARS));
  expect(world.audited).toEqual(['key_1 memory.block_written b {"store":"subject:u1"}']);
});
