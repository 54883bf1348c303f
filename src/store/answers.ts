/** Answers of requests with an idempotency key, in D1: held while the request is under way, then kept. */
import { isoTime } from "../run/value/time.ts";

/** How long a key is kept. */
export const IDEMPOTENCY_TTL_MS = 86_400_000;
/** A request that has not been answered for so long was left behind by a crash. */
const ABANDONED_MS = 60_000;

/** What a key belongs to. */
export interface AnswerName {
  readonly tenantId: string;
  /** Method and path as the document writes them. */
  readonly route: string;
  readonly key: string;
}

/** An answer as it can be given again. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Claimed =
  /** The key is this request's now. */
  | { readonly kind: "mine" }
  /** It was used for a request that is not this one. */
  | { readonly kind: "other" }
  | { readonly kind: "under_way" }
  | { readonly kind: "answered"; readonly answer: KeptAnswer };

export class AnswerStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Claims a key for a request, or returns the outcome of the request that holds it.
   * @param claim names this request among all that may want the key
   * @param now milliseconds
   */
  async claim(
    { tenantId, route, key }: AnswerName,
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
          `INSERT INTO answer (tenant_id, route, key, fingerprint, claim, created_at)
           VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        )
        .bind(...name, fingerprint, claim, isoTime(now)),
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

  /** Keeps the answer of a request that still has its key. */
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

  /** Gives back the key of a request that was refused or failed. */
  async release({ tenantId, route, key }: AnswerName, claim: string): Promise<void> {
    await this.#db
      .prepare("DELETE FROM answer WHERE tenant_id = ? AND route = ? AND key = ? AND claim = ?")
      .bind(tenantId, route, key, claim)
      .run();
  }
}

/** The statement that drops the answers made before a moment. */
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
