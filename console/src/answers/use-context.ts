/** What a person should know before they answer: read from the log of the run, and of the tool. */
import type { TaskEvent } from "../../../sdk/src/event.ts";
import type { InboxEntry, Tool } from "../../../sdk/src/model.ts";
import { useTool } from "../data/tool.ts";
import { useQuery } from "../data/use-query.ts";

/** What is known of a question besides its entry. */
export interface Context {
  /** What the model wrote just before it asked; "" if nothing. */
  readonly said: string;
  /** The whole arguments of the call; undefined while they are loading. */
  readonly args: unknown;
  /** The value of the limit that was reached. */
  readonly limit: number | null;
  /** The tool that is called, as it is now; null if it is not one of the service or the tenant. */
  readonly tool: Tool | null;
  readonly isLoading: boolean;
}

/** Events before a question among which the model's last text is looked for. */
const LOOK_BACK = 12;

/** Reads the context of a question. It is shown as soon as there is some of it. */
export function useContextOf(entry: InboxEntry): Context {
  const { task_id, seq, kind, tool = "" } = entry;
  const events = useQuery(`events of question ${task_id} ${seq}`, async ({ tasks }, signal) => {
    const query = { after: Math.max(0, seq - LOOK_BACK), limit: LOOK_BACK };
    return (await tasks.events(task_id, query, { signal })).data;
  });
  // The tools of MCP servers are not among those of the service.
  const isKnown = kind === "approval" && !tool.includes(".");
  const found = useTool(isKnown ? tool : "");
  return {
    said: events.value === undefined ? "" : saidIn(events.value, seq),
    args: entry.truncated === true ? argsIn(events.value ?? [], seq) : (entry.arguments ?? {}),
    limit: limitIn(events.value ?? [], seq),
    tool: found.value ?? null,
    isLoading: events.value === undefined && events.failure === null,
  };
}

function saidIn(events: readonly TaskEvent[], seq: number): string {
  const replies = events.flatMap((event) =>
    event.type === "model.completed" && event.seq < seq ? [event.data.text] : [],
  );
  return replies.at(-1) ?? "";
}

function argsIn(events: readonly TaskEvent[], seq: number): unknown {
  const asked = events.findLast((event) => event.type === "approval.requested" && event.seq <= seq);
  return asked?.type === "approval.requested" ? asked.data.arguments : undefined;
}

/** The event of a limit comes just before the wait for a higher one. */
function limitIn(events: readonly TaskEvent[], seq: number): number | null {
  const reached = events.findLast((event) => event.type === "limit.reached" && event.seq <= seq);
  return reached?.type === "limit.reached" ? reached.data.value : null;
}
