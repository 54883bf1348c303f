/**
 * Where tenants have their traces sent, and what could not be sent: one row for each tenant, and one
 * for the deployment. Nothing is written for a trace that was sent.
 */
import type { TraceContent } from "../run/trace/content.ts";
import type { ExportFormat, ExportTarget } from "../run/trace/export-message.ts";
import { writeNoted, type Actor } from "./audit.ts";

/** The tenant of the row that counts for the deployment. */
const DEPLOYMENT = "";

/** The settings of a tenant. Headers are sealed. */
export interface TelemetryRow {
  readonly tenant_id: string;
  readonly url: string;
  /** The address of `v1/metrics`; null if no metrics are sent. */
  readonly metrics_url: string | null;
  readonly format: ExportFormat;
  readonly content: TraceContent;
  readonly sampling: string | null;
  readonly headers: string | null;
  readonly header_names: readonly string[];
  readonly created_at: string;
  readonly updated_at: string;
  readonly failed_exports: number;
  readonly rejected_spans: number;
  readonly last_error: string | null;
  readonly last_failed_at: string | null;
}

/** New settings of a tenant. */
export type TelemetryChange = Pick<
  TelemetryRow,
  "url" | "metrics_url" | "format" | "content" | "sampling" | "headers" | "header_names"
>;

/** What could not be sent. */
export interface ExportFailure {
  /** RFC 3339. */
  readonly at: string;
  /** Class of failure. */
  readonly error: string;
  /** Exports that were given up: 0 or 1. */
  readonly exports: number;
  /** Spans that the receiver rejected. */
  readonly spans: number;
}

type Raw = Omit<TelemetryRow, "header_names"> & { readonly header_names: string | null };

export class TelemetryStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Returns the settings of a tenant, or null. */
  async get(tenantId: string): Promise<TelemetryRow | null> {
    const raw = await this.#db
      .prepare("SELECT * FROM telemetry WHERE tenant_id = ? AND url IS NOT NULL")
      .bind(tenantId)
      .first<Raw>();
    return raw === null ? null : rowOf(raw);
  }

  /** Returns what could not be sent to the receiver of the deployment, since it was deployed. */
  async deploymentFailures(): Promise<Pick<TelemetryRow, "failed_exports" | "rejected_spans">> {
    const row = await this.#db
      .prepare("SELECT failed_exports, rejected_spans FROM telemetry WHERE tenant_id = ?")
      .bind(DEPLOYMENT)
      .first<Pick<TelemetryRow, "failed_exports" | "rejected_spans">>();
    return row ?? { failed_exports: 0, rejected_spans: 0 };
  }

  /** Replaces the settings of a tenant and forgets the failures of the earlier ones. */
  async set(tenantId: string, change: TelemetryChange, actor: Actor): Promise<TelemetryRow> {
    const statement = this.#db
      .prepare(
        `INSERT INTO telemetry (tenant_id, url, format, content, sampling, headers, header_names,
           created_at, updated_at, metrics_url)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)
         ON CONFLICT DO UPDATE SET url = ?2, format = ?3, content = ?4, sampling = ?5, headers = ?6,
           header_names = ?7, updated_at = ?8, metrics_url = ?9, failed_exports = 0, rejected_spans = 0,
           last_error = NULL, last_failed_at = NULL
         RETURNING *`,
      )
      .bind(
        tenantId,
        change.url,
        change.format,
        change.content,
        change.sampling,
        change.headers,
        JSON.stringify(change.header_names),
        actor.at,
        change.metrics_url,
      );
    const { url, metrics_url, format, content, sampling, header_names } = change;
    const raw = await writeNoted<Raw>(this.#db, statement, actor, {
      tenant_id: tenantId,
      action: "telemetry.changed",
      subject: "telemetry",
      details: { url, metrics_url, format, content, sampling, header_names: [...header_names] },
    });
    if (raw === null) {
      throw new Error("telemetry settings are always written");
    }
    return rowOf(raw);
  }

  /** Deletes the settings of a tenant. Returns false if there are none. */
  async remove(tenantId: string, actor: Actor): Promise<boolean> {
    const statement = this.#db
      .prepare("DELETE FROM telemetry WHERE tenant_id = ? AND url IS NOT NULL RETURNING *")
      .bind(tenantId);
    const raw = await writeNoted<Raw>(this.#db, statement, actor, {
      tenant_id: tenantId,
      action: "telemetry.deleted",
      subject: "telemetry",
    });
    return raw !== null;
  }

  /** Counts what could not be sent. @param tenantId null for the target of the deployment */
  async failed(
    tenantId: string | null,
    { at, error, exports, spans }: ExportFailure,
  ): Promise<void> {
    const counts = `failed_exports = failed_exports + ?2, rejected_spans = rejected_spans + ?3,
      last_error = ?4, last_failed_at = ?5`;
    const statement =
      tenantId === null
        ? this.#db.prepare(
            `INSERT INTO telemetry (tenant_id, created_at, updated_at, failed_exports,
               rejected_spans, last_error, last_failed_at)
             VALUES (?1, ?5, ?5, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET ${counts}`,
          )
        : this.#db.prepare(`UPDATE telemetry SET ${counts} WHERE tenant_id = ?1`);
    await statement.bind(tenantId ?? DEPLOYMENT, exports, spans, error, at).run();
  }
}

/** Returns the target of settings. @param headers null if they could not be opened */
export function targetOf(
  { url, metrics_url: metricsUrl, format, content, sampling }: TelemetryRow,
  headers: Readonly<Record<string, string>> | null,
): ExportTarget | "unreadable" {
  return headers === null ? "unreadable" : { url, metricsUrl, headers, format, content, sampling };
}

function rowOf(raw: Raw): TelemetryRow {
  return Object.assign(raw, { header_names: JSON.parse(raw.header_names ?? "[]") as string[] });
}
