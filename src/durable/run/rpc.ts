/**
 * The contract between the Worker and a run's object: plain data both ways, and the one cast of the
 * project. During a deployment two versions of it may talk to each other: fields are added, never
 * changed. Expected failures are answers, not exceptions.
 */
import type { CommandRefusal, RunCommand } from "../../run/decide/command.ts";
import type { History } from "../../run/spec/history.ts";
import type { RunSpec } from "../../run/spec/spec.ts";
import type { WaitName } from "../../run/log/event-data.ts";
import type { TaskStatus } from "../../run/log/state.ts";

/** JSON text of a `T`. Arbitrary JSON cannot cross the RPC types as itself. */
export type JsonText<T> = string & { readonly __json?: T };

/** The spec of a run as JSON text. */
export type SpecText = JsonText<RunSpec>;

/** The status of a run after a request. */
export interface RunAnswer {
  readonly status: TaskStatus;
  /** Whether this request changed anything. */
  readonly changed: boolean;
}

/** A page of the log. */
export interface EventPage {
  /** JSON list of events. */
  readonly events: string;
  readonly last_seq: number;
  readonly has_more: boolean;
  /**
   * `seq` up to which the page covers the log: that of its last event, or a later one if `types`
   * left events out. Absent from an object of an older version.
   */
  readonly end?: number;
  readonly status: TaskStatus;
}

/** What a page shows of the log. An object of an older version shows all of it. */
export interface EventSelection {
  /** Only events of these types. Absent: all. */
  readonly types?: readonly string[];
  /** Whether events are shown in outline. */
  readonly outline?: boolean;
}

/** A cancellation. `by` is the id of the API key. */
export interface CancelRequest {
  readonly reason: string | null;
  readonly by: string;
}

/** The outcome of a command. */
export type CommandAnswer =
  | { readonly ok: true; readonly status: TaskStatus }
  | ({ readonly ok: false } & CommandRefusal);

/** What the next turn of a conversation knows of a run. */
export interface RunPast {
  /** Whether the run can still do anything: it has not ended, or has not begun. */
  readonly open: boolean;
  /** Whether the run ever worked. */
  readonly began: boolean;
  /** Null while the run is open, and without a log. */
  readonly history: History | null;
}

/** A part of a stored output. */
export interface OutputPage {
  readonly text: string;
  /** Characters of the complete output. */
  readonly total: number;
}

/** The health of a run. Times are milliseconds since the epoch. */
export interface RunHealth {
  readonly status: TaskStatus;
  readonly last_seq: number;
  readonly waiting_for: WaitName | null;
  /** When the run continues without a command: 0 for now, null for never. */
  readonly due_at: number | null;
  readonly alarm: number | null;
  /** Whether a slice is running. */
  readonly active: boolean;
}

/** The methods of a run's object. */
export interface RunRpc {
  /** Starts the run. Idempotent. Returns before the run ends. */
  start(spec: SpecText): Promise<RunAnswer>;
  /** Cancels the run. Needs the spec because a run may be cancelled before it was started. */
  cancel(spec: SpecText, request: CancelRequest): Promise<RunAnswer>;
  /** Executes a command on a run that has started. A refused command changes nothing. */
  command(command: JsonText<RunCommand>): Promise<CommandAnswer>;
  /**
   * Returns whether the run still wants a task that it started. A run without a log does not, nor one
   * that has ended, unless the task was to go on.
   */
  wantsChild(taskId: string, onEnd: "cancel" | "continue"): Promise<boolean>;
  /** Fails a run that could not be started. A started run is not changed. */
  abandon(spec: SpecText, message: string): Promise<RunAnswer>;
  /** Returns the current state of the run (a `RunView`). */
  view(): Promise<string>;
  /** Returns the run once it is terminal or waits, or after `timeoutMs` (a `RunView`). */
  settled(timeoutMs: number): Promise<string>;
  /** Returns a page of the log, bounded in number and size. */
  events(after: number, limit: number, selection?: EventSelection): Promise<EventPage>;
  /**
   * Returns what the model saw in an attempt of a model call (a `PromptView`), rebuilt from the log;
   * null if the run has no such attempt.
   * @param attempt null for the last one
   */
  prompt(callId: string, attempt: number | null): Promise<string | null>;
  /** Returns part of an output that was too long for its event; null if no such output exists. */
  output(sha256: string, offset: number, limit: number): Promise<OutputPage | null>;
  /** Returns what the next turn of a conversation knows of the run (a `RunPast`). */
  past(): Promise<string>;
  /** Makes the run ask its tenant's ledger before its next priced model call. */
  budgetsChanged(): Promise<void>;
  /** Returns the health of the run; repairs nothing. */
  health(): Promise<RunHealth>;
  /**
   * Repairs a lost alarm or a stale D1 row. A run that should have a log and has none is failed in
   * D1.
   */
  repair(spec: SpecText): Promise<RunAnswer>;
  /**
   * Deletes the run and its log if it ended before a time (RFC 3339), or regardless of its log if
   * D1 has `givenUp` on it. Returns whether it is deleted.
   */
  expire(endedBefore: string, givenUp: boolean): Promise<boolean>;
  /**
   * Deletes a finished run with its log and outputs, once D1, webhooks and the ledger have its
   * end. A late queue message does not start it again. Returns false for an unfinished run, and
   * deletes nothing.
   * @param givenUp whether D1 has given up on the run, so that its log does not matter
   */
  remove(givenUp: boolean): Promise<boolean>;
  /** WebSocket upgrades only, with a URL of `watchAddress`. */
  fetch(request: Request): Promise<Response>;
}

/** The methods that runs of one tree call at each other. */
export type FamilyRpc = Pick<RunRpc, "cancel" | "command" | "view" | "wantsChild">;

/** A watcher of a run. */
export interface Watching {
  readonly taskId: string;
  /** The key and the number of its secret. Both are looked up again while the socket is open. */
  readonly by: { readonly keyId: string; readonly secret: number };
  readonly mayWrite: boolean;
  /** The starting cursor; null if the first subscription names it. */
  readonly after: number | null;
  readonly selection?: EventSelection;
}

/** Returns the URL of an upgrade, which the run's object reads. */
export function watchAddress({ taskId, by, mayWrite, after, selection = {} }: Watching): URL {
  const url = new URL("https://run/");
  url.searchParams.set("task", taskId);
  url.searchParams.set("by", by.keyId);
  url.searchParams.set("secret", String(by.secret));
  url.searchParams.set("write", mayWrite ? "1" : "0");
  if (after !== null) {
    url.searchParams.set("after", String(after));
  }
  if (selection.types !== undefined) {
    url.searchParams.set("types", selection.types.join(","));
  }
  if (selection.outline === true) {
    url.searchParams.set("outline", "1");
  }
  return url;
}

/** Returns the object of a run. Its name includes the tenant. */
export function runStub(runs: DurableObjectNamespace, tenantId: string, taskId: string): RunRpc {
  return runs.get(runs.idFromName(`${tenantId}/${taskId}`)) as unknown as RunRpc;
}
