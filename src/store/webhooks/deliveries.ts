/**
 * Deliveries of webhooks, in D1. Queries are bound to a tenant, except the reconciler's. An attempt
 * takes two writes: `take` claims the delivery and reads its receiver, `attempted` stores the
 * outcome.
 */
import {
  CALLBACKS,
  messageId,
  type DeliveryName,
  type NoticeBatch,
} from "../../run/log/webhook-body.ts";
import type { TraceContext } from "../../run/value/trace-context.ts";
import type { KeptSecret } from "../secrets.ts";
import type { RawWebhook, WebhookRow } from "./webhooks.ts";

export interface DeliveryRow {
  readonly message_id: string;
  readonly task_id: string | null;
  readonly seq: number | null;
  readonly type: string;
  readonly state: "pending" | "delivered" | "failed";
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly last_attempt_at: string | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly delivered_at: string | null;
  readonly created_at: string;
}

/** A claimed delivery. No other consumer can claim it until the attempt counts as lost. */
export interface TakenDelivery {
  readonly body: string;
  /** The task that it is about; null for a schedule, a test, or a task that was deleted. */
  readonly task: TracedTask | null;
  /** Including this one. */
  readonly attempts: number;
  /** Null if the webhook or the task was deleted, or the task has no `callback_url` any more. */
  readonly url: string | null;
  readonly enabled: boolean;
  readonly failing_since: string | null;
  readonly secret: KeptSecret | null;
}

/** A task, and its place in the trace of its caller. */
export interface TracedTask {
  readonly task_id: string;
  readonly trace?: TraceContext;
}

/** Outcome of an attempt. */
export interface Attempted {
  readonly state: DeliveryRow["state"];
  readonly status: number | null;
  /** Class of failure; null if the message was delivered. */
  readonly error: string | null;
  /** RFC 3339; null if no attempt follows. */
  readonly nextAttemptAt: string | null;
}

/** Position of the last delivery of the previous page. */
export type DeliveryPosition = Pick<DeliveryRow, "created_at" | "message_id">;

/** Change of a webhook after an attempt. */
export interface WebhookTurn {
  /** The URL of the attempt. A webhook whose URL has changed since is not updated. */
  readonly url: string;
  readonly failingSince: string | null;
  readonly disabled?: NonNullable<WebhookRow["disabled_reason"]>;
}

const LISTED = `message_id, task_id, seq, type, state, attempts, next_attempt_at, last_attempt_at,
  last_status, last_error, delivered_at, created_at`;

