/** The log of a run as a file has it: every event, whole. */
import type { TaskEvent } from "../../../../sdk/src/event.ts";
import { call } from "../../data/client.ts";
import type { RunContext } from "./context.ts";

const PAGE = 1000;

/** Returns all events up to now. @throws what the client throws */
export async function wholeLog({ follower, taskId, isFile }: RunContext): Promise<TaskEvent[]> {
  const { store } = follower;
  const known = [...store.between(0, store.whole)];
  if (isFile || known.every(({ truncated }) => truncated !== true)) {
    return known;
  }
  const events: TaskEvent[] = [];
  await call(async ({ tasks }) => {
    for await (const event of tasks.events(taskId, { limit: PAGE })) {
      events.push(event);
    }
  });
  return events;
}
