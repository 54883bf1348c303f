/**
 * Versioned resources of tenants, in D1: the common part of the agent, tool and MCP server tables.
 * A change can be conditional on the version that the client saw, and is audited in the same batch.
 * The store of each table handles its other columns.
 */
import { writeNoted, type Actor, type AuditAction, type AuditEntry } from "./audit.ts";

/** A version of a resource. A resource that is deleted and created again has a new `created_at`. */
export interface Version {
  readonly version: number;
  /** RFC 3339. */
  readonly created_at: string;
}

/** A row whose resource is a definition. */
export interface DefinitionRow<D> extends Version {
  readonly name: string;
  readonly enabled: boolean;
  readonly definition: D;
  readonly updated_at: string;
}

/** A row as stored; `definition` is JSON text. */
export type RawDefinition = Omit<DefinitionRow<string>, "enabled"> & { readonly enabled: number };

/** Returns a row with its parsed definition. */
export function definitionRow<D>(raw: RawDefinition, definition: D): DefinitionRow<D> {
  const { name, version, enabled, created_at, updated_at } = raw;
  return { name, version, enabled: enabled === 1, definition, created_at, updated_at };
}

/** Fields to change. Absent fields stay as they are. */
export interface DefinitionChange<D> {
  readonly definition?: D;
  readonly enabled?: boolean;
}

/**
 * Returns the SQL condition of a change: no version is expected, or the row has that version.
 * @param parameter number of the first of the two parameters of `expectedValues`
 */
export function isExpected(parameter: number): string {
  return `(?${parameter} IS NULL OR (version = ?${parameter} AND created_at = ?${parameter + 1}))`;
}

/** Returns the parameters of `isExpected`. */
export function expectedValues(expected: Version | null): [number | null, string | null] {
  return [expected?.version ?? null, expected?.created_at ?? null];
}

/** One table of versioned resources, keyed by tenant and name. */
export class VersionedTable<Raw, Row> {
  readonly #db: D1Database;
  readonly #table: string;
  readonly #rowOf: (raw: Raw) => Row;
  readonly #live: string;

  /** @param live SQL condition of rows that are not deleted */
  constructor(db: D1Database, table: string, rowOf: (raw: Raw) => Row, live = "TRUE") {
    this.#db = db;
    this.#table = table;
    this.#rowOf = rowOf;
    this.#live = live;
  }

  /** Returns the statement that reads one row. */
  one(tenantId: string, name: string): D1PreparedStatement {
    return this.#db
      .prepare(`SELECT * FROM ${this.#table} WHERE tenant_id = ? AND name = ? AND ${this.#live}`)
      .bind(tenantId, name);
  }

  /** Returns the latest version of a resource, or null. */
  async get(tenantId: string, name: string): Promise<Row | null> {
    const raw = await this.one(tenantId, name).first<Raw>();
    return raw === null ? null : this.#rowOf(raw);
  }

  /** Returns all resources of a tenant, ordered by name. */
  async list(tenantId: string): Promise<Row[]> {
    const { results } = await this.#db
      .prepare(`SELECT * FROM ${this.#table} WHERE tenant_id = ? AND ${this.#live} ORDER BY name`)
      .bind(tenantId)
      .all<Raw>();
    return results.map((raw) => this.#rowOf(raw));
  }

  /**
   * Runs an INSERT or UPDATE with its audit entry. Returns null if it changed no row.
   * @param statement must return the whole row
   * @param after further statements of the same batch
   */
  async write(
    statement: D1PreparedStatement,
    actor: Actor,
    entry: AuditEntry,
    ...after: readonly D1PreparedStatement[]
  ): Promise<Row | null> {
    const raw = await writeNoted<Raw>(this.#db, statement, actor, entry, ...after);
    return raw === null ? null : this.#rowOf(raw);
  }

  /**
   * Deletes a row with its audit entry. Returns false if there is none or its version differs.
   * @param after further statements of the same batch
   */
  async remove(
    tenantId: string,
    name: string,
    expected: Version | null,
    actor: Actor,
    action: AuditAction,
    ...after: readonly D1PreparedStatement[]
  ): Promise<boolean> {
    const statement = this.#db
      .prepare(
        `DELETE FROM ${this.#table} WHERE tenant_id = ?1 AND name = ?2 AND ${isExpected(3)}
         RETURNING *`,
      )
      .bind(tenantId, name, ...expectedValues(expected));
    const entry = { tenant_id: tenantId, action, subject: name };
    return (await this.write(statement, actor, entry, ...after)) !== null;
  }
}
