/** `watch --tree`: shows the events of a task and of all tasks below it, each line with its task. */
import type { Call } from "./command.ts";
import { exitOf } from "./follow.ts";
import { hasColour } from "./live-view.ts";
import { lineOf } from "./output.ts";
import { RunView } from "./render.ts";
import { neutralise } from "./terminal-text.ts";

/** Last characters of an id that tell the tasks of one tree apart. */
const ID_CHARS = 6;

/** Shows a tree until all of its tasks have ended. @returns the exit code of the first task */
export async function followTree(
  { cli, args, client }: Call,
  taskId: string,
  leaving: AbortSignal,
): Promise<number> {
  const { tasks } = client();
  const views = new Map<string, RunView>();
  const after = args.text("after");
  const events = tasks.watch(taskId, { tree: true, ...(after !== undefined && { after }) });
  for await (const event of events) {
    if (leaving.aborted) {
      break;
    }
    if (args.isJson) {
      cli.stdout.write(lineOf({ args }, event));
    } else if (event.type !== "model.delta") {
      // Pieces of replies that stream side by side would be mixed; `model.completed` has the text.
      const view = views.get(event.task_id) ?? new RunView({ colour: hasColour(cli.stdout) });
      views.set(event.task_id, view);
      const label = neutralise(event.task_id.slice(-ID_CHARS));
      const lines = view.render(event).split("\n");
      for (const line of lines.filter((one) => one.trim() !== "")) {
        cli.stdout.write(`${label}  ${line}\n`);
      }
    }
    await cli.stdout.room();
  }
  return exitOf(await tasks.get(taskId));
}
