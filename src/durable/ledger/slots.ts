/**
 * The slots of a tenant: how many runs may work concurrently, in total and by agent, which runs
 * hold a slot, and which wait. A free slot is granted to a waiting run before that run is woken, so
 * no newcomer overtakes it. All state is rows; each call makes its decision in one synchronous
 * step.
 */
import { timeOfId } from "../../run/value/id.ts";
import type { ConcurrencyCap, ConcurrencyState, SlotAnswer, SlotRequest } from "./rpc.ts";
import type { Sql, SqlRow } from "../run/storage/schema.ts";

/** Maximum slots granted at once; the rest follow with the next alarm. */
const MAX_GRANTED = 50;
/** A run that did not claim its granted slot is checked again after this, milliseconds. */
const UNCLAIMED_MS = 30_000;
/** Pause before a failed check of a run is retried, milliseconds. It doubles with each failure … */
const RETRY_CHECK_MS = 1_000;
/** … and after this many failures the run queues again, so that another may work. */
const MAX_FAILED_CHECKS = 6;
/** While other runs wait, each holder of a slot is checked at this interval, milliseconds. */
const CHECK_HOLDER_MS = 300_000;

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

/** The name of the whole tenant in columns and maps of agents. */
const TENANT = "";

/** The slots of one tenant, in the tables of its ledger. */
export class Slots {
  readonly #sql: Sql;
  readonly #now: () => number;
  /** Whether more slots may be grantable than were granted last. */
  #more = false;

  constructor(sql: Sql, now: () => number) {
    this.#sql = sql;
    this.#now = now;
    sql.exec(SCHEMA);
  }

  /**
   * Takes a slot for a run, or queues it. Repeating the request changes nothing.
   * @returns the answer, and the other runs that were granted slots in the process
   */
  take({
    task_id,
    agent,
    priority,
    seq,
    since,
  }: SlotRequest): Granted & { readonly answer: SlotAnswer } {
    if (this.#claim(task_id, seq)) {
      return { answer: { ok: true, capped: true }, granted: [] };
    }
    const caps = this.#caps();
    if (!caps.has(TENANT) && !caps.has(agent)) {
      // It is counted even without a limit: a limit that is set later includes it.
      this.#grant({ task_id, agent, seq });
      this.#claim(task_id, seq);
      return { answer: { ok: true, capped: false }, granted: [] };
    }
    this.#sql.exec(
      "INSERT INTO slot_queue VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET seq = MAX(seq, ?5)",
      task_id,
      agent,
      priority,
      since ?? this.#now(),
      seq,
    );
    const granted = this.grant();
    const ok = granted.includes(task_id) && this.#claim(task_id, seq);
    return {
      answer: ok ? { ok: true, capped: true } : { ok: false, limit: this.#full(caps, agent) },
      granted: granted.filter((other) => other !== task_id),
    };
  }

  /**
   * Releases a run's slot, or its place in the queue. A release from before a newer request changes
   * nothing.
   */
  release(taskId: string, seq: number): void {
    this.#sql.exec("DELETE FROM slot WHERE task_id = ? AND seq <= ?", taskId, seq);
    this.#sql.exec("DELETE FROM slot_queue WHERE task_id = ? AND seq <= ?", taskId, seq);
  }

  /**
   * Grants free slots to waiting runs, in order.
   * @returns the runs that were granted a slot
   */
  grant(): string[] {
    const caps = this.#caps();
    const held = this.#held();
    const heads = this.#heads();
    const granted: string[] = [];
    const isFree = (agent: string): boolean =>
      (held.get(agent) ?? 0) < (caps.get(agent) ?? Infinity);
    while (granted.length < MAX_GRANTED && isFree(TENANT)) {
      const [next] = [...heads.values()]
        .filter(({ agent }) => isFree(agent))
        .toSorted((a, b) => before(a, b, held));
      if (next === undefined) {
        break;
      }
      this.#grant(next);
      for (const name of [TENANT, next.agent]) {
        held.set(name, (held.get(name) ?? 0) + 1);
      }
      const [follower] = this.#headsFrom("agent = ?", next.agent);
      if (follower === undefined) {
        heads.delete(next.agent);
      } else {
        heads.set(next.agent, follower);
      }
      granted.push(next.task_id);
    }
    this.#more = granted.length === MAX_GRANTED;
    return granted;
  }

