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
import { outlineOf } from "../../../run/log/outline.ts";
import { reduce, type Folded } from "../../../run/log/reduce.ts";
import { INITIAL_STATE, type RunState } from "../../../run/log/state.ts";
import { cutPoint } from "../../../run/value/cut.ts";
import { isJsonObject } from "../../../run/value/json.ts";
import { hasSchema, migrate, ROW_CHARS, type Sql } from "./schema.ts";

/** A stored event with the exact text that every watcher receives. */
export interface StoredEvent {
  readonly seq: number;
  readonly type: string;
  readonly text: string;
}

/** What a reader sees of each event. */
export interface EventView {
  /** Only events of these types; null for all. */
  readonly types: ReadonlySet<string> | null;
  /** Whether `text` is the outline of an event instead of the whole event. */
  readonly outline: boolean;
}

const WHOLE: EventView = { types: null, outline: false };

/** A page of the log. */
export interface LogPage {
  readonly events: readonly StoredEvent[];
  /** `seq` up to which the page covers the log. The next page begins after it. */
  readonly end: number;
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
   * Returns events after a cursor, in order: at most `limit`, and about `maxChars` of text. Reads
   * at most about `maxChars` of the log, so a page of rare types may be short or empty and still
   * have `more`. Without a choice of types, it has at least one event if any exists.
   */
  read(after: number, limit: number, maxChars: number, view: EventView = WHOLE): LogPage {
    const events: StoredEvent[] = [];
    let end = after;
    let chars = 0;
    let read = 0;
    if (after >= this.state.seq) {
      return { events, end, more: false };
    }
    for (const { text, firstSeq } of this.#rows(after)) {
      if (read > maxChars) {
        return { events, end, more: true };
      }
      read += text.length;
      for (const [i, raw] of parseRow(text).entries()) {
        const seq = firstSeq + i;
        const event = seq > after ? viewed(raw, seq, view) : null;
        if (event !== null) {
          const isFull = events.length >= limit || chars + event.text.length > maxChars;
          if (isFull && events.length > 0) {
            return { events, end, more: true };
          }
          chars += event.text.length;
          events.push(event);
        }
        end = Math.max(end, seq);
      }
    }
    return { events, end, more: false };
  }

  /** Returns the events of the transactions after a cursor: about `maxChars` of text, to be folded. */
  history(
    after: number,
    maxChars: number,
  ): { readonly events: readonly RunEvent[]; readonly more: boolean } {
    const events: RunEvent[] = [];
    let read = 0;
    for (const { text } of this.#rows(after)) {
      if (read > maxChars) {
        return { events, more: true };
      }
      read += text.length;
      events.push(
        ...parseRow(text)
          .map(upcast)
          .filter(({ seq }) => seq > after),
      );
    }
    return { events, more: false };
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

/** Returns an event as a reader sees it; null if its type was not chosen. @throws LogCorruption */
function viewed(raw: unknown, seq: number, { types, outline }: EventView): StoredEvent | null {
  const { type } = upcast(raw);
  if (types?.has(type) === false) {
    return null;
  }
  const text = JSON.stringify(raw);
  return { seq, type, text: outline && isJsonObject(raw) ? outlineOf(raw, text) : text };
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
