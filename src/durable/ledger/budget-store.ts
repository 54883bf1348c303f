/**
 * A tenant's budgets in SQLite: the spending and reservations of its runs, and the runs that wait
 * for a budget. A run reports totals, so nothing is booked twice. Each report carries the log's
 * `seq`, so an overtaken report releases nothing. A run has one reservation, because it makes one
 * model call at a time. Sums are in micro-dollars. A run that has ended leaves one row, which
 * rejects later reports of it. Rows are deleted after 40 days, which is longer than any period of a
 * budget.
 */
import { firstIdAt } from "../../run/value/id.ts";
import { leaseOf } from "./leases.ts";
import { Trees } from "./trees.ts";
import type { Budget, BudgetChange, BudgetState, Reserved, Spender } from "./rpc.ts";

/** Retention of the rows of single runs and of totals, milliseconds. */
const RETENTION_MS = 40 * 86_400_000;
/** Maximum rows that one clean-up deletes from each table. */
const MAX_DELETED = 5000;
/**
 * Maximum age of a reservation, milliseconds: no model call takes this long, so its run is gone.
 */
const MAX_RESERVED_MS = 6 * 3_600_000;
/**
 * A run that waits for the limit of a tree asks again after this, milliseconds. A change of the limit
 * resumes it earlier.
 */
const TREE_WAIT_MS = 3_600_000;
/** Maximum runs resumed at once. */
const MAX_RESUMED = 50;
/** A resumed run that requested nothing within this time is resumed once more, milliseconds. */
const RESUME_AGAIN_MS = 30_000;

/**
 * Old rows need no index of their own: a task's id begins with its creation time. Earlier versions
 * had one for each of the two tables.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS budget (agent TEXT NOT NULL, period TEXT NOT NULL, cap INTEGER NOT NULL,
    PRIMARY KEY (agent, period)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS spent (task_id TEXT NOT NULL, day TEXT NOT NULL, sum INTEGER NOT NULL,
    PRIMARY KEY (task_id, day)) STRICT, WITHOUT ROWID;
  DROP INDEX IF EXISTS spent_by_day;
  CREATE TABLE IF NOT EXISTS total (day TEXT NOT NULL, agent TEXT NOT NULL, sum INTEGER NOT NULL,
    PRIMARY KEY (day, agent)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS reserved (task_id TEXT PRIMARY KEY, agent TEXT NOT NULL,
    sum INTEGER NOT NULL, seq INTEGER NOT NULL, over INTEGER NOT NULL, at INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
  DROP INDEX IF EXISTS reserved_by_age;
  CREATE INDEX IF NOT EXISTS reserved_held ON reserved (agent, at, sum) WHERE sum > 0;
  CREATE TABLE IF NOT EXISTS waiting (task_id TEXT PRIMARY KEY, agent TEXT NOT NULL,
    most INTEGER NOT NULL, least INTEGER NOT NULL, since INTEGER NOT NULL,
    resumed INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS waiting_by_time ON waiting (since, task_id);`;

/** Each method runs in one synchronous step, so concurrent calls cannot interleave. */
export class BudgetStore {
  readonly trees: Trees;
  readonly #sql: SqlStorage;
  readonly #now: () => number;

  constructor(sql: SqlStorage, now: () => number) {
    this.#sql = sql;
    this.#now = now;
    sql.exec(SCHEMA);
    this.trees = new Trees(sql, now, MAX_RESERVED_MS);
  }