  #grant({ task_id, agent, seq }: Pick<Waiting, "task_id" | "agent" | "seq">): void {
    this.#sql.exec("DELETE FROM slot_queue WHERE task_id = ?", task_id);
    this.#sql.exec("INSERT INTO slot VALUES (?, ?, ?, 0, ?, 0)", task_id, agent, seq, this.#now());
  }

  /** Returns every limit with the number of runs that hold a slot under it and that wait. */
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

  /** Sets a limit, or lifts it if `max_runs` is null. */
  setCap({ agent, max_runs }: ConcurrencyCap): void {
    if (max_runs === null) {
      this.#sql.exec("DELETE FROM slot_cap WHERE agent = ?", agent ?? TENANT);
    } else {
      this.#sql.exec("INSERT OR REPLACE INTO slot_cap VALUES (?, ?)", agent ?? TENANT, max_runs);
    }
  }

  /** Returns the runs to check now, whose slots may be stale, and marks them as checked. */
  due(): string[] {
    const now = this.#now();
    const found = this.#rows<Pick<Waiting, "task_id">>(
      `SELECT task_id FROM slot WHERE at <= ?1 - CASE taken WHEN 0 THEN ${UNCLAIMED_MS}
           ELSE ${CHECK_HOLDER_MS} END AND (taken = 0 OR EXISTS (SELECT 1 FROM slot_queue))
         ORDER BY at LIMIT ${MAX_GRANTED}`,
      now,
    );
    for (const { task_id } of found) {
      this.#sql.exec("UPDATE slot SET at = ? WHERE task_id = ?", now, task_id);
    }
    return found.map(({ task_id }) => task_id);
  }

  /** Records that a run could not be checked. It is due again soon unless it claims its slot. */
  checkFailed(taskId: string): void {
    const [slot] = this.#rows<{ agent: string; seq: number; missed: number }>(
      "SELECT agent, seq, missed FROM slot WHERE task_id = ? AND taken = 0",
      taskId,
    );
    if (slot === undefined) {
      return;
    }
    const { agent, seq, missed } = slot;
    if (missed >= MAX_FAILED_CHECKS) {
      this.release(taskId, seq);
      const last = [taskId, agent, 0, this.#now(), seq] as const;
      this.#sql.exec("INSERT OR IGNORE INTO slot_queue VALUES (?, ?, ?, ?, ?)", ...last);
    } else {
      const at = this.#now() - UNCLAIMED_MS + RETRY_CHECK_MS * 2 ** missed;
      const more = "UPDATE slot SET at = ?, missed = missed + 1 WHERE task_id = ?";
      this.#sql.exec(more, at, taskId);
    }
  }

  /** When the next check is due, milliseconds since the epoch; null if there is none. */
  get dueAt(): number | null {
    const [row] = this.#rows(
      `SELECT MIN(at + CASE taken WHEN 0 THEN ${UNCLAIMED_MS} ELSE ${CHECK_HOLDER_MS} END) AS at FROM slot
         WHERE taken = 0 OR EXISTS (SELECT 1 FROM slot_queue)`,
    );
    const at = row?.["at"];
    // Not persisted: after the process ends, the remaining grants follow the next check.
    return this.#more ? this.#now() : typeof at === "number" ? at : null;
  }

  /** Claims the run's slot. Returns whether it has one. */
  #claim(taskId: string, seq: number): boolean {
    const claimed = this.#rows(
      "UPDATE slot SET taken = 1, seq = MAX(seq, ?), at = ? WHERE task_id = ? RETURNING 1",
      seq,
      this.#now(),
      taskId,
    );
    return claimed.length > 0;
  }

  /** Returns the limit that a run waits for. */
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

  /** Returns the number of held slots by agent, and the total under the tenant's name. */
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

  /**
   * Returns the next waiting run of each agent. The cost does not grow with the number of waiting
   * runs.
   */
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

interface Granted {
  readonly granted: readonly string[];
}

type Waiting = {
  readonly task_id: string;
  readonly agent: string;
  readonly priority: number;
  readonly since: number;
  readonly seq: number;
};

/**
 * Orders by priority. Runs of trees go before others, those of the older tree first: a parent that
 * resumes must not wait behind newcomers, or a stream of them would stop every tree.
 */
function before(a: Waiting, b: Waiting, held: ReadonlyMap<string, number>): number {
  const [aInTree, bInTree] = [isInTree(a), isInTree(b)];
  return (
    b.priority - a.priority ||
    Number(bInTree) - Number(aInTree) ||
    (aInTree ? a.since - b.since : 0) ||
    (held.get(a.agent) ?? 0) - (held.get(b.agent) ?? 0) ||
    a.since - b.since ||
    (a.task_id < b.task_id ? -1 : 1)
  );
}

/** Returns whether a run is part of a tree: its `since` is the creation of its first task. */
function isInTree({ task_id, since }: Waiting): boolean {
  return since <= timeOfId(task_id);
}
