/** Shared by the parts of a run's object: storage, log, dependencies, clock. */
import type { Observer } from "../../observe.ts";
import type { Deps } from "./deps.ts";
import type { EventLog } from "./storage/event-log.ts";
import type { RunStorage } from "./storage/storage.ts";

/** The context of one run's object. */
export interface RunContext {
  readonly storage: RunStorage;
  readonly log: EventLog;
  /**
   * Returns the dependencies, built on first use.
   * @throws SettingError while a setting is invalid; the work is then retried
   */
  readonly deps: () => Deps;
  /** Reports faults, even if `deps` throws. */
  readonly observer: Observer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs work in the background and reports its failure as a fault. */
  readonly background: (work: Promise<unknown>) => void;
}
