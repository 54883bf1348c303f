/**
 * A hundred runs at once under one tenant's budget, against a model server that writes an invoice:
 * the budget is never exceeded by a micro-dollar, what the service has booked is what the server
 * bills, and all complete once the budget is raised. Then many under a cap on concurrency, whose
 * service is killed meanwhile: the model server never sees more of them at once than the cap.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import { ended, getJson, listTasks, logOf, ofType, pause, submit } from "../tasks.ts";

const RUNS = 100;
/** Micro-dollars per token. */
const RATES = { input: 2, output: 8 };
const MODEL = "mock/dear";
const PRICES = {
  [MODEL]: {
    input: RATES.input * 1_000_000,
    cached_input: 1_000_000,
    cache_write: RATES.input * 1_000_000,
    output: RATES.output * 1_000_000,
  },
};
/** Dollars: enough for some of the runs. */
const BUDGET = 0.2;

/** An OpenAI-shaped server that uses all the output it is allowed, up to a point, and bills for it. */
class Biller {
  readonly server: Server = createServer(
    // A request on a connection that is being closed for idleness would be lost, and booked as if billed.
    { keepAliveTimeout: 0 },
    (request, response) => void this.#answer(request, response),
  );
  /** Micro-dollars that were billed so far. */
  invoice = 0;
  requests = 0;
  /** Answers wait for this. */
  gate: Promise<void> = Promise.resolve();
  /** Requests that are being answered, and the most there were at once. */
  open = 0;
  mostOpen = 0;

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const piece of request) {
      body += String(piece);
    }
    const asked = JSON.parse(body) as {
      max_completion_tokens?: number;
      max_tokens?: number;
      messages: { role: string }[];
    };
    const prompt_tokens = Math.ceil(body.length / 3);
    const allowed = asked.max_completion_tokens ?? asked.max_tokens ?? 1000;
    const completion_tokens = Math.min(allowed, 400);
    this.requests += 1;
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    response.once("close", () => {
      this.open -= 1;
    });
    this.invoice += prompt_tokens * RATES.input + completion_tokens * RATES.output;
    const first = !asked.messages.some(({ role }) => role === "tool");
    const delta = first
      ? {
          tool_calls: [
            {
              index: 0,
              id: `call_${this.requests}`,
              type: "function",
              function: { name: "add_numbers", arguments: '{"a":1,"b":2}' },
            },
          ],
        }
      : { content: "It is 3." };
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(chunk({ choices: [{ index: 0, delta: { role: "assistant", ...delta } }] }));
    await pause(20);
    await this.gate;
    response.write(
      chunk({
        choices: [{ index: 0, delta: {}, finish_reason: first ? "tool_calls" : "stop" }],
      }),
    );
    response.write(
      chunk({ choices: [], usage: { prompt_tokens, completion_tokens, total_tokens: 0 } }),
    );
    response.end("data: [DONE]\n\n");
  }
}

function chunk(more: object): string {
  const head = { id: "x", object: "chat.completion.chunk", created: 1, model: "dear" };
  return `data: ${JSON.stringify({ ...head, ...more })}\n\n`;
}

interface Budgets {
  readonly data: readonly { max_cost_usd: number; spent_usd: number; reserved_usd: number }[];
}

const biller = new Biller();
let service: Service;

beforeAll(async () => {
  await new Promise<void>((done) => {
    biller.server.listen(0, "127.0.0.1", done);
  });
  service = await Service.start({
    vars: {
      OPSPAWN_PROVIDERS: JSON.stringify({ mock: { base_url: biller.url, api: "chat" } }),
      OPSPAWN_PRICES: JSON.stringify(PRICES),
    },
  });
});
afterAll(async () => {
  await service.stop();
  biller.server.close();
});

const DAILY = "/api/v1/budgets/tenant/day";

/** Sets the tenant's daily budget, or removes it, and returns all budgets. */
async function budget(max_cost_usd: number | null): Promise<Budgets> {
  const response =
    max_cost_usd === null
      ? await service.send("DELETE", DAILY)
      : await service.send("PUT", DAILY, { max_cost_usd });
  expect(response.status).toBe(max_cost_usd === null ? 204 : 200);
  return getJson<Budgets>(service, "/api/v1/budgets");
}

const micro = (usd: number): number => Math.round(usd * 1_000_000);

