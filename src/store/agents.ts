/**
 * Agents in D1. `agent` holds the latest version of each agent, `agent_version` all versions; one
 * batch writes both. Every query is bound to a tenant. A deleted agent cannot be used, but its
 * versions stay. Creating it again continues the version numbers, so a name and a version always
 * identify the same config.
 */
import {
  DEFAULT_AGENT,
  OWN_VERSION,
  type AgentDefinition,
  type ConfigLayer,
  type LimitLayer,
} from "../run/spec/agent.ts";
import type { Actor, AuditEntry } from "./audit.ts";
import { toolOf, type ToolRow } from "./tools.ts";
import {
  expectedValues,
  isExpected,
  VersionedTable,
  type RawDefinition,
  type Version,
} from "./versioned.ts";

/** Maximum number of agents of a tenant, not counting deleted ones. */
export const MAX_AGENTS = 200;
/** Maximum characters of JSON of a config in a list. A larger one is null. */
const LISTED_CHARS = 16_384;
const TOO_LARGE = "null";

export interface AgentRow extends AgentDefinition, Version {
  readonly name: string;
  readonly updated_at: string;
}

/** An agent in a list. A config that is too large for a page is null. */
export type ListedAgent = Omit<AgentRow, "config"> & { readonly config: ConfigLayer | null };

/** An agent and all tools of its tenant, as a submission reads them. */
export interface AgentWithTools {
  /** Null if the tenant has no agent of that name. */
  readonly agent: AgentRow | null;
  readonly tools: readonly ToolRow[];
  /** Changes with every change of the agent and the tools; see `currentMark`. */
  readonly mark: string;
}

/**
 * SQL expression: the mark of the agent and the tools that are current.
 * @param tenant SQL expression of the tenant's id
 * @param agent SQL expression of the agent's name
 */
export function currentMark(tenant: string, agent: string): string {
  return `(SELECT COALESCE(MAX(version), 0) FROM agent
      WHERE tenant_id = ${tenant} AND name = ${agent} AND deleted_at IS NULL)
    || (SELECT COALESCE(group_concat('/' || name || ' ' || version || ' ' || updated_at, ''), '')
      FROM (SELECT * FROM tool WHERE tenant_id = ${tenant} ORDER BY name))`;
}

/** Agents that one isolate remembers; the tools of one may be a quarter of a megabyte. */
const MAX_REMEMBERED = 32;

/** Position of the last agent of a page. */
export type AgentPosition = Pick<AgentRow, "name" | "created_at">;

export class AgentStore {
  readonly #db: D1Database;
  readonly #table: VersionedTable<RawAgent, AgentRow>;
  /** What submissions read last, by tenant and agent. Its mark says whether it is still current. */
  readonly #remembered = new Map<string, AgentWithTools>();

  constructor(db: D1Database) {
    this.#db = db;
    this.#table = new VersionedTable(db, "agent", agentRowOf, "deleted_at IS NULL");
  }

  /** Returns the latest version of an agent, or null. */
  get(tenantId: string, name: string): Promise<AgentRow | null> {
    return this.#table.get(tenantId, name);
  }

  /** Returns what `withTools` read last, or null. It may be out of date. */
  remembered(tenantId: string, name: string): AgentWithTools | null {
    return this.#remembered.get(`${tenantId}/${name}`) ?? null;
  }

