/**
 * Reads of the service that views share: by key, kept while they are loaded again, repeated while
 * they are seen. A hidden page asks for nothing.
 */
import { signal, type Signal } from "@preact/signals";
import type { Opspawn } from "../../../sdk/src/index.ts";
import type { Failure } from "../parts/failure.ts";
import { call, client } from "./client.ts";
import { failureOf } from "./failure.ts";

/** Reads a value. */
export type Read<Value> = (opspawn: Opspawn, signal: AbortSignal) => PromiseLike<Value>;

/** What is known of a read. */
export interface QueryState<Value> {
  readonly value: Value | undefined;
  readonly failure: Failure | null;
  readonly toldAt: number | null;
  readonly isLoading: boolean;
}

const NOTHING: QueryState<never> = {
  value: undefined,
  failure: null,
  toldAt: null,
  isLoading: false,
};
/** How long a value without readers is kept, for the way back. */
const KEEP_MS = 300_000;
/** Most failures in a row that make the pause longer. */
const MOST_DOUBLINGS = 5;

/** One read: its state, and when it is made again. */
export class Query<Value> {
  readonly state: Signal<QueryState<Value>> = signal(NOTHING);
  readonly #read: Read<Value>;
  readonly #everyMs: number | null;
  #users = 0;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #request: AbortController | null = null;
  /** When its last user left, in milliseconds since 1970. */
  leftAt = Date.now();

  /** @param everyMs pause between two reads while it is used; null for a single one */
  constructor(read: Read<Value>, everyMs: number | null) {
    this.#read = read;
    this.#everyMs = everyMs;
  }

  get isUsed(): boolean {
    return this.#users > 0;
  }

  /** Begins to use it: reads, unless the value is fresh. Returns what ends the use. */
  use(): () => void {
    this.#users += 1;
    if (this.#users === 1) {
      this.#readIfOld();
    }
    return () => {
      this.#users -= 1;
      this.leftAt = Date.now();
      if (this.#users === 0) {
        clearTimeout(this.#timer);
        this.#request?.abort();
        this.#request = null;
      }
    };
  }

  /** Reads now. What is known stays until there is an answer. Never rejects. */
  async load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.state.value = { ...this.state.value, isLoading: true };
    try {
      const value = await call((opspawn) => this.#read(opspawn, request.signal));
      if (this.#request === request) {
        this.#failures = 0;
        this.state.value = { value, failure: null, toldAt: Date.now(), isLoading: false };
      }
    } catch (error) {
      if (this.#request === request) {
        this.#failures += 1;
        this.state.value = { ...this.state.value, failure: failureOf(error), isLoading: false };
      }
    }
    if (this.#request === request) {
      this.#request = null;
      this.#plan();
    }
  }

  /** Replaces the value, as an answer to something else told it. */
  set(value: Value): void {
    this.state.value = { value, failure: null, toldAt: Date.now(), isLoading: false };
  }

  /** Reads if the page is seen again and the value is old. */
  onSeen(): void {
    if (this.isUsed) {
      this.#readIfOld();
    }
  }

  #readIfOld(): void {
    const { toldAt, failure } = this.state.value;
    const fresh = toldAt !== null && failure === null && Date.now() - toldAt < (this.#everyMs ?? 0);
    if (fresh) {
      this.#plan();
    } else if (this.#request === null) {
      void this.load();
    }
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#everyMs === null || !this.isUsed || document.hidden) {
      return;
    }
    const pause = this.#everyMs * 2 ** Math.min(this.#failures, MOST_DOUBLINGS);
    this.#timer = setTimeout(() => {
      if (!document.hidden) {
        void this.load();
      }
    }, pause);
  }
}

const queries = new Map<string, Query<unknown>>();

/** Returns the read of this key; makes it where there is none. */
export function queryOf<Value>(
  name: string,
  read: Read<Value>,
  everyMs: number | null,
): Query<Value> {
  const known = queries.get(name);
  if (known !== undefined) {
    return known as Query<Value>;
  }
  const made = new Query(read, everyMs);
  queries.set(name, made);
  return made;
}

/** Reads again what is used and whose key begins like this; forgets what is not used. */
export function invalidate(...prefixes: readonly string[]): void {
  for (const [name, query] of queries) {
    if (prefixes.some((prefix) => name.startsWith(prefix))) {
      if (query.isUsed) {
        void query.load();
      } else {
        queries.delete(name);
      }
    }
  }
}

/** Forgets everything, as at a change of the key's tenant. */
function forgetAll(): void {
  for (const [name, query] of queries) {
    if (!query.isUsed) {
      queries.delete(name);
    }
  }
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    for (const [name, query] of queries) {
      query.onSeen();
      if (!query.isUsed && Date.now() - query.leftAt > KEEP_MS) {
        queries.delete(name);
      }
    }
  }
});

// With a new key everything that is seen is asked again, and nothing of the last tenant is kept.
let last = client.peek();
client.subscribe((now) => {
  if (now !== last) {
    last = now;
    forgetAll();
    if (now !== null) {
      invalidate("");
    }
  }
});