test("a hundred runs under one budget never spend more than it, and complete when it is raised", async () => {
  await budget(BUDGET);
  const body = {
    input_data: { goal: "What is 1 + 2?" },
    agent_config: { model: MODEL, max_output_tokens: 1000 },
  };
  const ids = await Promise.all(
    Array.from({ length: RUNS }, async () => (await submit(service, body)).task_id),
  );
  // Until every run is over or waits for budget, and none was woken meanwhile by what another gave back.
  await expect
    .poll(
      async () => {
        expect(biller.invoice).toBeLessThanOrEqual(micro(BUDGET));
        const { data: tasks } = await listTasks(service, "?limit=100");
        const { data: budgets } = await getJson<Budgets>(service, "/api/v1/budgets");
        return {
          resting: tasks.every((t) => t.status === "completed" || t.waiting_for === "budget"),
          reserved: budgets[0]?.reserved_usd,
          unbooked: biller.invoice - micro(budgets[0]?.spent_usd ?? 0),
        };
      },
      { timeout: 180_000, interval: 100 },
    )
    .toEqual({ resting: true, reserved: 0, unbooked: 0 });
  const waiting = (await listTasks(service, "?status=waiting&limit=100")).total;
  expect(waiting).toBeGreaterThan(10);
  const before = biller.requests;
  await budget(100);
  const tasks = await Promise.all(ids.map((id) => ended(service, id)));
  expect(tasks.every((task) => task.status === "completed")).toBe(true);
  expect(biller.requests).toBeGreaterThan(before);
  // Work that was paid for is kept: two calls a run, whatever it waited for.
  expect(biller.requests).toBe(2 * RUNS);
  const logs = await Promise.all(ids.map((id) => logOf(service, id)));
  const booked = logs
    .flatMap((log) => ofType(log, "usage.recorded"))
    .reduce((sum, data) => sum + Number(data["cost_micro_usd"]), 0);
  expect(booked).toBe(biller.invoice);
  const report = await getJson<{
    data: { cost_usd: number; model_calls: number; tasks: number }[];
  }>(service, "/api/v1/usage");
  expect(report.data).toMatchObject([{ tasks: RUNS, model_calls: 2 * RUNS }]);
  expect(micro(report.data[0]?.cost_usd ?? 0)).toBe(biller.invoice);
  const after = await getJson<Budgets>(service, "/api/v1/budgets");
  expect(micro(after.data[0]?.spent_usd ?? 0)).toBe(biller.invoice);
  // oxlint-disable-next-line no-console -- figures to read
  console.log(`budget: ${waiting} of ${RUNS} runs waited; billed ${biller.invoice} micro-dollars`);
});

test("usage is broken down by day, agent and model", async () => {
  const report = await getJson<{ data: Record<string, unknown>[] }>(
    service,
    "/api/v1/usage?group_by=day,agent,model",
  );
  const day = new Date().toISOString().slice(0, 10);
  expect(report.data).toMatchObject([{ day, agent: "default", model: MODEL, tasks: RUNS }]);
});

test("a budget that is set during a model call binds the run at its next call", async () => {
  await budget(null);
  const gate = Promise.withResolvers<void>();
  biller.gate = gate.promise;
  const before = biller.requests;
  const { task_id } = await submit(service, {
    input_data: { goal: "What is 1 + 2?" },
    agent_config: { model: MODEL, max_output_tokens: 1000 },
  });
  await expect.poll(() => biller.requests - before, { timeout: 60_000 }).toBe(1);
  await budget(0.000_001);
  gate.resolve();

  await expect
    .poll(
      async () =>
        (await getJson<{ waiting_for: string }>(service, `/api/v1/tasks/${task_id}`)).waiting_for,
      {
        timeout: 60_000,
      },
    )
    .toBe("budget");
  expect(biller.requests - before).toBe(1);
  await budget(null);
  expect(await ended(service, task_id)).toMatchObject({ status: "completed" });
});

test("a cap on money for a model without a price is refused, and a cap of the run's own holds", async () => {
  const response = await service.request("/api/v1/tasks", {
    method: "POST",
    body: JSON.stringify({
      input_data: { goal: "x" },
      agent_config: { model: "mock/unknown" },
      limits: { max_cost_usd: 1 },
    }),
  });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ code: "unpriced_model" });
  const billed = biller.invoice;
  const { task_id } = await submit(
    service,
    { input_data: { goal: "x" }, agent_config: { model: MODEL }, limits: { max_cost_usd: 0.0001 } },
    { Prefer: "wait=30" },
  );
  const task = await getJson<Record<string, unknown>>(service, `/api/v1/tasks/${task_id}`);
  expect(task).toMatchObject({ status: "waiting", waiting_for: "budget" });
  expect(biller.invoice).toBe(billed);
});

