/**
 * A day of tasks, second by second: how many arrive, what each part of the service is asked for, and
 * what is left waiting where a part cannot take it. Amounts flow; single tasks are not followed.
 */
import type { Counts } from "../cost/month.ts";
import { LIMITS } from "./limits.ts";

/** What is assumed of the tasks of a day. Numbers below `tasks` are averages per task. */
export interface Load {
  readonly tasks: number;
  /** Each with one model call and one tool call; one more model call answers. */
  readonly steps: number;
  readonly secondsPerModelCall: number;
  /** Requests that are held until the task is over. */
  readonly reads: number;
  readonly waits: number;
  /** Bytes of input of a task. */
  readonly inputBytes: number;
  readonly retentionDays: number;
  /** How far the busiest second of the curve is above the mean, as a factor. */
  readonly peak: number;
  /** Share of the day's tasks that start within one minute, because schedules are due. */
  readonly burst: number;
  /** Share of the largest tenant, whose model calls all ask its budget. */
  readonly largestTenant: number;
}

/** The parts that can be too small. */
export const PARTS = ["queue", "database", "ledger", "reconciler"] as const;
export type Part = (typeof PARTS)[number];

/** How many of each part share the work. */
export type Shares = Readonly<Record<Part, number>>;
export const ONE_OF_EACH: Shares = { queue: 1, database: 1, ledger: 1, reconciler: 1 };

/** What a day did to one part. */
export interface Strain {
  /** Asked for in a second on average, and in the busiest one. */
  readonly mean: number;
  readonly busiest: number;
  /** What it can take in a second. */
  readonly limit: number;
  /** Longest time that something waited for it, seconds. Endless if the day leaves some over. */
  readonly longestWait: number;
}

const DAY_S = 86_400;
/** When the schedules of the burst are due. */
const BURST_S = 9 * 3600;
const BURST_LENGTH_S = 60;

/** Returns how many tasks arrive in a second of the day. */
export function arrivals({ tasks, peak, burst }: Load, second: number): number {
  const curve = 1 + (peak - 1) * Math.sin((2 * Math.PI * (second - 8 * 3600)) / DAY_S);
  const isBurst = second >= BURST_S && second < BURST_S + BURST_LENGTH_S;
  const steady = (tasks * (1 - burst) * Math.max(0, curve)) / DAY_S;
  return steady + (isBurst ? (tasks * burst) / BURST_LENGTH_S : 0);
}

/**
 * Requests of a run to its ledger, however many steps it has: its first allowance, another one after
 * a minute, and the settlement at its end.
 */
const LEDGER_REQUESTS = 3;

/** Returns what one task asks of each part over its life. */
export function demandOf(load: Load, counts: Counts): Readonly<Record<Part, number>> {
  const { steps, reads, waits, largestTenant } = load;
  const statements = (name: "task" | "step" | "read" | "wait" | "deletion"): number =>
    counts[name].databaseStatements;
  return {
    queue: counts.task.queueMessages,
    database:
      statements("task") +
      steps * statements("step") +
      reads * statements("read") +
      waits * statements("wait") +
      statements("deletion"),
    ledger: largestTenant * (LEDGER_REQUESTS + (steps + 1) * counts.budgetedStep.objectRequests),
    reconciler: 1,
  };
}

/** Plays one day, which begins with nothing left from the day before. */
export function playDay(
  load: Load,
  counts: Counts,
  shares: Shares = ONE_OF_EACH,
): Readonly<Record<Part, Strain>> {
  const demand = demandOf(load, counts);
  const limits: Readonly<Record<Part, number>> = {
    queue: LIMITS.queueMessages,
    database: LIMITS.databaseStatements,
    ledger: LIMITS.objectRequests,
    reconciler: LIMITS.deletions / 60,
  };
  const strain = (part: Part): Strain => {
    const limit = limits[part] * shares[part];
    let left = 0;
    let most = 0;
    let busiest = 0;
    let sum = 0;
    for (let second = 0; second < DAY_S; second += 1) {
      const asked = arrivals(load, second) * demand[part];
      sum += asked;
      busiest = Math.max(busiest, asked);
      left = Math.max(0, left + asked - limit);
      most = Math.max(most, left);
    }
    const mean = sum / DAY_S;
    return {
      mean,
      busiest,
      limit,
      longestWait: mean > limit ? Number.POSITIVE_INFINITY : most / limit,
    };
  };
  return {
    queue: strain("queue"),
    database: strain("database"),
    ledger: strain("ledger"),
    reconciler: strain("reconciler"),
  };
}

/** Returns the bytes that D1 keeps. */
export function storedBytes({ tasks, retentionDays, inputBytes }: Load, counts: Counts): number {
  return tasks * retentionDays * (counts.bytes.database + inputBytes);
}

/** Returns how many of each part a load needs for a day without a wait of more than a minute. */
export function sharesFor(load: Load, counts: Counts): Shares {
  const needed = (part: Part): number => {
    for (let n = 1; ; n *= 2) {
      const shares = { ...ONE_OF_EACH, [part]: n };
      if (playDay(load, counts, shares)[part].longestWait <= BURST_LENGTH_S) {
        return n;
      }
    }
  };
  const bySize = Math.ceil(storedBytes(load, counts) / LIMITS.databaseBytes);
  return {
    queue: needed("queue"),
    database: Math.max(needed("database"), bySize),
    ledger: needed("ledger"),
    reconciler: needed("reconciler"),
  };
}
