/** The MCP servers that tenants bring, in D1. Every query is bound to a tenant. */
import { MAX_MCP_SERVERS, type McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { writeNoted, type Actor } from "../audit.ts";

export interface McpServerRow {
  readonly name: string;
  readonly version: number;
  readonly enabled: boolean;
  readonly definition: McpServerDefinition;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A version of a server, as a client named it. */
export type McpServerVersion = Pick<McpServerRow, "version" | "created_at">;

/** What of a server is to be other than it is. */
export interface McpServerChange {
  /** Absent: as it is. */
  readonly definition?: McpServerDefinition;
  readonly enabled?: boolean;
}

export class McpServerStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** All servers of a tenant, by name. */
  async list(tenantId: string): Promise<McpServerRow[]> {
    const { results } = await this.#db
      .prepare("SELECT * FROM mcp_server WHERE tenant_id = ? ORDER BY name")
      .bind(tenantId)
      .all<RawServer>();
    return results.map(serverOf);
  }

  async get(tenantId: string, name: string): Promise<McpServerRow | null> {
    const row = await this.#db
      .prepare("SELECT * FROM mcp_server WHERE tenant_id = ? AND name = ?")
      .bind(tenantId, name)
      .first<RawServer>();
    return row === null ? null : serverOf(row);
  }

  /** Adds a server; null where the name is taken, or the tenant has no room for more. */
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
    const row = await writeNoted<RawServer>(this.#db, statement, actor, {
      tenant_id: tenantId,
      action: "mcp_server.registered",
      subject: definition.name,
      details: { enabled },
    });
    return row === null ? null : serverOf(row);
  }

  /**
   * Changes a server, which makes a new version of it; null where it does not exist, or is at another
   * version than `expected`.
   */
  async change(
    tenantId: string,
    name: string,
    { definition, enabled }: McpServerChange,
    expected: McpServerVersion | null,
    actor: Actor,
  ): Promise<McpServerRow | null> {
    const statement = this.#db
      .prepare(
        `UPDATE mcp_server SET version = version + 1, updated_at = ?4,
           enabled = COALESCE(?5, enabled), definition = COALESCE(?3, definition)
         WHERE tenant_id = ?1 AND name = ?2
           AND (?6 IS NULL OR (version = ?6 AND created_at = ?7))
         RETURNING *`,
      )
      .bind(
        tenantId,
        name,
        definition === undefined ? null : JSON.stringify(definition),
        actor.at,
        enabled === undefined ? null : Number(enabled),
        expected?.version ?? null,
        expected?.created_at ?? null,
      );
    const row = await writeNoted<RawServer>(this.#db, statement, actor, {
      tenant_id: tenantId,
      action: "mcp_server.changed",
      subject: name,
      details: enabled === undefined ? {} : { enabled },
    });
    return row === null ? null : serverOf(row);
  }

  /**
   * Whether a server was removed, with what is known of it: false where it does not exist or is at
   * another version.
   */
  async remove(
    tenantId: string,
    name: string,
    expected: McpServerVersion | null,
    actor: Actor,
  ): Promise<boolean> {
    const statement = this.#db
      .prepare(
        `DELETE FROM mcp_server WHERE tenant_id = ?1 AND name = ?2
           AND (?3 IS NULL OR (version = ?3 AND created_at = ?4))
         RETURNING name`,
      )
      .bind(tenantId, name, expected?.version ?? null, expected?.created_at ?? null);
    const gone = "NOT EXISTS (SELECT 1 FROM mcp_server WHERE tenant_id = ?1 AND name = ?2)";
    const known = ["mcp_catalogue", "mcp_catalogue_part", "mcp_token"].map((table) =>
      this.#db
        .prepare(`DELETE FROM ${table} WHERE tenant_id = ?1 AND server = ?2 AND ${gone}`)
        .bind(tenantId, name),
    );
    const entry = { tenant_id: tenantId, action: "mcp_server.deleted", subject: name } as const;
    return (await writeNoted(this.#db, statement, actor, entry, ...known)) !== null;
  }
}

interface RawServer {
  readonly name: string;
  readonly version: number;
  readonly definition: string;
  readonly enabled: number;
  readonly created_at: string;
  readonly updated_at: string;
}

function serverOf({
  name,
  version,
  definition,
  enabled,
  created_at,
  updated_at,
}: RawServer): McpServerRow {
  return {
    name,
    version,
    enabled: enabled === 1,
    definition: JSON.parse(definition) as McpServerDefinition,
    created_at,
    updated_at,
  };
}