  /**
   * Books a run's spending and reserves between `least` and `most` for its next call. If less than
   * `least` is left, records that the run waits.
   * @param wanted for this call and those after it
   */
  reserve(spender: Spender, most: number, least: number, wanted = 0): Reserved {
    const { task_id, agent, trees = [] } = spender;
    this.#book(spender, false);
    if (this.#isOvertaken(spender)) {
      // The run has sent a later report or has ended: it no longer waits for this answer.
      return { ok: false, budget: { agent: null, period: "day", cap: 0 }, until: this.nextDay() };
    }
    this.#sql.exec("UPDATE reserved SET sum = 0 WHERE task_id = ?", task_id);
    this.trees.hold(trees, task_id, 0);
    const budgets = this.states().filter((one) => one.agent === null || one.agent === agent);
    const tightest = budgets.toSorted((a, b) => roomIn(a) - roomIn(b))[0];
    const inTrees = this.trees.roomsOf(trees);
    const tree = inTrees.toSorted((a, b) => a.room - b.room)[0];
    if (tree !== undefined && tree.room < least) {
      this.#wait(spender, most, least);
      const until = new Date(this.#now() + TREE_WAIT_MS).toISOString();
      return { ok: false, tree: { task_id: tree.task_id, cap: tree.cap }, until };
    }
    if (tightest === undefined) {
      const granted = Math.min(most, tree?.room ?? most);
      this.forget(task_id);
      return tree === undefined
        ? { ok: true, sum: granted, capped: false }
        : this.#grant(spender, granted, leaseOf(granted, most, wanted, inTrees));
    }
    const room = roomIn(tightest);
    if (room < least) {
      this.#wait(spender, most, least);
      const { period, cap } = tightest;
      const until = new Date(endOf(period, this.#now())).toISOString();
      return { ok: false, budget: { agent: tightest.agent, period, cap }, until };
    }
    const sum = Math.min(most, room, tree?.room ?? most);
    this.forget(task_id);
    const rooms = budgets.map((one) => ({ room: roomIn(one), reserved: one.reserved }));
    const lease = leaseOf(sum, most, wanted, [...rooms, ...inTrees]);
    return this.#grant(spender, sum, lease);
  }

  #grant(spender: Spender, sum: number, lease: number | undefined): Reserved {
    this.#hold(spender, lease ?? sum, false);
    return { ok: true, sum, capped: true, ...(lease === undefined ? {} : { lease }) };
  }

  /**
   * Books a run's spending and releases its reservation.
   * @param over whether the run has ended
   * @param keep what stays reserved; null for all of it
   */
  settle(spender: Spender, over: boolean, keep: number | null = 0): void {
    const wasOver = this.#isOver(spender.task_id);
    this.#book(spender, over);
    if (over && !wasOver) {
      this.#hold(spender, 0, true);
    } else if (keep !== null && !this.#isOvertaken({ ...spender, seq: spender.seq - 1 })) {
      this.#hold(spender, keep, false);
    }
    if (over) {
      this.forget(spender.task_id);
    }
  }

  /** Returns the runs that hold reservations: all, or those of an agent. */
  holders(agent: string | null): string[] {
    const rows = this.#sql.exec<{ task_id: string }>(
      `SELECT task_id FROM reserved INDEXED BY reserved_held
       WHERE sum > 0 AND at > ${this.#now() - MAX_RESERVED_MS} AND (?1 = '' OR agent = ?1)`,
      agent ?? "",
    );
    return Array.from(rows, ({ task_id }) => task_id);
  }

  /** Sets a budget, or removes it if `cap` is null. */
  set({ agent, period, cap }: BudgetChange): void {
    if (cap === null) {
      this.#sql.exec("DELETE FROM budget WHERE agent = ? AND period = ?", agent ?? "", period);
    } else {
      this.#sql.exec("INSERT OR REPLACE INTO budget VALUES (?, ?, ?)", agent ?? "", period, cap);
    }
  }

  /** Returns all budgets with their spending and reservations in the current period. */
  states(): BudgetState[] {
    const now = this.#now();
    const rows = this.#sql.exec<{ name: string; period: Budget["period"]; cap: number }>(
      "SELECT agent AS name, period, cap FROM budget ORDER BY agent, period",
    );
    return Array.from(rows, ({ name, period, cap }): BudgetState => {
      const spent = this.#sumOf(
        "SELECT SUM(sum) AS sum FROM total WHERE day >= ? AND (?2 = '' OR agent = ?2)",
        startOf(period, now),
        name,
      );
      const reserved = this.#sumOf(
        `SELECT SUM(sum) AS sum FROM reserved INDEXED BY reserved_held
         WHERE sum > 0 AND at > ${now - MAX_RESERVED_MS} AND (?1 = '' OR agent = ?1)`,
        name,
      );
      return { agent: name === "" ? null : name, period, cap, spent, reserved };
    });
  }

  /** Records that the run no longer waits for a budget. */
  forget(taskId: string): void {
    this.#sql.exec("DELETE FROM waiting WHERE task_id = ?", taskId);
    this.trees.forget(taskId);
  }

  /**
   * Selects runs to resume, longest waiting first, as long as their requests fit. They stay in the
   * list until they request a reservation again.
   */
  takeResumable(): string[] {
    const now = this.#now();
    const left = this.states().map((budget) => ({ budget, room: roomIn(budget) }));
    const most = left.reduce((room, one) => Math.max(room, one.room), 0);
    /** What is left of the trees, by their first task; null for one without a limit. */
    const inTrees = new Map<string, { room: number } | null>();
    const treeOf = (id: string): { room: number } | null => {
      if (!inTrees.has(id)) {
        const [tree] = this.trees.roomsOf([id]);
        inTrees.set(id, tree === undefined ? null : { room: tree.room });
      }
      return inTrees.get(id) ?? null;
    };
    const waiting = this.#sql.exec<Waiting>(
      `SELECT task_id, agent, most, least FROM waiting
       WHERE least <= ? AND resumed <= ? ORDER BY since, task_id`,
      left.length === 0 ? Number.MAX_SAFE_INTEGER : most,
      now - RESUME_AGAIN_MS,
    );
    const chosen: string[] = [];
    for (const run of waiting) {
      const above: { room: number }[] = [
        ...left.filter(({ budget }) => (budget.agent ?? run.agent) === run.agent),
        ...this.trees
          .waitsIn(run.task_id)
          .map(treeOf)
          .filter((tree) => tree !== null),
      ];
      if (above.every(({ room }) => room >= run.least)) {
        for (const one of above) {
          one.room -= Math.min(run.most, one.room);
        }
        chosen.push(run.task_id);
      }
      if (
        chosen.length === MAX_RESUMED ||
        (left.length > 0 && left.every(({ room }) => room <= 0))
      ) {
        break;
      }
    }
    for (const taskId of chosen) {
      this.#sql.exec("UPDATE waiting SET resumed = ? WHERE task_id = ?", now, taskId);
    }
    return chosen;
  }

  /**
   * When a resumed run without a new request is resumed again, milliseconds since the epoch; null
   * if there is none.
   */
  get resumeAgainAt(): number | null {
    const [oldest] = this.#sql
      .exec<{ at: number | null }>("SELECT MIN(resumed) AS at FROM waiting WHERE resumed > 0")
      .toArray();
    return typeof oldest?.at === "number" ? oldest.at + RESUME_AGAIN_MS : null;
  }

  /** Deletes a bounded number of old rows. Returns whether more may remain. */
  deleteOld(): boolean {
    const before = this.#now() - RETENTION_MS;
    const oldId = firstIdAt(before);
    const spent = this.#sql.exec(
      `DELETE FROM spent WHERE (task_id, day) IN
         (SELECT task_id, day FROM spent WHERE task_id < ? AND day < ? LIMIT ${MAX_DELETED})`,
      oldId,
      dayOf(before),
    ).rowsWritten;
    const reserved = this.#sql.exec(
      `DELETE FROM reserved WHERE task_id IN
         (SELECT task_id FROM reserved WHERE task_id < ? AND at < ? LIMIT ${MAX_DELETED})`,
      oldId,
      before,
    ).rowsWritten;
    const totals = this.#sql.exec(
      `DELETE FROM total WHERE (day, agent) IN
         (SELECT day, agent FROM total WHERE day < ? LIMIT ${MAX_DELETED})`,
      dayOf(before),
    ).rowsWritten;
    this.trees.deleteOld(oldId);
    return Math.max(spent, reserved, totals) >= MAX_DELETED;
  }

  /**
   * Returns when the next day begins (RFC 3339, UTC): budgets have room again, and old rows are
   * deleted.
   */
  nextDay(): string {
    return new Date(endOf("day", this.#now())).toISOString();
  }

  /**
   * Adds spending that is not booked yet.
   * @param over whether this is the run's last report: what it has spent is not needed any more
   */
  #book({ task_id, agent, spent, trees = [] }: Spender, over: boolean): void {
    if (trees.length > 0) {
      const total = spent.reduce((sum, day) => sum + day.sum, 0);
      this.trees.book(trees, task_id, total);
    }
    if (spent.length === 0 || this.#isOver(task_id)) {
      return;
    }
    for (const { day, sum } of spent) {
      const [row] = this.#sql.exec(
        "SELECT sum FROM spent WHERE task_id = ? AND day = ?",
        task_id,
        day,
      );
      const more = sum - Number(row?.["sum"] ?? 0);
      if (over && row !== undefined) {
        this.#sql.exec("DELETE FROM spent WHERE task_id = ? AND day = ?", task_id, day);
      }
      if (more > 0) {
        if (!over) {
          this.#sql.exec("INSERT OR REPLACE INTO spent VALUES (?, ?, ?)", task_id, day, sum);
        }
        this.#sql.exec(
          `INSERT INTO total VALUES (?1, ?2, ?3)
           ON CONFLICT (day, agent) DO UPDATE SET sum = sum + ?3`,
          day,
          agent,
          more,
        );
      }
    }
  }

  #isOver(taskId: string): boolean {
    const [row] = this.#sql.exec("SELECT over FROM reserved WHERE task_id = ?", taskId);
    return row?.["over"] === 1;
  }

  /** Returns whether the run has sent a later report or has ended. */
  #isOvertaken({ task_id, seq }: Spender): boolean {
    const [known] = this.#sql
      .exec<{ seq: number; over: number }>(
        "SELECT seq, over FROM reserved WHERE task_id = ?",
        task_id,
      )
      .toArray();
    return known !== undefined && (known.over === 1 || known.seq > seq);
  }

  /** Sets a run's reservation and the `seq` of its report. */
  #hold({ task_id, agent, seq, trees = [] }: Spender, sum: number, over: boolean): void {
    this.trees.hold(trees, task_id, sum);
    this.#sql.exec(
      "INSERT OR REPLACE INTO reserved VALUES (?, ?, ?, ?, ?, ?)",
      task_id,
      agent,
      sum,
      seq,
      over ? 1 : 0,
      this.#now(),
    );
  }

  #wait({ task_id, agent, trees = [] }: Spender, most: number, least: number): void {
    this.trees.wait(task_id, trees);
    this.#sql.exec(
      `INSERT INTO waiting VALUES (?1, ?2, ?3, ?4, ?5, 0)
       ON CONFLICT DO UPDATE SET most = ?3, least = ?4, resumed = 0`,
      task_id,
      agent,
      most,
      least,
      this.#now(),
    );
  }

  #sumOf(query: string, ...bindings: readonly string[]): number {
    return Number(this.#sql.exec(query, ...bindings).one()["sum"] ?? 0);
  }
}

type Waiting = {
  readonly task_id: string;
  readonly agent: string;
  readonly most: number;
  readonly least: number;
};

function roomIn({ cap, spent, reserved }: BudgetState): number {
  return cap - spent - reserved;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Returns the first day of the current period. */
function startOf(period: Budget["period"], now: number): string {
  const today = dayOf(now);
  return period === "day" ? today : `${today.slice(0, 8)}01`;
}

/** Returns when the current period ends, milliseconds since the epoch. */
function endOf(period: Budget["period"], now: number): number {
  const [year = 0, month = 1, day = 1] = startOf(period, now).split("-").map(Number);
  return period === "day" ? Date.UTC(year, month - 1, day + 1) : Date.UTC(year, month, 1);
}
