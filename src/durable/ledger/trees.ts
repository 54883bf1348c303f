/**
 * Trees of tasks in a tenant's ledger: how many tasks there are below each first one, and what a run
 * and all tasks below it have spent, have reserved and may spend. Each task reports totals, so
 * reporting again changes nothing. Sums are in micro-dollars.
 */
import type { Sql } from "../run/storage/schema.ts";
import type { AdoptRequest } from "./rpc.ts";

/** Maximum rows that one clean-up deletes. */
const MAX_DELETED = 5000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tree (task_id TEXT PRIMARY KEY, cap INTEGER, over INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS member (tree_id TEXT NOT NULL, task_id TEXT NOT NULL,
    spent INTEGER NOT NULL, reserved INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (tree_id, task_id)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS waiting_in_tree (task_id TEXT PRIMARY KEY, trees TEXT NOT NULL)
    STRICT, WITHOUT ROWID;`;

/** A tree with a limit, and what is left of it. */
export interface TreeRoom {
  readonly task_id: string;
  readonly cap: number;
  readonly room: number;
  /** Reserved by its tasks. */
  readonly reserved: number;
}

/** The trees of one tenant. Each method runs in one synchronous step. */
export class Trees {
  readonly #sql: Sql;
  readonly #now: () => number;
  readonly #maxReservedMs: number;

  /** @param maxReservedMs age after which a reservation no longer counts, milliseconds */
  constructor(sql: Sql, now: () => number, maxReservedMs: number) {
    this.#sql = sql;
    this.#now = now;
    this.#maxReservedMs = maxReservedMs;
    sql.exec(SCHEMA);
  }

  /**
   * Adds tasks to the trees above them. Adding them again changes nothing.
   * @returns the tasks that are not added: the limit of the first task is reached
   */
  adopt({ task_id, path, cap, spent, children, max_descendants }: AdoptRequest): string[] {
    const [root = task_id] = path;
    const known = new Set(
      [...this.#sql.exec("SELECT task_id FROM member WHERE tree_id = ?", root)].map((row) =>
        String(row["task_id"]),
      ),
    );
    known.delete(root);
    let count = known.size;
    const refused: string[] = [];
    this.setCap(task_id, cap, false);
    this.#add(task_id, task_id);
    this.book([task_id], task_id, spent);
    for (const child of children) {
      if (!known.has(child) && count >= max_descendants) {
        refused.push(child);
        continue;
      }
      count += known.has(child) ? 0 : 1;
      for (const tree of path) {
        this.#add(tree, child);
      }
    }
    return refused;
  }

  /** Sets the limit of a tree; null lifts it. @param over whether its run has ended */
  setCap(taskId: string, cap: number | null, over: boolean): void {
    this.#sql.exec(
      `INSERT INTO tree VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET cap = ?2, over = ?3
       WHERE cap IS NOT ?2 OR over <> ?3`,
      taskId,
      cap,
      over ? 1 : 0,
    );
  }

  /** Books what a task has spent in all. */
  book(trees: readonly string[], taskId: string, total: number): void {
    for (const tree of trees) {
      this.#sql.exec(
        `INSERT INTO member VALUES (?1, ?2, ?3, 0, ?4)
         ON CONFLICT DO UPDATE SET spent = ?3 WHERE spent < ?3`,
        tree,
        taskId,
        total,
        this.#now(),
      );
    }
  }

  /** Replaces the reservation of a task in its trees. */
  hold(trees: readonly string[], taskId: string, sum: number): void {
    for (const tree of trees) {
      this.#sql.exec(
        `UPDATE member SET reserved = ?3, at = ?4
         WHERE tree_id = ?1 AND task_id = ?2 AND (reserved <> ?3 OR ?3 > 0)`,
        tree,
        taskId,
        sum,
        this.#now(),
      );
    }
  }

  /** Returns the trees that have a limit, with what is left of it. */
  roomsOf(trees: readonly string[]): TreeRoom[] {
    return trees.flatMap((task_id) => {
      const [tree] = this.#sql.exec("SELECT cap FROM tree WHERE task_id = ?", task_id);
      const cap = tree?.["cap"];
      if (typeof cap !== "number") {
        return [];
      }
      const [used] = this.#sql.exec(
        `SELECT SUM(spent) AS spent, SUM(CASE WHEN at > ?2 THEN reserved ELSE 0 END) AS reserved
         FROM member WHERE tree_id = ?1`,
        task_id,
        this.#now() - this.#maxReservedMs,
      );
      const reserved = Number(used?.["reserved"] ?? 0);
      return [{ task_id, cap, reserved, room: cap - Number(used?.["spent"] ?? 0) - reserved }];
    });
  }

  /** Returns the tasks of a tree that hold reservations. */
  holders(taskId: string): string[] {
    const rows = this.#sql.exec(
      "SELECT task_id FROM member WHERE tree_id = ? AND reserved > 0 AND at > ?",
      taskId,
      this.#now() - this.#maxReservedMs,
    );
    return Array.from(rows, (row) => String(row["task_id"]));
  }

  /** Records the trees of a run that waits for a budget. */
  wait(taskId: string, trees: readonly string[]): void {
    if (trees.length > 0) {
      const text = JSON.stringify(trees);
      this.#sql.exec("INSERT OR REPLACE INTO waiting_in_tree VALUES (?, ?)", taskId, text);
    }
  }

  /** Returns the trees of a run that waits for a budget. */
  waitsIn(taskId: string): readonly string[] {
    const [row] = this.#sql.exec("SELECT trees FROM waiting_in_tree WHERE task_id = ?", taskId);
    return row === undefined ? [] : (JSON.parse(String(row["trees"])) as string[]);
  }

  /** Records that a run no longer waits for a budget. */
  forget(taskId: string): void {
    this.#sql.exec("DELETE FROM waiting_in_tree WHERE task_id = ?", taskId);
  }

  /** Deletes a bounded number of trees of ended runs that are older than an id. */
  deleteOld(oldId: string): void {
    this.#sql.exec(
      `DELETE FROM member WHERE (tree_id, task_id) IN (SELECT tree_id, member.task_id FROM member
         JOIN tree ON tree.task_id = tree_id WHERE over = 1 AND tree_id < ? LIMIT ${MAX_DELETED})`,
      oldId,
    );
    this.#sql.exec(
      `DELETE FROM tree WHERE over = 1 AND task_id < ?
         AND NOT EXISTS (SELECT 1 FROM member WHERE tree_id = tree.task_id)`,
      oldId,
    );
  }

  #add(tree: string, taskId: string): void {
    this.#sql.exec(
      "INSERT INTO member VALUES (?, ?, 0, 0, ?) ON CONFLICT DO NOTHING",
      tree,
      taskId,
      this.#now(),
    );
  }
}
