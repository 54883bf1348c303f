/** `/api/v1/memory` in workerd: what clients write, read, undo and delete, and what tasks make of it. */
import { expect, test } from "vitest";
import { AuditStore } from "../../src/store/audit.ts";
import { env } from "cloudflare:workers";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { MAX_BLOCKS } from "../../src/run/memory/limits.ts";

const app = createApp(() => apiDeps(env));

type Json = Readonly<Record<string, unknown>>;

/** The fields of answers that the tests look at. */
interface Body extends Json {
  readonly id: string;
  readonly code: string;
  readonly data: readonly Json[];
  readonly next_cursor: string | null;
}

async function tenant() {
  const name = `memory-api-${crypto.randomUUID().slice(0, 8)}`;
  const key = `opsk_${name}`;
  await env.DB.prepare("INSERT INTO api_key VALUES (?, ?, 'own', ?, ?, '2026-01-01', NULL, NULL)")
    .bind(`key_${name}`, name, sha256Hex(key), "memory:read memory:write tasks:write audit:read")
    .run();
  return async (
    method: string,
    path: string,
    body?: Json,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const json = body === undefined ? {} : { "Content-Type": "application/json" };
    const response = await app.request(
      `/api/v1${path}`,
      {
        method,
        headers: { Authorization: `Bearer ${key}`, ...json, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      env,
    );
    const text = await response.text();
    return {
      status: response.status,
      etag: response.headers.get("ETag") ?? "",
      location: response.headers.get("Location") ?? "",
      replayed: response.headers.get("Idempotent-Replayed"),
      body: JSON.parse(text === "" ? "{}" : text) as Body,
      tenant: name,
    };
  };
}

const at = (store: string): string => `/memory/${encodeURIComponent(store)}`;

test("an item is saved, searched, replaced under its version, undone and deleted", async () => {
  const call = await tenant();
  const store = at("subject:anna@example.com");
  const saved = await call("POST", `${store}/items`, {
    content: "Allergic to peanuts.",
    key: "allergies",
    tags: ["health"],
  });
  expect(saved.status).toBe(201);
  expect(saved.body).toMatchObject({ trust: "user", version: 1, score: null, expires_at: null });
  const item = `${store}/items/${saved.body.id}`;
  expect(saved.location).toBe(`/api/v1${item}`);
  const found = await call("GET", `${store}/items?query=${encodeURIComponent("any allergies?")}`);
  expect(found.body.data).toMatchObject([{ id: saved.body.id, content: "Allergic to peanuts." }]);
  expect(found.body.data[0]?.["score"]).toBeGreaterThan(0);
  const again = await call("POST", `${store}/items`, { content: "x", key: "allergies" });
  expect([again.status, again.body.code]).toEqual([409, "memory_exists"]);
  const stale = { "If-Match": '"9-x"' };
  expect((await call("PUT", item, { content: "None." }, stale)).status).toBe(412);
  const next = await call("PUT", item, { content: "None." }, { "If-Match": saved.etag });
  expect([next.status, next.body["version"], next.body["key"]]).toEqual([200, 2, null]);
  expect((await call("DELETE", item, undefined, { "If-Match": saved.etag })).status).toBe(412);
  expect((await call("DELETE", item)).status).toBe(204);
  expect((await call("GET", item)).status).toBe(404);
  const versions = await call("GET", `${item}/versions`);
  expect(versions.body.data.map(({ version, op }) => [version, op])).toEqual([
    [3, "delete"],
    [2, "change"],
    [1, "create"],
  ]);
  const restored = await call("POST", `${item}/restore`, { version: 1 });
  expect(restored.body).toMatchObject({ content: "Allergic to peanuts.", version: 4 });
  expect((await call("POST", `${item}/restore`, { version: 99 })).status).toBe(404);
});

test("items are listed newest first, in pages; queries of any form are answered", async () => {
  const call = await tenant();
  const store = at("agent:support");
  const ids: unknown[] = [];
  for (const content of ["one", "two", "three"]) {
    ids.unshift((await call("POST", `${store}/items`, { content })).body.id);
  }
  const first = await call("GET", `${store}/items?limit=2`);
  const cursor = encodeURIComponent(first.body.next_cursor ?? "");
  const second = await call("GET", `${store}/items?limit=2&cursor=${cursor}`);
  expect([...first.body.data, ...second.body.data].map(({ id }) => id)).toEqual(ids);
  expect(second.body.next_cursor).toBeNull();
  for (const query of ["don't", '"', "a AND", "NEAR(", "x".repeat(10_000), ""]) {
    const answer = await call("GET", `${store}/items?query=${encodeURIComponent(query)}`);
    expect(answer.status, query.slice(0, 10)).toBe(200);
  }
});

test("an idempotency key saves once", async () => {
  const call = await tenant();
  const save = () =>
    call("POST", `${at("tenant")}/items`, { content: "a" }, { "Idempotency-Key": "k" });
  const [first, second] = [await save(), await save()];
  expect(second.body.id).toBe(first.body.id);
  expect(second.replayed).toBe("true");
  expect((await call("GET", `${at("tenant")}/items`)).body.data).toHaveLength(1);
});

test("blocks are created, replaced, undone and bounded", async () => {
  const call = await tenant();
  const store = at("agent:support,subject:u1");
  const block = `${store}/blocks/preferences`;
  expect((await call("PUT", block, { content: "x" }, { "If-Match": "*" })).status).toBe(404);
  const made = await call("PUT", block, { content: "Speaks German.", description: "Language" });
  expect([made.status, made.location]).toEqual([201, `/api/v1${block}`]);
  const changed = await call("PUT", block, { content: "Speaks French.", read_only: true });
  expect([changed.status, changed.body["version"]]).toEqual([200, 2]);
  const stale = { "If-Match": made.etag };
  expect((await call("PUT", block, { content: "z" }, stale)).status).toBe(412);
  const undone = await call("POST", `${block}/restore`, { version: 1 });
  expect(undone.body).toMatchObject({ content: "Speaks German.", read_only: false, version: 3 });
  for (let i = 1; i < MAX_BLOCKS; i += 1) {
    await call("PUT", `${store}/blocks/b${i}`, { content: "x" });
  }
  const full = await call("PUT", `${store}/blocks/more`, { content: "x" });
  expect([full.status, full.body.code]).toEqual([409, "memory_full"]);
  expect((await call("GET", `${store}/blocks?limit=100`)).body.data).toHaveLength(MAX_BLOCKS);
  expect((await call("DELETE", block)).status).toBe(204);
  expect((await call("GET", `${block}/versions`)).body.data[0]).toMatchObject({ op: "delete" });
});

test("stores are listed by agent and subject, and deleted with everything", async () => {
  const call = await tenant();
  for (const store of ["tenant", "agent:a", "subject:u1", "agent:a,subject:u1"]) {
    await call("POST", `${at(store)}/items`, { content: "canary" });
  }
  const names = async (query: string) =>
    (await call("GET", `/memory${query}`)).body.data.map(({ store }) => store);
  expect(await names("")).toEqual(["agent:a", "agent:a,subject:u1", "subject:u1", "tenant"]);
  expect(await names("?subject=u1")).toEqual(["agent:a,subject:u1", "subject:u1"]);
  expect(await names("?agent=a&subject=u1")).toEqual(["agent:a,subject:u1"]);
  expect((await call("GET", at("subject:u1"))).body).toMatchObject({ items: 1, subject: "u1" });
  expect((await call("DELETE", at("subject:u1"))).status).toBe(204);
  expect((await call("GET", at("subject:u1"))).status).toBe(404);
  expect((await call("GET", `${at("subject:u1")}/items?query=canary`)).status).toBe(404);
  expect((await call("DELETE", at("subject:u1"))).status).toBe(404);
  expect(await names("?subject=u1")).toEqual(["agent:a,subject:u1"]);
});

test("what is no store, label or item is rejected, and the audit log has no content", async () => {
  const call = await tenant();
  for (const store of ["nonsense", "agent:Upper", "subject:"]) {
    expect((await call("GET", `${at(store)}/items`)).status, store).toBe(422);
  }
  const label = await call("PUT", `${at("tenant")}/blocks/Upper`, { content: "x" });
  expect(label.status).toBe(422);
  const long = await call("POST", `${at("tenant")}/items`, { content: "x".repeat(8001) });
  expect([long.status, long.body.code]).toEqual([422, "validation_failed"]);
  expect((await call("GET", `${at("tenant")}/items/memory_x`)).status).toBe(404);
  const { tenant: name, body } = await call("POST", `${at("tenant")}/items`, {
    content: "very private",
  });
  const entries = await new AuditStore(env.DB).list(name, 10, null);
  expect(entries).toMatchObject([{ action: "memory.item_saved", subject: body.id }]);
  expect(JSON.stringify(entries)).not.toContain("private");
});

test("a task of an agent with a memory of its subject needs a subject", async () => {
  const call = await tenant();
  const task = {
    agent_config: {
      model: "local/script",
      long_term_memory: { stores: [{ scope: "subject", access: "write" }] },
    },
    input_data: { goal: "Go.", script: [{ text: "Done." }] },
  };
  const refused = await call("POST", "/tasks", task);
  expect(refused.status).toBe(422);
  expect(refused.body["errors"]).toMatchObject([{ pointer: "/subject" }]);
  expect((await call("POST", "/tasks", { ...task, subject: "u1" })).status).toBe(201);
});
