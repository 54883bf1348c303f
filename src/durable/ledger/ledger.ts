/**
 * A tenant's ledger: one object through which every costly model call of its runs passes, so that a
 * budget holds however many of them run at once, and which has the slots of its caps on concurrency
 * (`slots.ts`). What a run has spent is told as a total, so that
 * nothing is booked twice; what it holds back is one sum, since a run makes one model call at a
 * time. Runs that were refused are resumed, first come first served, as soon as there is room.
 */
import { DurableObject } from "cloudflare:workers";
import { isTerminal } from "../../run/decide/view.ts";
import type { Actor } from "../../store/audit.ts";
import { ConcurrencyStore } from "../../store/concurrency.ts";
import { TaskStore } from "../../store/tasks/tasks.ts";
import type {
  Budget,
  BudgetState,
  ConcurrencyCap,
  ConcurrencyState,
  LedgerRpc,
  Reserved,
  SlotAnswer,
  SlotSeeker,
  Spender,
} from "./rpc.ts";
import { runStub, type RunRpc } from "../run/rpc.ts";
import { Slots } from "./slots.ts";

/** How long single runs are remembered; totals stay. */
const REMEMBERED_MS = 40 * 86_400_000;
/** Rows that are forgotten at once. */
const FORGOTTEN = 5000;
/** Longest time that a sum is held back: no model call lives so long, so its run is gone. */
const HELD_MS = 6 * 3_600_000;
/** Runs that are resumed at once. */
const RESUMED = 50;
/** A run that was resumed and did not ask again is resumed once more after this, milliseconds. */
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
    sum INTEGER NOT NULL, seq INTEGER NOT NULL, over INTEGER NOT NULL, at INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS reserved_by_age ON reserved (at);
  CREATE INDEX IF NOT EXISTS reserved_held ON reserved (agent, at, sum) WHERE sum > 0;
  CREATE TABLE IF NOT EXISTS waiting (task_id TEXT PRIMARY KEY, agent TEXT NOT NULL,
    most INTEGER NOT NULL, least INTEGER NOT NULL, since INTEGER NOT NULL,
    resumed INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS waiting_by_time ON waiting (since, task_id);`;

export class TenantLedger extends DurableObject<Env> implements LedgerRpc {
  readonly #sql: SqlStorage;
  readonly #slots: Slots;
  /** Ends when the change of a cap that came last is made, in whichever way. */
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(SCHEMA);
    this.#slots = new Slots(this.#sql, () => Date.now());
  }

  async reserve(spender: Spender, most: number, least: number): Promise<Reserved> {
    const { task_id, agent } = spender;
    this.#book(spender);
    if (this.#isOvertaken(spender)) {
      // The run has said more since, or is over: nobody waits for this answer any more.
      const budget: Budget = { agent: null, period: "day", cap: 0 };
      return { ok: false, budget, until: endOf("day") };
    }
    this.#sql.exec("UPDATE reserved SET sum = 0 WHERE task_id = ?", task_id);
    const budgets = this.#budgets().filter((one) => one.agent === null || one.agent === agent);
    const tightest = budgets.toSorted((a, b) => roomIn(a) - roomIn(b))[0];
    if (tightest === undefined) {
      this.#forget(task_id);
      return { ok: true, sum: most, capped: false };
    }
    const room = roomIn(tightest);
    if (room < least) {
      this.#sql.exec(
        `INSERT INTO waiting VALUES (?1, ?2, ?3, ?4, ?5, 0)
         ON CONFLICT DO UPDATE SET most = ?3, least = ?4, resumed = 0`,
        task_id,
        agent,
        most,
        least,
        Date.now(),
      );
      await this.#alarmBy(Date.parse(endOf("day")));
      const { period, cap } = tightest;
      return { ok: false, budget: { agent: tightest.agent, period, cap }, until: endOf(period) };
    }
    const sum = Math.min(most, room);
    this.#note(spender, sum, false);
    this.#forget(task_id);
    return { ok: true, sum, capped: true };
  }

  async settle(spender: Spender, over: boolean): Promise<void> {
    this.#book(spender);
    if (!this.#isOvertaken({ ...spender, seq: spender.seq - 1 })) {
      this.#note(spender, 0, over);
    }
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

  async takeSlot(seeker: SlotSeeker): Promise<SlotAnswer> {
    const { answer, given } = this.#slots.take(seeker);
    await this.#afterGiving(given);
    return answer;
  }

  async releaseSlot(taskId: string, seq: number): Promise<void> {
    this.#slots.release(taskId, seq);
    await this.#afterGiving(this.#slots.give());
  }

  async concurrency(): Promise<ConcurrencyState[]> {
    return this.#slots.states();
  }

  setConcurrency(tenantId: string, cap: ConcurrencyCap, actor: Actor): Promise<ConcurrencyState[]> {
    const changed = this.#lastChange.then(() => this.#changeCap(tenantId, cap, actor));
    this.#lastChange = changed.catch(() => undefined);
    return changed;
  }

  /**
   * New tasks ask for slots as long as there is anything to be refused by: a failure between the two
   * leaves tasks that ask in vain, not tasks that nobody counts.
   */
  async #changeCap(
    tenantId: string,
    cap: ConcurrencyCap,
    actor: Actor,
  ): Promise<ConcurrencyState[]> {
    const note = () => new ConcurrencyStore(this.env.DB).set(tenantId, cap, actor);
    if (cap.max_runs !== null) {
      await note();
    }
    this.#slots.setCap(cap);
    await this.#afterGiving(this.#slots.give());
    if (cap.max_runs === null) {
      await note();
    }
    return this.#slots.states();
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    const old = new Date(now - REMEMBERED_MS).toISOString().slice(0, 10);
    this.#sql.exec(
      `DELETE FROM spent WHERE (task_id, day) IN
         (SELECT task_id, day FROM spent WHERE day < ? LIMIT ${FORGOTTEN})`,
      old,
    );
    this.#sql.exec(
      `DELETE FROM reserved WHERE task_id IN
         (SELECT task_id FROM reserved WHERE at < ? LIMIT ${FORGOTTEN})`,
      now - REMEMBERED_MS,
    );
    await this.#alarmBy(Date.parse(endOf("day")));
    await this.#resume();
    await this.#afterGiving([...this.#slots.give(), ...this.#slots.due()]);
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
        // What is remembered of single runs is forgotten in time.
        void this.#alarmBy(Date.parse(endOf("day")));
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

  /** Whether the run has said something later than this, or is over. */
  #isOvertaken({ task_id, seq }: Spender): boolean {
    const [known] = this.#sql
      .exec<{ seq: number; over: number }>(
        "SELECT seq, over FROM reserved WHERE task_id = ?",
        task_id,
      )
      .toArray();
    return known !== undefined && (known.over === 1 || known.seq > seq);
  }

  /** Notes what a run holds back from now on, and when in its log it said so. */
  #note({ task_id, agent, seq }: Spender, sum: number, over: boolean): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO reserved VALUES (?, ?, ?, ?, ?, ?)",
      task_id,
      agent,
      sum,
      seq,
      over ? 1 : 0,
      Date.now(),
    );
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
        `SELECT SUM(sum) AS sum FROM reserved INDEXED BY reserved_held
         WHERE sum > 0 AND at > ${Date.now() - HELD_MS} AND (?1 = '' OR agent = ?1)`,
        name,
      );
      return { agent, period, cap, spent, reserved };
    });
  }

  #sumOf(query: string, ...bindings: readonly string[]): number {
    return Number(this.#sql.exec(query, ...bindings).one()["sum"] ?? 0);
  }

  /**
   * Resumes runs, those that wait longest first, as many as what they ask for fits. What frees a sum
   * calls this, so nothing has to look again but for runs that were resumed and did not come back.
   */
  async #resume(): Promise<void> {
    const now = Date.now();
    const left = this.#budgets().map((budget) => ({ budget, room: roomIn(budget) }));
    const most = left.reduce((room, one) => Math.max(room, one.room), 0);
    const waiting = this.#sql.exec<Waiting>(
      `SELECT task_id, agent, most, least FROM waiting
       WHERE least <= ? AND resumed <= ? ORDER BY since, task_id`,
      left.length === 0 ? Number.MAX_SAFE_INTEGER : most,
      now - AGAIN_MS,
    );
    const chosen: string[] = [];
    for (const run of waiting) {
      const above = left.filter(({ budget }) => (budget.agent ?? run.agent) === run.agent);
      if (above.every(({ room }) => room >= run.least)) {
        for (const one of above) {
          one.room -= Math.min(run.most, one.room);
        }
        chosen.push(run.task_id);
      }
      if (chosen.length === RESUMED || (left.length > 0 && left.every(({ room }) => room <= 0))) {
        break;
      }
    }
    for (const taskId of chosen) {
      this.#sql.exec("UPDATE waiting SET resumed = ? WHERE task_id = ?", now, taskId);
      this.ctx.waitUntil(this.#wake(taskId));
    }
    const [oldest] = this.#sql
      .exec<{ at: number | null }>("SELECT MIN(resumed) AS at FROM waiting WHERE resumed > 0")
      .toArray();
    if (typeof oldest?.at === "number") {
      await this.#alarmBy(Math.max(now + 1, oldest.at + AGAIN_MS));
    }
  }

  /** Looks after runs that have a slot and may not know, and sets the alarm for what follows. */
  async #afterGiving(taskIds: readonly string[]): Promise<void> {
    for (const taskId of taskIds) {
      this.ctx.waitUntil(this.#lookAfter(taskId));
    }
    const at = this.#slots.dueAt;
    if (at !== null) {
      await this.#alarmBy(Math.max(Date.now() + 1, at));
    }
  }

  /** A run that waits for its slot is woken; one that needs none any more gives it to the next. */
  async #lookAfter(taskId: string): Promise<void> {
    try {
      const run = this.#run(taskId);
      const { status, waiting_for, last_seq } = await run.health();
      if (waiting_for === "concurrency") {
        await run.command(JSON.stringify({ kind: "resume", by: "concurrency" }));
      } else if (isTerminal(status) || status === "waiting") {
        await this.releaseSlot(taskId, last_seq);
      } else if (last_seq === 0) {
        // Its task was deleted, and its log with it.
        await this.releaseSlot(taskId, Number.MAX_SAFE_INTEGER);
      }
    } catch {
      if (await this.#isOverInD1(taskId)) {
        await this.releaseSlot(taskId, Number.MAX_SAFE_INTEGER);
      } else {
        this.#slots.missed(taskId);
        await this.#afterGiving(this.#slots.give());
      }
    }
  }

  /** A run whose log cannot be read never answers; its task has failed. */
  async #isOverInD1(taskId: string): Promise<boolean> {
    try {
      const task = await new TaskStore(this.env.DB).get(this.ctx.id.name ?? "", taskId);
      return task !== null && isTerminal(task.status);
    } catch {
      return false;
    }
  }

  #run(taskId: string): RunRpc {
    return runStub(this.env.RUNS, this.ctx.id.name ?? "", taskId);
  }

  /** The run asks again by itself; one that is over needs nothing. */
  async #wake(taskId: string): Promise<void> {
    try {
      const answer = await this.#run(taskId).command(
        JSON.stringify({ kind: "resume", by: "budget" }),
      );
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

type Waiting = {
  readonly task_id: string;
  readonly agent: string;
  readonly most: number;
  readonly least: number;
};

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
