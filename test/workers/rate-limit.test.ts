/** A tenant's requests are limited by the platform's binding, each tenant's by themselves. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { sha256Hex } from "../../src/crypto/sha256.ts";

const observer = { count() {}, fault() {} };

beforeAll(async () => {
  const insert = env.DB.prepare(
    "INSERT INTO api_key VALUES (?1, ?2, ?1, ?3, 'tasks:read', '2026-01-01T00:00:00.000Z', NULL, NULL)",
  );
  await env.DB.batch(
    ["busy", "calm"].map((tenant) =>
      insert.bind(`key_${tenant}`, tenant, sha256Hex(`opsk_${tenant}`)),
    ),
  );
});

/** The service, where each tenant may make so many requests. */
function serviceWith(limit: number) {
  const made = new Map<string, number>();
  const REQUESTS = {
    limit: async ({ key = "" }: { readonly key?: string }) => {
      made.set(key, (made.get(key) ?? 0) + 1);
      return { success: (made.get(key) ?? 0) <= limit };
    },
  };
  const own = { ...env, REQUESTS } as Env;
  const app = createApp((given) => apiDeps(given, observer));
  return (tenant: string, path: string, init: RequestInit = {}) => {
    const request = new Request(`https://service.test${path}`, {
      headers: { Authorization: `Bearer opsk_${tenant}` },
      ...init,
    });
    return app.fetch(request, own, createExecutionContext());
  };
}

test("a tenant that asks too often is told when to come back, and others are not", async () => {
  const ask = serviceWith(2);
  expect((await ask("busy", "/api/v1/tasks")).status).toBe(200);
  expect((await ask("busy", "/api/v1/tools")).status).toBe(200);
  for (const path of ["/api/v1/tasks", "/api/v1/tasks/task_x/events"]) {
    const refused = await ask("busy", path);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("Retry-After")).toBe("10");
    expect(await refused.json()).toMatchObject({ code: "rate_limited" });
  }
  expect((await ask("calm", "/api/v1/tasks")).status).toBe(200);
});

test("who has no key is refused for that, and what needs none is not limited", async () => {
  const ask = serviceWith(0);
  expect((await ask("nobody", "/api/v1/tasks")).status).toBe(401);
  expect((await ask("busy", "/openapi.json")).status).toBe(200);
});

test("calls of a hook are limited before their body is read, each hook by itself", async () => {
  const ask = serviceWith(2);
  const call = (digit: string) => {
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode("{}"));
        controller.close();
      },
    });
    return ask("busy", `/hooks/hook_${digit.repeat(32)}`, { method: "POST", body });
  };
  expect((await call("a")).status).toBe(401);
  expect((await call("a")).status).toBe(401);
  const refused = await call("a");
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ code: "rate_limited" });
  expect((await call("b")).status).toBe(401);
});

test("guesses of keys are limited by the client's address, and a wrong key is looked up once", async () => {
  const ask = serviceWith(2);
  const guess = (key: string, address = "203.0.113.7") =>
    ask("busy", "/api/v1/tasks", {
      headers: { Authorization: `Bearer ${key}`, "CF-Connecting-IP": address },
    });
  expect((await guess("opsk_guess1")).status).toBe(401);
  // Repeated: no further query, so it does not count.
  expect((await guess("opsk_guess1")).status).toBe(401);
  expect((await guess("opsk_guess1")).status).toBe(401);
  expect((await guess("opsk_guess2")).status).toBe(401);
  expect((await guess("opsk_guess3")).status).toBe(429);
  expect((await guess("opsk_guess4", "203.0.113.8")).status).toBe(401);
});
