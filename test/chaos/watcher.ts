/** A watcher of a chaos run: it comes and goes with its cursor, and stitches what it has seen. */
import type { Service } from "../service.ts";
import { pause } from "../tasks.ts";
import { SocketWatch, SseWatch } from "../watch.ts";
import type { Scene } from "./client.ts";
import type { PlannedWatcher } from "./plan.ts";

/** A watcher and what it has seen. */
export interface Watcher {
  readonly taskId: string;
  readonly plan: PlannedWatcher;
  /** The exact texts of all its visits, one after the other. */
  readonly texts: string[];
  reconnects: number;
  /** Whether it has seen the run's end. */
  over: boolean;
  readonly complaints: string[];
}

/** How a connection came to its end: as one that is complete, or broken. */
type Ending = "whole" | "cut" | "left";

const TERMINAL = /"type":"run\.(?:completed|failed|cancelled)"/;
/** What a service that is up and has the task never says. */
const REFUSED = /(?:Not a stream: |refused with )4/;

/**
 * Watches until the run's end has been seen.
 * @param patience aborted when the run is given up
 */
export async function watch(scene: Scene, watcher: Watcher, patience: AbortSignal): Promise<void> {
  const { plan } = watcher;
  await pause(plan.beginsAfterMs);
  const visits = plan.visits.values();
  while (!watcher.over && !patience.aborted) {
    const gone = scene.outages.since();
    const complain = (what: string): void => {
      watcher.complaints.push(`${plan.kind} on ${watcher.taskId}: ${what}`);
    };
    try {
      const end = await visit(scene.service, watcher, visits.next().value ?? null, patience);
      if (!watcher.over && end !== "left" && !gone()) {
        complain(`the connection was ${end} before the end, and nothing was killed`);
      }
    } catch (error) {
      if (!gone() || REFUSED.test(String(error))) {
        complain(String(error));
      }
    }
    if (!watcher.over) {
      watcher.reconnects += 1;
      await pause(plan.pauseMs);
      await scene.outages.up();
    }
  }
}

/** One connection: until the run is over, the watcher has had enough, or it broke. */
async function visit(
  service: Service,
  watcher: Watcher,
  enough: PlannedWatcher["visits"][number] | null,
  patience: AbortSignal,
): Promise<Ending> {
  const connection = await open(service, watcher);
  const leave = (): void => connection.drop();
  let left = false;
  const ended = endOf(connection);
  patience.addEventListener("abort", leave, { once: true });
  if (enough !== null) {
    const seen = connection.until(() => connection.texts.length >= enough.events);
    await Promise.race([ended, seen.catch(() => undefined), pause(enough.ms)]);
    left = true;
    leave();
  }
  try {
    const end = await ended;
    return left || patience.aborted ? "left" : end;
  } finally {
    patience.removeEventListener("abort", leave);
    watcher.texts.push(...connection.texts);
    watcher.over = TERMINAL.test(watcher.texts.at(-1) ?? "");
  }
}

function open(service: Service, { taskId, plan, texts }: Watcher) {
  const cursor = texts.length;
  if (plan.kind === "socket") {
    return SocketWatch.open(service, taskId, { query: `?after=${cursor}` });
  }
  // Both ways to say where to go on.
  return cursor % 2 === 0
    ? SseWatch.open(service, taskId, { query: `?after=${cursor}` })
    : SseWatch.open(service, taskId, { headers: { "Last-Event-ID": String(cursor) } });
}

/** @throws Error if what was sent is not well-formed */
async function endOf(connection: SseWatch | SocketWatch): Promise<Ending> {
  if (connection instanceof SocketWatch) {
    return (await connection.closed).code === 1000 ? "whole" : "cut";
  }
  try {
    await connection.done;
    return "whole";
  } catch (error) {
    if (String(error).includes("Not a frame")) {
      throw error;
    }
    return "cut";
  }
}
