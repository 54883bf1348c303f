/**
 * The versions of a store's items and blocks: who wrote what, for undo and for writes that happen
 * once. Part of `rows.ts`, which creates the tables.
 */
import type { MemoryWriter } from "../../run/memory/port.ts";
import type { StoredValue } from "../../run/memory/stored-value.ts";
import { TRUST } from "../../run/memory/trust.ts";
import type { Sql, SqlRow } from "../run/storage/schema.ts";
import { oneOf, valueOf, versionOf } from "./row-values.ts";
import type { MemoryOp, MemoryVersion } from "./rpc.ts";

/** Versions of one item or block that are kept. */
export const KEPT_VERSIONS = 50;

/** A version to write. */
export interface NewVersion {
  readonly ref: string;
  readonly version: number;
  readonly op: MemoryOp;
  readonly value: StoredValue | null;
  readonly writer: MemoryWriter;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A version that was written under an idempotency key. */
export interface KnownWrite {
  readonly ref: string;
  readonly version: number;
}

export class VersionRows {
  readonly #sql: Sql;
  readonly #exist: () => boolean;

  /** @param exist whether the tables exist */
  constructor(sql: Sql, exist: () => boolean) {
    this.#sql = sql;
    this.#exist = exist;
  }

  /** Returns the write that was made under an idempotency key. */
  written(idem: string | null): KnownWrite | null {
    const row = idem === null ? null : this.#first("SELECT * FROM version WHERE idem = ?", idem);
    return row === null ? null : { ref: String(row["ref"]), version: Number(row["version"]) };
  }

  /** Returns the number of the newest version of an item or block, even of a deleted one; 0 for none. */
  newest(ref: string): number {
    const row = this.#first("SELECT MAX(version) AS newest FROM version WHERE ref = ?", ref);
    return Number(row?.["newest"] ?? 0);
  }

  add({ ref, version, op, value, writer, at }: NewVersion): void {
    this.#sql.exec(
      "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      ref,
      version,
      op,
      value === null ? null : JSON.stringify(value),
      writer.trust,
      writer.by,
      writer.task_id,
      writer.call_id,
      writer.idem,
      at,
    );
    this.#sql.exec(
      "DELETE FROM version WHERE ref = ? AND version <= ?",
      ref,
      version - KEPT_VERSIONS,
    );
  }

  of(ref: string, before: number | null, limit: number): MemoryVersion[] {
    return this.#all(
      `SELECT * FROM version WHERE ref = ?1 AND (?2 IS NULL OR version < ?2)
       ORDER BY version DESC LIMIT ?3`,
      ref,
      before,
      limit,
    ).map(versionOf);
  }

  /** Returns a page of versions in the order of their references and numbers. */
  after(ref: string, version: number, limit: number): (MemoryVersion & { readonly ref: string })[] {
    return this.#all(
      "SELECT * FROM version WHERE (ref, version) > (?, ?) ORDER BY ref, version LIMIT ?",
      ref,
      version,
      limit,
    ).map((row) => Object.assign(versionOf(row), { ref: String(row["ref"]) }));
  }

  /** Returns what a version holds, with its trust; null for a deletion or an unknown version. */
  value(
    ref: string,
    version: number,
  ): {
    readonly value: StoredValue;
    readonly trust: MemoryVersion["trust"];
    /** Milliseconds since the epoch. */
    readonly at: number;
  } | null {
    const row = this.#first("SELECT * FROM version WHERE ref = ? AND version = ?", ref, version);
    return row === null || row["value"] === null
      ? null
      : { value: valueOf(row), trust: oneOf(TRUST, row["trust"]), at: Number(row["at"]) };
  }

  remove(ref: string): void {
    this.#sql.exec("DELETE FROM version WHERE ref = ?", ref);
  }

  addGone(ref: string, at: number): void {
    this.#sql.exec("INSERT OR REPLACE INTO gone VALUES (?, ?)", at, ref);
  }

  /** Notes that what was deleted is there again. Returns whether it was deleted. */
  removeGone(ref: string, deletedAt: number): boolean {
    const removed = [
      ...this.#sql.exec("DELETE FROM gone WHERE at = ? AND ref = ? RETURNING at", deletedAt, ref),
    ];
    return removed.length > 0;
  }

  /** Returns when an item or block was deleted; null if it was not. */
  deletedAt(ref: string): number | null {
    const row = this.#first(
      "SELECT op, at FROM version WHERE ref = ? ORDER BY version DESC LIMIT 1",
      ref,
    );
    return row?.["op"] === "delete" ? Number(row["at"]) : null;
  }

  /** Returns what was deleted before a time, the oldest first. */
  goneBefore(at: number, limit: number): { readonly ref: string; readonly at: number }[] {
    return this.#all("SELECT * FROM gone WHERE at <= ? ORDER BY at LIMIT ?", at, limit).map(
      (row) => ({ ref: String(row["ref"]), at: Number(row["at"]) }),
    );
  }

  #all(query: string, ...bound: (string | number | null)[]): SqlRow[] {
    return this.#exist() ? [...this.#sql.exec(query, ...bound)] : [];
  }

  #first(query: string, ...bound: (string | number | null)[]): SqlRow | null {
    return this.#all(query, ...bound)[0] ?? null;
  }
}
