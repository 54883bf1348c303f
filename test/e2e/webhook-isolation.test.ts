/**
 * One receiver's trouble stays its own: of 50 webhooks of three tenants, five never answer. Every
 * other one hears of every task while those requests are still open. The delays are printed.
 */
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import { scripted } from "../tasks.ts";
import { Target } from "../target.ts";

/** Webhooks of each tenant: 50 in all, and a tenant can have 20. */
const TENANTS = { test: 17, second: 17, third: 16 } as const;
const SILENT = 5;
const ROUNDS = 4;
/** Longer than the test: no silent request ends by its timeout. */
const TIMEOUT_MS = "60000";

let service: Service;
let target: Target;
const keys: Record<string, string> = { second: "opsk_second", third: "opsk_third" };
/** Requests that are never answered. */
const open: ServerResponse[] = [];
const arrivals = new Map<string, number[]>();

beforeAll(async () => {
  target = await Target.start();
  service = await Service.start({
    vars: {
      OPSPAWN_ENCRYPTION_KEY: "ab".repeat(32),
      OPSPAWN_ALLOWED_PRIVATE_HOSTS: target.host,
      OPSPAWN_WEBHOOK_TIMEOUT_MS: TIMEOUT_MS,
    },
    keys: Object.entries(keys).map(([tenant, key]) => ({
      key,
      tenant,
      scopes: "tasks:read tasks:write admin",
    })),
  });
  keys["test"] = service.key;
  for (const [tenant, count] of Object.entries(TENANTS)) {
    for (let n = 0; n < count; n += 1) {
      const path = `/${tenant}/${n}`;
      arrivals.set(path, []);
      target.answers.set(path, (_visit, response) => {
        arrivals.get(path)?.push(performance.now());
        response.writeHead(204).end();
      });
      const url = target.url(path);
      await post(tenant, "/api/v1/webhooks", { url, types: ["task.completed"] });
    }
  }
});

afterAll(async () => {
  await service.stop();
  await target.stop();
});

function post(tenant: string, path: string, body: object): Promise<Response> {
  return service.request(path, {
    method: "POST",
    headers: { Authorization: `Bearer ${keys[tenant]}` },
    body: JSON.stringify(body),
  });
}

/** Runs a task of each tenant, several times; returns when each answering webhook heard of it. */
async function rounds(answering: readonly string[]): Promise<number[]> {
  const delays: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const times of arrivals.values()) {
      times.length = 0;
    }
    const from = performance.now();
    for (const tenant of Object.keys(TENANTS)) {
      expect((await post(tenant, "/api/v1/tasks", scripted([{ text: "done" }]))).status).toBe(201);
    }
    await expect
      .poll(() => answering.filter((path) => arrivals.get(path)?.length === 0), {
        timeout: 150_000,
      })
      .toEqual([]);
    delays.push(...answering.map((path) => (arrivals.get(path)?.[0] ?? 0) - from));
  }
  return delays;
}

function p95(delays: readonly number[]): number {
  return Math.round(delays.toSorted((a, b) => a - b)[Math.floor(delays.length * 0.95)] ?? 0);
}

test("five receivers that never answer hold up none of the 45 others", async () => {
  const paths = [...arrivals.keys()];
  const undisturbed = p95(await rounds(paths));
  const silent = paths.filter((_, i) => i % 10 === 0);
  expect(silent).toHaveLength(SILENT);
  for (const path of silent) {
    target.answers.set(path, (_visit, response) => void open.push(response));
  }
  const disturbed = p95(await rounds(paths.filter((path) => !silent.includes(path))));

  // Every silent request was made, and none has ended: nothing waited for one.
  expect(open.length).toBe(SILENT * ROUNDS);
  expect(open.filter((response) => response.destroyed)).toEqual([]);
  // oxlint-disable-next-line no-console -- a figure for people to read
  console.log(
    `webhooks: p95 of 45 receivers ${undisturbed} ms, with 5 silent ones ${disturbed} ms (${(disturbed / undisturbed).toFixed(2)} times)`,
  );
}, 360_000);
