/** Calls that a planner makes without a model: their events, their limits, and what a crash leaves. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { nativePlanner } from "../../src/agent/planners/native.ts";
import { defineTool } from "../../src/agent/tools/tool.ts";
import type { Planner } from "../../src/run/decide/planner.ts";
import { parseEvent } from "../../src/run/log/event.ts";
import { reduce } from "../../src/run/log/reduce.ts";
import { INITIAL_STATE } from "../../src/run/log/state.ts";
import type { PinnedAgent } from "../../src/run/spec/child.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import { checklist } from "../checklist-planner.ts";
import { Harness, Killed, NO_FAMILY, specFor, type HarnessOptions } from "../harness.ts";

const add = (a: number, b: number) => ({ name: "add_numbers", arguments: { a, b } });
const pay = (item: string) => ({ name: "pay", arguments: { item } });

const PLAN = [
  [add(1, 2), pay("rent")],
  [{ name: "wait", arguments: { seconds: 60 } }],
  [pay("water"), add(3, 4)],
];

type More = NonNullable<Parameters<typeof specFor>[1]>;

function planned(plan: JsonValue, more: More = {}, options: HarnessOptions = {}) {
  const paid = new Map<string, number>();
  const tool = defineTool({
    name: "pay",
    description: "Pays.",
    input: z.strictObject({ item: z.string() }),
    output: z.string(),
    effect: "once",
    run: ({ item }, { idempotencyKey }) => {
      const key = `${item} ${idempotencyKey}`;
      paid.set(key, (paid.get(key) ?? 0) + 1);
      return `paid ${item}`;
    },
  });
  const run = new Harness(specFor({ plan }, more), {
    planner: checklist,
    extraTools: [tool],
    ...options,
  });
  return { run, paid };
}

function plansOf(run: Harness): unknown[] {
  return run.events().flatMap((event) => (event.type === "step.planned" ? [event.data] : []));
}

test("a planner makes calls without a model, step after step", async () => {
  const { run, paid } = planned(PLAN);
  await run.drive();
  const events = run.events();
  expect(plansOf(run)).toEqual([
    {
      call_id: "call_1",
      key: "step 1",
      calls: [
        { call_id: "call_2", ...add(1, 2) },
        { call_id: "call_3", ...pay("rent") },
      ],
    },
    { call_id: "call_4", key: "step 2", calls: [expect.objectContaining({ call_id: "call_5" })] },
    expect.objectContaining({ call_id: "call_6", key: "step 3" }),
  ]);
  // Everything after it is as for calls of a model.
  expect(
    events.flatMap((event) =>
      event.type === "tool.requested" ? [[event.data.call_id, event.data.model_call_id]] : [],
    ),
  ).toEqual([
    ["call_2", "call_1"],
    ["call_3", "call_1"],
    ["call_5", "call_4"],
    ["call_7", "call_6"],
    ["call_8", "call_6"],
  ]);
  expect(run.types().filter((type) => type.startsWith("model."))).toEqual([]);
  expect(run.log.state.end).toMatchObject({ result: { answer: "Made 5 calls in 3 steps." } });
  expect([...paid.values()]).toEqual([1, 1]);
  const folded = events.map((event) => parseEvent(event)).reduce(reduce, INITIAL_STATE);
  expect(folded.end).toEqual(run.log.state.end);
});

test("a plan that is stopped before or after any write goes on where it was", async () => {
  const undisturbed = planned(PLAN);
  await undisturbed.run.drive();
  for (let n = 1; n <= undisturbed.run.writes; n += 1) {
    for (const at of ["before", "after"] as const) {
      let armed = true;
      const { run, paid } = planned(
        PLAN,
        {},
        {
          onWrite: (write, when) => {
            if (armed && write === n && when === at) {
              armed = false;
              throw new Killed();
            }
          },
        },
      );
      const point = `killed ${at} write ${n}`;
      expect(await run.driveThroughKills(), point).toBe(2);
      expect(run.log.state.end, point).toEqual(undisturbed.run.log.state.end);
      // Planned again from the state: the same calls under the same ids.
      expect(plansOf(run), point).toEqual(plansOf(undisturbed.run));
      expect(Math.max(0, ...paid.values()), point).toBeLessThanOrEqual(1);
    }
  }
});

test("planned calls are held for approval, denied and limited as those of a model", async () => {
  const held = planned(PLAN, { config: { policy: { approve: ["pay"] } } });
  await held.run.drive();
  expect(held.run.log.state.wait).toMatchObject({ for: "approval", call_id: "call_3" });
  expect(held.paid.size).toBe(0);
  const denied = planned([[pay("rent")]], { config: { policy: { deny: ["pay"] } } });
  await denied.run.drive();
  expect(denied.run.events().find(({ type }) => type === "tool.failed")?.data).toMatchObject({
    call_id: "call_2",
    code: "denied_by_policy",
  });
  expect(denied.paid.size).toBe(0);
  const limited = planned(PLAN, { limits: { max_steps: 2 } });
  await limited.run.drive();
  expect(limited.run.log.state.end).toMatchObject({ error: { code: "limit_reached" } });
});

test("planned calls start tasks, and the plan goes on when they have ended", async () => {
  const researcher: PinnedAgent = {
    agent: "researcher",
    version: 1,
    tool: "agent_researcher",
    description: "Finds things.",
  };
  const ids: string[] = [];
  const goals = ["a", "b"].map((goal) => ({ name: "agent_researcher", arguments: { goal } }));
  const { run } = planned(
    [goals, [pay("rent")]],
    { spec: { agents: [researcher] } },
    {
      children: {
        ...NO_FAMILY.children,
        submit: async (orders) => {
          ids.push(...orders.map(({ task_id }) => task_id));
          return orders.map(() => ({ ok: true, created: true }));
        },
      },
    },
  );
  await run.slice();
  expect(run.log.state.wait).toMatchObject({ for: "children" });
  for (const task_id of ids) {
    run.tell({
      kind: "child",
      task_id,
      report: { kind: "ended", status: "completed", answer: "found" },
    });
  }
  await run.drive();
  expect(run.log.state.end).toMatchObject({ result: { answer: "Made 3 calls in 2 steps." } });
});

test("a planner may make calls first and then ask the model, which sees them", async () => {
  const mixed: Planner = {
    ...nativePlanner,
    name: "mixed",
    next: (state) =>
      state.usage.steps === 0 ? { kind: "calls", calls: [add(20, 22)] } : nativePlanner.next(state),
  };
  const run = new Harness(specFor({ script: [{ text: "It is 42." }] }), { planner: mixed });
  await run.drive();
  const { turns } = mixed.prompt(run.log.state, []);
  expect(turns).toContainEqual(
    expect.objectContaining({
      role: "assistant",
      tool_calls: [{ call_id: "call_2", ...add(20, 22) }],
    }),
  );
  expect(JSON.stringify(turns)).toContain("42");
  expect(run.log.state.end).toMatchObject({ result: { answer: "It is 42." } });
});

test("the documented planner is the tested one", () => {
  const tested =
    readFileSync("test/checklist-planner.ts", "utf8").split('library/index.ts";\n\n')[1] ?? "";
  expect(tested).toContain("checklist");
  expect(readFileSync("docs/how-to/tools-in-code.md", "utf8")).toContain(tested.trim());
});
