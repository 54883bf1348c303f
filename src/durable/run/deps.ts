/** The port of a run's object: everything it needs from outside its own storage. Built in `compose/`. */
import type { RunTools } from "../../agent/loop/effects.ts";
import type { Config } from "../../env/config.ts";
import type { Observer } from "../../observe.ts";
import type { Planner } from "../../run/decide/planner.ts";
import type { ScriptedCalls } from "../../run/log/state.ts";
import type { GateName } from "../../run/value/provider-gate.ts";
import type { Price } from "../../run/spec/price.ts";
import type { RunSpec } from "../../run/spec/spec.ts";
import type { TraceExport } from "../../run/trace/export-message.ts";
import type { SubmitOrder } from "../../run/spec/task-order.ts";
import type { AuditStore } from "../../store/audit.ts";
import type { KeyStore } from "../../store/keys.ts";
import type { TaskStore } from "../../store/tasks/tasks.ts";
import type { FeedRpc } from "../feed/rpc.ts";
import type { GateRpc } from "../gate/rpc.ts";
import type { LedgerRpc } from "../ledger/rpc.ts";
import type { TimetableRpc } from "../timetable/rpc.ts";
import type { FamilyRpc } from "./rpc.ts";
import type { Announce } from "./outbox/webhook-outbox.ts";

/** How a run finds the gate of a model call. */
export interface GateAccess {
  /** Returns the gate of a model, `<provider>/<model id>`, and whether its limits are configured. */
  nameOf(model: string): Pick<GateName, "provider" | "family"> & { readonly limited: boolean };
  /** Returns whether a tenant's calls of a provider use its own API key. */
  hasOwnKey(tenantId: string, provider: string): Promise<boolean>;
  gate(name: GateName): GateRpc;
}

/** The dependencies of a run's object. */
export interface Deps {
  readonly config: Config;
  readonly tasks: Pick<TaskStore, "project" | "failUnreadable" | "get">;
  readonly keys: Pick<KeyStore, "stillValid">;
  readonly audit: Pick<AuditStore, "note">;
  readonly observer: Observer;
  /** Sends notices to the webhook queue; null in a deployment without one. */
  readonly announce: Announce;
  /** Has traces exported; null in a deployment without the queue. */
  readonly traces: TraceExport | null;
  /** Returns a tenant's ledger; null in a deployment without ledgers. */
  ledger(tenantId: string): LedgerRpc | null;
  /** The gates of the providers; null in a deployment without them. */
  readonly gates: GateAccess | null;
  /** Returns a tenant's feed; null in a deployment without feeds. */
  feed(tenantId: string): Pick<FeedRpc, "changed"> | null;
  /** Returns a tenant's timetable; null in a deployment without timetables. */
  timetable(tenantId: string): Pick<TimetableRpc, "taskEnded"> | null;
  /** Submits a task on behalf of the run; see `run/spec/task-order.ts`. */
  readonly submitOrder: SubmitOrder;
  /** Starts a turn of a conversation that waits for the end of the turn before it. */
  releaseTurn(tenantId: string, taskId: string): Promise<void>;
  /** Returns another run; null in a deployment without objects. */
  run(tenantId: string, taskId: string): FamilyRpc | null;
  /** Counts a request against a tenant's rate limit; true where there is no limit. */
  mayAsk(tenantId: string): Promise<boolean>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** Returns the planner of a name; null if it no longer exists. */
  plannerFor(name: string): Planner | null;
  /**
   * Returns the models and tools of a run.
   * @param scripted the calls of scripted tools so far
   */
  toolsFor(spec: RunSpec, scripted: () => ScriptedCalls | null): RunTools;
  /** Returns the price of a model, by its id with the provider; null if none is known. */
  priceOf(model: string): Price | null;
}
