/** Webhooks in D1. Every query is bound to a tenant. */
import { MAX_WEBHOOKS } from "../../run/log/webhook-body.ts";
import { expectedValues, isExpected, type Version } from "../versioned.ts";
import type { SubscribedType } from "../../run/value/webhook-type.ts";

export interface WebhookRow extends Version {
  readonly webhook_id: string;
  readonly url: string;
  readonly types: readonly SubscribedType[];
  readonly description: string | null;
  readonly enabled: boolean;
  /** Why the service disabled the webhook. A client that sets `enabled` resets it to null. */
  readonly disabled_reason: "gone" | "failing" | null;
  readonly failing_since: string | null;
  readonly updated_at: string;
}

/** Fields of a webhook to change. */
export type WebhookChange = Partial<Pick<WebhookRow, "url" | "types" | "description" | "enabled">>;

const WEBHOOK = `webhook_id, url, types, description, enabled, disabled_reason, failing_since,
  version, created_at, updated_at`;

export class WebhookStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Returns all webhooks of a tenant, oldest first. */
  async list(tenantId: string): Promise<WebhookRow[]> {
    const { results } = await this.#db
      .prepare(`SELECT ${WEBHOOK} FROM webhook WHERE tenant_id = ? ORDER BY created_at, webhook_id`)
      .bind(tenantId)
      .all<RawWebhook>();
    return results.map(webhookOf);
  }

  async get(tenantId: string, webhookId: string): Promise<WebhookRow | null> {
    const row = await this.#db
      .prepare(`SELECT ${WEBHOOK} FROM webhook WHERE tenant_id = ? AND webhook_id = ?`)
      .bind(tenantId, webhookId)
      .first<RawWebhook>();
    return row === null ? null : webhookOf(row);
  }

  /** Inserts a webhook and its secret in one batch. Returns null at `MAX_WEBHOOKS`. */
  async insert(
    tenantId: string,
    webhookId: string,
    hook: Required<WebhookChange>,
    sealed: string,
    now: string,
  ): Promise<WebhookRow | null> {
    const [inserted] = await this.#db.batch<RawWebhook>([
      this.#db
        .prepare(
          `INSERT INTO webhook (tenant_id, webhook_id, url, types, description, enabled,
             created_at, updated_at)
           SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7
           WHERE (SELECT COUNT(*) FROM webhook WHERE tenant_id = ?1) < ${MAX_WEBHOOKS}
           RETURNING ${WEBHOOK}`,
        )
        .bind(
          tenantId,
          webhookId,
          hook.url,
          JSON.stringify(hook.types),
          hook.description,
          Number(hook.enabled),
          now,
        ),
      this.#db
        .prepare(
          `INSERT INTO signing_secret (tenant_id, owner, sealed, created_at)
           SELECT tenant_id, webhook_id, ?3, ?4 FROM webhook WHERE tenant_id = ?1 AND webhook_id = ?2`,
        )
        .bind(tenantId, webhookId, sealed, now),
    ]);
    const [row] = inserted?.results ?? [];
    return row === undefined ? null : webhookOf(row);
  }

  /**
   * Changes a webhook and resets `failing_since`. Returns null if it does not exist or has another
   * version than the expected one.
   */
  async change(
    tenantId: string,
    webhookId: string,
    change: WebhookChange,
    expected: Version | null,
    now: string,
  ): Promise<WebhookRow | null> {
    const row = await this.#db
      .prepare(
        `UPDATE webhook SET url = COALESCE(?3, url), types = COALESCE(?4, types),
           description = CASE WHEN ?5 THEN ?6 ELSE description END,
           enabled = COALESCE(?7, enabled), updated_at = ?8, failing_since = NULL,
           version = version + 1,
           disabled_reason = CASE WHEN ?7 IS NULL THEN disabled_reason END
         WHERE tenant_id = ?1 AND webhook_id = ?2 AND ${isExpected(9)} RETURNING ${WEBHOOK}`,
      )
      .bind(
        tenantId,
        webhookId,
        change.url ?? null,
        change.types === undefined ? null : JSON.stringify(change.types),
        Number(change.description !== undefined),
        change.description ?? null,
        change.enabled === undefined ? null : Number(change.enabled),
        now,
        ...expectedValues(expected),
      )
      .first<RawWebhook>();
    return row === null ? null : webhookOf(row);
  }

  /**
   * Deletes a webhook, its secret and its deliveries. Returns false if there is none with the
   * expected version.
   */
  async remove(tenantId: string, webhookId: string, expected: Version | null): Promise<boolean> {
    const [removed] = await this.#db.batch([
      this.#db
        .prepare(
          `DELETE FROM webhook WHERE tenant_id = ?1 AND webhook_id = ?2 AND ${isExpected(3)}`,
        )
        .bind(tenantId, webhookId, ...expectedValues(expected)),
      ...[
        // Each only if the statement before it deleted something.
        "DELETE FROM signing_secret WHERE tenant_id = ? AND owner = ? AND changes() > 0",
        "DELETE FROM webhook_delivery WHERE tenant_id = ? AND webhook_id = ? AND changes() > 0",
      ].map((statement) => this.#db.prepare(statement).bind(tenantId, webhookId)),
    ]);
    return (removed?.meta.changes ?? 0) > 0;
  }
}

/** A row of the table. */
export type RawWebhook = Omit<WebhookRow, "types" | "enabled"> & {
  readonly types: string;
  readonly enabled: number;
};

function webhookOf({ types, enabled, ...row }: RawWebhook): WebhookRow {
  return { ...row, types: JSON.parse(types) as SubscribedType[], enabled: enabled === 1 };
}
