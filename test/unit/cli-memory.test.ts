/** The commands of long-term memory: what they request, print and refuse. */
import { expect, test } from "vitest";
import { cli, envOf } from "../cli.ts";
import { fakeService } from "../fake-service.ts";

const ITEM = { id: "memory_1", key: "k", content: "old", tags: ["t"], trust: "user", version: 1 };
const BLOCK = { label: "notes", content: "x", trust: "user", version: 3, read_only: false };

/** Requests that a command makes, and how it ends. */
async function ran(...args: string[]) {
  const fake = await fakeService([], ({ line }) => ({
    status: 200,
    body: /versions|items\?|blocks$/.test(line)
      ? { data: [], next_cursor: null }
      : line.includes("/blocks/")
        ? BLOCK
        : ITEM,
  }));
  const { code, out, err } = await cli(["memory", ...args], { env: envOf(fake) });
  const requests = fake.requests.map(({ line, body }) => [line, body] as const);
  return { code, out, err, requests };
}

const STORE = "/api/v1/memory/subject%3Aanna%40example.com";

test("an item is saved with its key, tags and lifetime", async () => {
  const args = ["--key", "diet", "--tag", "health", "--tag", "food", "--expires", "60"];
  const { code, out, requests } = await ran(
    "save",
    "subject:anna@example.com",
    "No nuts.",
    ...args,
  );
  expect([code, out]).toEqual([0, "memory_1 version 1\n"]);
  const body = { content: "No nuts.", key: "diet", tags: ["health", "food"], expires_in_s: 60 };
  expect(requests).toEqual([[`POST ${STORE}/items`, body]]);
});

test("an id names an item and everything else a block", async () => {
  const store = "subject:anna@example.com";
  const item = await ran("put", store, "memory_1", "new");
  expect(item.requests).toEqual([
    [`GET ${STORE}/items/memory_1`, null],
    [`PUT ${STORE}/items/memory_1`, { content: "new", key: "k", tags: ["t"] }],
  ]);
  const block = await ran("put", store, "notes", "new", "--about", "Notes", "--read-only");
  expect(block.out).toBe("notes version 3\n");
  expect(block.requests).toEqual([
    [`PUT ${STORE}/blocks/notes`, { content: "new", read_only: true, description: "Notes" }],
  ]);
  const undone = await ran("restore", store, "notes", "--to", "2");
  expect(undone.requests).toEqual([[`POST ${STORE}/blocks/notes/restore`, { version: 2 }]]);
});

test("a search sends its text, and a store is deleted only with --all", async () => {
  const found = await ran("items", "tenant", "--query", "any nuts?");
  expect(found.requests.map(([line]) => line)).toEqual([
    "GET /api/v1/memory/tenant/items?query=any+nuts%3F",
  ]);
  const unclear = await ran("delete", "tenant");
  expect([unclear.code, unclear.requests]).toEqual([2, []]);
  expect(unclear.err).toContain("--all");
  const all = await ran("delete", "tenant", "--all");
  expect(all.requests.map(([line]) => line)).toEqual(["DELETE /api/v1/memory/tenant"]);
});