export class DeliveryStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Inserts one delivery for each notice and receiver, and returns the deliveries without an
   * attempt. A repeated batch creates no duplicates, and returns those still without an attempt.
   */
  async note(
    { tenant_id, task_id, schedule_id, notices }: NoticeBatch,
    now: string,
  ): Promise<DeliveryName[]> {
    const listed = JSON.stringify(
      notices.map(({ seq, type, body }) => ({ id: messageId(task_id, seq), seq, type, body })),
    );
    const receivers = `SELECT webhook_id, types FROM webhook WHERE tenant_id = ?1 AND enabled = 1
      UNION ALL SELECT '${CALLBACKS}', NULL FROM task
      WHERE tenant_id = ?1 AND task_id = ?2 AND callback_url IS NOT NULL`;
    const [, pending] = await this.#db.batch<Pick<DeliveryName, "webhook_id" | "message_id">>([
      this.#db
        .prepare(
          `INSERT OR IGNORE INTO webhook_delivery (tenant_id, webhook_id, message_id, task_id, seq,
             type, body, state, attempts, next_attempt_at, created_at)
           SELECT ?1, receiver.webhook_id, notice.value ->> '$.id', ${
             schedule_id === undefined ? "?2" : "NULLIF(?2, ?2)"
           }, notice.value ->> '$.seq',
             notice.value ->> '$.type', notice.value ->> '$.body', 'pending', 0, ?3, ?3
           FROM json_each(?4) AS notice JOIN (${receivers}) AS receiver
           ON receiver.types IS NULL OR EXISTS (SELECT 1 FROM json_each(receiver.types) AS type
             WHERE type.value = notice.value ->> '$.type')`,
        )
        .bind(tenant_id, task_id, now, listed),
      this.#db
        .prepare(
          `SELECT webhook_id, message_id FROM webhook_delivery
           WHERE tenant_id = ?1 AND webhook_id IN (SELECT webhook_id FROM (${receivers}))
             AND message_id IN (SELECT value ->> '$.id' FROM json_each(?3))
             AND state = 'pending' AND attempts = 0`,
        )
        .bind(tenant_id, task_id, listed),
    ]);
    return (pending?.results ?? []).map((row) =>
      Object.assign(row, { kind: "delivery" as const, tenant_id }),
    );
  }

  /** Inserts a delivery for one webhook, whatever its types. */
  async noteOne(
    tenantId: string,
    webhookId: string,
    message: Pick<DeliveryRow, "message_id" | "type"> & { readonly body: string },
    now: string,
  ): Promise<DeliveryRow | null> {
    return this.#db
      .prepare(
        `INSERT INTO webhook_delivery (tenant_id, webhook_id, message_id, type, body, state,
           attempts, next_attempt_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'pending', 0, ?6, ?6) RETURNING ${LISTED}`,
      )
      .bind(tenantId, webhookId, message.message_id, message.type, message.body, now)
      .first<DeliveryRow>();
  }

  /**
   * Claims a due delivery and counts the attempt before it is made. Returns null if the delivery is
   * not due. A claimed delivery is due again at `lostAt`.
   * @param lostAt time after which the attempt counts as lost
   */
  async take(
    { tenant_id, webhook_id, message_id }: DeliveryName,
    now: string,
    lostAt: string,
  ): Promise<TakenDelivery | null> {
    const row = await this.#db
      .prepare(
        `UPDATE webhook_delivery SET attempts = attempts + 1, last_attempt_at = ?4, next_attempt_at = ?5
         WHERE tenant_id = ?1 AND webhook_id = ?2 AND message_id = ?3
           AND state = 'pending' AND next_attempt_at <= ?4
         RETURNING body, attempts,
           (SELECT json_object('task_id', task_id, 'trace', trace) FROM task
            WHERE tenant_id = ?1 AND task_id = webhook_delivery.task_id) AS task,
           (SELECT json_object('url', url, 'enabled', enabled, 'failing_since', failing_since)
            FROM webhook WHERE tenant_id = ?1 AND webhook_id = ?2) AS webhook,
           (SELECT callback_url FROM task
            WHERE tenant_id = ?1 AND task_id = webhook_delivery.task_id) AS callback_url,
           (SELECT json_object('sealed', sealed, 'previous', previous, 'previous_until', previous_until)
            FROM signing_secret WHERE tenant_id = ?1 AND owner = ?2) AS secret`,
      )
      .bind(tenant_id, webhook_id, message_id, now, lostAt)
      .first<RawTaken>();
    if (row === null) {
      return null;
    }
    const { body, attempts, callback_url } = row;
    const webhook =
      row.webhook === null
        ? null
        : (JSON.parse(row.webhook) as Pick<RawWebhook, "url" | "enabled" | "failing_since">);
    return {
      body,
      attempts,
      task: row.task === null ? null : tracedTask(row.task),
      url: webhook_id === CALLBACKS ? callback_url : (webhook?.url ?? null),
      enabled: webhook_id === CALLBACKS || webhook?.enabled === 1,
      failing_since: webhook?.failing_since ?? null,
      secret: row.secret === null ? null : (JSON.parse(row.secret) as KeptSecret),
    };
  }

  /**
   * Stores the outcome of an attempt, and the change of its webhook in the same batch.
   */
  async attempted(
    { tenant_id, webhook_id, message_id }: DeliveryName,
    { state, status, error, nextAttemptAt }: Attempted,
    now: string,
    webhook: WebhookTurn | null,
  ): Promise<void> {
    const outcome = this.#db
      .prepare(
        `UPDATE webhook_delivery SET state = ?4, last_status = ?5, last_error = ?6,
           next_attempt_at = ?7, delivered_at = CASE WHEN ?4 = 'delivered' THEN ?8 END
         WHERE tenant_id = ?1 AND webhook_id = ?2 AND message_id = ?3 AND state = 'pending'`,
      )
      .bind(tenant_id, webhook_id, message_id, state, status, error, nextAttemptAt, now);
    if (webhook === null) {
      await outcome.run();
      return;
    }
    if (webhook_id === CALLBACKS) {
      // A `callback_url` that responded 410 is removed, so later events of the task do not try it.
      const forget = this.#db
        .prepare(
          `UPDATE task SET callback_url = NULL WHERE tenant_id = ?1 AND callback_url = ?4
             AND task_id = (SELECT task_id FROM webhook_delivery
               WHERE tenant_id = ?1 AND webhook_id = ?2 AND message_id = ?3)`,
        )
        .bind(tenant_id, webhook_id, message_id, webhook.url);
      await this.#db.batch([outcome, forget]);
      return;
    }
    const turn = this.#db
      .prepare(
        `UPDATE webhook SET failing_since = ?4,
           enabled = CASE WHEN ?5 IS NULL THEN enabled ELSE 0 END,
           version = version + (?5 IS NOT NULL),
           disabled_reason = COALESCE(?5, disabled_reason),
           updated_at = CASE WHEN ?5 IS NULL THEN updated_at ELSE ?6 END
         WHERE tenant_id = ?1 AND webhook_id = ?2 AND url = ?3`,
      )
      .bind(
        tenant_id,
        webhook_id,
        webhook.url,
        webhook.failingSince,
        webhook.disabled ?? null,
        now,
      );
    await this.#db.batch([outcome, turn]);
  }

  /** Makes a delivery due now and resets its attempts. Returns null if it does not exist. */
  async revive(
    tenantId: string,
    webhookId: string,
    messageIdText: string,
    now: string,
  ): Promise<DeliveryRow | null> {
    return this.#db
      .prepare(
        `UPDATE webhook_delivery SET state = 'pending', attempts = 0, next_attempt_at = ?4,
           delivered_at = NULL
         WHERE tenant_id = ?1 AND webhook_id = ?2 AND message_id = ?3 RETURNING ${LISTED}`,
      )
      .bind(tenantId, webhookId, messageIdText, now)
      .first<DeliveryRow>();
  }

  /** Returns a page of a webhook's deliveries, newest first. */
  async deliveries(
    tenantId: string,
    webhookId: string,
    limit: number,
    after: DeliveryPosition | null,
  ): Promise<DeliveryRow[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT ${LISTED} FROM webhook_delivery
         WHERE tenant_id = ?1 AND webhook_id = ?2
           AND (?3 IS NULL OR (created_at, message_id) < (?3, ?4))
         ORDER BY created_at DESC, message_id DESC LIMIT ?5`,
      )
      .bind(tenantId, webhookId, after?.created_at ?? null, after?.message_id ?? null, limit)
      .all<DeliveryRow>();
    return results;
  }

  /**
   * Makes deliveries that were due before `before` due now, and returns them. Their message was
   * lost, or their pause exceeds the queue's maximum delay. Across tenants; for the reconciler.
   */
  async takeOverdue(before: string, now: string, limit: number): Promise<DeliveryName[]> {
    const { results } = await this.#db
      .prepare(
        `UPDATE webhook_delivery SET next_attempt_at = ?2
         WHERE (tenant_id, webhook_id, message_id) IN (
           SELECT tenant_id, webhook_id, message_id FROM webhook_delivery
           WHERE state = 'pending' AND next_attempt_at < ?1 ORDER BY next_attempt_at LIMIT ?3)
         RETURNING 'delivery' AS kind, tenant_id, webhook_id, message_id`,
      )
      .bind(before, now, limit)
      .all<DeliveryName>();
    return results;
  }

  /** Deletes up to `limit` deliveries that were created before `before`. For the reconciler. */
  async expire(before: string, limit: number): Promise<void> {
    await this.#db
      .prepare(
        `DELETE FROM webhook_delivery WHERE (tenant_id, webhook_id, message_id) IN (
           SELECT tenant_id, webhook_id, message_id FROM webhook_delivery
           WHERE created_at < ? ORDER BY created_at LIMIT ?)`,
      )
      .bind(before, limit)
      .run();
  }
}

function tracedTask(json: string): TracedTask {
  const { task_id, trace } = JSON.parse(json) as { task_id: string; trace: string | null };
  return { task_id, ...(trace !== null && { trace: JSON.parse(trace) as TraceContext }) };
}

interface RawTaken {
  readonly body: string;
  readonly task: string | null;
  readonly attempts: number;
  readonly webhook: string | null;
  readonly callback_url: string | null;
  readonly secret: string | null;
}
