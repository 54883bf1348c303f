/**
 * The parts of a run that need no platform: driver, commands and outbox, wired over a storage and a
 * clock. The run's object adds requests and sockets; `src/testing/` runs the same parts in Node.
 */
import type { NewEvent } from "../../run/log/event.ts";
import type { RunSpec } from "../../run/spec/spec.ts";
import { RunBudgets } from "./budgets.ts";
import { RunChildren } from "./children.ts";
import type { RunContext } from "./context.ts";
import { RunParent } from "./parent.ts";
import { TreeCap } from "./tree-cap.ts";
import { RunDriver, type DriverHost } from "./driver.ts";
import { FeedOutbox } from "./outbox/feed-outbox.ts";
import { Outbox } from "./outbox/outbox.ts";
import { Projection } from "./outbox/projection.ts";
import { TraceOutbox } from "./outbox/trace-outbox.ts";
import { TimetableOutbox } from "./outbox/timetable-outbox.ts";
import { TurnOutbox } from "./outbox/turn-outbox.ts";
import { WebhookOutbox } from "./outbox/webhook-outbox.ts";
import { RunCommands } from "./run-commands.ts";
import { RunGate } from "./run-gate.ts";
import { RunSlot } from "./run-slot.ts";
import { KeptValues } from "./storage/kept-values.ts";

/** What the platform adds: the name of the object, and its watchers. */
export type RunSurroundings = Pick<
  DriverHost,
  "name" | "publish" | "watched" | "disconnect" | "onEmptyAlarm"
>;

/** The parts of one run in one process. */
export class RunCore {
  readonly values: KeptValues;
  readonly budgets: RunBudgets;
  readonly outbox: Outbox;
  readonly driver: RunDriver;
  readonly commands: RunCommands;
  readonly #context: RunContext;
  readonly #traces: TraceOutbox;

  constructor(context: RunContext, surroundings: RunSurroundings) {
    const { storage, log, deps } = context;
    this.#context = context;
    this.values = new KeptValues(storage.sql);
    this.budgets = new RunBudgets(context);
    const slot = new RunSlot(context);
    const gate = new RunGate(context);
    const projection = new Projection(
      () => log.state,
      () => deps().tasks,
    );
    const feed = new FeedOutbox(
      () => log.state,
      projection,
      (tenantId) => deps().feed(tenantId),
    );
    const timetable = new TimetableOutbox(
      () => log.state,
      projection,
      (tenantId) => deps().timetable(tenantId),
    );
    const turn = new TurnOutbox(
      () => log.state,
      projection,
      (tenantId, taskId) => deps().releaseTurn(tenantId, taskId),
    );
    this.#traces = new TraceOutbox(storage.sql, log, projection, () => deps().traces, context.now);
    const children = new RunChildren(context);
    const parent = new RunParent(context);
    this.outbox = new Outbox([
      // Notices and changes follow the projection, so a receiver finds the task in D1 as they state.
      [
        projection,
        new Outbox([
          [new WebhookOutbox(storage.sql, log, () => deps().announce)],
          [feed],
          [timetable],
          [turn],
          [this.#traces],
          [parent],
        ]),
      ],
      [children],
      [new TreeCap(context)],
      [this.budgets],
      [slot],
    ]);
    this.driver = new RunDriver(context, {
      ...surroundings,
      budgets: this.budgets,
      slot,
      gate,
      children,
      parent,
      outbox: this.outbox,
      values: this.values,
    });
    this.commands = new RunCommands(context, this.driver, this.values);
  }

  /**
   * Starts the run unless it exists. Returns whether it did.
   * @throws Error if the first events could not be written
   */
  async start(spec: RunSpec): Promise<boolean> {
    const { log, background } = this.#context;
    if (log.state.seq > 0) {
      await this.driver.repair();
      return false;
    }
    this.#traces.expectEnd();
    background(this.driver.begin([created(spec)]));
    if (log.state.seq === 0) {
      throw new Error("the run could not be started");
    }
    return true;
  }

  /** Continues the run when its alarm fires, as `RunDriver.onAlarm`. */
  onAlarm(info: AlarmInvocationInfo | undefined): Promise<void> {
    this.#traces.expectEnd();
    return this.driver.onAlarm(info);
  }
}

/** Returns the event that creates a run. */
export function created(spec: RunSpec): NewEvent {
  return { type: "run.created", data: spec };
}
