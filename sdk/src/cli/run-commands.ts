/** `run` and `watch`: follow a task live. */
import { ERASE_LINE, isTerminal } from "./live-view.ts";
import type { SubmitTask } from "../model.ts";
import type { Call, Command } from "./command.ts";
import type { Option } from "./option.ts";
import { explain } from "./explain.ts";
import { follow } from "./follow.ts";
import { followTree } from "./tree-view.ts";
import { EXIT_CODES } from "./help.ts";
import { shellWord } from "./shell.ts";
import { goalText } from "../view/wording.ts";
import { readStdin, recordOf, STDIN } from "./input.ts";
import { lineOf } from "./output.ts";
import type { ParsedArgs } from "./parsed-args.ts";
import { ask, canAsk } from "./prompt.ts";
import { withAttachments } from "./attachment-commands.ts";
import { EXIT, INTERRUPTED, UsageError, type CliEnv } from "./cli-env.ts";

/** npm forwards Ctrl-C to its child, which has already received it from the terminal. */
export const SAME_KEYSTROKE_MS = 300;

/** Option of commands that watch a task. */
export const STAY: Option = {
  name: "stay",
  short: "s",
  about: "keep watching while the run waits for a person, until it finishes",
};

/** Limits of a run, each with the field it sets. */
export const LIMITS: readonly (Option & { readonly field: string; readonly whole: boolean })[] = [
  {
    name: "max-steps",
    value: "n",
    about: "maximum number of steps",
    field: "max_steps",
    whole: true,
  },
  {
    name: "max-tool-calls",
    value: "n",
    about: "maximum number of tool calls",
    field: "max_tool_calls",
    whole: true,
  },
  {
    name: "max-tokens",
    value: "n",
    about: "maximum number of tokens",
    field: "max_tokens",
    whole: true,
  },
  {
    name: "max-cost",
    value: "dollars",
    about: "maximum cost",
    field: "max_cost_usd",
    whole: false,
  },
  {
    name: "max-duration",
    value: "seconds",
    about: "maximum working time, not counting waits",
    field: "max_duration_s",
    whole: true,
  },
];

const run: Command = {
  name: "run",
  aliases: ["tasks create", "tasks run"],
  arguments: [{ name: "goal", optional: true, isText: true }],
  about: "Submit a task and watch it live",
  more: `The goal can also be piped in (- stands for standard input), or be in --input. Ctrl-C cancels the task and shows how it ends; a second Ctrl-C exits at once. If the run waits for a person, the command prints what to type and exits with code 4; with --stay it keeps watching. ${EXIT_CODES}`,
  options: [
    { name: "agent", short: "a", value: "name", about: "agent that provides config and limits" },
    {
      name: "model",
      short: "m",
      value: "model",
      about: "<provider>/<model id>, such as openai/gpt-4o-mini",
    },
    {
      name: "planner",
      value: "name",
      about: "native, react, placeholder, or one that the deployment adds",
    },
    { name: "instructions", value: "text", about: "system instructions for the model" },
    {
      name: "tools",
      short: "t",
      value: "names",
      about: "comma-separated tools to allow; no others",
    },
    ...LIMITS,
    { name: "name", short: "n", value: "text", about: "display name" },
    { name: "config", short: "c", value: "json", about: "additional fields of agent_config" },
    { name: "input", short: "i", value: "json", about: "additional fields of input_data" },
    {
      name: "attach",
      value: "file",
      multiple: true,
      about: "PDF or text file to upload and attach; can be repeated",
    },
    { name: "metadata", value: "json", about: "metadata for filtering tasks" },
    { name: "idempotency-key", value: "key", about: "submit only once for the same key" },
    { name: "detach", short: "d", about: "print the task id and exit" },
    STAY,
  ],
  async run(call) {
    const { cli, args, client } = call;
    const idempotencyKey = args.text("idempotency-key");
    if (idempotencyKey !== undefined && !/^[ -~]{1,255}$/.test(idempotencyKey.trim())) {
      throw new UsageError("--idempotency-key must be 1 to 255 ASCII characters.");
    }
    const plain = await bodyFrom(args, cli);
    const { tasks } = client();
    const body = await withAttachments(call, plain);
    const interrupt = cancelOnInterrupt(call);
    const { id: taskId } = await tasks.create(body, {
      idempotencyKey: idempotencyKey?.trim(),
    });
    const isCancelling = interrupt.submitted(taskId);
    if (args.flag("detach")) {
      await cli.stdout.print(args.isJson ? lineOf({ args }, { id: taskId }) : `${taskId}\n`);
      return isCancelling ? interrupt.cancelled() : EXIT.completed;
    }
    return follow(call, taskId);
  },
};

