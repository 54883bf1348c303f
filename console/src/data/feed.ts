/** Status changes of all tasks of the tenant, while something on the page wants to know of them. */
import { effect, signal, type Signal } from "@preact/signals";
import type { StatusChange } from "../../../sdk/src/index.ts";
import { lacking } from "../session/store.ts";
import { call, client } from "./client.ts";

/** `off`: nothing wants it, or the page is hidden. `failed`: the key may not, or there is no feed. */
type FeedState = "off" | "live" | "lost" | "failed";

/** Whether changes arrive as they happen. */
export const feedState: Signal<FeedState> = signal<FeedState>("off");

type Listener = (changes: readonly StatusChange[]) => void;

/** Changes of one moment arrive together. */
const SETTLE_MS = 300;
const ASLEEP_MS = 60_000;

const listeners = new Set<Listener>();
let watch: AbortController | null = null;
let cursor: string | undefined;
let pending: StatusChange[] = [];
let sleep: ReturnType<typeof setTimeout> | undefined;

/**
 * Calls back with changes, and with none after a time in which some may have been missed. Returns
 * what ends it.
 */
export function onChanges(listener: Listener): () => void {
  listeners.add(listener);
  run();
  return () => {
    listeners.delete(listener);
    run();
  };
}

function run(): void {
  const mayRead = client.peek() !== null && lacking("tasks:read") === null;
  const isWanted = listeners.size > 0 && mayRead && !isAsleep;
  if (isWanted && watch === null) {
    watch = new AbortController();
    void follow(watch.signal);
  } else if (!isWanted) {
    watch?.abort();
    watch = null;
    feedState.value = "off";
  }
}

async function follow(stop: AbortSignal): Promise<void> {
  try {
    await call(async ({ feed }) => {
      const changes = feed.watch({
        signal: stop,
        ...(cursor !== undefined && { after: cursor }),
        onStart: (start) => {
          cursor = start;
          feedState.value = "live";
          // What happened before the watch began is in no change.
          tell([]);
        },
        onConnection: ({ state }) => {
          feedState.value = state === "lost" ? "lost" : "live";
        },
      });
      for await (const change of changes) {
        ({ cursor } = change);
        if (pending.length === 0) {
          setTimeout(() => tell(pending.splice(0)), SETTLE_MS);
        }
        pending.push(change);
      }
    });
  } catch {
    if (!stop.aborted) {
      // An expired cursor, a key without the scope: the lists ask now and then instead.
      cursor = undefined;
      watch = null;
      feedState.value = "failed";
    }
  }
}

function tell(changes: readonly StatusChange[]): void {
  for (const listener of listeners) {
    listener(changes);
  }
}

let isAsleep = false;

document.addEventListener("visibilitychange", () => {
  clearTimeout(sleep);
  if (document.hidden) {
    sleep = setTimeout(() => {
      isAsleep = true;
      run();
    }, ASLEEP_MS);
  } else {
    isAsleep = false;
    run();
  }
});

// Another key may be of another tenant, whose feed has cursors of its own.
let last = client.peek();
effect(() => {
  const now = client.value;
  if (now !== last) {
    last = now;
    cursor = undefined;
    pending = [];
    watch?.abort();
    watch = null;
    run();
  }
});
