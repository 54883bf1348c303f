/** Catalogues and health of MCP servers, in D1. Every query is bound to a tenant. */
import type { JsonObject } from "../../run/value/json.ts";
import type { CatalogueHead, McpHealth, McpProblem } from "../../run/spec/mcp-catalogue.ts";

/** Health of a server and summary of its catalogue. */
export interface McpServerState {
  readonly server: string;
  readonly health: McpHealth;
  /** Consecutive failures. */
  readonly failures: number;
  /** Null if the server's tools were never listed. */
  readonly catalogue: Omit<CatalogueHead, "health"> | null;
}

export class McpCatalogueStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Returns the states of a tenant's servers. Omits servers that were never contacted. */
  async states(tenantId: string): Promise<McpServerState[]> {
    const { results } = await this.#db
      .prepare("SELECT * FROM mcp_catalogue WHERE tenant_id = ?")
      .bind(tenantId)
      .all<RawCatalogue>();
    return results.map(stateOf);
  }

  /** Returns the state of one server, or null if it was never contacted. */
  async state(tenantId: string, server: string): Promise<McpServerState | null> {
    const row = await this.#db
      .prepare("SELECT * FROM mcp_catalogue WHERE tenant_id = ? AND server = ?")
      .bind(tenantId, server)
      .first<RawCatalogue>();
    return row === null ? null : stateOf(row);
  }

  /** Returns the head of the last listed catalogue, or null if there is none. */
  async catalogue(tenantId: string, server: string): Promise<CatalogueHead | null> {
    const state = await this.state(tenantId, server);
    return state === null || state.catalogue === null
      ? null
      : { ...state.catalogue, health: state.health };
  }

  /**
   * Yields the tools of a catalogue, one row at a time, each a JSON array. Yields fewer than
   * `head.parts` rows if a newer listing replaces this revision during the read.
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

  /** Replaces a server's catalogue: head and parts in one batch. */
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
        // The revision is a hash of the parts, so an existing row has the same text.
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

  /** Stores a failed health check and counts the failure. Keeps the server's catalogue. */
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
