/** What MCP servers offer and how they are doing, in D1. Every query is bound to a tenant. */
import type { JsonObject } from "../../run/value/json.ts";
import type { CatalogueHead, McpHealth, McpProblem } from "../../run/spec/mcp-catalogue.ts";

/** How a server is doing, and what its catalogue amounts to. */
export interface McpServerState {
  readonly server: string;
  readonly health: McpHealth;
  /** Failures in a row. */
  readonly failures: number;
  /** Null where it was never listed. */
  readonly catalogue: Omit<CatalogueHead, "health"> | null;
}

export class McpCatalogueStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
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

  /** Expires a server's cached catalogue after the server reported a change. */
  async expire(tenantId: string, server: string, now: string): Promise<void> {
    await this.#db
      .prepare(
        `UPDATE mcp_catalogue SET expires_at = ?3
         WHERE tenant_id = ?1 AND server = ?2 AND expires_at > ?3`,
      )
      .bind(tenantId, server, now)
      .run();
  }
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
