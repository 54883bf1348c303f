/** Pure parts of the views that show what is set up: sums, differences, schemas, drafts, questions. */
import { expect, test } from "vitest";
import { bundled } from "../../console/src/data/schema-bundle.ts";
import { differences } from "../../console/src/parts/difference.ts";
import { csvOf, daysOf, stackOf } from "../../console/src/parts/stack.ts";
import { defaultsOf } from "../../console/src/answers/defaults.ts";
import {
  argumentErrors,
  budgetOf,
  decisionRequest,
  messageRequest,
} from "../../console/src/answers/requests.ts";
import { groupsOf, keyOf, outcomeOf } from "../../console/src/views/inbox/entries.ts";
import { adjusted, submission } from "../../console/src/views/new-task/draft.ts";
import { partsOf, reportCsv, rowsOf } from "../../console/src/views/usage/sums.ts";
import type { TaskEvent } from "../../sdk/src/event.ts";
import type { InboxEntry } from "../../sdk/src/model.ts";

test("bars are stacked by day, and small groups are one", () => {
  const parts = ["a", "b", "c", "d", "e", "f"].flatMap((group, i) => [
    { day: "2026-11-01", group, value: 10 - i },
    { day: "2026-11-03", group, value: 1 },
  ]);
  const { days, groups } = stackOf(parts, "2026-11-01", "2026-11-03");
  expect(days).toEqual(["2026-11-01", "2026-11-02", "2026-11-03"]);
  expect(groups.map(({ name }) => name)).toEqual(["a", "b", "c", "d", "others"]);
  expect(groups.map(({ values }) => values)).toEqual([
    [10, 0, 1],
    [9, 0, 1],
    [8, 0, 1],
    [7, 0, 1],
    [11, 0, 2],
  ]);
  expect(groups.at(-1)?.tops).toEqual([45, 0, 6]);
  expect(daysOf("2026-02-27", "2026-03-01")).toHaveLength(3);
  expect(daysOf("never", "2026-03-01")).toEqual([]);
});

test("CSV quotes what it must, and no cell is a formula", () => {
  expect(
    csvOf([
      ["a", 1.5, null],
      ['say "x", y', "=1+1", "-3"],
    ]),
  ).toBe('a,1.5,\r\n"say ""x"", y",\'=1+1,\'-3\r\n');
});

test("a report is summed by group", () => {
  const sum = {
    day: "2026-11-01",
    agent: "a",
    model: "m",
    tasks: 1,
    model_calls: 2,
    input_tokens: 30,
    cached_input_tokens: 10,
    output_tokens: 5,
    cost_usd: 0.25,
  };
  const sums = [sum, { ...sum, day: "2026-11-02" }, { ...sum, model: "n", cost_usd: 9 }];
  expect(rowsOf(sums, "model")).toEqual([
    { name: "n", tasks: 1, calls: 2, input: 30, cached: 10, output: 5, cost: 9 },
    { name: "m", tasks: 2, calls: 4, input: 60, cached: 20, output: 10, cost: 0.5 },
  ]);
  expect(partsOf(sums, "tokens", "agent")[0]).toEqual({
    day: "2026-11-01",
    group: "a",
    value: 35,
  });
  expect(reportCsv([sum]).split("\r\n")[1]).toBe("2026-11-01,a,m,1,2,30,10,5,0.25");
});

test("two versions differ member by member", () => {
  const before = { config: { model: "a", tools: ["x"] }, limits: { max_steps: 4 } };
  const after = { config: { model: "b", tools: ["x"] }, limits: {}, description: "d" };
  expect(differences(before, after)).toEqual([
    { path: "config.model", before: "a", after: "b" },
    { path: "limits.max_steps", before: 4, after: undefined },
    { path: "description", before: undefined, after: "d" },
  ]);
  expect(differences(before, structuredClone(before))).toEqual([]);
});

test("a schema is bundled with what it refers to, and its fields get titles", () => {
  const document = {
    components: {
      schemas: {
        A: { type: "object", properties: { max_cost_usd: { $ref: "#/components/schemas/B" } } },
        B: { type: "number" },
        C: {},
      },
    },
  };
  expect(bundled(document, "A")).toMatchObject({
    properties: { max_cost_usd: { title: "Max cost in dollars", $ref: expect.any(String) } },
    components: { schemas: { B: { type: "number" } } },
  });
  expect(JSON.stringify(bundled(document, "A"))).not.toContain('"C"');
  expect(bundled(document, "constructor")).toBeNull();
});

