/**
 * Tools that tenants bring, in D1. Every query is bound to a tenant. What a tenant's tools take
 * together is bounded when they are written, so that all of them always fit the spec of a run.
 */
import {
  MAX_SNAPSHOT_CHARS,
  MAX_TENANT_TOOLS,
  type ToolDefinition,
} from "../run/spec/tool-definition.ts";
import { writeNoted, type Actor } from "./audit.ts";

export interface ToolRow {
  readonly name: string;
  readonly version: number;
  readonly enabled: boolean;
  readonly definition: ToolDefinition;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A version of a tool, as a client named it. */
export type ToolVersion = Pick<ToolRow, "version" | "created_at">;

/** What of a tool is to be other than it is. */
export interface ToolChange {
  /** Absent: as it is. */
  readonly definition?: ToolDefinition;
  readonly enabled?: boolean;
}

/** Whether there is room for a definition of a length beside all others of the tenant. */
const FITS = `(SELECT COALESCE(SUM(LENGTH(definition)), 0) FROM tool
  WHERE tenant_id = ?1 AND name <> ?2) + LENGTH(?3) <= ${MAX_SNAPSHOT_CHARS}`;

export class ToolStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** All tools of a tenant, by name. */
  async list(tenantId: string): Promise<ToolRow[]> {
    const { results } = await this.#db
      .prepare("SELECT * FROM tool WHERE tenant_id = ? ORDER BY name")
      .bind(tenantId)
      .all<RawTool>();
    return results.map(toolOf);
  }

  async get(tenantId: string, name: string): Promise<ToolRow | null> {
    const row = await this.#db
      .prepare("SELECT * FROM tool WHERE tenant_id = ? AND name = ?")
      .bind(tenantId, name)
      .first<RawTool>();
    return row === null ? null : toolOf(row);
  }

  /** Adds a tool; null where the name is taken, or the tenant has no room for more. */
  async insert(
    tenantId: string,
    { definition, enabled }: Required<ToolChange>,
    actor: Actor,
  ): Promise<ToolRow | null> {
    const statement = this.#db
      .prepare(
        `INSERT INTO tool (tenant_id, name, definition, version, kind, enabled, created_at, updated_at)
         SELECT ?1, ?2, ?3, 1, ?4, ?5, ?6, ?6
         WHERE (SELECT COUNT(*) FROM tool WHERE tenant_id = ?1) < ${MAX_TENANT_TOOLS} AND ${FITS}
         ON CONFLICT DO NOTHING RETURNING *`,
      )
      .bind(
        tenantId,
        definition.name,
        textOf(definition),
        definition.kind,
        Number(enabled),
        actor.at,
      );
    const row = await writeNoted<RawTool>(this.#db, statement, actor, {
      tenant_id: tenantId,
      action: "tool.registered",
      subject: definition.name,
      details: { kind: definition.kind },
    });
    return row === null ? null : toolOf(row);
  }

  /**
   * Changes a tool, which makes a new version of it; null where it does not exist, is at another
   * version than `expected`, or would be too large.
   */
  async change(
    tenantId: string,
    name: string,
    { definition, enabled }: ToolChange,
    expected: ToolVersion | null,
    actor: Actor,
  ): Promise<ToolRow | null> {
    const statement = this.#db
      .prepare(
        `UPDATE tool SET version = version + 1, updated_at = ?4, enabled = COALESCE(?5, enabled),
           definition = COALESCE(?3, definition), kind = COALESCE(?6, kind)
         WHERE tenant_id = ?1 AND name = ?2
           AND (?7 IS NULL OR (version = ?7 AND created_at = ?8))
           AND (?3 IS NULL OR ${FITS})
         RETURNING *`,
      )
      .bind(
        tenantId,
        name,
        definition === undefined ? null : textOf(definition),
        actor.at,
        enabled === undefined ? null : Number(enabled),
        definition?.kind ?? null,
        expected?.version ?? null,
        expected?.created_at ?? null,
      );
    const row = await writeNoted<RawTool>(this.#db, statement, actor, {
      tenant_id: tenantId,
      action: "tool.changed",
      subject: name,
      details: enabled === undefined ? {} : { enabled },
    });
    return row === null ? null : toolOf(row);
  }

  /** Whether a tool was removed: false where it does not exist or is at another version. */
  async remove(
    tenantId: string,
    name: string,
    expected: ToolVersion | null,
    actor: Actor,
  ): Promise<boolean> {
    const statement = this.#db
      .prepare(
        `DELETE FROM tool WHERE tenant_id = ?1 AND name = ?2
           AND (?3 IS NULL OR (version = ?3 AND created_at = ?4))
         RETURNING name`,
      )
      .bind(tenantId, name, expected?.version ?? null, expected?.created_at ?? null);
    const entry = { tenant_id: tenantId, action: "tool.deleted", subject: name } as const;
    return (await writeNoted(this.#db, statement, actor, entry)) !== null;
  }
}

/** A row of the table; `definition` is JSON. */
export interface RawTool {
  readonly name: string;
  readonly version: number;
  readonly definition: string;
  readonly enabled: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** The version is a column of its own: it is counted by the database. */
function textOf(definition: ToolDefinition): string {
  const { version: _version, ...rest } = definition;
  return JSON.stringify(rest);
}

/** A row of the table as a tool. */
export function toolOf({
  name,
  version,
  definition,
  enabled,
  created_at,
  updated_at,
}: RawTool): ToolRow {
  const parsed = JSON.parse(definition) as Omit<ToolDefinition, "version">;
  return {
    name,
    version,
    enabled: enabled === 1,
    definition: { ...parsed, version } as ToolDefinition,
    created_at,
    updated_at,
  };
}
