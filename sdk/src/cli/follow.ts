/** A run on the screen until it is over or waits for people, and the exit code that says which. */
import type { Task } from "../model.ts";
import { RefusedError } from "../errors.ts";
import type { Call } from "./command.ts";
import { explain } from "./explain.ts";
import { liveView, type LiveView } from "./live-view.ts";
import { jsonLine } from "./json-line.ts";
import { Questions } from "./questions.ts";
import { shellWord } from "./shell.ts";
import { neutralise } from "./terminal-text.ts";
import { EXIT, type World } from "./world.ts";

export interface Following {
  /** The cursor to begin at. */
  readonly after?: number | undefined;
  /** Takes the view off the screen. */
  readonly leaving?: AbortSignal;
}

/** Shows a task's events from the cursor on. @returns the exit code */
export async function follow(
  { world, given, client, program }: Call,
  taskId: string,
  { after = 0, leaving }: Following = {},
): Promise<number> {
  const { tasks } = client();
  const questions = new Questions(program, taskId);
  const view = given.flag("json") ? jsonView(world) : liveView(world.stdout);
  leaving?.addEventListener("abort", () => view.end());
  let last = after;
  let task: Task;
  try {
    task = await tasks.settled(taskId, {
      after,
      throughWaits: given.flag("stay"),
      onConnection: (change) => view.connection(change),
      onEvent: async (event) => {
        last = event.seq;
        questions.observe(event);
        view.show(event);
        await world.stdout.room();
      },
    });
    if (task.status === "waiting" && questions.isEmpty) {
      // It was asked before the cursor.
      for await (const event of tasks.log(taskId)) {
        questions.observe(event);
      }
    }
  } catch (error) {
    view.end();
    if (last === after && error instanceof RefusedError) {
      throw error;
    }
    const again =
      last === 0 ? "" : ` ${program} watch ${shellWord(taskId)} --after ${last} goes on from here.`;
    world.stderr.write(`The view of ${shellWord(taskId)} was lost. ${explain(error)}${again}\n`);
    return EXIT.failed;
  } finally {
    view.end();
  }
  if (task.status !== "waiting") {
    return exitOf(task);
  }
  world.stderr.write(
    `\nThe run waits for ${neutralise(task.waiting_for ?? "somebody")}: ${questions.text}\nand to see how it goes on:\n\n  ${program} watch ${shellWord(taskId)} --after ${last}\n`,
  );
  return EXIT.waiting;
}

/** What a task's end is as an exit code. */
function exitOf({ status }: Task): number {
  switch (status) {
    case "completed":
      return EXIT.completed;
    case "cancelled":
      return EXIT.cancelled;
    default:
      return EXIT.failed;
  }
}

/** One event a line, as the API gives it. */
function jsonView({ stdout }: World): LiveView {
  return {
    show: (event) => stdout.write(jsonLine(event)),
    connection: () => undefined,
    end: () => undefined,
  };
}
