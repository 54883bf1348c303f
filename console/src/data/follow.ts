/**
 * Follows one run: loads its log, then watches it from where the log ends. What is shown is a fold of
 * the log, so a reload, a lost connection and a live run come to the same page.
 */
import { batch, signal, type Signal } from "@preact/signals";
import type { TaskEvent } from "../../../sdk/src/index.ts";
import { FIRST_EVENTS } from "../early.ts";
import { RunFold } from "../log/fold.ts";
import { EventStore, type LogEvent } from "../log/store.ts";
import type { Failure } from "../parts/failure.ts";
import { call } from "./client.ts";
import { failureOf } from "./failure.ts";

/** How the page and the log stand. `asleep`: the page is hidden, and the connection is closed. */
export type LiveState = "loading" | "live" | "lost" | "asleep" | "ended" | "failed" | "file";

/** Events that a log may have to be loaded whole. */
const SMALL = 1000;
const PAGE = 1000;
/** Pages that are loaded at the same time. */
const AT_ONCE = 3;
/** Events at the end of a long log that are loaded first. */
const TAIL = 200;
/** Events of a socket are shown together. Not by frames, which a hidden page does not have. */
const SETTLE_MS = 16;
const MOST_SETTLE_MS = 250;
/** After a lost connection the events that were missed are shown together. */
const CATCH_UP_MS = 250;
/** Rows of a run whose drawing takes about a millisecond. */
const ROWS_PER_MS = 40;
/** A page that is hidden for longer closes its connection. */
const ASLEEP_MS = 60_000;

/** A run that is followed. */
export class RunFollower {
  readonly store = new EventStore();
  /** Counts the changes of `store` and `fold`. */
  readonly version = signal(0);
  readonly state: Signal<LiveState> = signal<LiveState>("loading");
  readonly failure: Signal<Failure | null> = signal<Failure | null>(null);
  /** Events that arrived after a connection was lost, for the chip that says so. */
  readonly caughtUp: Signal<{ readonly count: number; readonly from: number } | null> = signal<{
    readonly count: number;
    readonly from: number;
  } | null>(null);
  /** `seq` of the last event of the log, known or not. */
  readonly lastSeq = signal(0);
  /** Number of known events; changes while a long log loads, where `version` does not. */
  readonly known = signal(0);
  readonly #fold = new RunFold();
  /** The end of a log whose middle is still loaded. */
  #tail: RunFold | null = null;
  readonly #taskId: string;
  #watch: AbortController | null = null;
  #pending: TaskEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sleep: ReturnType<typeof setTimeout> | undefined;
  readonly #wanted = new Set<number>();
  #lostAt: number | null = null;
  #shownAt = 0;
  #isStopped = false;

  constructor(taskId: string) {
    this.#taskId = taskId;
  }

  /** The log as far as it is whole; while a long one loads, its beginning and its end alone. */
  get fold(): RunFold {
    return this.#tail ?? this.#fold;
  }

  /** Makes a run of a saved log, without a service. */
  static ofFile(events: readonly LogEvent[]): RunFollower {
    const follower = new RunFollower(
      events[0]?.type === "run.created" ? events[0].data.task_id : "",
    );
    follower.#take(events);
    follower.lastSeq.value = follower.store.last;
    follower.state.value = "file";
    return follower;
  }

