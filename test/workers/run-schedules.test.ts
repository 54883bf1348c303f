/** Schedules that agents make: once, within limits, under the policy of the run, seen by their agent alone. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { scheduleDesk } from "../../src/api/schedules/desk.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { MAX_SCHEDULES_OF_RUN } from "../../src/run/schedule/desk.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { newTask } from "./tasks.ts";
import { tenantWithKey, type Json } from "./tenant-api.ts";

const TOOLS = ["schedule_create", "schedule_list", "schedule_cancel"];
const calls = (...tool_calls: readonly { readonly name: string; readonly arguments: Json }[]) => ({
  tool_calls,
});
const createCall = (name: string, more: Json = {}) => ({
  name: "schedule_create",
  arguments: { name, goal: "Look again.", every_s: 3600, ...more },
});

/** Submits a scripted task and returns it with the outcomes of its calls, once it has ended. */
async function ended(
  call: Awaited<ReturnType<typeof tenantWithKey>>["call"],
  script: readonly Json[],
  more: Json = {},
  input: Json = {},
) {
  const agent_config = { model: "local/script", tools: TOOLS, ...more };
  const task = await call(
    "POST",
    "/tasks",
    { agent_config, subject: "user-1", input_data: { goal: "Go.", script, ...input } },
    { Prefer: "wait=10" },
  );
  expect(task.body["status"], JSON.stringify(task.body)).toBe("completed");
  return { id: task.body.id, outcomes: await outcomesOf(call, task.body.id) };
}

const wanted = (name: string) => ({ name, goal: "Go.", spec: { every_s: 60 } });

async function outcomesOf(
  call: Awaited<ReturnType<typeof tenantWithKey>>["call"],
  id: string,
): Promise<readonly Json[]> {
  const events = await call("GET", `/tasks/${id}/events?types=tool.completed,tool.failed`);
  return events.body.data.map(({ data }) => data as Json);
}

test("an agent makes a schedule, sees it in a later task and cancels it; others do not see it", async () => {
  const { call } = await tenantWithKey();
  const made = await ended(call, [
    calls(createCall("again", { context: { page: 1 } })),
    calls(createCall("again")),
    calls(createCall("never", { every_s: 1 })),
    calls({ name: "schedule_cancel", arguments: { id: "schedule_of_another" } }),
    calls(createCall("other", { agent: "admin" })),
    { text: "Done." },
  ]);
  expect(made.outcomes).toMatchObject([
    { output: { name: "again", state: "active", agent: "default", goal: "Look again." } },
    { code: "invalid_arguments", message: expect.stringContaining("exists already") },
    { code: "invalid_arguments", message: expect.stringContaining("/spec/every_s") },
    { code: "invalid_arguments", message: expect.stringContaining("schedule_of_another") },
    { code: "invalid_arguments", message: expect.stringContaining("neither your own agent") },
  ]);
  const { data } = (await call("GET", "/schedules")).body;
  expect(data).toMatchObject([
    {
      created_by: made.id,
      action: {
        agent_version: null,
        task: {
          agent: "default",
          subject: "user-1",
          agent_config: { tools: TOOLS },
          input_data: { goal: "Look again.", context: { page: 1 } },
        },
      },
    },
  ]);
  const id = data[0]?.["id"];
  const stranger = await call(
    "POST",
    "/tasks",
    {
      agent_config: { model: "local/script", tools: TOOLS },
      input_data: {
        goal: "Go.",
        script: [
          calls(
            { name: "schedule_list", arguments: {} },
            { name: "schedule_cancel", arguments: { id: String(id) } },
          ),
          { text: "Done." },
        ],
      },
    },
    { Prefer: "wait=10" },
  );
  expect(await outcomesOf(call, stranger.body.id)).toMatchObject([
    { output: { schedules: [] } },
    { code: "invalid_arguments" },
  ]);
  const later = await ended(call, [
    calls({ name: "schedule_list", arguments: {} }),
    calls({ name: "schedule_cancel", arguments: { id: String(id) } }),
    { text: "Done." },
  ]);
  expect(later.outcomes).toMatchObject([
    { output: { schedules: [{ id, name: "again" }] } },
    { output: { id, cancelled: true } },
  ]);
  expect((await call("GET", "/schedules")).body.data).toEqual([]);
});

