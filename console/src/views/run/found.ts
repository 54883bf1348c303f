/** What the search of the log finds: for the log itself, and for what the timeline dims. */
import { sentenceOf } from "../../../../sdk/src/view/sentences.ts";
import type { RunFollower } from "../../data/follow.ts";
import type { Item } from "../../log/model.ts";
import { fits, parseQuery } from "../../log/search.ts";
import type { LogEvent } from "../../log/store.ts";

/** The events that a query finds. */
export interface Found {
  readonly events: readonly LogEvent[];
  /** Ids of the calls that they are about, and their own numbers. */
  readonly names: ReadonlySet<string | number>;
}

interface Kept extends Found {
  readonly key: string;
}

/** The last results of each run: the log and the timeline ask for the same. */
const kept = new WeakMap<RunFollower, Kept>();

/** Searches the log of a run. */
export function foundIn(follower: RunFollower, query: string, hasPieces: boolean): Found {
  const key = `${follower.version.value} ${hasPieces} ${query}`;
  const known = kept.get(follower);
  if (known?.key === key) {
    return known;
  }
  const events = search(follower, query, hasPieces);
  const names = new Set<string | number>();
  for (const { seq, data } of events) {
    names.add(seq);
    if ("call_id" in data && data.call_id !== undefined) {
      names.add(data.call_id);
    }
  }
  const found = { key, events, names };
  kept.set(follower, found);
  return found;
}

/** Whether an item of the timeline is among what was found. */
export function isWithin({ names }: Found, { id, seq }: Item): boolean {
  return names.has(id) || names.has(seq);
}

function search({ store, fold }: RunFollower, query: string, hasPieces: boolean): LogEvent[] {
  const terms = parseQuery(query);
  const callOf = (id: string) => fold.progress.call(id);
  const nameOf = (id: string): string => callOf(id).name;
  const events: LogEvent[] = [];
  for (const event of store.between(0, store.last)) {
    const isShown = hasPieces || event.type !== "model.delta";
    if (isShown && fits(event, terms, () => sentenceOf(event, callOf), nameOf)) {
      events.push(event);
    }
  }
  return events;
}