  /** Loads and watches. Returns what ends both. */
  start(): () => void {
    if (this.state.value === "file") {
      return () => {};
    }
    document.addEventListener("visibilitychange", this.#onVisibility);
    void this.#run();
    return () => {
      this.#isStopped = true;
      document.removeEventListener("visibilitychange", this.#onVisibility);
      clearTimeout(this.#sleep);
      clearTimeout(this.#timer);
      this.#watch?.abort();
    };
  }

  /** Tries again after a failure. */
  retry(): void {
    this.failure.value = null;
    this.state.value = "loading";
    void this.#run();
  }

  /** A long run is drawn less often, so that a burst of events leaves time for everything else. */
  get #settleMs(): number {
    const ms = this.fold.items.length / ROWS_PER_MS;
    return Math.min(Math.max(ms, SETTLE_MS), MOST_SETTLE_MS);
  }

  /** Time until pending events are shown: none if nothing was shown for a while. */
  get #pauseMs(): number {
    return this.#lostAt === null
      ? Math.max(this.#shownAt + this.#settleMs - performance.now(), 0)
      : CATCH_UP_MS;
  }

  /** Loads the whole of an event that is known in outline, soon and with its neighbours. */
  wantWhole(seq: number): void {
    if (this.#wanted.size === 0) {
      setTimeout(() => void this.#loadWanted(), SETTLE_MS);
    }
    this.#wanted.add(seq);
  }

  async #loadWanted(): Promise<void> {
    const ranges = rangesOf([...this.#wanted].toSorted((a, b) => a - b));
    this.#wanted.clear();
    try {
      for (const { from, to } of ranges) {
        const limit = to - from + 1;
        const { data } = await this.#page({ after: from - 1, limit, outline: false });
        this.store.add(data);
      }
      this.version.value += 1;
    } catch (error) {
      this.failure.value = failureOf(error);
    }
  }

  async #run(): Promise<void> {
    try {
      await this.#load();
      if (!this.#isStopped) {
        await this.#follow();
      }
    } catch (error) {
      if (!this.#isStopped && this.state.value !== "asleep") {
        this.#flush();
        this.failure.value = failureOf(error);
        this.state.value = "failed";
      }
    }
  }

  /** The log up to now: whole if it is small, otherwise its end whole and the rest in outline. */
  async #load(): Promise<void> {
    const first = await this.#page({
      after: this.store.whole,
      limit: FIRST_EVENTS,
      outline: false,
    });
    this.lastSeq.value = first.last_seq;
    this.#take(first.data);
    const isSmall = first.last_seq - this.store.whole <= SMALL;
    if (!isSmall) {
      const after = first.last_seq - TAIL;
      const end = await this.#page({ after, limit: TAIL, outline: false });
      this.#tail = tailOf(this.store.at(1), end.data);
      this.#take(end.data);
    }
    const starts: number[] = [];
    for (let after = this.store.whole; after < first.last_seq; after += PAGE) {
      starts.push(after);
    }
    const take = async (): Promise<void> => {
      for (let after = starts.shift(); after !== undefined; after = starts.shift()) {
        const page = await this.#page({ after, limit: PAGE, outline: !isSmall });
        if (this.#isStopped) {
          return;
        }
        this.#take(page.data, false);
        // A page is shorter than asked where its events are large.
        const next = page.data.at(-1)?.seq ?? after + PAGE;
        if (next < Math.min(after + PAGE, first.last_seq)) {
          starts.unshift(next);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
    this.#tail = null;
    this.version.value += 1;
  }

  #page({ outline, ...query }: { after: number; limit: number; outline: boolean }) {
    return call(({ tasks }) =>
      tasks.events(this.#taskId, { ...query, ...(outline && { outline }) }),
    );
  }

  async #follow(): Promise<void> {
    if (this.fold.end !== null) {
      this.state.value = "ended";
      return;
    }
    const watch = new AbortController();
    this.#watch = watch;
    this.state.value = "live";
    await call(async ({ tasks }) => {
      const events = tasks.watch(this.#taskId, {
        after: this.store.whole,
        signal: watch.signal,
        onConnection: ({ state }) => this.#onConnection(state),
      });
      for await (const event of events) {
        this.#pending.push(event);
        this.#timer ??= setTimeout(() => this.#flush(), this.#pauseMs);
      }
    });
    this.#flush();
    this.state.value = this.fold.end === null ? "asleep" : "ended";
  }

  #onConnection(state: "lost" | "back"): void {
    if (state === "lost") {
      this.#lostAt ??= this.store.whole;
      this.state.value = "lost";
    } else {
      this.state.value = "live";
    }
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#shownAt = performance.now();
    const events = this.#pending;
    this.#pending = [];
    if (events.length === 0) {
      return;
    }
    batch(() => {
      if (this.#lostAt !== null) {
        this.caughtUp.value = { count: events.length, from: this.#lostAt };
        this.#lostAt = null;
      }
      this.#take(events);
    });
  }

  #take(events: readonly LogEvent[], isShown = true): void {
    if (this.store.add(events)) {
      for (const event of this.store.between(this.#fold.seq, this.store.whole)) {
        this.#fold.add(event);
      }
      this.known.value = this.store.known;
      this.lastSeq.value = Math.max(this.lastSeq.value, this.store.last);
      this.version.value += isShown ? 1 : 0;
    }
  }

  readonly #onVisibility = (): void => {
    clearTimeout(this.#sleep);
    if (document.hidden) {
      this.#sleep = setTimeout(() => {
        if (this.state.value === "live" || this.state.value === "lost") {
          this.state.value = "asleep";
          this.#watch?.abort();
        }
      }, ASLEEP_MS);
    } else if (this.state.value === "asleep") {
      this.#lostAt = this.store.whole;
      this.state.value = "loading";
      void this.#run();
    }
  };
}

/** A run as far as its first event and its last ones tell. */
function tailOf(created: LogEvent | undefined, events: readonly LogEvent[]): RunFold {
  const fold = new RunFold();
  for (const event of created === undefined ? events : [created, ...events]) {
    fold.add(event);
  }
  return fold;
}

/** Events between two wanted ones that are loaded with them rather than by two requests. */
const NEAR = 20;

/** Groups sorted numbers into ranges of at most a page. */
function rangesOf(seqs: readonly number[]): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (const seq of seqs) {
    const last = ranges.at(-1);
    if (last !== undefined && seq - last.to <= NEAR && seq - last.from < FIRST_EVENTS) {
      last.to = seq;
    } else {
      ranges.push({ from: seq, to: seq });
    }
  }
  return ranges;
}
