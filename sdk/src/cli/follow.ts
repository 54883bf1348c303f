/** Shows a run until it finishes or waits for a person, and maps the outcome to an exit code. */
import type { Task } from "../model.ts";
import { APIError } from "../errors.ts";
import type { Call } from "./command.ts";
import { explain } from "./explain.ts";
import { liveView, type LiveView } from "./live-view.ts";
import { lineOf } from "./output.ts";
import type { ParsedArgs } from "./parsed-args.ts";
import { Questions } from "./questions.ts";
import { shellWord } from "./shell.ts";
import { neutralise } from "./terminal-text.ts";
import { EXIT, type CliEnv } from "./cli-env.ts";

export interface Following {
  /** The cursor to start at. */
  readonly after?: number | undefined;
  /** Aborting it closes the view. */
  readonly leaving?: AbortSignal;
}

/** Shows a task's events after the cursor. @returns the exit code */
export async function follow(
  { cli, args, client, program }: Call,
  taskId: string,
  { after = 0, leaving }: Following = {},
): Promise<number> {
  const { tasks } = client();
  const questions = new Questions(program, taskId);
  const view = args.isJson ? jsonView(cli, args) : liveView(cli.stdout);
  leaving?.addEventListener("abort", () => view.end());
  let last = after;
  let task: Task;
  try {
    task = await tasks.wait(taskId, {
      after,
      throughWaits: args.flag("stay"),
      onConnection: (change) => view.connection(change),
      onEvent: async (event) => {
        last = event.seq;
        questions.observe(event);
        view.show(event);
        await cli.stdout.room();
      },
    });
    if (task.status === "waiting" && questions.isEmpty) {
      // The question came before the cursor.
      for await (const event of tasks.events(taskId, { limit: 1000 })) {
        questions.observe(event);
      }
    }
  } catch (error) {
    view.end();
    if (last === after && error instanceof APIError) {
      throw error;
    }
    const again =
      last === 0 ? "" : ` Resume with: ${program} watch ${shellWord(taskId)} --after ${last}`;
    cli.stderr.write(`Lost the connection to ${shellWord(taskId)}. ${explain(error)}${again}\n`);
    return EXIT.failed;
  } finally {
    view.end();
  }
  if (task.status !== "waiting") {
    return exitOf(task);
  }
  cli.stderr.write(
    `\nThe run is waiting for ${neutralise(task.waiting_for ?? "a person")}: ${questions.text}\nTo resume watching:\n\n  ${program} watch ${shellWord(taskId)} --after ${last}\n`,
  );
  return EXIT.waiting;
}

/** Maps a final status to an exit code. */
export function exitOf({ status }: Task): number {
  switch (status) {
    case "completed":
      return EXIT.completed;
    case "cancelled":
      return EXIT.cancelled;
    default:
      return EXIT.failed;
  }
}

/** Prints each event as a line of JSON. */
function jsonView({ stdout }: CliEnv, args: ParsedArgs): LiveView {
  return {
    show: (event) => stdout.write(lineOf({ args }, event)),
    connection: () => undefined,
    end: () => undefined,
  };
}
