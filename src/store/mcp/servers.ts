/**
 * MCP servers in D1: those that tenants bring, what servers offer, and sealed tokens. Every query is
 * bound to a tenant, but one: a browser that comes back from an authorization server has a state and
 * no key.
 */
import type { JsonObject } from "../../run/value/json.ts";
import type { CatalogueHead, McpHealth, McpProblem } from "../../run/spec/mcp-catalogue.ts";
import { MAX_MCP_SERVERS, type McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { writeNoted, type Act } from "../audit.ts";

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

/** How a server is doing, and what its catalogue amounts to. */
export interface McpServerState {
  readonly server: string;
  readonly health: McpHealth;
  /** Failures in a row. */
  readonly failures: number;
  /** Null where it was never listed. */
  readonly catalogue: Omit<CatalogueHead, "health"> | null;
}

/** A sealed text, and which it is of those that were stored under its name. */
export interface SealedToken {
  readonly sealed: string;
  readonly version: number;
}

/** A state that a browser may bring back, once. */
export interface PendingState {
  readonly hash: string;
  readonly expires_at: string;
}

export class McpStore {
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
    act: Act,
  ): Promise<McpServerRow | null> {
    const statement = this.#db
      .prepare(
        `INSERT INTO mcp_server (tenant_id, name, version, definition, enabled, created_at, updated_at)
         SELECT ?1, ?2, 1, ?3, ?4, ?5, ?5
         WHERE (SELECT COUNT(*) FROM mcp_server WHERE tenant_id = ?1) < ${MAX_MCP_SERVERS}
         ON CONFLICT DO NOTHING RETURNING *`,
      )
      .bind(tenantId, definition.name, JSON.stringify(definition), Number(enabled), act.at);
    const row = await writeNoted<RawServer>(this.#db, statement, act, {
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
    act: Act,
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
        act.at,
        enabled === undefined ? null : Number(enabled),
        expected?.version ?? null,
        expected?.created_at ?? null,
      );
    const row = await writeNoted<RawServer>(this.#db, statement, act, {
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
    act: Act,
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
    const deed = { tenant_id: tenantId, action: "mcp_server.deleted", subject: name } as const;
    return (await writeNoted(this.#db, statement, act, deed, ...known)) !== null;
  }

  /** How the servers of a tenant are doing, as far as they were ever asked. */
  async states(tenantId: string): Promise<McpServerState[]> {
    const { results } = await this.#db
      .prepare("SELECT * FROM mcp_catalogue WHERE tenant_id = ?")
      .bind(tenantId)
      .all<RawCatalogue>();
    return results.map(stateOf);
  }

  /** How one server is doing; null where it was never asked. */
  async state(tenantId: string, server: string): Promise<McpServerState | null> {
    const row = await this.#db
      .prepare("SELECT * FROM mcp_catalogue WHERE tenant_id = ? AND server = ?")
      .bind(tenantId, server)
      .first<RawCatalogue>();
    return row === null ? null : stateOf(row);
  }

  /** What a server offered when it was listed last; null where it never was. */
  async catalogue(tenantId: string, server: string): Promise<CatalogueHead | null> {
    const state = await this.state(tenantId, server);
    return state === null || state.catalogue === null
      ? null
      : { ...state.catalogue, health: state.health };
  }

  /**
   * The tools of a catalogue, a row at a time, each a JSON array. There are `head.parts` of them;
   * fewer come where another listing took its place meanwhile.
   */
  async *parts(tenantId: string, server: string, revision: string): AsyncGenerator<string> {
    for (let part = 0; ; part += 1) {
      const text = await this.#db
        .prepare(
          `SELECT text FROM mcp_catalogue_part
           WHERE tenant_id = ? AND server = ? AND revision = ? AND part = ?`,
        )
        .bind(tenantId, server, revision, part)
        .first<string>("text");
      if (text === null) {
        return;
      }
      yield text;
    }
  }

  /** Stores a listing in the place of the one before: head and parts together, or neither. */
  async saveCatalogue(
    tenantId: string,
    server: string,
    head: Omit<CatalogueHead, "parts">,
    parts: Iterable<string>,
  ): Promise<void> {
    const texts = [...parts];
    const { health } = head;
    await this.#db.batch([
      this.#db
        .prepare(
          "DELETE FROM mcp_catalogue_part WHERE tenant_id = ? AND server = ? AND revision <> ?",
        )
        .bind(tenantId, server, head.revision),
      ...texts.map((text, part) =>
        // The revision is a hash of the parts: those that are there are the same.
        this.#db
          .prepare("INSERT INTO mcp_catalogue_part VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
          .bind(tenantId, server, head.revision, part, text),
      ),
      this.#db
        .prepare(
          `INSERT OR REPLACE INTO mcp_catalogue
             (tenant_id, server, key, revision, parts, fetched_at, expires_at, tool_count, total_chars,
              capabilities, instructions, problems, problem_count, status, code, message, checked_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .bind(
          tenantId,
          server,
          head.key,
          head.revision,
          texts.length,
          head.fetched_at,
          head.expires_at,
          head.tool_count,
          head.total_chars,
          JSON.stringify(head.capabilities),
          head.instructions,
          JSON.stringify(head.problems),
          head.problem_count,
          health.status,
          health.code,
          health.message,
          health.checked_at,
        ),
    ]);
  }

  /** Notes how a server answered; what it offered before stays. */
  async saveHealth(tenantId: string, server: string, health: McpHealth): Promise<void> {
    await this.#db
      .prepare(
        `INSERT INTO mcp_catalogue (tenant_id, server, status, code, message, checked_at, failures)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)
         ON CONFLICT DO UPDATE SET status = ?3, code = ?4, message = ?5, checked_at = ?6,
           failures = failures + 1`,
      )
      .bind(tenantId, server, health.status, health.code, health.message, health.checked_at)
      .run();
  }

  /** What a server offers is not believed any longer, since it said that it changed. */
  async expire(tenantId: string, server: string, now: string): Promise<void> {
    await this.#db
      .prepare(
        `UPDATE mcp_catalogue SET expires_at = ?3
         WHERE tenant_id = ?1 AND server = ?2 AND expires_at > ?3`,
      )
      .bind(tenantId, server, now)
      .run();
  }

  /** What is sealed for a server, or null. */
  async token(tenantId: string, server: string): Promise<SealedToken | null> {
    return this.#db
      .prepare("SELECT sealed, version FROM mcp_token WHERE tenant_id = ? AND server = ?")
      .bind(tenantId, server)
      .first<SealedToken>();
  }

  /**
   * Stores a sealed text in the place of the one at `version` (0: there is none); false where it is
   * at another by now.
   * @param pending absent: the state of before stays
   */
  async saveToken(
    tenantId: string,
    server: string,
    { sealed, version }: SealedToken,
    now: string,
    pending?: PendingState,
  ): Promise<boolean> {
    const state = [pending?.hash ?? null, pending?.expires_at ?? null];
    const { meta } = await (
      version === 0
        ? this.#db
            .prepare(
              "INSERT INTO mcp_token VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )
            .bind(tenantId, server, sealed, now, ...state)
        : this.#db
            .prepare(
              `UPDATE mcp_token SET version = version + 1, sealed = ?3, updated_at = ?4,
                 state_hash = COALESCE(?5, state_hash),
                 state_expires_at = COALESCE(?6, state_expires_at)
               WHERE tenant_id = ?1 AND server = ?2 AND version = ?7`,
            )
            .bind(tenantId, server, sealed, now, ...state, version)
    ).run();
    return meta.changes > 0;
  }

  /** Whose authorization a state belongs to; it is used up by this. Null for any other, or too late. */
  async takeState(
    hash: string,
    now: string,
  ): Promise<{ readonly tenantId: string; readonly server: string } | null> {
    const row = await this.#db
      .prepare(
        `UPDATE mcp_token SET state_hash = NULL, state_expires_at = NULL, version = version + 1
         WHERE state_hash = ? AND state_expires_at > ? RETURNING tenant_id, server`,
      )
      .bind(hash, now)
      .first<{ tenant_id: string; server: string }>();
    return row === null ? null : { tenantId: row.tenant_id, server: row.server };
  }

  /** Forgets what is sealed for a server. */
  async removeToken(tenantId: string, server: string, act: Act): Promise<void> {
    const statement = this.#db
      .prepare("DELETE FROM mcp_token WHERE tenant_id = ? AND server = ? RETURNING server")
      .bind(tenantId, server);
    await writeNoted(this.#db, statement, act, {
      tenant_id: tenantId,
      action: "mcp_server.authorization_forgotten",
      subject: server,
    });
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

interface RawCatalogue extends McpHealth {
  readonly server: string;
  readonly key: string | null;
  readonly revision: string | null;
  readonly parts: number;
  readonly fetched_at: string | null;
  readonly expires_at: string | null;
  readonly tool_count: number;
  readonly total_chars: number;
  readonly capabilities: string;
  readonly instructions: string | null;
  readonly problems: string;
  readonly problem_count: number;
  readonly failures: number;
}

function stateOf(row: RawCatalogue): McpServerState {
  const { server, status, code, message, checked_at, key, revision } = row;
  return {
    server,
    health: { status, code, message, checked_at },
    failures: row.failures,
    catalogue:
      key === null || revision === null
        ? null
        : {
            key,
            revision,
            parts: row.parts,
            fetched_at: row.fetched_at ?? checked_at,
            expires_at: row.expires_at ?? checked_at,
            tool_count: row.tool_count,
            total_chars: row.total_chars,
            capabilities: JSON.parse(row.capabilities) as JsonObject,
            instructions: row.instructions,
            problems: JSON.parse(row.problems) as McpProblem[],
            problem_count: row.problem_count,
          },
  };
}
