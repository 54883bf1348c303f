/** The open questions of all runs, kept up to date by the feed. */
import { useEffect, useRef } from "preact/hooks";
import type { InboxEntry, Opspawn } from "../../../sdk/src/index.ts";
import type { LoadState } from "../parts/load-state.ts";
import { onChanges } from "./feed.ts";
import { useQuery } from "./use-query.ts";

/** The first questions, soonest expiry first. */
export interface Inbox {
  readonly entries: readonly InboxEntry[];
  /** Whether there are more than these. */
  readonly hasMore: boolean;
}

const PAGE = 100;
const MOST_PAGES = 3;
/** In case that a change was missed. */
const EVERY_MS = 30_000;
const PEOPLE: ReadonlySet<string> = new Set(["approval", "input", "budget"]);

/** Reads the questions, and again when a task begins or ends to wait for a person. */
export function useInbox(): LoadState<Inbox> {
  const state = useQuery("inbox", read, { everyMs: EVERY_MS });
  const { value, reload } = state;
  const latest = useRef(value);
  latest.current = value;
  useEffect(
    () =>
      onChanges((changes) => {
        const asking = new Set(latest.current?.entries.map(({ task_id }) => task_id));
        const isOfInbox = changes.some(
          ({ task_id, waiting_for }) => asking.has(task_id) || PEOPLE.has(waiting_for ?? ""),
        );
        if (isOfInbox) {
          reload();
        }
      }),
    [],
  );
  return state;
}

async function read({ inbox }: Opspawn, signal: AbortSignal): Promise<Inbox> {
  const entries: InboxEntry[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { order: "expiry" as const, limit: PAGE, ...(cursor !== null && { cursor }) };
    const { data, next_cursor } = await inbox.list(query, { signal });
    entries.push(...data);
    cursor = next_cursor;
    if (cursor === null) {
      break;
    }
  }
  return { entries, hasMore: cursor !== null };
}
