/**
 * Tells the queue of webhooks what somebody wants to know of the run. What is to be told is in the
 * log, after a cursor that moves only once the queue has taken it: a crash in between tells it again,
 * under the same ids. A run that nobody wants to be told of costs nothing here, not even a table.
 */
import type { RunState } from "../../run/log/state.ts";
import { noticeOf, NOTED_EVENTS, type NoticeBatch } from "../../run/log/webhook.ts";
import type { EventLog } from "./event-log.ts";
import type { Sql } from "./schema.ts";

/** Puts a batch on the queue; null in a deployment that has none. */
export type Announce = ((batch: NoticeBatch) => Promise<void>) | null;

/** Notices in one message: they are a few hundred bytes each, and a message has 128 KB. */
const MAX_NOTICES = 100;

export class Announcer {
  readonly #sql: Sql;
  readonly #log: Pick<EventLog, "state" | "pick">;
  readonly #announce: () => Announce;
  /** The last event that was looked at, as far as this process knows. */
  #seen: number | null = null;

  /** @param announce asked for with each use: what it is built from may be what fails */
  constructor(sql: Sql, log: Pick<EventLog, "state" | "pick">, announce: () => Announce) {
    this.#sql = sql;
    this.#log = log;
    this.#announce = announce;
  }

  /** Whether there may be something to tell. */
  get behind(): boolean {
    const { state } = this.#log;
    return isWanted(state) && state.seq > (this.#seen ??= this.#cursor());
  }

  /** Resolves when the queue has all there is to tell. @throws what the queue throws; nothing is lost then */
  async flush(): Promise<void> {
    const announce = this.#announce();
    while (this.behind) {
      const { seq, spec } = this.#log.state;
      const { events, upTo } = this.#log.pick(this.#seen ?? 0, NOTED_EVENTS, MAX_NOTICES);
      if (spec === null || announce === null) {
        this.#seen = seq;
        return;
      }
      const { tenant_id, task_id, webhooks = [] } = spec;
      const notices = events
        .map((event) => noticeOf(task_id, event, webhooks))
        .filter((notice) => notice !== null);
      if (notices.length > 0) {
        await announce({ kind: "notices", tenant_id, task_id, notices });
        this.#move(upTo);
      }
      this.#seen = upTo;
    }
  }

  #cursor(): number {
    const [table] = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'announced'");
    const [row] = table === undefined ? [] : this.#sql.exec("SELECT seq FROM announced");
    return Number(row?.["seq"] ?? 0);
  }

  /** Not among the tables of every object: those cost rows in every run. */
  #move(seq: number): void {
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS announced (
         id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL) STRICT;
       INSERT OR REPLACE INTO announced VALUES (1, ${Math.trunc(seq)})`,
    );
  }
}

/** Whether anybody wants to be told of a run. */
export function isWanted({ spec }: RunState): boolean {
  return spec?.webhooks !== undefined && spec.webhooks.length > 0;
}