test("the tools for schedules are off unless an agent names them, and obey its policy", async () => {
  const { call } = await tenantWithKey();
  const script = [calls(createCall("again")), { text: "Done." }];
  const unnamed = { agent_config: { model: "local/script" }, input_data: { goal: "Go.", script } };
  const off = await call("POST", "/tasks", unnamed, { Prefer: "wait=10" });
  expect(await outcomesOf(call, off.body.id)).toMatchObject([{ code: "unknown_tool" }]);
  const denied = await ended(call, script, { policy: { deny: ["schedule_*"] } });
  expect(denied.outcomes).toMatchObject([{ code: "denied_by_policy" }]);
  const held = await call(
    "POST",
    "/tasks",
    {
      agent_config: { model: "local/script", tools: TOOLS, policy: { approve: ["schedule_*"] } },
      input_data: { goal: "Go.", script },
    },
    { Prefer: "wait=10" },
  );
  expect(held.body).toMatchObject({ status: "waiting", waiting_for: "approval" });
  expect((await call("GET", "/schedules")).body.data).toEqual([]);
});

test("a repeated call makes one schedule, and a run cannot make more than it may have", async () => {
  const { tenant, call } = await tenantWithKey();
  const task = { ...newTask({ script: [] }), tenant_id: tenant };
  await new TaskStore(env.DB).insert(task, null);
  const desk = scheduleDesk(() => apiDeps(env));
  const maker = { spec: specOf(task), untrusted: "web", callId: "call_2", attempt: 1 } as const;
  const first = await desk.create(maker, wanted("one"));
  expect(await desk.create({ ...maker, attempt: 2 }, wanted("one"))).toEqual(first);
  const audit = await call("GET", "/admin/audit");
  expect(audit.body.data.map(({ action }) => action)).toEqual(["schedule.created"]);
  for (let n = 1; n < MAX_SCHEDULES_OF_RUN; n += 1) {
    await desk.create({ ...maker, callId: `call_2_${n}` }, wanted(`more-${n}`));
  }
  await expect(
    desk.create({ ...maker, callId: "call_3" }, wanted("too many")),
  ).rejects.toMatchObject({ code: "limit_reached" });
  await desk.cancel(maker, first.id);
  await expect(desk.cancel(maker, first.id)).rejects.toMatchObject({ code: "invalid_arguments" });
  await desk.cancel({ ...maker, attempt: 2 }, first.id);
  await desk.create({ ...maker, callId: "call_3" }, wanted("room again"));
  expect(await desk.list(maker)).toHaveLength(MAX_SCHEDULES_OF_RUN);
});

test("a task of a run's schedule inherits its policy and what it had read, and makes no schedule", async () => {
  const { tenant, call } = await tenantWithKey();
  const again = [calls(createCall("endless")), { text: "Done." }];
  const more = { policy: { deny: ["http_request"] } };
  const made = await ended(call, [calls(createCall("again")), { text: "Done." }], more, {
    script_agents: { default: { script: again } },
  });
  const { id, ...rest } = (await call("GET", "/schedules")).body.data[0] ?? { id: "" };
  expect(rest).toMatchObject({ created_by: made.id });
  const fired = await call("POST", `/schedules/${String(id)}/trigger`, {});
  const taskId = String(fired.body["task_id"]);
  const task = await call("GET", `/tasks/${taskId}`, undefined, { Prefer: "wait=10" });
  expect(task.body).toMatchObject({ status: "completed", subject: "user-1" });
  const inherited = await new TaskStore(env.DB).get(tenant, taskId);
  expect(inherited?.config.policy).toMatchObject({ deny: ["http_request"] });
  expect(await outcomesOf(call, taskId)).toMatchObject([{ code: "limit_reached" }]);

  const row = { ...newTask({ script: [] }), tenant_id: tenant };
  await new TaskStore(env.DB).insert(row, null);
  const maker = { spec: specOf(row), untrusted: "web", callId: "call_1", attempt: 1 } as const;
  const tainted = await scheduleDesk(() => apiDeps(env)).create(maker, {
    name: "tainted",
    goal: "Go.",
    spec: { every_s: 3600 },
  });
  const next = await call("POST", `/schedules/${tainted.id}/trigger`, {});
  const stored = await new TaskStore(env.DB).get(tenant, String(next.body["task_id"]));
  expect(stored === null ? null : specOf(stored)).toMatchObject({ untrusted: "web" });
});
