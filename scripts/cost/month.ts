/** What a month of tasks uses: the counts of one task, many times, and how long models take. */
import type { Item } from "./prices.ts";

/** What was counted for one thing; `bench/bill/counting.ts` says what each is. */
export interface Counted {
  readonly workerRequests: number;
  readonly objectRequests: number;
  readonly objectRowsRead: number;
  readonly objectRowsWritten: number;
  readonly databaseRowsRead: number;
  readonly databaseRowsWritten: number;
  readonly databaseStatements: number;
  readonly queueMessages: number;
}

/** The file that `npm run bill` writes. */
export interface Counts {
  readonly task: Counted;
  readonly step: Counted;
  readonly read: Counted;
  readonly watcher: Counted;
  readonly watchedStep: Counted;
  readonly wait: Counted;
  readonly budgetedStep: Counted;
  readonly deletion: Counted;
  readonly minute: Counted;
  readonly bytes: {
    readonly object: number;
    readonly objectStep: number;
    readonly database: number;
  };
}

/** A month of use. Numbers below `tasks` are averages per task. */
export interface Scenario {
  readonly name: string;
  readonly tasks: number;
  /** Each with one model call and one tool call; one more model call answers. */
  readonly steps: number;
  readonly secondsPerModelCall: number;
  /** Requests that are held until the task is over. */
  readonly reads: number;
  readonly watchers: number;
  readonly waits: number;
  /** Characters of conversation that a step adds to the log, without Opspawn's own data. */
  readonly bytesPerStep: number;
  readonly retentionDays: number;
}

export type Usage = Readonly<Record<Item, number>>;

/** An object is billed at this memory, whatever it uses. */
const OBJECT_GB = 0.128;
/** Work of an object for one request, and CPU of the Worker for one: more than was measured. */
const SECONDS_PER_OBJECT_REQUEST = 0.01;
const CPU_MS_PER_REQUEST = 5;
const DAYS = 30;
const MINUTES = DAYS * 24 * 60;
const MESSAGE_OPERATIONS = 3;
const GB = 1_000_000_000;

export function usageOf(scenario: Scenario, counts: Counts): Usage {
  const { tasks, steps, reads, watchers, waits, retentionDays, bytesPerStep } = scenario;
  const total = (name: keyof Counted): number =>
    tasks *
      (counts.task[name] +
        steps * counts.step[name] +
        reads * counts.read[name] +
        watchers * (counts.watcher[name] + steps * counts.watchedStep[name]) +
        waits * counts.wait[name] +
        counts.deletion[name]) +
    MINUTES * counts.minute[name];
  const messages = total("queueMessages");
  // A consumer's or a cron's invocation counts as a request: the dearer reading of the price list.
  const invocations = total("workerRequests") + messages + MINUTES;
  const modelSeconds = tasks * (steps + 1) * scenario.secondsPerModelCall;
  const objectSeconds = modelSeconds + total("objectRequests") * SECONDS_PER_OBJECT_REQUEST;
  const kept = tasks * (retentionDays / DAYS);
  const { bytes } = counts;
  return {
    workerRequests: invocations,
    workerCpuMs: invocations * CPU_MS_PER_REQUEST,
    objectRequests: total("objectRequests"),
    objectGbSeconds: objectSeconds * OBJECT_GB,
    objectRowsRead: total("objectRowsRead"),
    objectRowsWritten: total("objectRowsWritten"),
    objectGb: (kept * (bytes.object + steps * (bytes.objectStep + bytesPerStep))) / GB,
    databaseRowsRead: total("databaseRowsRead"),
    databaseRowsWritten: total("databaseRowsWritten"),
    databaseGb: (kept * (bytes.database + bytesPerStep)) / GB,
    queueOperations: messages * MESSAGE_OPERATIONS,
  };
}
