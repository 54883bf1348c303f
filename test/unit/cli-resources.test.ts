/** The commands of each noun: what they request, and what they print. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { namesOf } from "../../sdk/src/cli/command.ts";
import { COMMANDS } from "../../sdk/src/cli/commands.ts";
import { ANY, anything } from "../any-answer.ts";
import { cli, envOf } from "../cli.ts";
import { fakeService, problem } from "../fake-service.ts";

const CAP_LINE = "tenant 2 of 10, 3 waiting\n";

const NAMED = join(mkdtempSync(join(tmpdir(), "opspawn-")), "named.json");
const HOOK = { name: "n", config: {}, url: "https://a.example" };
writeFileSync(NAMED, JSON.stringify(HOOK));
afterAll(() => rmSync(dirname(NAMED), { recursive: true }));

test.each<[string, string, unknown, string?]>([
  ["agents versions n", "GET /api/v1/agents/n/versions", null, ""],
  ["agents rm n", "DELETE /api/v1/agents/n", null, ""],
  [`tools register ${NAMED}`, "POST /api/v1/tools", HOOK, "n http\n"],
  ["tools disable n", "PATCH /api/v1/tools/n", { enabled: false }, "n disabled\n"],
  ["tools enable n", "PATCH /api/v1/tools/n", { enabled: true }, "n enabled\n"],
  ["tools delete n", "DELETE /api/v1/tools/n", null, ""],
  ["mcp", "GET /api/v1/mcp/servers", null, ""],
  [`mcp put ${NAMED}`, "POST /api/v1/mcp/servers", HOOK, "n ok\n"],
  ["mcp enable n", "PATCH /api/v1/mcp/servers/n", { enabled: true }, "n enabled\n"],
  ["mcp refresh n", "POST /api/v1/mcp/servers/n/refresh", null, "n ok\n"],
  ["mcp tools n", "GET /api/v1/mcp/servers/n/tools", null, ""],
  ["mcp authorize n", "POST /api/v1/mcp/servers/n/authorize", null, "https://auth.example/start\n"],
  ["mcp forget n", "DELETE /api/v1/mcp/servers/n/authorization", null, ""],
  ["mcp delete n", "DELETE /api/v1/mcp/servers/n", null, ""],
  ["webhooks ls", "GET /api/v1/webhooks", null, ""],
  [
    "webhooks create https://a.example/x -t task.completed,task.failed -d mine",
    "POST /api/v1/webhooks",
    {
      url: "https://a.example/x",
      types: ["task.completed", "task.failed"],
      description: "mine",
    },
    "whsec_1\n",
  ],
  ["webhooks update w --disable", "PATCH /api/v1/webhooks/w", { enabled: false }, "id_1 enabled\n"],
  ["webhooks secret", "GET /api/v1/webhooks/callbacks/secret", null, "whsec_1\n"],
  ["webhooks secret w --rotate", "POST /api/v1/webhooks/w/secret/rotate", null, "whsec_1\n"],
  ["webhooks test w", "POST /api/v1/webhooks/w/test", null, "id_1 delivered\n"],
  ["webhooks deliveries w", "GET /api/v1/webhooks/w/deliveries", null, ""],
  [
    "webhooks redeliver w d",
    "POST /api/v1/webhooks/w/deliveries/d/redeliver",
    null,
    "id_1 delivered\n",
  ],
  ["webhooks delete w", "DELETE /api/v1/webhooks/w", null, ""],
  ["hooks", "GET /api/v1/hooks", null, ""],
  [`hooks create ${NAMED}`, "POST /api/v1/hooks", HOOK, "whsec_1\n"],
  [
    'hooks update h -n m --template {"a":1}',
    "PATCH /api/v1/hooks/h",
    { name: "m", template: { a: 1 } },
    "id_1 enabled\n",
  ],
  ["hooks secret h", "GET /api/v1/hooks/h/secret", null, "whsec_1\n"],
  ["hooks delete h", "DELETE /api/v1/hooks/h", null, ""],
  ["keys delete k", "DELETE /api/v1/keys/k", null, ""],
  ["keys revoke k", "DELETE /api/v1/keys/k", null, ""],
  ["secrets", "GET /api/v1/secrets", null, ""],
  ["secrets rm s", "DELETE /api/v1/secrets/s", null, ""],
  [
    "usage --from 2026-01-01 -g agent,day",
    "GET /api/v1/usage?from=2026-01-01&group_by=agent%2Cday",
    null,
    "",
  ],
  ["budgets get --period day", "GET /api/v1/budgets/tenant/day", null, "tenant day $1 of $5\n"],
  [
    "budgets put --period month -a x --max-cost 2.5",
    "PUT /api/v1/budgets/agent%3Ax/month",
    { max_cost_usd: 2.5 },
    "tenant day $1 of $5\n",
  ],
  ["budgets rm --period day", "DELETE /api/v1/budgets/tenant/day", null, ""],
  ["concurrency get -a x", "GET /api/v1/concurrency/agent%3Ax", null, CAP_LINE],
  ["concurrency put --max-runs 0", "PUT /api/v1/concurrency/tenant", { max_runs: 0 }, CAP_LINE],
  ["concurrency rm", "DELETE /api/v1/concurrency/tenant", null, ""],
  ["audit", "GET /api/v1/admin/audit?limit=50", null, ""],
  ["schedules", "GET /api/v1/schedules", null, ""],
  [
    `schedules preview ${NAMED} --n 3`,
    "POST /api/v1/schedules/preview",
    { name: "n", limit: 3 },
    "",
  ],
  ["ls --root t -l 3", "GET /api/v1/tasks?root_task_id=t&limit=3", null, ""],
  ["ls --schedule s --group g", "GET /api/v1/tasks?schedule_id=s&group_id=g&limit=20", null, ""],
  [
    "tasks ls -s running,waiting --waiting-for approval -q re -o oldest --metadata a=b=c",
    "GET /api/v1/tasks?status=running%2Cwaiting&waiting_for=approval&q=re&order=oldest&limit=20&metadata.a=b%3Dc",
    null,
    "",
  ],
  ["tasks tree t", "GET /api/v1/tasks/t/tree?limit=100", null, ""],
  [
    "tasks counts -g agent -s failed",
    "GET /api/v1/tasks/counts?status=failed&group_by=agent",
    null,
    "0\ttotal\n",
  ],
  [
    "tasks cancel t -m enough",
    "POST /api/v1/tasks/t/cancel",
    { reason: "enough" },
    "id_1 running\n",
  ],
  ["retry t", "POST /api/v1/tasks/t/retry", { config: "same" }, "id_1\n"],
  ["retry t -c current", "POST /api/v1/tasks/t/retry", { config: "current" }, "id_1\n"],
  [
    'tasks update t --name= --metadata {"a":1}',
    "PATCH /api/v1/tasks/t",
    { name: null, metadata: { a: 1 } },
    "id_1 running\n",
  ],
  ["tasks rm t", "DELETE /api/v1/tasks/t", null, ""],
  [
    "tasks cancel-many -s waiting,running -a x --group g -m enough",
    "POST /api/v1/tasks/cancel",
    {
      dry_run: true,
      limit: 50,
      filter: { status: ["waiting", "running"], agent: "x", group_id: "g" },
      reason: "enough",
    },
    "No task matches.\n",
  ],
  [
    'tasks retry-many --metadata {"a":"1"} -c current',
    "POST /api/v1/tasks/retry",
    { dry_run: true, limit: 50, filter: { metadata: { a: "1" } }, config: "current" },
    "No task matches.\n",
  ],
  ["tasks events t", "GET /api/v1/tasks/t/events?after=0&limit=1000&outline=1", null, ""],
  [
    "tasks events t --after 3 -t run.started,run.failed --json",
    "GET /api/v1/tasks/t/events?after=3&limit=1000&types=run.started%2Crun.failed",
    null,
    "",
  ],
])("%s requests %s", async (line, request, body, out = "") => {
  const fake = await anything();
  const ended = await cli(line.split(" "), { env: envOf(fake) });
  expect([ended.code, ended.out], ended.err).toEqual([0, out]);
  expect(fake.requests.map((asked) => [asked.line, asked.body])).toEqual([[request, body]]);
});

test.each([
  ["webhooks update w", "Set at least one option."],
  ["webhooks update w --enable --disable", "Use --enable or --disable, not both."],
  ["hooks update h", "Set at least one option."],
  ["hooks update h --template {", "--template must be JSON, but is {."],
  ["budgets put --period day", "budgets put needs --max-cost"],
  ["concurrency put", "concurrency put needs --max-runs"],
  ["budgets put --max-cost 1", "A budget needs --period: day or month."],
  ["tools put /nowhere", "Cannot read /nowhere: there is no such file."],
  ["tasks update t", "Set --name or --metadata."],
  ["profiles delete none", "Unknown profile none."],
  ["logout", "Unknown profile default."],
])("%s is refused with a sentence, and nothing is sent", async (line, sentence) => {
  const fake = await anything();
  const { code, err } = await cli(line.split(" "), { env: envOf(fake) });
  expect([code, err]).toEqual([2, expect.stringContaining(sentence)]);
  expect(fake.requests).toEqual([]);
});

test("a tool or a server that exists is replaced", async () => {
  const fake = await fakeService([], ({ line }) =>
    line.startsWith("POST")
      ? problem(409, line.includes("mcp") ? "mcp_server_exists" : "tool_exists")
      : { status: 200, body: ANY },
  );
  for (const noun of ["tools", "mcp"]) {
    expect((await cli([noun, "put", NAMED], { env: envOf(fake) })).code).toBe(0);
  }
  expect(fake.requests.map(({ line }) => line)).toEqual([
    "POST /api/v1/tools",
    "PUT /api/v1/tools/n",
    "POST /api/v1/mcp/servers",
    "PUT /api/v1/mcp/servers/n",
  ]);
});

test("many tasks are changed as the dry run confirmed, page by page, and a failure is the exit code", async () => {
  const page = { dry_run: false, count: null, has_more: false, confirm: null, expires_at: null };
  const error = { code: "unknown_agent", detail: "The agent is gone." };
  const answers = [
    { ...page, dry_run: true, count: 2, confirm: "c", data: [{ id: "task_1" }], next_cursor: null },
    {
      ...page,
      data: [{ id: "task_1", status: "pending", retried_as: "task_3" }],
      next_cursor: "n",
    },
    { ...page, data: [{ id: "task_2", error }], next_cursor: null },
  ].values();
  const fake = await fakeService([], () => ({ status: 200, body: answers.next().value }));
  const { code, out } = await cli(["tasks", "retry-many", "--yes"], { env: envOf(fake) });
  expect([code, out]).toEqual([1, "task_1 task_3\ntask_2 The agent is gone. (unknown_agent)\n"]);
  const real = { dry_run: false, limit: 50, config: "same", filter: {}, confirm: "c" };
  expect(fake.requests.map(({ body }) => body)).toEqual([
    { dry_run: true, limit: 50, config: "same", filter: {} },
    real,
    { ...real, cursor: "n" },
  ]);
});

test("every noun has the same words for the same act, and each alias names one command", () => {
  const names = COMMANDS.flatMap(namesOf);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, options } of COMMANDS) {
    const letters = [...options, { short: "u" }, { short: "p" }, { short: "h" }].flatMap(
      ({ short }) => short ?? [],
    );
    expect(new Set(letters).size, name).toBe(letters.length);
  }
  const nouns = new Set(
    names.filter((name) => name.includes(" ")).map((name) => name.split(" ")[0]),
  );
  for (const noun of nouns) {
    // A tenant has one setting of telemetry, and subjects are names in tasks: there is nothing to list.
    const only: Readonly<Record<string, string>> = { telemetry: "get", subjects: "export" };
    expect(names, noun).toContain(`${noun} ${only[noun ?? ""] ?? "list"}`);
  }
});

test("usage shows the columns of its groups", async () => {
  const sum = { tasks: 1, model_calls: 2, input_tokens: 4120, output_tokens: 57, cost_usd: 0.1 };
  const row = { ...sum, day: "2026-11-22", agent: null, model: "m/x" };
  const fake = await fakeService([], () => ({
    status: 200,
    body: { data: [row], next_cursor: null },
  }));
  const { out } = await cli(["usage", "-g", "model,day"], { env: envOf(fake) });
  expect(out).toBe(
    "DAY         MODEL  TASKS  CALLS  IN     OUT  COST\n2026-11-22  m/x    1      2      4,120  57   $0.1\n",
  );
});

test("health needs no more than an address, and ends with 1 where it is degraded", async () => {
  const body = {
    status: "degraded",
    version: "1",
    database: "unreachable",
    queue: "ok",
    models: [],
  };
  const fake = await fakeService([], () => ({
    status: 503,
    headers: { "Content-Type": "application/json" },
    body,
  }));
  const { code, out } = await cli(["health"], { env: envOf(fake) });
  expect([code, out]).toEqual([1, expect.stringMatching(/^status +degraded$/m)]);
});