  /**
   * Reads an agent and all tools of its tenant by name, in one statement, and remembers them. For
   * submissions.
   */
  async withTools(tenantId: string, name: string): Promise<AgentWithTools> {
    const { results } = await this.#db
      .prepare(
        `SELECT 1 AS of_agent, name, version, created_at, updated_at, description, config, limits,
           NULL AS definition, NULL AS enabled
         FROM agent WHERE tenant_id = ?1 AND name = ?2 AND deleted_at IS NULL
         UNION ALL
         SELECT 0, name, version, created_at, updated_at, NULL, NULL, NULL, definition, enabled
         FROM tool WHERE tenant_id = ?1 ORDER BY of_agent DESC, name`,
      )
      .bind(tenantId, name)
      .all<(RawAgent & { of_agent: 1 }) | (RawDefinition & { of_agent: 0 })>();
    const agent = results.find((row) => row.of_agent === 1);
    const tools = results.flatMap((row) => (row.of_agent === 1 ? [] : [toolOf(row)]));
    const marks = tools.map((tool) => `/${tool.name} ${tool.version} ${tool.updated_at}`);
    const read = {
      agent: agent === undefined ? null : agentRowOf(agent),
      tools,
      mark: `${agent?.version ?? 0}${marks.join("")}`,
    };
    const key = `${tenantId}/${name}`;
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size >= MAX_REMEMBERED && oldest !== undefined) {
      this.#remembered.delete(oldest);
    }
    this.#remembered.delete(key);
    this.#remembered.set(key, read);
    return read;
  }

  /**
   * Returns a page of a tenant's agents, newest first, and whether it has its own `default`.
   * @param hidden names of agents that are left out
   */
  async list(
    tenantId: string,
    limit: number,
    before: AgentPosition | null,
    hidden: readonly string[] = [],
  ): Promise<{ readonly agents: readonly ListedAgent[]; readonly hasDefault: boolean }> {
    const [page, own] = await this.#db.batch<RawAgent>([
      this.#db
        .prepare(
          `SELECT name, version, description, limits, created_at, updated_at,
             CASE WHEN LENGTH(config) <= ${LISTED_CHARS} THEN config ELSE '${TOO_LARGE}' END AS config
           FROM agent WHERE tenant_id = ?1 AND deleted_at IS NULL
             AND (?2 IS NULL OR (created_at, name) < (?2, ?3))
             AND name NOT IN (SELECT value FROM json_each(?5))
           ORDER BY created_at DESC, name DESC LIMIT ?4`,
        )
        .bind(
          tenantId,
          before?.created_at ?? null,
          before?.name ?? null,
          limit,
          JSON.stringify(hidden),
        ),
      this.#table.one(tenantId, DEFAULT_AGENT),
    ]);
    return {
      agents: (page?.results ?? []).map((row) =>
        row.config === TOO_LARGE
          ? Object.assign(agentRowOf(row), { config: null })
          : agentRowOf(row),
      ),
      hasDefault: (own?.results.length ?? 0) > 0,
    };
  }

  /** Returns the names and descriptions of a tenant's first agents, ordered by name. */
  async described(
    tenantId: string,
    limit: number,
  ): Promise<Pick<AgentRow, "name" | "description">[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT name, description FROM agent
         WHERE tenant_id = ? AND deleted_at IS NULL ORDER BY name LIMIT ?`,
      )
      .bind(tenantId, limit)
      .all<Pick<AgentRow, "name" | "description">>();
    return results;
  }

  /** Returns a page of an agent's versions, newest first, also for a deleted agent. */
  async versions(
    tenantId: string,
    name: string,
    limit: number,
    before: number | null,
  ): Promise<AgentRow[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT *, created_at AS updated_at FROM agent_version
         WHERE tenant_id = ?1 AND name = ?2 AND (?3 IS NULL OR version < ?3)
         ORDER BY version DESC LIMIT ?4`,
      )
      .bind(tenantId, name, before, limit)
      .all<RawAgent>();
    return results.map(agentRowOf);
  }

  /** Creates an agent. Returns null if the name is taken or the tenant has `MAX_AGENTS`. */
  async insert(
    tenantId: string,
    name: string,
    definition: AgentDefinition,
    actor: Actor,
  ): Promise<AgentRow | null> {
    return this.#write(
      actor,
      { tenant_id: tenantId, action: "agent.created", subject: name },
      this.#db
        .prepare(
          `INSERT INTO agent (tenant_id, name, version, description, config, limits, created_at, updated_at)
           SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7
           WHERE (SELECT COUNT(*) FROM agent WHERE tenant_id = ?1 AND deleted_at IS NULL) < ${MAX_AGENTS}
           ON CONFLICT DO UPDATE SET version = version + 1, description = ?4, config = ?5,
             limits = ?6, created_at = ?7, updated_at = ?7, deleted_at = NULL
           WHERE deleted_at IS NOT NULL
           RETURNING *`,
        )
        .bind(
          tenantId,
          name,
          name === DEFAULT_AGENT ? OWN_VERSION + 1 : 1,
          ...columnsOf(definition),
          actor.at,
        ),
    );
  }

  /** Creates a new version. Returns null if there is no such agent or its version differs. */
  async change(
    tenantId: string,
    name: string,
    definition: AgentDefinition,
    expected: Version | null,
    actor: Actor,
  ): Promise<AgentRow | null> {
    return this.#write(
      actor,
      { tenant_id: tenantId, action: "agent.changed", subject: name },
      this.#db
        .prepare(
          `UPDATE agent SET version = version + 1, description = ?3, config = ?4, limits = ?5,
             updated_at = ?6
           WHERE tenant_id = ?1 AND name = ?2 AND deleted_at IS NULL
             AND ${isExpected(7)}
           RETURNING *`,
        )
        .bind(tenantId, name, ...columnsOf(definition), actor.at, ...expectedValues(expected)),
    );
  }

  /** Deletes an agent. Returns false if there is no such agent or its version differs. */
  async remove(
    tenantId: string,
    name: string,
    expected: Version | null,
    actor: Actor,
  ): Promise<boolean> {
    const statement = this.#db
      .prepare(
        `UPDATE agent SET deleted_at = ?3
         WHERE tenant_id = ?1 AND name = ?2 AND deleted_at IS NULL
           AND ${isExpected(4)}
         RETURNING *`,
      )
      .bind(tenantId, name, actor.at, ...expectedValues(expected));
    const entry = { tenant_id: tenantId, action: "agent.deleted", subject: name } as const;
    return (await this.#table.write(statement, actor, entry)) !== null;
  }

  /** Writes the latest version, and copies it to `agent_version` in the same batch. */
  #write(
    actor: Actor,
    entry: AuditEntry,
    statement: D1PreparedStatement,
  ): Promise<AgentRow | null> {
    return this.#table.write(
      statement,
      actor,
      entry,
      this.#db
        .prepare(
          `INSERT INTO agent_version
           SELECT tenant_id, name, version, description, config, limits, updated_at
           FROM agent WHERE tenant_id = ? AND name = ? AND deleted_at IS NULL
           ON CONFLICT DO NOTHING`,
        )
        .bind(entry.tenant_id, entry.subject),
    );
  }
}

type JsonColumn = "config" | "limits";
type RawAgent = Omit<AgentRow, JsonColumn> & Record<JsonColumn, string>;

function columnsOf({ description, config, limits }: AgentDefinition): (string | null)[] {
  return [description, JSON.stringify(config), JSON.stringify(limits)];
}

/** Maps a row to an agent. Ignores other columns. */
function agentRowOf(raw: RawAgent): AgentRow {
  const { name, version, description, config, limits, created_at, updated_at } = raw;
  return {
    name,
    version,
    description,
    config: JSON.parse(config) as ConfigLayer,
    limits: JSON.parse(limits) as LimitLayer,
    created_at,
    updated_at,
  };
}
