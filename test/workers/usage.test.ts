/** Reports of usage are whole, page by page, and a budget is not set without its audit entry. */
import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { TenantLedger } from "../../src/durable/ledger/ledger.ts";
import { ledgerStub } from "../../src/durable/ledger/rpc.ts";
import { newActor } from "../../src/store/audit.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { UsageStore } from "../../src/store/usage.ts";
import { newTask } from "./tasks.ts";

const observer = { count() {}, fault() {} };

beforeAll(async () => {
  await env.DB.prepare(
    "INSERT INTO api_key VALUES (?1, ?2, ?1, ?3, 'tasks:read admin', '2026-01-01T00:00:00.000Z', NULL, NULL)",
  )
    .bind("key_reports", "reports", sha256Hex("opsk_reports"))
    .run();
});

function ask(path: string, init: RequestInit = {}, own: Env = env): Promise<Response> {
  const headers = { Authorization: "Bearer opsk_reports", "Content-Type": "application/json" };
  const app = createApp((given) => apiDeps(given, observer));
  const request = new Request(`https://service.test${path}`, { headers, ...init });
  return Promise.resolve(app.fetch(request, own, createExecutionContext()));
}

/** Rows of usage: every agent on every day, one dollar each. */
async function spend(agents: number, days: number): Promise<void> {
  await env.DB.prepare("DELETE FROM usage WHERE tenant_id = 'reports'").run();
  await env.DB.prepare(
    `INSERT INTO usage (tenant_id, task_id, day, model, agent, model_calls, input_tokens,
       cached_input_tokens, output_tokens, cost_micro_usd)
     WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 * ?2 - 1)
     SELECT 'reports', 'task_' || i, date('2026-01-01', (i / CAST(?1 AS INTEGER)) || ' days'), 'm/m',
       'agent' || (i % CAST(?1 AS INTEGER)), 1, 1, 0, 1, 1000000 FROM n`,
  )
    .bind(agents, days)
    .run();
}

const REPORT = "/api/v1/usage?from=2026-01-01&to=2026-12-31&group_by=day,agent";

interface Sum {
  readonly day: string;
  readonly agent: string;
  readonly cost_usd: number;
}

/** Every row of a report, page by page. */
async function reportOf(address: string): Promise<Sum[]> {
  const sums: Sum[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const response = await ask(`${address}${query}`);
    expect(response.status).toBe(200);
    const page = await response.json<{ data: Sum[]; next_cursor: string | null }>();
    sums.push(...page.data);
    cursor = page.next_cursor;
  }
  return sums;
}

test("the pages of a report of a thousand rows and more hold each row once, in order", async () => {
  await spend(40, 31);
  const usage = await reportOf(`${REPORT}&limit=300`);
  const rows = usage.map(({ day, agent }) => `${day} ${agent}`);
  expect(rows).toEqual([...new Set(rows)].toSorted());
  expect(rows).toHaveLength(1240);
  expect(usage.reduce((sum, one) => sum + one.cost_usd, 0)).toBe(1240);
});

test("a report without days keeps its range on every page, and takes no cursor of another list", async () => {
  await spend(3, 2);
  const agents = await reportOf(
    "/api/v1/usage?from=2026-01-01&to=2026-12-31&group_by=agent&limit=2",
  );
  expect(agents.map(({ agent, cost_usd }) => [agent, cost_usd])).toEqual([
    ["agent0", 2],
    ["agent1", 2],
    ["agent2", 2],
  ]);
  const [total, ...rest] = await reportOf("/api/v1/usage?from=2026-01-01&to=2026-12-31");
  expect([total?.cost_usd, rest]).toEqual([6, []]);
  const first = await ask(`${REPORT}&limit=1`);
  const { next_cursor } = await first.json<{ next_cursor: string }>();
  const foreign = await ask(`/api/v1/tools?cursor=${encodeURIComponent(next_cursor)}`);
  expect(foreign.status).toBe(422);
});

test("the usage of deleted tasks is summed by day, and reports stay the same", async () => {
  await spend(3, 4);
  const alive = newTask({ script: [] }, {});
  await new TaskStore(env.DB).insert({ ...alive, tenant_id: "reports" }, null);
  await env.DB.prepare(
    "DELETE FROM usage WHERE tenant_id = 'reports' AND day = '2026-01-02' AND agent <> 'agent0'",
  ).run();
  await env.DB.prepare(
    "UPDATE usage SET task_id = ? WHERE tenant_id = 'reports' AND day = '2026-01-02'",
  )
    .bind(alive.task_id)
    .run();
  const before = await (await ask(REPORT)).json();
  const rows = () => count("SELECT COUNT(*) AS n FROM usage WHERE tenant_id = 'reports'");
  expect(await rows()).toBe(10);

  const store = new UsageStore(env.DB);
  await store.rollUp("reports", "2026-01-04", Date.parse("2026-02-01T00:00:00Z"));
  // The last day is not old enough, and one task still exists.
  expect(await rows()).toBe(4);
  expect(await (await ask(REPORT)).json()).toEqual(before);
  await store.rollUp("reports", "2026-01-04", Date.parse("2026-02-01T00:00:00Z"));
  expect(await (await ask(REPORT)).json()).toEqual(before);

  await store.rollUp("reports", "2026-01-04", Date.parse("2031-02-01T00:00:00Z"));
  const sums = "SELECT COUNT(*) AS n FROM usage_by_day WHERE tenant_id = 'reports'";
  expect(await count(sums)).toBe(0);
});

async function count(query: string): Promise<number> {
  return Number((await env.DB.prepare(query).first<{ n: number }>())?.n);
}

test("a budget whose audit entry cannot be written is not set", async () => {
  const broken = new Proxy(env.DB, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      return typeof value !== "function"
        ? value
        : (...args: unknown[]): unknown => {
            if (String(args[0]).includes("audit")) {
              throw new Error("D1 is down");
            }
            return Reflect.apply(value, target, args) as unknown;
          };
    },
  });
  const stub = env.LEDGERS.get(env.LEDGERS.idFromName("reports"));
  await runInDurableObject(stub, async (_ledger, state) => {
    const ledger = new TenantLedger(state, { ...env, DB: broken });
    const budget = { agent: null, period: "day", cap: 3_500_000 } as const;
    await expect(ledger.changeBudget(budget, null, newActor(Date.now(), "key"))).rejects.toThrow(
      "D1 is down",
    );
  });
  expect(await ledgerStub(env.LEDGERS, "reports").budgets()).toEqual([]);
});
