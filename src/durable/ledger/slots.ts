/**
 * The slots of a tenant: how many of its runs may work at once, in all and by agent, which runs hold
 * one, and which wait. A free slot is given to one that waits before that run knows of it, so that
 * no newcomer overtakes it. All of it is rows; what a call decides, it decides in one turn.
 */
import type { ConcurrencyCap, ConcurrencyState, SlotAnswer, SlotSeeker } from "./rpc.ts";
import type { Sql, SqlRow } from "../run/storage/schema.ts";

/** Slots that are given at once; the rest follow with the next alarm. */
const GIVEN = 50;
/** A run that was given a slot and has not come for it is looked after again after this, milliseconds. */
const UNTAKEN_MS = 30_000;
/** A run that could not be looked after is tried again after this, milliseconds, then twice as long … */
const MISSED_MS = 1_000;
/** … and after so many times it has to wait anew, so that another may work. */
const MAX_MISSED = 6;
/** While others wait, a run that holds a slot is looked after this often, milliseconds. */
const HELD_MS = 300_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS slot_cap (agent TEXT PRIMARY KEY, max INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS slot (task_id TEXT PRIMARY KEY, agent TEXT NOT NULL,
    seq INTEGER NOT NULL, taken INTEGER NOT NULL, at INTEGER NOT NULL,
    missed INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS slot_by_agent ON slot (agent);
  CREATE TABLE IF NOT EXISTS slot_queue (task_id TEXT PRIMARY KEY, agent TEXT NOT NULL,
    priority INTEGER NOT NULL, since INTEGER NOT NULL, seq INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS slot_queue_by_agent
    ON slot_queue (agent, priority DESC, since, task_id);`;

/** What stands for the whole tenant where agents are named. */
const TENANT = "";

export class Slots {
  readonly #sql: Sql;
  readonly #now: () => number;
  /** Whether there may be more to give than was given last. */
  #more = false;

  constructor(sql: Sql, now: () => number) {
    this.#sql = sql;
    this.#now = now;
    sql.exec(SCHEMA);
  }

  /**
   * Takes a slot for a run, or has it wait for one. Asking again changes nothing.
   * @returns the answer, and the other runs that were given slots by the way
   */
  take({ task_id, agent, priority, seq }: SlotSeeker): Given & { readonly answer: SlotAnswer } {
    if (this.#claim(task_id, seq)) {
      return { answer: { ok: true, capped: true }, given: [] };
    }
    const caps = this.#caps();
    if (!caps.has(TENANT) && !caps.has(agent)) {
      // It counts all the same: a cap that is set while it works is a cap on it too.
      this.#give({ task_id, agent, seq });
      this.#claim(task_id, seq);
      return { answer: { ok: true, capped: false }, given: [] };
    }
    this.#sql.exec(
      "INSERT INTO slot_queue VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET seq = MAX(seq, ?5)",
      task_id,
      agent,
      priority,
      this.#now(),
      seq,
    );
    const given = this.give();
    const ok = given.includes(task_id) && this.#claim(task_id, seq);
    return {
      answer: ok ? { ok: true, capped: true } : { ok: false, limit: this.#full(caps, agent) },
      given: given.filter((other) => other !== task_id),
    };
  }

  /** A run gives its slot back, or waits no more; what it said before it asked again changes nothing. */
  release(taskId: string, seq: number): void {
    this.#sql.exec("DELETE FROM slot WHERE task_id = ? AND seq <= ?", taskId, seq);
    this.#sql.exec("DELETE FROM slot_queue WHERE task_id = ? AND seq <= ?", taskId, seq);
  }

  /** Gives what is free to those that wait, in their order. @returns the runs that were given a slot */
  give(): string[] {
    const caps = this.#caps();
    const held = this.#held();
    const heads = this.#heads();
    const given: string[] = [];
    const isFree = (agent: string): boolean =>
      (held.get(agent) ?? 0) < (caps.get(agent) ?? Infinity);
    while (given.length < GIVEN && isFree(TENANT)) {
      const [next] = [...heads.values()]
        .filter(({ agent }) => isFree(agent))
        .toSorted((a, b) => before(a, b, held));
      if (next === undefined) {
        break;
      }
      this.#give(next);
      for (const name of [TENANT, next.agent]) {
        held.set(name, (held.get(name) ?? 0) + 1);
      }
      const [follower] = this.#headsFrom("agent = ?", next.agent);
      if (follower === undefined) {
        heads.delete(next.agent);
      } else {
        heads.set(next.agent, follower);
      }
      given.push(next.task_id);
    }
    this.#more = given.length === GIVEN;
    return given;
  }

  #give({ task_id, agent, seq }: Pick<Waiting, "task_id" | "agent" | "seq">): void {
    this.#sql.exec("DELETE FROM slot_queue WHERE task_id = ?", task_id);
    this.#sql.exec("INSERT INTO slot VALUES (?, ?, ?, 0, ?, 0)", task_id, agent, seq, this.#now());
  }

  /** Every cap, with how many runs hold a slot under it and how many wait. */
  states(): ConcurrencyState[] {
    const held = this.#held();
    return Array.from(this.#caps(), ([agent, max_runs]) => ({
      agent: agent === TENANT ? null : agent,
      max_runs,
      running: held.get(agent) ?? 0,
      waiting: Number(
        this.#rows("SELECT COUNT(*) AS n FROM slot_queue WHERE ?1 = '' OR agent = ?1", agent)[0]?.[
          "n"
        ],
      ),
    }));
  }

  /** Sets a cap, or lifts it where `max_runs` is null. */
  setCap({ agent, max_runs }: ConcurrencyCap): void {
    if (max_runs === null) {
      this.#sql.exec("DELETE FROM slot_cap WHERE agent = ?", agent ?? TENANT);
    } else {
      this.#sql.exec("INSERT OR REPLACE INTO slot_cap VALUES (?, ?)", agent ?? TENANT, max_runs);
    }
  }

  /** Runs to look after now: they may be gone with their slot. They count as looked after. */
  due(): string[] {
    const now = this.#now();
    const found = this.#rows<Pick<Waiting, "task_id">>(
      `SELECT task_id FROM slot WHERE at <= ?1 - CASE taken WHEN 0 THEN ${UNTAKEN_MS}
           ELSE ${HELD_MS} END AND (taken = 0 OR EXISTS (SELECT 1 FROM slot_queue))
         ORDER BY at LIMIT ${GIVEN}`,
      now,
    );
    for (const { task_id } of found) {
      this.#sql.exec("UPDATE slot SET at = ? WHERE task_id = ?", now, task_id);
    }
    return found.map(({ task_id }) => task_id);
  }

  /** A run could not be looked after: it is due again soon, if it still has not come for its slot. */
  missed(taskId: string): void {
    const [slot] = this.#rows<{ agent: string; seq: number; missed: number }>(
      "SELECT agent, seq, missed FROM slot WHERE task_id = ? AND taken = 0",
      taskId,
    );
    if (slot === undefined) {
      return;
    }
    const { agent, seq, missed } = slot;
    if (missed >= MAX_MISSED) {
      this.release(taskId, seq);
      const last = [taskId, agent, 0, this.#now(), seq] as const;
      this.#sql.exec("INSERT OR IGNORE INTO slot_queue VALUES (?, ?, ?, ?, ?)", ...last);
    } else {
      const at = this.#now() - UNTAKEN_MS + MISSED_MS * 2 ** missed;
      const more = "UPDATE slot SET at = ?, missed = missed + 1 WHERE task_id = ?";
      this.#sql.exec(more, at, taskId);
    }
  }

  /** When there is something to look after, milliseconds; null where there is nothing. */
  get dueAt(): number | null {
    const [row] = this.#rows(
      `SELECT MIN(at + CASE taken WHEN 0 THEN ${UNTAKEN_MS} ELSE ${HELD_MS} END) AS at FROM slot
         WHERE taken = 0 OR EXISTS (SELECT 1 FROM slot_queue)`,
    );
    const at = row?.["at"];
    // Not persisted: what a process that ends leaves to be given waits for those given to be looked after.
    return this.#more ? this.#now() : typeof at === "number" ? at : null;
  }

  /** Whether the run has a slot; then it has come for it. */
  #claim(taskId: string, seq: number): boolean {
    const claimed = this.#rows(
      "UPDATE slot SET taken = 1, seq = MAX(seq, ?), at = ? WHERE task_id = ? RETURNING 1",
      seq,
      this.#now(),
      taskId,
    );
    return claimed.length > 0;
  }

  /** The cap that a run waits for. */
  #full(caps: ReadonlyMap<string, number>, agent: string): string {
    const room = (name: string): number =>
      (caps.get(name) ?? Infinity) - (this.#held().get(name) ?? 0);
    return room(agent) <= 0 ? "agent_runs" : "tenant_runs";
  }

  #caps(): Map<string, number> {
    const rows = this.#rows<{ agent: string; max: number }>(
      "SELECT agent, max FROM slot_cap ORDER BY agent",
    );
    return new Map(rows.map(({ agent, max }) => [agent, max]));
  }

  /** How many slots are held, by agent, and in all under the tenant's name. */
  #held(): Map<string, number> {
    const rows = this.#rows<{ agent: string; n: number }>(
      "SELECT agent, COUNT(*) AS n FROM slot GROUP BY agent",
    );
    const held = new Map(rows.map(({ agent, n }) => [agent, n]));
    return held.set(
      TENANT,
      [...held.values()].reduce((sum, n) => sum + n, 0),
    );
  }

  /** Of each agent the run that is next, however many wait. */
  #heads(): Map<string, Waiting> {
    const heads = new Map<string, Waiting>();
    let [head] = this.#headsFrom("agent >= ?", "");
    while (head !== undefined) {
      heads.set(head.agent, head);
      [head] = this.#headsFrom("agent > ?", head.agent);
    }
    return heads;
  }

  #headsFrom(condition: string, agent: string): Waiting[] {
    return this.#rows<Waiting>(
      `SELECT agent, priority, since, task_id, seq FROM slot_queue WHERE ${condition}
         ORDER BY agent, priority DESC, since, task_id LIMIT 1`,
      agent,
    );
  }

  #rows<T extends SqlRow = SqlRow>(query: string, ...bindings: (string | number)[]): T[] {
    return [...this.#sql.exec(query, ...bindings)] as T[];
  }
}

interface Given {
  readonly given: readonly string[];
}

type Waiting = {
  readonly task_id: string;
  readonly agent: string;
  readonly priority: number;
  readonly since: number;
  readonly seq: number;
};

function before(a: Waiting, b: Waiting, held: ReadonlyMap<string, number>): number {
  return (
    b.priority - a.priority ||
    (held.get(a.agent) ?? 0) - (held.get(b.agent) ?? 0) ||
    a.since - b.since ||
    (a.task_id < b.task_id ? -1 : 1)
  );
}