test("of thirty tasks under a cap of four, the model is never asked by more at once, also after a crash", async () => {
  const path = "/api/v1/concurrency/tenant";
  const cap = { scope: "tenant", agent: null, max_runs: 4, running: 0, waiting: 0 };
  expect(await (await service.send("PUT", path, { max_runs: 4 })).json()).toEqual(cap);
  expect(await getJson(service, path)).toEqual(cap);
  biller.mostOpen = 0;
  const body = { input_data: { goal: "What is 1 + 2?" }, agent_config: { model: MODEL } };
  const ids = await Promise.all(
    Array.from({ length: 30 }, async () => (await submit(service, body)).task_id),
  );
  await expect
    .poll(async () => (await listTasks(service, "?status=completed&limit=1")).total, {
      timeout: 90_000,
    })
    .toBeGreaterThan(RUNS + 3);
  await service.kill();
  await service.up();
  const tasks = await Promise.all(ids.map((id) => ended(service, id)));
  expect(tasks.every((task) => task.status === "completed")).toBe(true);
  expect(biller.mostOpen).toBeLessThanOrEqual(4);
  const log = await logOf(service, ids.at(-1) ?? "");
  expect(log.find(({ type }) => type === "run.waiting")?.data).toMatchObject({
    for: "concurrency",
    limit: "tenant_runs",
  });
  await expect
    .poll(async () => getJson(service, "/api/v1/concurrency"), { timeout: 90_000 })
    .toEqual({ data: [cap], next_cursor: null });
  expect((await service.send("DELETE", path)).status).toBe(204);
  expect((await service.request(path)).status).toBe(404);
});

test.for(["/api/v1/budgets/agent:a b/month", "/api/v1/concurrency/agent:a b"])(
  "%s answers with itself, and changes only if its value is the expected one",
  async (address) => {
    const path = encodeURI(address);
    const [first, second] = address.includes("budgets")
      ? [{ max_cost_usd: 0.25 }, { max_cost_usd: 7 }]
      : [{ max_runs: 3 }, { max_runs: 0 }];
    const change = async (method: string, body: object | undefined, tag?: string | null) => {
      const headers = tag === undefined || tag === null ? {} : { "If-Match": tag };
      const response = await service.send(method, path, body, undefined, headers);
      return { status: response.status, tag: response.headers.get("ETag"), response };
    };
    expect((await change("DELETE", undefined)).status).toBe(404);
    expect((await change("PUT", first, "*")).status).toBe(404);
    const made = await change("PUT", first);
    expect(await made.response.json()).toMatchObject({
      ...first,
      scope: "agent:a b",
      agent: "a b",
    });
    const shown = await service.request(path);
    expect(shown.headers.get("ETag")).toBe(made.tag);
    expect(await shown.json()).toMatchObject(first);
    expect(await change("PUT", second, '"999", "x"')).toMatchObject({ status: 412, tag: made.tag });
    // Of two changes of the same value, one is made.
    const both = await Promise.all([
      change("PUT", second, made.tag),
      change("PUT", second, made.tag),
    ]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 412]));
    expect((await change("DELETE", undefined, made.tag)).status).toBe(412);
    const latest = both.find(({ status }) => status === 200)?.tag;
    expect((await change("DELETE", undefined, latest)).status).toBe(204);
    expect((await change("DELETE", undefined)).status).toBe(404);
    expect((await service.request(path)).status).toBe(404);
  },
);

test.for([
  ["tenant/week", { max_cost_usd: 1 }, "/period"],
  ["nobody/day", { max_cost_usd: 1 }, "/scope"],
  ["agent:/day", { max_cost_usd: 1 }, "/scope"],
  ["tenant/day", { max_cost_usd: -1 }, "/max_cost_usd"],
  ["tenant/day", { max_cost_usd: null }, "/max_cost_usd"],
  ["tenant/day", {}, "/max_cost_usd"],
  ["tenant/day", { max_cost_usd: 1, team: "x" }, "/team"],
] as const)("a budget of %s with %j is refused and says where", async ([path, body, pointer]) => {
  const response = await service.send("PUT", `/api/v1/budgets/${path}`, body);
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ errors: [{ pointer }] });
});

