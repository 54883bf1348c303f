/** Prints a finished task as a cassette, which `opspawn/testing` replays. */
import { TERMINAL_TYPES, type TaskEvent } from "../event.ts";
import type { Tasks } from "../tasks.ts";
import { changeOf, logHash, type TextChange } from "./cassette-format.ts";
import { StateError } from "./cli-env.ts";
import type { Command } from "./command.ts";
import { printJson } from "./output.ts";

/** Maximum page size of a log, and of an output in characters. */
const LOG_PAGE = 1000;
const OUTPUT_PAGE = 100_000;

const cassette: Command = {
  name: "tasks cassette",
  aliases: ["cassette"],
  arguments: [{ name: "task" }],
  about: "Print a finished task as a cassette for tests",
  more: "Redirect it to a file, and replay it with `simulate` of opspawn/testing. It has the whole log: the input, what models and tools returned, and what people answered. Secrets are never in a log.",
  options: [],
  async run(call) {
    const { tasks } = call.client();
    const id = call.args.word("task");
    const events: TaskEvent[] = [];
    for await (const event of tasks.events(id, { limit: LOG_PAGE })) {
      events.push(event);
    }
    if (!TERMINAL_TYPES.has(events.at(-1)?.type ?? "")) {
      throw new StateError(`The task ${id} is not finished: its cassette would be incomplete.`);
    }
    return printJson(call, {
      format: "opspawn-cassette/1",
      task_id: id,
      log_sha256: logHash(events),
      requests: await requestsOf(tasks, id, events),
      outputs: await outputsOf(tasks, id, events),
      events,
    });
  },
};

export const CASSETTE_COMMANDS: readonly Command[] = [cassette];

interface Request extends TextChange {
  readonly call_id: string;
  readonly attempt: number;
  readonly body_sha256: string;
}

/** Returns the requests to models, as far as the service can rebuild their exact text. */
async function requestsOf(
  tasks: Tasks,
  id: string,
  events: readonly TaskEvent[],
): Promise<Request[]> {
  const requests: Request[] = [];
  let before = "";
  for (const event of events) {
    if (event.type === "model.requested") {
      const { call_id, attempt, body_sha256 } = event.data;
      const { matches, body_complete, body } = await tasks.prompt(id, call_id, { attempt });
      if (matches && body_complete) {
        requests.push({ call_id, attempt, body_sha256, ...changeOf(before, body) });
        before = body;
      }
    }
  }
  return requests;
}

/** Returns the whole outputs that the log has only the beginning of, by their hashes. */
async function outputsOf(
  tasks: Tasks,
  id: string,
  events: readonly TaskEvent[],
): Promise<Readonly<Record<string, string>>> {
  const outputs: Record<string, string> = {};
  for (const event of events) {
    const sha256 = event.type === "tool.completed" ? event.data.output_sha256 : undefined;
    if (sha256 !== undefined && !Object.hasOwn(outputs, sha256)) {
      outputs[sha256] = await wholeOutput(tasks, id, sha256);
    }
  }
  return outputs;
}

async function wholeOutput(tasks: Tasks, id: string, sha256: string): Promise<string> {
  let text = "";
  for (let offset: number | null = 0; offset !== null;) {
    const page = await tasks.output(id, sha256, { offset, limit: OUTPUT_PAGE });
    text += page.text;
    offset = page.next_offset;
  }
  return text;
}
