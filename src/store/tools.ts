/**
 * Tools that tenants registered, in D1. Every query is bound to a tenant. Writes limit the total
 * size of a tenant's tools, so that all of them always fit in the spec of a run.
 */
import {
  MAX_SNAPSHOT_CHARS,
  MAX_TENANT_TOOLS,
  type ToolDefinition,
} from "../run/spec/tool-definition.ts";
import type { Actor } from "./audit.ts";
import {
  definitionRow,
  expectedValues,
  isExpected,
  VersionedTable,
  type DefinitionChange,
  type DefinitionRow,
  type RawDefinition,
  type Version,
} from "./versioned.ts";
import { defined } from "../run/value/defined.ts";

export type ToolRow = DefinitionRow<ToolDefinition>;

/** Fields of a tool to change. */
export type ToolChange = DefinitionChange<ToolDefinition>;

/** SQL condition: the definition `?3` fits in addition to the tenant's other tools. */
const FITS = `(SELECT COALESCE(SUM(LENGTH(definition)), 0) FROM tool
  WHERE tenant_id = ?1 AND name <> ?2) + LENGTH(?3) <= ${MAX_SNAPSHOT_CHARS}`;

export class ToolStore {
  readonly #db: D1Database;
  readonly #table: VersionedTable<RawDefinition, ToolRow>;

  constructor(db: D1Database) {
    this.#db = db;
    this.#table = new VersionedTable(db, "tool", toolOf);
  }

  /** Returns all tools of a tenant, ordered by name. */
  list(tenantId: string): Promise<ToolRow[]> {
    return this.#table.list(tenantId);
  }

  get(tenantId: string, name: string): Promise<ToolRow | null> {
    return this.#table.get(tenantId, name);
  }

  /** Inserts a tool. Returns null if its name is taken or the tenant's limits are reached. */
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
        jsonOf(definition),
        definition.kind,
        Number(enabled),
        actor.at,
      );
    return this.#table.write(statement, actor, {
      tenant_id: tenantId,
      action: "tool.registered",
      subject: definition.name,
      details: { kind: definition.kind },
    });
  }

  /**
   * Changes a tool and increments its version. Returns null if there is no such tool, its version
   * differs from `expected`, or the definition would not fit.
   */
  async change(
    tenantId: string,
    name: string,
    { definition, enabled }: ToolChange,
    expected: Version | null,
    actor: Actor,
  ): Promise<ToolRow | null> {
    const statement = this.#db
      .prepare(
        `UPDATE tool SET version = version + 1, updated_at = ?4, enabled = COALESCE(?5, enabled),
           definition = COALESCE(?3, definition), kind = COALESCE(?6, kind)
         WHERE tenant_id = ?1 AND name = ?2
           AND ${isExpected(7)}
           AND (?3 IS NULL OR ${FITS})
         RETURNING *`,
      )
      .bind(
        tenantId,
        name,
        definition === undefined ? null : jsonOf(definition),
        actor.at,
        enabled === undefined ? null : Number(enabled),
        definition?.kind ?? null,
        ...expectedValues(expected),
      );
    return this.#table.write(statement, actor, {
      tenant_id: tenantId,
      action: "tool.changed",
      subject: name,
      details: defined({ enabled }),
    });
  }

  /** Deletes a tool. Returns false if there is no such tool or its version differs. */
  remove(tenantId: string, name: string, expected: Version | null, actor: Actor): Promise<boolean> {
    return this.#table.remove(tenantId, name, expected, actor, "tool.deleted");
  }
}

/** Omits the version: it is a column of its own, which the database increments. */
function jsonOf(definition: ToolDefinition): string {
  const { version: _version, ...rest } = definition;
  return JSON.stringify(rest);
}

/** Maps a row to a tool. */
export function toolOf(raw: RawDefinition): ToolRow {
  const parsed = JSON.parse(raw.definition) as Omit<ToolDefinition, "version">;
  return definitionRow(raw, { ...parsed, version: raw.version } as ToolDefinition);
}
