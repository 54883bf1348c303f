/**
 * Reading one task and a page of them, where a tenant has a hundred and where it has a hundred
 * thousand, beside a Worker that only reads the same rows from D1 and sends them.
 */
import type { DatabaseSync } from "node:sqlite";
import { Service } from "../../test/service.ts";
import { ask, middle, rounded, summarise, type Answer, type Summary } from "./answers.ts";
import { drive, type Bounds } from "./clients.ts";
import { quiet } from "./machine.ts";

const ROUNDS = 3;
const PAGE = 20;
/** Tenants by how many tasks they have. */
const TENANTS = { few: 100, many: 100_000 } as const;
type Tenant = keyof typeof TENANTS;
const BOUNDS: Bounds = { clients: 10, forMs: 6_000, atMost: 600 };

/** Reads in rounds that take turns. @param submit makes a task to copy and waits for its end */
export async function reads(config: string, submit: (service: Service) => Promise<string>) {
  const tenants = Object.keys(TENANTS) as Tenant[];
  const service = await Service.start({
    runner: "wrangler dev",
    config,
    keys: tenants.map((tenant) => ({ key: keyOf(tenant), tenant, scopes: "tasks:read" })),
  });
  try {
    const copied = await submit(service);
    await service.kill();
    await service.change((database) => {
      for (const tenant of tenants) {
        copies(database, copied, tenant);
      }
    });
    await service.up();
    const rounds = new Map<string, Summary[]>();
    let busy = 0;
    const all = cases(tenants);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { name, path, key } of all) {
        busy = Math.max(busy, await quiet());
        const headers = { Authorization: `Bearer ${key}` };
        const answers: Answer[] = [];
        const took = await drive(BOUNDS, async () => {
          answers.push(await ask((signal) => service.request(path, { headers, signal })));
        });
        rounds.set(name, [...(rounds.get(name) ?? []), summarise(answers, took)]);
      }
    }
    const middles = new Map([...rounds].map(([name, summaries]) => [name, middle(summaries)]));
    return all.map(({ name, floor }) => {
      const { requests, perSecond, p50, p95, errors } = middles.get(name) ?? summarise([], 1);
      const ratio = rounded(perSecond / (middles.get(floor)?.perSecond ?? perSecond), 100);
      return { name, requests, perSecond, p50, p95, errors, ratio, busy };
    });
  } finally {
    await service.stop();
  }
}

/** What is read, and the floor that it stands beside. */
function cases(tenants: readonly Tenant[]) {
  return tenants.flatMap((tenant) => {
    const key = keyOf(tenant);
    const rows = `/bench/rows?tenant=${tenant}`;
    const page = `/api/v1/tasks?limit=${PAGE}`;
    const [one, many] = [`floor of one, ${tenant}`, `floor of ${PAGE}, ${tenant}`];
    return [
      { name: one, floor: one, path: `${rows}&limit=1`, key },
      {
        name: `get, ${tenant}`,
        floor: one,
        path: `/api/v1/tasks/${idOf(TENANTS[tenant] / 2)}`,
        key,
      },
      { name: many, floor: many, path: `${rows}&limit=${PAGE}`, key },
      { name: `list, ${tenant}`, floor: many, path: page, key },
      { name: `list by status, ${tenant}`, floor: many, path: `${page}&status=completed`, key },
    ];
  });
}

function keyOf(tenant: Tenant): string {
  return `opsk_load_${tenant}`;
}

function idOf(index: number): string {
  const time = Date.parse("2026-11-24T00:00:00.000Z").toString(16).padStart(12, "0");
  return `task_${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${index.toString(16).padStart(12, "0")}`;
}

/** Copies a task so often that the tenant has as many as it should; all are over. */
function copies(database: DatabaseSync, taskId: string, tenant: Tenant): void {
  const columns = database
    .prepare("SELECT name FROM pragma_table_info('task')")
    .all()
    .map(({ name }) => String(name));
  const values = columns.map((name) =>
    name === "tenant_id" ? "?1" : name === "task_id" ? "?2 || printf('%012x', i)" : name,
  );
  database
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?4)
       INSERT INTO task (${columns.join(", ")})
       SELECT ${values.join(", ")} FROM n, task WHERE tenant_id = 'test' AND task_id = ?3`,
    )
    .run(tenant, idOf(0).slice(0, -12), taskId, TENANTS[tenant]);
}
