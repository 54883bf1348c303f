/**
 * The outbox step that sends notices of the run's events to the webhook queue. The notices are
 * derived from the log after a cursor, which moves only once the queue has accepted them: after a
 * crash the same notices are sent again under the same ids. A run without subscribed webhooks costs
 * nothing here, not even a table.
 */
import type { RunState } from "../../../run/log/state.ts";
import { noticeOf, NOTICE_EVENTS, type NoticeBatch } from "../../../run/log/webhook-body.ts";
import type { EventLog } from "../storage/event-log.ts";
import type { OutboxStep } from "./outbox.ts";
import { hasTable, type Sql } from "../storage/schema.ts";

/** Sends a batch to the queue; null in a deployment without one. */
export type Announce = ((batch: NoticeBatch) => Promise<void>) | null;

/** Maximum notices in one message: each is a few hundred bytes, and a message holds 128 KB. */
const MAX_NOTICES = 100;

/** Sends the notices of one run. */
export class WebhookOutbox implements OutboxStep {
  readonly #sql: Sql;
  readonly #log: Pick<EventLog, "state" | "pick">;
  readonly #announce: () => Announce;
  /** The last event that was examined; null until the stored cursor is read. */
  #examined: number | null = null;

  /** @param announce called at each use, because building the queue client may throw */
  constructor(sql: Sql, log: Pick<EventLog, "state" | "pick">, announce: () => Announce) {
    this.#sql = sql;
    this.#log = log;
    this.#announce = announce;
  }

  get behind(): boolean {
    const { state } = this.#log;
    return hasWebhooks(state) && state.seq > (this.#examined ??= this.#cursor());
  }

  async flush(): Promise<void> {
    const announce = this.#announce();
    while (this.behind) {
      const { seq, spec } = this.#log.state;
      const { events, upTo } = this.#log.pick(this.#examined ?? 0, NOTICE_EVENTS, MAX_NOTICES);
      if (spec === null || announce === null) {
        this.#examined = seq;
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
      this.#examined = upTo;
    }
  }

  #cursor(): number {
    const [row] = hasTable(this.#sql, "announced")
      ? this.#sql.exec("SELECT seq FROM announced")
      : [];
    return Number(row?.["seq"] ?? 0);
  }

  /** Creates the table on first use: a table in every object would cost rows in every run. */
  #move(seq: number): void {
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS announced (
         id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL) STRICT;
       INSERT OR REPLACE INTO announced VALUES (1, ${Math.trunc(seq)})`,
    );
  }
}

/** Returns whether a webhook subscribed to the run. */
export function hasWebhooks({ spec }: RunState): boolean {
  return spec?.webhooks !== undefined && spec.webhooks.length > 0;
}
