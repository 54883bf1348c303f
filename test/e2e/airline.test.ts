/** The recorded airline tasks: every call made once, in order, with the output that was recorded. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import { logOf, ofType, play, scripted } from "../tasks.ts";

interface GoldenTask {
  readonly task_id: number;
  readonly instruction: string;
  readonly actions: readonly {
    readonly name: string;
    readonly arguments: Readonly<Record<string, unknown>>;
    readonly output: string;
  }[];
}
interface ToolSchema {
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, unknown>>;
  };
}

const FOLDER = resolve(import.meta.dirname, "../../../shared/fixtures/tau-bench");
const MISSING = `the fixtures are not at ${FOLDER}`;
const HERE = existsSync(FOLDER);
/** Tasks played side by side. */
const WIDTH = 5;

let service: Service | null = null;

beforeAll(async () => {
  if (HERE) {
    service = await Service.join();
  } else if (process.env["REQUIRE_FIXTURES"] === "1") {
    throw new Error(`REQUIRE_FIXTURES=1, but ${MISSING}`);
  }
});
afterAll(() => service?.stop());

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(resolve(FOLDER, name), "utf8"));
}

/** Outputs are JSON where they look like it, as a tool server would give them; else text. */
function outputOf(text: string): unknown {
  return /^[[{]/.test(text) ? JSON.parse(text) : text;
}

/** A submission whose model makes the task's calls, one a turn, and whose tools answer from the file. */
function submissionOf({ instruction, actions }: GoldenTask, tools: readonly ToolSchema[]) {
  const script = [
    ...actions.map(({ name, arguments: args }) => ({ tool_calls: [{ name, arguments: args }] })),
    { text: "That is all." },
  ];
  const script_tools = tools.map(({ function: tool }) => ({
    name: tool.name,
    description: tool.description,
    input_schema: tool.parameters,
    outputs: actions
      .filter((action) => action.name === tool.name)
      .map((action) => ({ arguments: action.arguments, output: outputOf(action.output) })),
  }));
  return scripted(script, {}, { goal: instruction, script_tools });
}

/** Plays one task; how many calls it made. */
async function expectPlayed(
  running: Service,
  task: GoldenTask,
  tools: readonly ToolSchema[],
): Promise<number> {
  const { task_id, status, usage, error } = await play(running, submissionOf(task, tools));
  expect([task.task_id, status, error]).toEqual([task.task_id, "completed", null]);
  const log = await logOf(running, task_id);
  const requested = ofType(log, "tool.requested");
  expect(requested.map(({ name, arguments: args }) => [name, args])).toEqual(
    task.actions.map((action) => [action.name, action.arguments]),
  );
  expect(requested.every((data) => data["attempt"] === 1)).toBe(true);
  expect(ofType(log, "tool.completed").map(({ call_id, output }) => [call_id, output])).toEqual(
    task.actions.map((action, i) => [requested[i]?.["call_id"], outputOf(action.output)]),
  );
  expect(ofType(log, "tool.failed")).toEqual([]);
  expect(usage.tool_calls).toBe(requested.length);
  return requested.length;
}

test("the 50 airline tasks make their 158 calls, each once, in order, with the recorded output", async ({
  skip,
}) => {
  if (service === null) {
    return skip(MISSING);
  }
  const running = service;
  const { tasks } = readFixture("airline-golden.json") as { tasks: readonly GoldenTask[] };
  const tools = readFixture("airline-tools.openai.json") as readonly ToolSchema[];
  expect(tasks).toHaveLength(50);
  const calls: number[] = [];
  const rest = tasks.values();
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      for (const task of rest) {
        calls.push(await expectPlayed(running, task, tools));
      }
    }),
  );
  expect(calls).toHaveLength(50);
  expect(calls.reduce((sum, made) => sum + made, 0)).toBe(158);
});