const watch: Command = {
  name: "watch",
  aliases: ["tasks watch"],
  arguments: [{ name: "task" }],
  about: "Watch a task live, from the start or a cursor",
  more: `Ctrl-C stops watching; the run continues. ${EXIT_CODES}`,
  options: [
    { name: "after", value: "seq", about: "only events after this one" },
    {
      name: "tree",
      about: "also all tasks below it, until all have ended; --after is then a cursor",
    },
    STAY,
  ],
  run(call) {
    const { cli, args } = call;
    const leaving = new AbortController();
    cli.onInterrupt(() => {
      leaving.abort();
      cli.exit(INTERRUPTED);
    });
    if (args.flag("tree")) {
      return followTree(call, args.word("task"), leaving.signal);
    }
    const after = args.whole("after", 0);
    return follow(call, args.word("task"), { after, leaving: leaving.signal });
  },
};

export const RUN_COMMANDS: readonly Command[] = [run, watch];

/** Returns the limits set by options. */
export function limitsFrom(args: ParsedArgs): Readonly<Record<string, number>> {
  const entries = LIMITS.map(({ name, field, whole }) => [
    field,
    whole ? args.whole(name) : args.number(name),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Readonly<
    Record<string, number>
  >;
}

async function bodyFrom(args: ParsedArgs, cli: CliEnv): Promise<SubmitTask> {
  const limits = limitsFrom(args);
  const config = {
    ...recordIn(args, "config"),
    ...textsOf(args, "model", "planner", "instructions"),
    ...(args.text("tools") === undefined ? {} : { tools: namesIn(args.text("tools") ?? "") }),
  };
  const metadata = recordIn(args, "metadata");
  const input = recordIn(args, "input");
  const given = args.word("goal") || goalText(input);
  const isPiped = given === STDIN || (given.trim() === "" && cli.stdin.isTTY !== true);
  const typed = isPiped ? await readStdin(cli) : given;
  const goal = typed.trim() === "" && canAsk(cli) ? await ask(cli, "goal") : typed.trim();
  if (goal === "") {
    throw new UsageError("Missing goal: pass it as an argument or pipe it in.");
  }
  return {
    input_data: { ...input, goal },
    ...textsOf(args, "agent", "name"),
    ...(Object.keys(config).length === 0 ? {} : { agent_config: config }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

function textsOf(args: ParsedArgs, ...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = args.text(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Returns the JSON object of an option; empty without it. @throws UsageError */
export function recordIn(args: ParsedArgs, name: string): Readonly<Record<string, unknown>> {
  const value = args.json(name);
  if (
    value !== undefined &&
    (typeof value !== "object" || value === null || Array.isArray(value))
  ) {
    throw new UsageError(`--${name} must be a JSON object.`);
  }
  return recordOf(value);
}

/** Splits names at commas and spaces. */
export function namesIn(list: string): string[] {
  return list.split(/[\s,]+/).filter((name) => name !== "");
}

/** What Ctrl-C does during `run`. */
interface Interrupt {
  /** Tells which task to cancel. Cancels it at once if Ctrl-C came before, and returns whether. */
  submitted(taskId: string): boolean;
  /** Waits until the task is cancelled. @returns the exit code */
  cancelled(): Promise<number>;
}

/** Cancels the task on Ctrl-C, also one whose submission is not answered yet. */
function cancelOnInterrupt({ cli, client }: Call): Interrupt {
  let firstAt: number | null = null;
  let task: string | null = null;
  let cancelling = Promise.resolve();
  // On a terminal, the current line holds the status and the typed ^C.
  const fresh = isTerminal(cli.stderr) ? ERASE_LINE : "\n";
  const cancel = (taskId: string) => {
    cancelling = client()
      .tasks.cancel(taskId, { reason: "Ctrl-C at the terminal" })
      .then(() => undefined)
      .catch((error: unknown) => {
        cli.stderr.write(
          `${fresh}The task ${shellWord(taskId)} could not be cancelled and continues. ${explain(error)}\n`,
        );
        cli.exit(EXIT.failed);
      });
  };
  cli.onInterrupt(() => {
    if (firstAt === null) {
      firstAt = Date.now();
      const when = task === null ? " once its submission is answered" : "";
      const risk = task === null ? ", and the task may run" : "";
      cli.stderr.write(`${fresh}Cancelling${when} … (press Ctrl-C again to exit at once${risk})\n`);
      if (task !== null) {
        cancel(task);
      }
    } else if (Date.now() - firstAt > SAME_KEYSTROKE_MS) {
      cli.exit(INTERRUPTED);
    }
  });
  return {
    submitted(taskId) {
      task = taskId;
      if (firstAt !== null) {
        cancel(taskId);
      }
      return firstAt !== null;
    },
    async cancelled() {
      await cancelling;
      return EXIT.cancelled;
    },
  };
}
