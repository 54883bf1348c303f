/**
 * Responses to requests with an idempotency key, in D1. A request claims its key while it is in
 * progress; its response is then stored and replayed.
 */
import { isoTime } from "../run/value/time.ts";

/** Lifetime of an idempotency key. */
export const IDEMPOTENCY_TTL_MS = 86_400_000;
/** A claim without a response for this long is taken as abandoned by a crash. */
const ABANDONED_MS = 60_000;

/** Identifies an idempotency key. */
export interface AnswerName {
  readonly tenantId: string;
  /** Method and path as in the OpenAPI document. */
  readonly route: string;
  readonly key: string;
  /** The task that the response shows; null for none. */
  readonly taskId: string | null;
}

/** A stored response, ready to be replayed. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Claimed =
  /** This request now holds the key. */
  | { readonly kind: "mine" }
  /** The key was used for a different request. */
  | { readonly kind: "other" }
  | { readonly kind: "under_way" }
  | { readonly kind: "answered"; readonly answer: KeptAnswer };

export class AnswerStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Claims a key for a request, or returns the state of the request that holds it.
   * @param claim unique id of this request
   * @param now milliseconds
   */
  async claim(
    { tenantId, route, key, taskId }: AnswerName,
    fingerprint: string,
    claim: string,
    now: number,
  ): Promise<Claimed> {
    const name = [tenantId, route, key];
    const [, , rows] = await this.#db.batch<RawAnswer>([
      this.#db
        .prepare(
          `DELETE FROM answer WHERE tenant_id = ? AND route = ? AND key = ?
             AND (created_at < ? OR (status IS NULL AND created_at < ?))`,
        )
        .bind(...name, isoTime(now - IDEMPOTENCY_TTL_MS), isoTime(now - ABANDONED_MS)),
      this.#db
        .prepare(
          `INSERT INTO answer (tenant_id, route, key, fingerprint, claim, created_at, task_id)
           VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        )
        .bind(...name, fingerprint, claim, isoTime(now), taskId),
      this.#db
        .prepare("SELECT * FROM answer WHERE tenant_id = ? AND route = ? AND key = ?")
        .bind(...name),
    ]);
    const row = rows?.results[0];
    if (row === undefined || row.claim === claim) {
      return { kind: "mine" };
    }
    if (row.fingerprint !== fingerprint) {
      return { kind: "other" };
    }
    const { status, headers, body } = row;
    return status === null
      ? { kind: "under_way" }
      : {
          kind: "answered",
          answer: {
            status,
            headers: JSON.parse(headers ?? "{}") as KeptAnswer["headers"],
            body: body ?? "",
          },
        };
  }

  /** Stores the response of a request, if the request still holds its key. */
  async keep(
    { tenantId, route, key }: AnswerName,
    claim: string,
    { status, headers, body }: KeptAnswer,
  ): Promise<void> {
    await this.#db
      .prepare(
        `UPDATE answer SET status = ?, headers = ?, body = ?
         WHERE tenant_id = ? AND route = ? AND key = ? AND claim = ?`,
      )
      .bind(status, JSON.stringify(headers), body, tenantId, route, key, claim)
      .run();
  }

  /** Deletes the responses of a tenant that created something at an address beginning with this. */
  async forget(tenantId: string, address: string): Promise<void> {
    await this.#db
      .prepare(
        `DELETE FROM answer WHERE tenant_id = ?1
           AND SUBSTR(headers ->> '$.Location', 1, LENGTH(?2)) = ?2`,
      )
      .bind(tenantId, address)
      .run();
  }

  /** Releases the key of a request that was rejected or failed. */
  async release({ tenantId, route, key }: AnswerName, claim: string): Promise<void> {
    await this.#db
      .prepare("DELETE FROM answer WHERE tenant_id = ? AND route = ? AND key = ? AND claim = ?")
      .bind(tenantId, route, key, claim)
      .run();
  }
}

/** Returns the statement that deletes the responses of keys claimed before `moment`. */
export function dropAnswersBefore(db: D1Database, moment: string): D1PreparedStatement {
  return db.prepare("DELETE FROM answer WHERE created_at < ?").bind(moment);
}

interface RawAnswer {
  readonly fingerprint: string;
  readonly claim: string;
  readonly status: number | null;
  readonly headers: string | null;
  readonly body: string | null;
}
