/**
 * A run's log: append-only, `seq` without gaps, the only source of truth. The events of one append
 * are one row and one transaction. The state is the fold of the stored events, cached in memory
 * while the object lives; it does not survive eviction and need not.
 */
import {
  LogCorruption,
  upcast,
  versionOf,
  type NewEvent,
  type RunEvent,
} from "../../../run/log/event.ts";
import type { EventType } from "../../../run/log/event-data.ts";
import { reduce, type Folded } from "../../../run/log/reduce.ts";
import { INITIAL_STATE, type RunState } from "../../../run/log/state.ts";
import { cutPoint } from "../../../run/value/cut.ts";
import { hasSchema, migrate, ROW_CHARS, type Sql } from "./schema.ts";

/** A stored event with the exact text that every watcher receives. */
export interface StoredEvent {
  readonly seq: number;
  readonly type: string;
  readonly text: string;
}

/** A page of the log. */
export interface LogPage {
  readonly events: readonly StoredEvent[];
  /** Whether the log continues after this page. */
  readonly more: boolean;
}

/** The log of one run. */
export class EventLog {
  readonly #sql: Sql;
  readonly #transaction: (write: () => void) => void;
  /** Not persisted: rebuilt from the log on first use. */
  #state: RunState | null = null;

  /**
   * @param transaction runs a function in one transaction: its writes are all stored or all undone
   */
  constructor(sql: Sql, transaction: (write: () => void) => void) {
    this.#sql = sql;
    this.#transaction = transaction;
  }

  /**
   * The fold of all stored events.
   * @throws LogCorruption
   */
  get state(): RunState {
    this.#state ??= this.#fold();
    return this.#state;
  }

  /** Whether the log has been read in this process. */
  get awake(): boolean {
    return this.#state !== null;
  }

  /** Discards the state in memory, so that the next use reads the storage. */
  reload(): void {
    this.#state = null;
  }

  /**
   * Appends events that belong together: all are stored, or none.
   * @param now milliseconds since the epoch; becomes the events' `at`, but never earlier than the
   * last event's
   * @param folded the fold of these events; used if it is that of this log at this time
   * @throws LogCorruption if one cannot follow; then nothing is stored
   */
  append(events: readonly NewEvent[], now: number, folded?: Folded): StoredEvent[] {
    if (events.length === 0) {
      return [];
    }
    const before = this.state;
    const isFolded =
      folded !== undefined &&
      folded.before === before &&
      folded.now === now &&
      folded.after.seq === before.seq + events.length;
    let state = isFolded ? folded.after : before;
    const at = new Date(Math.max(now, before.at)).toISOString();
    const stored = events.map((event, i): StoredEvent => {
      const placed: RunEvent = {
        seq: before.seq + 1 + i,
        at,
        type: event.type,
        v: versionOf(event.type),
        data: event.data,
      } as RunEvent;
      if (!isFolded) {
        state = reduce(state, placed);
      }
      return { seq: placed.seq, type: placed.type, text: JSON.stringify(placed) };
    });
    this.#write(stored, before.seq === 0);
    this.#state = state;
    return stored;
  }

  /**
   * Returns events after a cursor, in order: at most `limit`, and about `maxChars` of text, but at
   * least one if any exists.
   */
  read(after: number, limit: number, maxChars: number): LogPage {
    const page: StoredEvent[] = [];
    let chars = 0;
    if (after >= this.state.seq) {
      return { events: page, more: false };
    }
    for (const event of this.#scan(after)) {
      if (page.length >= limit || (page.length > 0 && chars + event.text.length > maxChars)) {
        return { events: page, more: true };
      }
      chars += event.text.length;
      page.push(event);
    }
    return { events: page, more: false };
  }

  /**
   * Returns events of some types after a cursor, in order, at most `limit`, and the `seq` up to
   * which the log was searched.
   */
  pick(
    after: number,
    types: ReadonlySet<EventType>,
    limit: number,
  ): { readonly events: readonly RunEvent[]; readonly upTo: number } {
    const events: RunEvent[] = [];
    for (const { text } of this.#rows(after)) {
      for (const event of parseRow(text).map(upcast)) {
        if (event.seq > after && types.has(event.type)) {
          events.push(event);
        }
        if (events.length === limit) {
          return { events, upTo: event.seq };
        }
      }
    }
    return { events, upTo: this.state.seq };
  }

  /** Returns the ids of the log's run, even if the rest of the log cannot be read. */
  identity(): { readonly task_id: string; readonly tenant_id: string } | null {
    try {
      for (const row of this.#rows(0)) {
        const first = upcast(parseRow(row.text)[0]);
        return first.type === "run.created" ? first.data : null;
      }
    } catch {
      // Not even the first event can be read.
    }
    return null;
  }

  #write(stored: readonly StoredEvent[], first: boolean): void {
    const text = `[${stored.map((event) => event.text).join(",")}]`;
    const firstSeq = stored[0]?.seq ?? 0;
    const lastSeq = stored.at(-1)?.seq ?? 0;
    const insert = (part: number, chunk: string): void => {
      this.#sql.exec("INSERT INTO log VALUES (?, ?, ?, ?)", firstSeq, part, lastSeq, chunk);
    };
    if (first) {
      migrate(this.#sql);
    }
    if (text.length <= ROW_CHARS) {
      insert(0, text);
      return;
    }
    this.#transaction(() => {
      for (let from = 0, part = 0; from < text.length; part += 1) {
        const to = cutPoint(text, from + ROW_CHARS);
        insert(part, text.slice(from, to));
        from = to;
      }
    });
  }

  #fold(): RunState {
    let state = INITIAL_STATE;
    if (hasSchema(this.#sql)) {
      migrate(this.#sql);
      for (const row of this.#rows(0)) {
        for (const raw of parseRow(row.text)) {
          state = reduce(state, upcast(raw));
        }
        if (state.seq !== row.lastSeq) {
          throw new LogCorruption(`a row that ends at seq ${row.lastSeq} ends at ${state.seq}`);
        }
      }
    }
    return state;
  }

  *#scan(after: number): Generator<StoredEvent> {
    for (const { text, firstSeq } of this.#rows(after)) {
      for (const [i, raw] of parseRow(text).entries()) {
        const seq = firstSeq + i;
        if (seq > after) {
          yield { seq, type: upcast(raw).type, text: JSON.stringify(raw) };
        }
      }
    }
  }

  /** Yields the complete text of each transaction that contains an event after the cursor. */
  *#rows(after: number): Generator<Transaction> {
    const cursor = this.#sql.exec(
      `SELECT first_seq, last_seq, events FROM log
       WHERE first_seq >= (SELECT COALESCE(MAX(first_seq), 0) FROM log WHERE first_seq <= ?)
       ORDER BY first_seq, part`,
      after + 1,
    );
    let whole: Transaction | null = null;
    for (const row of cursor) {
      const firstSeq = Number(row["first_seq"]);
      const text = String(row["events"]);
      if (whole !== null && whole.firstSeq !== firstSeq) {
        yield whole;
        whole = null;
      }
      const before: string = whole?.text ?? "";
      whole = { firstSeq, lastSeq: Number(row["last_seq"]), text: before + text };
    }
    if (whole !== null) {
      yield whole;
    }
  }
}

/** Events that were written together, as one text. */
interface Transaction {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly text: string;
}

function parseRow(text: string): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new LogCorruption("a stored row is not JSON");
  }
  if (!Array.isArray(parsed)) {
    throw new LogCorruption("a stored row is not a list of events");
  }
  return parsed;
}
