/**
 * A list of tasks by filters: read page by page, its rows changed in place as tasks change. New tasks
 * are counted, and shown on request, so that what is read does not move.
 */
import { batch, signal, type Signal } from "@preact/signals";
import type { Task, TaskQuery } from "../../../sdk/src/index.ts";
import type { Failure } from "../parts/failure.ts";
import { call } from "./client.ts";
import { failureOf } from "./failure.ts";
import { feedState, onChanges } from "./feed.ts";

const PAGE = 50;
const MOST_CHANGED = 100;
/** Steps and cost of running tasks, which the feed does not tell. */
const REFRESH_MS = 10_000;
/** Without a feed. */
const POLL_MS = 3000;

/** Filters of a list, as the service takes them. */
export type ListQuery = TaskQuery;

/** A list that is on the page. */
export class TaskListing {
  readonly rows: Signal<readonly Task[] | null> = signal<readonly Task[] | null>(null);
  /** Number of tasks on all pages, if the service counts them. */
  readonly total: Signal<number | null> = signal<number | null>(null);
  readonly failure: Signal<Failure | null> = signal<Failure | null>(null);
  readonly isLoading = signal(false);
  readonly hasMore = signal(false);
  /** Tasks that came since, newest first. */
  readonly fresh: Signal<readonly Task[]> = signal<readonly Task[]>([]);
  readonly toldAt: Signal<number | null> = signal<number | null>(null);
  readonly #query: TaskQuery;
  #cursor: string | null = null;
  #since: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRefreshing = false;
  #isStopped = false;

  constructor(query: TaskQuery) {
    this.#query = query;
  }

  /** Reads the first page and follows changes. Returns what ends it. */
  start(): () => void {
    void this.#first();
    const end = onChanges(() => void this.#refresh());
    return () => {
      this.#isStopped = true;
      clearTimeout(this.#timer);
      end();
    };
  }

  /** Reads the list again from its beginning. */
  reload(): void {
    void this.#first();
  }

  /** Reads the next page, if there is one. */
  async more(): Promise<void> {
    if (this.#cursor === null || this.isLoading.value) {
      return;
    }
    await this.#page(this.#cursor);
  }

  /** Puts the new tasks into the list. */
  showFresh(): void {
    batch(() => {
      this.rows.value = [...this.fresh.value, ...(this.rows.value ?? [])];
      this.fresh.value = [];
    });
  }

  async #first(): Promise<void> {
    await this.#page(null);
    this.#plan();
  }

  async #page(cursor: string | null): Promise<void> {
    this.isLoading.value = true;
    try {
      const page = await call(({ tasks }) =>
        tasks.list({ limit: PAGE, ...this.#query, ...(cursor !== null && { cursor }) }),
      );
      batch(() => {
        const before = cursor === null ? [] : (this.rows.value ?? []);
        const known = new Set(before.map(({ id }) => id));
        this.rows.value = [...before, ...page.data.filter(({ id }) => !known.has(id))];
        this.total.value = page.total ?? this.total.value;
        this.#cursor = page.next_cursor;
        this.hasMore.value = page.next_cursor !== null;
        this.failure.value = null;
        this.toldAt.value = Date.now();
        this.fresh.value = cursor === null ? [] : this.fresh.value;
      });
      this.#note(page.data);
    } catch (error) {
      this.failure.value = failureOf(error);
    } finally {
      this.isLoading.value = false;
    }
  }

  /** Asks for what changed since the last change that is known. */
  async #refresh(): Promise<void> {
    if (this.#isRefreshing || this.#isStopped || this.rows.value === null) {
      return;
    }
    if (this.#since === null) {
      await this.#page(null);
      return;
    }
    this.#isRefreshing = true;
    const since = this.#since;
    const { status: _status, waiting_for: _wait, ...query } = this.#query;
    try {
      const { data } = await call(({ tasks }) =>
        tasks.list({ ...query, updated_after: since, limit: MOST_CHANGED }),
      );
      this.#merge(data);
      this.failure.value = null;
      this.toldAt.value = Date.now();
    } catch (error) {
      this.failure.value = failureOf(error);
    } finally {
      this.#isRefreshing = false;
      this.#plan();
    }
  }

  #merge(changed: readonly Task[]): void {
    const byId = new Map(changed.map((task) => [task.id, task]));
    const rows = this.rows.value ?? [];
    const known = new Set([...rows, ...this.fresh.value].map(({ id }) => id));
    const newest = rows[0]?.id ?? "";
    const added = changed.filter(
      (task) => !known.has(task.id) && task.id > newest && this.#fits(task),
    );
    const put = (task: Task): Task => byId.get(task.id) ?? task;
    batch(() => {
      this.rows.value = rows.map(put);
      this.fresh.value = [...added, ...this.fresh.value.map(put)];
      if (this.total.value !== null) {
        this.total.value += added.length;
      }
    });
    this.#note(changed);
  }

  #fits({ status, waiting_for }: Task): boolean {
    const wanted = this.#query.status;
    const isStatus = wanted === undefined || [wanted].flat().includes(status);
    return isStatus && [undefined, waiting_for].includes(this.#query.waiting_for);
  }

  #note(tasks: readonly Task[]): void {
    for (const { updated_at } of tasks) {
      this.#since = this.#since === null || updated_at > this.#since ? updated_at : this.#since;
    }
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const isRunning = this.rows.value?.some(({ status }) => status === "running") === true;
    const isTold = feedState.value === "live" || feedState.value === "lost";
    if (this.#isStopped || (isTold && !isRunning)) {
      return;
    }
    this.#timer = setTimeout(
      () => {
        if (document.hidden) {
          this.#plan();
        } else {
          void this.#refresh();
        }
      },
      isTold ? REFRESH_MS : POLL_MS,
    );
  }
}
