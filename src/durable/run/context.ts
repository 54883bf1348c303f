/** What the parts of a run's object share. */
import type { Observer } from "../../observe.ts";
import type { Deps } from "./deps.ts";
import type { EventLog } from "./storage/event-log.ts";
import type { RunStorage } from "./storage/storage.ts";

export interface RunContext {
  readonly storage: RunStorage;
  readonly log: EventLog;
  /** Built on first use. @throws SettingError while a setting is wrong; the work is then retried. */
  readonly deps: () => Deps;
  /** Reports faults, also where `deps` throws. */
  readonly observer: Observer;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs work that nothing awaits, and reports its failure as a fault. */
  readonly background: (work: Promise<unknown>) => void;
}