test.for([
  ["tenant", { max_runs: -1 }, "/max_runs"],
  ["tenant", { max_runs: 1.5 }, "/max_runs"],
  ["tenant", {}, "/max_runs"],
  ["all", { max_runs: 1 }, "/scope"],
  ["tenant", { max_runs: 1, agent: "a" }, "/agent"],
] as const)("a cap of %s with %j is refused and says where", async ([scope, body, pointer]) => {
  const response = await service.send("PUT", `/api/v1/concurrency/${scope}`, body);
  expect(response.status).toBe(422);
  const { errors } = await response.json<{ errors: { pointer: string }[] }>();
  expect(errors.map((one) => one.pointer)).toEqual([pointer]);
});

/** The config of a scripted agent that gives tasks to another one. */
const leading = (agent: string) => ({ model: "local/script", agents: [{ agent }] });

/** A script that gives an agent many tasks in one turn. */
const giving = (agent: string, many: number) => [
  {
    tool_calls: Array.from({ length: many }, (_, n) => ({
      name: `agent_${agent}`,
      arguments: { goal: `What is 1 + ${n}?` },
    })),
  },
  { text: "done" },
];

test("a tree of tasks never spends more than the limit of its first task, which is raised live", async () => {
  // A turn has at most 64 calls, so two tasks start them: 100 model calls side by side.
  const [HALVES, EACH] = [2, 50];
  const CHILDREN = HALVES * EACH;
  const CAP = 0.15;
  const dear = { model: MODEL, max_output_tokens: 1000, tools: ["add_numbers"] };
  for (const agent of [
    { name: "dear", config: dear },
    { name: "half", config: leading("dear"), limits: { max_children: EACH } },
    { name: "lead", config: leading("half") },
  ]) {
    expect((await service.send("POST", "/api/v1/agents", agent)).status).toBe(201);
  }
  await budget(100);
  const script_agents = { half: { script: giving("dear", EACH) } };
  const input_data = { goal: "go", script: giving("half", HALVES), script_agents };
  const [billed, asked] = [biller.invoice, biller.requests];
  const limits = { max_cost_usd: CAP, max_descendants: HALVES + CHILDREN };
  const { task_id: root } = await submit(service, { agent: "lead", input_data, limits });
  const below = (agent = "dear") =>
    listTasks(service, `?root_task_id=${root}&agent=${agent}&limit=100`);
  await expect
    .poll(
      async () => {
        expect(biller.invoice - billed).toBeLessThanOrEqual(micro(CAP));
        const { data: tasks } = await below();
        const open = tasks.filter((task) => task.status !== "completed");
        const logs = await Promise.all(open.map((task) => logOf(service, task.task_id)));
        const rests = logs
          .map((log) => log.at(-1))
          .map((last) => last?.data["limit"] === "tree_cost");
        return [tasks.length, open.length > 0 && rests.every(Boolean)];
      },
      { timeout: 270_000, interval: 500 },
    )
    .toEqual([CHILDREN, true]);
  const waiting = (await below()).data.find((task) => task.status !== "completed");
  const log = await logOf(service, waiting?.task_id ?? "");
  expect(ofType(log, "run.waiting").at(-1)).toMatchObject({
    for: "budget",
    limit: "tree_cost",
    task_id: root,
  });
  const [half] = (await below("half")).data;
  const told = ofType(await logOf(service, half?.task_id ?? ""), "child.waiting");
  expect(told.length).toBeGreaterThan(0);
  const raised = await service.send("PATCH", `/api/v1/tasks/${root}/limits`, { max_cost_usd: 10 });
  expect(raised.status).toBe(200);
  expect((await ended(service, root)).status).toBe("completed");
  // No call was repeated: two of each task, whatever it waited for.
  expect(biller.requests - asked).toBe(2 * CHILDREN);
  await expect
    .poll(async () => {
      const path = `/api/v1/tasks/${root}/tree`;
      const { usage } = await getJson<{ usage: Record<string, number> }>(service, path);
      return [usage["tasks"], micro(usage["cost_usd"] ?? 0)];
    })
    .toEqual([CHILDREN + HALVES + 1, biller.invoice - billed]);
});
