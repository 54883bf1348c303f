/** `run` and `watch`: a task on the screen. */
import { ERASE_LINE, isTerminal } from "./live-view.ts";
import { text } from "node:stream/consumers";
import type { SubmitTask } from "../model.ts";
import type { Call, Command, Given, Option } from "./command.ts";
import { explain } from "./explain.ts";
import { follow } from "./follow.ts";
import { EXIT_CODES } from "./help.ts";
import { recordOf } from "./run-progress.ts";
import { EXIT, INTERRUPTED, UsageError, type World } from "./world.ts";

/** npm passes a Ctrl-C on to its child, which the terminal has sent it already. */
const SAME_KEYSTROKE_MS = 300;

const STAY: Option = {
  name: "stay",
  about: "go on watching where the run waits for a person, until it is over",
};

/** Caps of a run, each with the field that it sets. */
export const LIMITS: readonly (Option & { readonly field: string; readonly whole: boolean })[] = [
  { name: "max-steps", value: "n", about: "the most steps", field: "max_steps", whole: true },
  {
    name: "max-tool-calls",
    value: "n",
    about: "the most tool calls",
    field: "max_tool_calls",
    whole: true,
  },
  { name: "max-tokens", value: "n", about: "the most tokens", field: "max_tokens", whole: true },
  {
    name: "max-cost",
    value: "dollars",
    about: "the most that it may cost",
    field: "max_cost_usd",
    whole: false,
  },
  {
    name: "max-duration",
    value: "seconds",
    about: "the longest time at work, without waits",
    field: "max_duration_s",
    whole: true,
  },
];

const run: Command = {
  name: "run",
  arguments: [{ name: "goal", optional: true }],
  about: "Submits a task and shows it live",
  more: `The goal may also come from a pipe. Ctrl-C cancels the task and shows how it ends; a second one leaves at once. Where the run waits for a person, the program says what to type, and ends with exit code 4; with --stay it goes on watching. ${EXIT_CODES}`,
  options: [
    { name: "agent", value: "name", about: "the agent whose config and limits it has" },
    {
      name: "model",
      value: "model",
      about: "as <provider>/<model id>, such as openai/gpt-4o-mini",
    },
    {
      name: "planner",
      value: "name",
      about: "native, react or placeholder",
      choices: ["native", "react", "placeholder"],
    },
    { name: "instructions", value: "text", about: "what the model is told besides the goal" },
    { name: "tools", value: "names", about: "the only tools that it has, with commas between" },
    ...LIMITS,
    { name: "name", value: "text", about: "a name for people" },
    { name: "config", value: "json", about: "further fields of agent_config" },
    { name: "input", value: "json", about: "further fields of input_data" },
    { name: "metadata", value: "json", about: "metadata, by which tasks can be listed" },
    { name: "idempotency-key", value: "key", about: "the same key submits the same task once" },
    { name: "detach", about: "print the task's id and leave it to itself" },
    STAY,
  ],
  async run(call) {
    const { world, given, client } = call;
    const body = await bodyFrom(given, world);
    const { tasks } = client();
    const { task_id: taskId } = await tasks.create(body, {
      idempotencyKey: given.text("idempotency-key"),
    });
    if (given.flag("detach")) {
      await world.stdout.print(
        `${given.flag("json") ? JSON.stringify({ task_id: taskId }) : taskId}\n`,
      );
      return EXIT.completed;
    }
    cancelOnInterrupt(call, taskId);
    return follow(call, taskId);
  },
};

const watch: Command = {
  name: "watch",
  arguments: [{ name: "task" }],
  about: "Shows a task live, from its beginning or a cursor",
  more: `Ctrl-C leaves; the run goes on. ${EXIT_CODES}`,
  options: [{ name: "after", value: "seq", about: "only what comes after this event" }, STAY],
  run(call) {
    const { world, given } = call;
    const leaving = new AbortController();
    world.onInterrupt(() => {
      leaving.abort();
      world.exit(INTERRUPTED);
    });
    const after = given.whole("after", 0);
    return follow(call, given.word("task"), { after, leaving: leaving.signal });
  },
};

export const RUN_COMMANDS: readonly Command[] = [run, watch];

/** The caps that options name. */
export function limitsFrom(given: Given): Readonly<Record<string, number>> {
  const entries = LIMITS.map(({ name, field, whole }) => [
    field,
    whole ? given.whole(name) : given.number(name),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Readonly<
    Record<string, number>
  >;
}

async function bodyFrom(given: Given, world: World): Promise<SubmitTask> {
  const limits = limitsFrom(given);
  const config = {
    ...recordIn(given, "config"),
    ...textsOf(given, "model", "planner", "instructions"),
    ...(given.text("tools") === undefined ? {} : { tools: namesIn(given.text("tools") ?? "") }),
  };
  const metadata = recordIn(given, "metadata");
  const goal = given.word("goal") || (world.stdin.isTTY === true ? "" : await text(world.stdin));
  if (goal.trim() === "") {
    throw new UsageError("There is no goal: say what to do, in quotes.");
  }
  return {
    input_data: { ...recordIn(given, "input"), goal: goal.trim() },
    ...textsOf(given, "agent", "name"),
    ...(Object.keys(config).length === 0 ? {} : { agent_config: config }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

function textsOf(given: Given, ...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = given.text(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function recordIn(given: Given, name: string): Readonly<Record<string, unknown>> {
  const value = given.json(name);
  if (
    value !== undefined &&
    (typeof value !== "object" || value === null || Array.isArray(value))
  ) {
    throw new UsageError(`--${name} must be a JSON object.`);
  }
  return recordOf(value);
}

/** Names with commas or spaces between. */
export function namesIn(list: string): string[] {
  return list.split(/[\s,]+/).filter((name) => name !== "");
}

function cancelOnInterrupt({ world, client }: Call, taskId: string): void {
  let firstAt: number | null = null;
  // On a terminal the line has the status and what was typed.
  const fresh = isTerminal(world.stderr) ? ERASE_LINE : "\n";
  world.onInterrupt(() => {
    if (firstAt === null) {
      firstAt = Date.now();
      world.stderr.write(`${fresh}Cancelling … (Ctrl-C again leaves at once)\n`);
      client()
        .tasks.cancel(taskId, { reason: "Ctrl-C at the terminal" })
        .catch((error: unknown) => {
          world.stderr.write(`${fresh}It could not be cancelled, and goes on. ${explain(error)}\n`);
          world.exit(EXIT.failed);
        });
    } else if (Date.now() - firstAt > SAME_KEYSTROKE_MS) {
      world.exit(INTERRUPTED);
    }
  });
}
