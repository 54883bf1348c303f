/**
 * A tenant's ledger: one object through which every costly model call of its runs passes, so that a
 * budget holds however many of them run at once. What a run has spent is told as a total, so that
 * nothing is booked twice; what it holds back is one sum, since a run makes one model call at a
 * time. Runs that were refused are resumed, first come first served, as soon as there is room.
 */
import { DurableObject } from "cloudflare:workers";
import { isTerminal } from "../run/view.ts";
import type { Budget, BudgetState, LedgerRpc, Reserved, Spender } from "./ledger-rpc.ts";
import { runStub } from "./rpc.ts";

/** Days for which single runs are remembered; totals stay. */
const REMEMBERED_MS = 40 * 86_400_000;
/** Runs that are resumed at once, and the pause before the next, milliseconds. */
const RESUMED = 50;
const PAUSE_MS = 1000;
/** A run that was resumed and did not ask again is resumed once more after this. */
const AGAIN_MS = 30_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS budget (agent TEXT NOT NULL, period TEXT NOT NULL, cap INTEGER NOT NULL,
    PRIMARY KEY (agent, period)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS spent (task_id TEXT NOT NULL, day TEXT NOT NULL, sum INTEGER NOT NULL,
    PRIMARY KEY (task_id, day)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS spent_by_day ON spent (day);
  CREATE TABLE IF NOT EXISTS total (day TEXT NOT NULL, agent TEXT NOT NULL, sum INTEGER NOT NULL,
    PRIMARY KEY (day, agent)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS reserved (task_id TEXT PRIMARY KEY, agent TEXT NOT NULL,
    sum INTEGER NOT NULL, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS waiting (task_id TEXT PRIMARY KEY, agent TEXT NOT NULL,
    least INTEGER NOT NULL, since INTEGER NOT NULL, resumed INTEGER NOT NULL) STRICT, WITHOUT ROWID;`;

export class TenantLedger extends DurableObject<Env> implements LedgerRpc {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(SCHEMA);
  }

  async reserve(spender: Spender, most: number, least: number): Promise<Reserved> {
    const { task_id, agent, seq } = spender;
    this.#book(spender);
    this.#release(task_id, seq + 1);
    const budgets = this.#budgets().filter((one) => one.agent === null || one.agent === agent);
    const tightest = budgets.toSorted((a, b) => roomIn(a) - roomIn(b))[0];
    if (tightest === undefined) {
      this.#forget(task_id);
      return { ok: true, sum: most, capped: false };
    }
    const room = roomIn(tightest);
    if (room < least) {
      this.#sql.exec(
        "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, 0)",
        task_id,
        agent,
        least,
        Date.now(),
      );
      await this.#alarmBy(Date.parse(endOf(tightest.period)));
      const { period, cap } = tightest;
      return { ok: false, budget: { agent: tightest.agent, period, cap }, until: endOf(period) };
    }
    const sum = Math.min(most, room);
    this.#sql.exec("INSERT INTO reserved VALUES (?, ?, ?, ?)", task_id, agent, sum, seq);
    this.#forget(task_id);
    return { ok: true, sum, capped: true };
  }

  async settle(spender: Spender, over: boolean): Promise<void> {
    this.#book(spender);
    this.#release(spender.task_id, spender.seq);
    if (over) {
      this.#forget(spender.task_id);
    }
    await this.#resume();
  }

  async budgets(): Promise<BudgetState[]> {
    return this.#budgets();
  }

  async setBudget({
    agent,
    period,
    cap,
  }: Omit<Budget, "cap"> & { readonly cap: number | null }): Promise<BudgetState[]> {
    if (cap === null) {
      this.#sql.exec("DELETE FROM budget WHERE agent = ? AND period = ?", agent ?? "", period);
    } else {
      this.#sql.exec("INSERT OR REPLACE INTO budget VALUES (?, ?, ?)", agent ?? "", period, cap);
    }
    await this.#resume();
    return this.#budgets();
  }

  override async alarm(): Promise<void> {
    const old = new Date(Date.now() - REMEMBERED_MS).toISOString().slice(0, 10);
    this.#sql.exec("DELETE FROM spent WHERE day < ?", old);
    await this.#resume();
  }

  /** Adds what the ledger did not know of yet. */
  #book({ task_id, agent, spent }: Spender): void {
    for (const { day, sum } of spent) {
      const [row] = this.#sql.exec(
        "SELECT sum FROM spent WHERE task_id = ? AND day = ?",
        task_id,
        day,
      );
      const more = sum - Number(row?.["sum"] ?? 0);
      if (more > 0) {
        this.#sql.exec("INSERT OR REPLACE INTO spent VALUES (?, ?, ?)", task_id, day, sum);
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

  /** Releases what was held back before a moment of the run's log. */
  #release(taskId: string, seq: number): void {
    this.#sql.exec("DELETE FROM reserved WHERE task_id = ? AND seq < ?", taskId, seq);
  }

  #forget(taskId: string): void {
    this.#sql.exec("DELETE FROM waiting WHERE task_id = ?", taskId);
  }

  #budgets(): BudgetState[] {
    const rows = this.#sql.exec<{ name: string; period: Budget["period"]; cap: number }>(
      "SELECT agent AS name, period, cap FROM budget ORDER BY agent, period",
    );
    return Array.from(rows, ({ name, period, cap }): BudgetState => {
      const agent = name === "" ? null : name;
      const from = startOf(period);
      const spent = this.#sumOf(
        "SELECT SUM(sum) AS sum FROM total WHERE day >= ? AND (?2 = '' OR agent = ?2)",
        from,
        name,
      );
      const reserved = this.#sumOf(
        "SELECT SUM(sum) AS sum FROM reserved WHERE (?1 = '' OR agent = ?1)",
        name,
      );
      return { agent, period, cap, spent, reserved };
    });
  }

  #sumOf(query: string, ...bindings: readonly string[]): number {
    return Number(this.#sql.exec(query, ...bindings).one()["sum"] ?? 0);
  }

  /** Resumes the runs that wait longest, as many as there is room for. */
  async #resume(): Promise<void> {
    const now = Date.now();
    const waiting = this.#sql
      .exec<{ task_id: string; agent: string; least: number }>(
        "SELECT task_id, agent, least FROM waiting WHERE resumed < ? ORDER BY since LIMIT ?",
        now - AGAIN_MS,
        RESUMED,
      )
      .toArray();
    const left = this.#budgets().map((budget) => ({ budget, room: roomIn(budget) }));
    for (const { task_id, agent, least } of waiting) {
      const above = left.filter(({ budget }) => budget.agent === null || budget.agent === agent);
      if (above.some(({ room }) => room < least)) {
        continue;
      }
      for (const one of above) {
        one.room -= least;
      }
      this.#sql.exec("UPDATE waiting SET resumed = ? WHERE task_id = ?", now, task_id);
      this.ctx.waitUntil(this.#wake(task_id));
    }
    if (waiting.length > 0) {
      const more = waiting.length === RESUMED ? now + PAUSE_MS : now + AGAIN_MS;
      await this.#alarmBy(Math.min(more, Date.parse(endOf("day"))));
    }
  }

  /** The run asks again by itself; one that is over needs nothing. */
  async #wake(taskId: string): Promise<void> {
    try {
      const run = runStub(this.env.RUNS, this.ctx.id.name ?? "", taskId);
      const answer = await run.command(JSON.stringify({ kind: "resume", by: "budget" }));
      if (!answer.ok || isTerminal(answer.status)) {
        this.#forget(taskId);
      }
    } catch {
      // It is resumed once more by the alarm.
    }
  }

  async #alarmBy(time: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > time) {
      await this.ctx.storage.setAlarm(time);
    }
  }
}

function roomIn({ cap, spent, reserved }: BudgetState): number {
  return cap - spent - reserved;
}

/** The first day of the period that is now. */
function startOf(period: Budget["period"]): string {
  const today = new Date(Date.now()).toISOString().slice(0, 10);
  return period === "day" ? today : `${today.slice(0, 8)}01`;
}

/** When the period that is now ends. */
function endOf(period: Budget["period"]): string {
  const [year = 0, month = 1, day = 1] = startOf(period).split("-").map(Number);
  const end = period === "day" ? Date.UTC(year, month - 1, day + 1) : Date.UTC(year, month, 1);
  return new Date(end).toISOString();
}
