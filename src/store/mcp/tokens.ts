/**
 * Sealed OAuth tokens of MCP servers, in D1. Every query is bound to a tenant, except `takeState`:
 * a browser that returns from an authorization server has a state but no API key.
 */
import { writeNoted, type Actor } from "../audit.ts";

/** A sealed text and its version. Each write increments the version. */
export interface SealedToken {
  readonly sealed: string;
  readonly version: number;
}

/** An OAuth state that a browser may return once. */
export interface PendingState {
  readonly hash: string;
  readonly expires_at: string;
}

export class McpTokenStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Returns the sealed text of a server, or null. */
  async token(tenantId: string, server: string): Promise<SealedToken | null> {
    return this.#db
      .prepare("SELECT sealed, version FROM mcp_token WHERE tenant_id = ? AND server = ?")
      .bind(tenantId, server)
      .first<SealedToken>();
  }

  /**
   * Replaces the sealed text at `version` (0: there is none yet). Returns false if the stored
   * version differs.
   * @param pending absent to keep the stored state
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

  /** Consumes a state and returns its server. Returns null if it is unknown, used or expired. */
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

  /** Deletes the tokens of a server and audits it. */
  async removeToken(tenantId: string, server: string, actor: Actor): Promise<void> {
    const statement = this.#db
      .prepare("DELETE FROM mcp_token WHERE tenant_id = ? AND server = ? RETURNING server")
      .bind(tenantId, server);
    await writeNoted(this.#db, statement, actor, {
      tenant_id: tenantId,
      action: "mcp_server.authorization_forgotten",
      subject: server,
    });
  }
}
