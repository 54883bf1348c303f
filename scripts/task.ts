/**
 * `npm run task -- "goal"`: gives the service a task and shows it live. Ctrl-C cancels the task
 * and shows how it ends; a second one leaves it to itself.
 */
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { explain } from "./api-error.ts";
import { Client } from "./client.ts";
import { showLive } from "./live-view.ts";
import { localKey } from "./local-key.ts";
import type { TaskEvent } from "./run-progress.ts";

const USAGE = `Usage: npm run task -- "goal" [options]

  --model m       a model as <provider>/<model id>, for example openai/gpt-4o-mini
  --planner p     native, react or placeholder
  --max-steps n   the most steps that the run may take
  --json          one event a line, as the API gives them
  --help          this text

The goal may also come from a pipe. The service is at OPSPAWN_URL (default http://127.0.0.1:8787),
the key in OPSPAWN_KEY (default: the one that \`npm start\` made in .dev.vars).

Exit code: 0 completed, 1 failed or cancelled, 2 not started.`;

const DEFAULT_URL = "http://127.0.0.1:8787";
/** npm passes a Ctrl-C on to its child, which the terminal has sent it already. */
const SAME_KEYSTROKE_MS = 300;

/** Wrong use; its text is all that is shown. */
class UsageError extends Error {}

// A reader such as `head` may leave early; the exit code still says how the task ended.
process.stdout.on("error", () => null);

let exitCode: number;
try {
  exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) {
    throw error;
  }
  console.error(`${error.message} \`npm run task -- --help\` lists what there is.`);
  exitCode = 2;
}
// Connections that are still closing must not hold the prompt back; output must not be lost.
process.stdout.write("", () => process.exit(exitCode));

async function main(): Promise<number> {
  const options = readOptions();
  if (options.help === true) {
    console.log(USAGE);
    return 0;
  }
  const body = await bodyFrom(options);
  const client = connect();
  let taskId: string;
  try {
    taskId = (await client.submit(body)).task_id;
  } catch (error) {
    console.error(explain(error));
    return 2;
  }
  cancelOnInterrupt(client, taskId);
  try {
    const events = client.watch(taskId);
    const last = await (options.json === true
      ? printJson(events)
      : showLive(events, process.stdout));
    return last === "run.completed" ? 0 : 1;
  } catch (error) {
    console.error(`The view of ${taskId} was lost. ${explain(error)}`);
    return 1;
  }
}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        model: { type: "string" },
        planner: { type: "string" },
        "max-steps": { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return { ...values, goal: positionals.join(" ").trim() };
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ")[0]}.`);
  }
}

async function bodyFrom(options: ReturnType<typeof readOptions>) {
  const steps = options["max-steps"];
  if (steps !== undefined && !/^[1-9]\d*$/.test(steps)) {
    throw new UsageError(`--max-steps must be a whole number from 1, and it is ${steps}.`);
  }
  const goal =
    options.goal === "" && !process.stdin.isTTY ? await text(process.stdin) : options.goal;
  if (goal.trim() === "") {
    throw new UsageError("There is no goal: say what to do, in quotes.");
  }
  const { model, planner } = options;
  const config = {
    ...(model === undefined ? {} : { model }),
    ...(planner === undefined ? {} : { planner }),
  };
  return {
    input_data: { goal: goal.trim() },
    ...(Object.keys(config).length === 0 ? {} : { agent_config: config }),
    ...(steps === undefined ? {} : { limits: { max_steps: Number(steps) } }),
  };
}

function connect(): Client {
  const url = process.env["OPSPAWN_URL"] || DEFAULT_URL;
  const key = process.env["OPSPAWN_KEY"]?.trim() || localKey();
  if (key === null) {
    throw new UsageError(
      "There is no key: run `npm start` once, which makes one, or set OPSPAWN_KEY.",
    );
  }
  try {
    return new Client(url, key);
  } catch {
    throw new UsageError(
      `OPSPAWN_URL must be an address such as ${DEFAULT_URL}, and it is ${url}.`,
    );
  }
}

async function printJson(events: AsyncIterable<TaskEvent>): Promise<string | null> {
  let last: string | null = null;
  for await (const event of events) {
    process.stdout.write(`${JSON.stringify(event)}\n`);
    last = event.type;
  }
  return last;
}

function cancelOnInterrupt(client: Client, taskId: string): void {
  let firstAt: number | null = null;
  process.on("SIGINT", () => {
    if (firstAt === null) {
      firstAt = Date.now();
      console.error("\nCancelling … (Ctrl-C again leaves at once)");
      client.cancel(taskId, "Ctrl-C at the terminal").catch((error: unknown) => {
        console.error(`It could not be cancelled. ${explain(error)}`);
        process.exit(1);
      });
    } else if (Date.now() - firstAt > SAME_KEYSTROKE_MS) {
      process.exit(1);
    }
  });
}
