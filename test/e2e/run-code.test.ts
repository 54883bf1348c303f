/** Code of models against the deployed bundle: offered, killed with the service, and contained. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import {
  ended,
  getJson,
  logOf,
  ofType,
  scripted,
  submit,
  type LogEvent,
  type Task,
} from "../tasks.ts";
import { SseWatch } from "../watch.ts";

const DONE = { text: "Done." };
const slow = { delay_ms: 1500, outputs: [{ output: "first" }, { output: "second" }] };
const TOOLS = [
  { name: "pay", effect: "once", ...slow },
  { name: "put", effect: "idempotent", ...slow },
];

function coded(code: string): Record<string, unknown> {
  const call = { name: "run_code", arguments: { code } };
  return scripted([{ tool_calls: [call] }, DONE], {}, { script_tools: TOOLS });
}

let service: Service;

beforeAll(async () => {
  service = await Service.start();
});

afterAll(() => service.stop());

function outcome(log: readonly LogEvent[]): LogEvent | undefined {
  return log.find((event) => event.data["call_id"] === "call_2" && event.type !== "tool.requested");
}

async function done(task_id: string): Promise<Task> {
  const task = await ended(service, task_id);
  expect(task).toMatchObject({ status: "completed", result: { answer: "Done." } });
  return task;
}

test("the tool is in the list of tools, with its schemas", async () => {
  const { data: tools } = await getJson<{ data: { name: string }[] }>(service, "/api/v1/tools");
  expect(tools.find(({ name }) => name === "run_code")).toMatchObject({
    effect: "idempotent",
    input_schema: { required: ["code"] },
  });
});

test("code that a kill of the service meets between and in its calls goes on where it was", async () => {
  const code =
    "const a = await tools.put({ n: 1 }); const b = await tools.pay({}).catch((e) => e.code); return [a, b, Math.random() > 0, (await tools.add_numbers({ a: 1, b: 2 })).sum]";
  const { task_id } = await submit(service, coded(code));
  const watch = await SseWatch.open(service, task_id);
  const requests = () => watch.texts.filter((text) => text.includes('"type":"tool.requested"'));
  await watch.until(() => requests().length >= 3, "the code's second call");
  await service.kill();
  await service.up();
  await done(task_id);
  const log = await logOf(service, task_id);
  expect(outcome(log)?.data["output"]).toEqual({ result: ["first", "outcome_unknown", true, 3] });
  // The call that was answered is not made again; the code is.
  const requested = ofType(log, "tool.requested").map(({ name, attempt }) => [name, attempt]);
  expect(requested).toEqual([
    ["run_code", 1],
    ["put", 1],
    ["pay", 1],
    ["run_code", 2],
    ["add_numbers", 1],
  ]);
});

test("an endless loop and a bomb end their call and nothing else, while other runs go on", async () => {
  const [loop, bomb, good] = await Promise.all([
    submit(service, coded("for (;;) {}")),
    submit(service, coded("const a = []; for (;;) a.push(new Array(1e5).fill(a))")),
    submit(service, coded("return [1, 2].map((x: number) => x + 1)")),
  ]);
  await Promise.all([loop, bomb, good].map(({ task_id }) => done(task_id)));
  const [a, b, c] = await Promise.all(
    [loop, bomb, good].map(async ({ task_id }) => outcome(await logOf(service, task_id))),
  );
  expect(a?.data["code"]).toBe("cpu_exceeded");
  expect(b?.data["code"]).toBe("memory_exceeded");
  expect(c?.data["output"]).toEqual({ result: [2, 3] });
});
