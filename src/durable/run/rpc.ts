/**
 * The contract between the Worker and a run's object: plain data both ways, and the one cast of
 * the project. Two versions of it may talk to each other during a deploy: fields are added, never
 * changed. What is expected to fail is an answer, not an exception.
 */
import type { CommandRefusal, RunCommand } from "../../run/decide/command.ts";
import type { RunSpec } from "../../run/spec/spec.ts";
import type { TaskStatus } from "../../run/log/state.ts";

/** A JSON text of type `T`: free JSON cannot cross the RPC types as itself. */
export type JsonText<T> = string & { readonly __json?: T };

/** The spec of a run, as text. */
export type SpecText = JsonText<RunSpec>;

export interface RunAnswer {
  readonly status: TaskStatus;
  /** Whether this request changed anything. */
  readonly changed: boolean;
}

export interface EventPage {
  /** A JSON list of events. */
  readonly events: string;
  readonly last_seq: number;
  readonly has_more: boolean;
  readonly status: TaskStatus;
}

export interface CancelRequest {
  readonly reason: string | null;
  readonly by: string;
}

/** What a command came to. */
export type CommandAnswer =
  | { readonly ok: true; readonly status: TaskStatus }
  | ({ readonly ok: false } & CommandRefusal);

/** A part of a kept output. */
export interface OutputPage {
  readonly text: string;
  /** Characters of the whole. */
  readonly total: number;
}

/** How a run is driven; times in milliseconds since the epoch. */
export interface RunHealth {
  readonly status: TaskStatus;
  readonly last_seq: number;
  readonly waiting_for: string | null;
  /** When the run continues by itself: 0 for now, null for never. */
  readonly due_at: number | null;
  readonly alarm: number | null;
  /** Whether a slice is running. */
  readonly active: boolean;
}

export interface RunRpc {
  /** Begins the run, once; any further call changes nothing. Returns before the run is done. */
  start(spec: SpecText): Promise<RunAnswer>;
  /** Ends the run. The spec is needed since a run may be cancelled before it was started. */
  cancel(spec: SpecText, request: CancelRequest): Promise<RunAnswer>;
  /** Says something to a run that has begun. Nothing is changed where it is refused. */
  command(command: JsonText<RunCommand>): Promise<CommandAnswer>;
  /** Ends a run that could not be started, visibly; one that was started is left alone. */
  abandon(spec: SpecText, message: string): Promise<RunAnswer>;
  /** The run as it is now (a `RunView`). */
  view(): Promise<string>;
  /** The run as soon as it is terminal or waits, or as it is after `timeoutMs` (a `RunView`). */
  settled(timeoutMs: number): Promise<string>;
  /** A page of the log, bounded in number and size. */
  events(after: number, limit: number): Promise<EventPage>;
  /** Part of an output that was too long for its event; null where there is no such output. */
  output(sha256: string, offset: number, limit: number): Promise<OutputPage | null>;
  /** How the run is driven; repairs nothing. */
  health(): Promise<RunHealth>;
  /**
   * Repairs what may have been lost: a missing alarm, a stale D1 row. A run that should have a log
   * and has none is failed in D1.
   */
  repair(spec: SpecText): Promise<RunAnswer>;
  /**
   * Deletes the run, log and all, if it ended before a moment (RFC 3339), or whatever its log says
   * where D1 has `givenUp` on it. Gives whether it is gone.
   */
  expire(endedBefore: string, givenUp: boolean): Promise<boolean>;
  /** WebSocket upgrades only; `watchAddress` makes the address. */
  fetch(request: Request): Promise<Response>;
}

/** Who watches a run, and from where. */
export interface Watching {
  readonly taskId: string;
  /** The key, and which of its secrets: both are looked up again while the socket lasts. */
  readonly by: { readonly keyId: string; readonly secret: number };
  readonly mayWrite: boolean;
  /** Where to begin; null: where the first subscription says. */
  readonly after: number | null;
}

/** The address of an upgrade, as the run's object reads it. */
export function watchAddress({ taskId, by, mayWrite, after }: Watching): URL {
  const url = new URL("https://run/");
  url.searchParams.set("task", taskId);
  url.searchParams.set("by", by.keyId);
  url.searchParams.set("secret", String(by.secret));
  url.searchParams.set("write", mayWrite ? "1" : "0");
  if (after !== null) {
    url.searchParams.set("after", String(after));
  }
  return url;
}

/** The object of a run; its name is bound to the tenant. */
export function runStub(runs: DurableObjectNamespace, tenantId: string, taskId: string): RunRpc {
  return runs.get(runs.idFromName(`${tenantId}/${taskId}`)) as unknown as RunRpc;
}