test("a submission is a command, and choices are named", () => {
  expect(submission({ input_data: { goal: "Hi" } }).cli).toEqual(["run", "Hi"]);
  expect(submission({ input_data: { goal: "Hi" }, limits: {} }).cli).toBeNull();
  const schema = {
    properties: { agent: { type: "string" } },
    components: { schemas: { AgentConfig: { properties: { tools: { type: "array" } } } } },
  };
  expect(adjusted(schema, { agents: ["a"], tools: ["t"], servers: [] })).toMatchObject({
    properties: { agent: { enum: ["a"] } },
    components: { schemas: { AgentConfig: { properties: { tools: { items: { enum: ["t"] } } } } } },
  });
});

const ENTRY: InboxEntry = {
  task_id: "task_1",
  name: null,
  goal: "g",
  agent: "a",
  for: "approval",
  since: "2026-11-30T12:00:00Z",
  until: null,
  on_expiry: null,
  kind: "approval",
  call_id: "call_2",
  seq: 6,
};

function event(seq: number, type: string, data: unknown): TaskEvent {
  return { seq, at: "2026-11-30T12:01:00Z", v: 1, type, data } as TaskEvent;
}

test("how a question was answered is found in the events after it", () => {
  const decided = (seq: number, call_id: string): TaskEvent =>
    event(seq, "approval.decided", { call_id, decision: "deny", by: "key_1", comment: "no" });
  expect(outcomeOf(ENTRY, [decided(5, "call_2"), decided(7, "call_9")])).toBeNull();
  expect(outcomeOf(ENTRY, [decided(8, "call_2")])).toEqual({
    text: "Denied",
    by: "key_1",
    comment: "no",
    at: "2026-11-30T12:01:00Z",
  });
  const expired = event(8, "approval.expired", { call_id: "call_2", policy: "deny" });
  expect(outcomeOf(ENTRY, [expired])?.text).toBe("Expired");
  const budget: InboxEntry = { ...ENTRY, kind: "budget", limit: "agent_day" };
  const raised = event(9, "limit.changed", { limit: "max_steps", from: 1, to: 2, by: "key_2" });
  expect(outcomeOf(budget, [raised])?.by).toBe("key_2");
  expect(budgetOf(budget)).toEqual({ scope: "agent:a", period: "day" });
  expect(budgetOf({ ...budget, limit: "max_steps" })).toBeNull();
});

test("answers have their requests, and questions their keys and groups", () => {
  expect(decisionRequest("t", "c", { decision: "approve", arguments: { n: null } })).toMatchObject({
    body: { decision: "approve", arguments: { n: null } },
    cli: ["approve", "t", "c", "--arguments", '{"n":null}'],
    sdk: ["tasks.approve", "t", "c", { arguments: { n: null } }],
  });
  expect(messageRequest("t", { call_id: "c", key: "k", data: { a: 1 } }).cli).toEqual([
    "send",
    "t",
    "--call",
    "c",
    "--key",
    "k",
    "--data",
    '{"a":1}',
  ]);
  expect(keyOf({ ...ENTRY, key: "k" })).toBe("task_1.6.k");
  expect(groupsOf([ENTRY, { ...ENTRY, agent: "b" }, ENTRY], true)).toMatchObject([
    { name: "a", entries: [ENTRY, ENTRY] },
    { name: "b" },
  ]);
});

test("a refusal of arguments or of an answer is split into its fields", () => {
  const failure = {
    status: 422,
    code: "invalid_arguments",
    detail: "",
    requestId: null,
    fields: [],
  };
  const detail = "/amount is required; /customer/id must be a whole number; that is all";
  expect(argumentErrors({ ...failure, detail })).toEqual([
    { pointer: "/amount", detail: "is required" },
    { pointer: "/customer/id", detail: "must be a whole number" },
    { pointer: "", detail: "that is all" },
  ]);
  const fields = [
    { pointer: "/data/age", detail: "a" },
    { pointer: "/arguments", detail: "b" },
    { pointer: "/database", detail: "c" },
  ];
  expect(argumentErrors({ ...failure, fields }).map(({ pointer }) => pointer)).toEqual([
    "/age",
    "",
    "/database",
  ]);
});

test("a server's form begins with its defaults", () => {
  expect(
    defaultsOf({
      required: ["ok"],
      properties: { ok: { type: "boolean" }, n: { type: "integer", default: 3 }, x: {} },
    }),
  ).toEqual({ ok: false, n: 3 });
  expect(defaultsOf(null)).toEqual({});
});
