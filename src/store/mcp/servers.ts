/** MCP servers that tenants registered, in D1. Every query is bound to a tenant. */
import { MAX_MCP_SERVERS, type McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { Actor, AuditEntry } from "../audit.ts";
import {
  definitionRow,
  expectedValues,
  isExpected,
  VersionedTable,
  type DefinitionChange,
  type DefinitionRow,
  type RawDefinition,
  type Version,
} from "../versioned.ts";
import { defined } from "../../run/value/defined.ts";

export type McpServerRow = DefinitionRow<McpServerDefinition>;

/** Fields of a server to change. */
export type McpServerChange = DefinitionChange<McpServerDefinition>;

export class McpServerStore {
  readonly #db: D1Database;
  readonly #table: VersionedTable<RawDefinition, McpServerRow>;

  constructor(db: D1Database) {
    this.#db = db;
    this.#table = new VersionedTable(db, "mcp_server", serverOf);
  }

  /** Returns all servers of a tenant, ordered by name. */
  list(tenantId: string): Promise<McpServerRow[]> {
    return this.#table.list(tenantId);
  }

  get(tenantId: string, name: string): Promise<McpServerRow | null> {
    return this.#table.get(tenantId, name);
  }

  /** Inserts a server. Returns null if its name is taken or the tenant has `MAX_MCP_SERVERS`. */
  async insert(
    tenantId: string,
    { definition, enabled }: Required<McpServerChange>,
    actor: Actor,
  ): Promise<McpServerRow | null> {
    const statement = this.#db
      .prepare(
        `INSERT INTO mcp_server (tenant_id, name, version, definition, enabled, created_at, updated_at)
         SELECT ?1, ?2, 1, ?3, ?4, ?5, ?5
         WHERE (SELECT COUNT(*) FROM mcp_server WHERE tenant_id = ?1) < ${MAX_MCP_SERVERS}
         ON CONFLICT DO NOTHING RETURNING *`,
      )
      .bind(tenantId, definition.name, JSON.stringify(definition), Number(enabled), actor.at);
    return this.#table.write(statement, actor, {
      tenant_id: tenantId,
      action: "mcp_server.registered",
      subject: definition.name,
      details: { enabled },
    });
  }

  /**
   * Changes a server and increments its version. Returns null if there is no such server or its
   * version differs from `expected`.
   */
  async change(
    tenantId: string,
    name: string,
    { definition, enabled }: McpServerChange,
    expected: Version | null,
    actor: Actor,
  ): Promise<McpServerRow | null> {
    const statement = this.#db
      .prepare(
        `UPDATE mcp_server SET version = version + 1, updated_at = ?4,
           enabled = COALESCE(?5, enabled), definition = COALESCE(?3, definition)
         WHERE tenant_id = ?1 AND name = ?2
           AND ${isExpected(6)}
         RETURNING *`,
      )
      .bind(
        tenantId,
        name,
        definition === undefined ? null : JSON.stringify(definition),
        actor.at,
        enabled === undefined ? null : Number(enabled),
        ...expectedValues(expected),
      );
    const entry: AuditEntry = {
      tenant_id: tenantId,
      action: "mcp_server.changed",
      subject: name,
      details: defined({ enabled }),
    };
    // A changed server is contacted at once, whatever the one before it did.
    const forget = this.#db
      .prepare("DELETE FROM mcp_catalogue WHERE tenant_id = ?1 AND server = ?2 AND status <> 'ok'")
      .bind(tenantId, name);
    return this.#table.write(
      statement,
      actor,
      entry,
      ...(definition === undefined ? [] : [forget]),
    );
  }

  /**
   * Deletes a server with its catalogue and tokens. Returns false if there is no such server or its
   * version differs from `expected`.
   */
  async remove(
    tenantId: string,
    name: string,
    expected: Version | null,
    actor: Actor,
  ): Promise<boolean> {
    const gone = "NOT EXISTS (SELECT 1 FROM mcp_server WHERE tenant_id = ?1 AND name = ?2)";
    const known = ["mcp_catalogue", "mcp_catalogue_part", "mcp_token"].map((table) =>
      this.#db
        .prepare(`DELETE FROM ${table} WHERE tenant_id = ?1 AND server = ?2 AND ${gone}`)
        .bind(tenantId, name),
    );
    return this.#table.remove(tenantId, name, expected, actor, "mcp_server.deleted", ...known);
  }
}

function serverOf(raw: RawDefinition): McpServerRow {
  return definitionRow(raw, JSON.parse(raw.definition) as McpServerDefinition);
}
