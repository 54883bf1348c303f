/** Reads the logs of a tree of tasks: a page of what is there, or live. */
import type { EventSelection } from "../../../durable/run/rpc.ts";
import { isTerminal } from "../../../run/decide/view.ts";
import { outlineOfText } from "../../../run/log/outline.ts";
import { isJsonObject } from "../../../run/value/json.ts";
import type { Credential } from "../../../store/keys.ts";
import type { TaskRow } from "../../../store/tasks/rows.ts";
import type { ApiDeps } from "../../context.ts";
import { followRun, type FollowedEvent, type Reader } from "../run-follower.ts";
import { TASK_EVENTS, type TreeWalk } from "./walk.ts";

/** Maximum characters of the events on a page; the event that exceeds it is the last one. */
const MAX_PAGE_CHARS = 1_000_000;
/** Maximum characters of one task that wait for a slow reader. There may be 56 tasks. */
const MAX_BACKLOG = 100_000;
/** Events of a log that are read again at a time. */
const RESTORED = 1000;

/** An event of a task of the tree. `text` is its JSON with `task_id`. */
export interface TreeEvent {
  readonly type: string;
  readonly text: string;
}

/** A tree of tasks, and how far its logs were read. */
export interface Tree {
  readonly tenantId: string;
  readonly rootId: string;
  readonly walk: TreeWalk;
}

/** A page of a tree's events. */
export interface TreePage {
  readonly events: readonly TreeEvent[];
  /** Whether more could be read now. */
  readonly hasMore: boolean;
}

/** Returns the next events, those of one task in order. Waits for none. */
export async function readTree(
  deps: ApiDeps,
  tree: Tree,
  limit: number,
  selection: EventSelection,
): Promise<TreePage> {
  const { tenantId, walk } = tree;
  const events: TreeEvent[] = [];
  const known = new Set<string>();
  let read = 0;
  let chars = 0;
  const isFull = () => read >= limit || chars >= MAX_PAGE_CHARS;
  for (let moved = true; moved;) {
    moved = false;
    for (const id of walk.reading) {
      if (isFull()) {
        return { events, hasMore: true };
      }
      if (!known.has(id)) {
        known.add(id);
        if ((await enter(deps, tree, id)) === null) {
          moved = true;
          continue;
        }
      }
      const page = await deps.run(tenantId, id).events(walk.seqOf(id), limit - read);
      const found = eventsIn(page.events);
      for (const event of found) {
        walk.take(id, event);
        read += 1;
        if (selection.types?.includes(event.type) !== false) {
          events.push(treeEventOf(id, event, selection));
          chars += event.text.length;
        }
      }
      if (!page.has_more && isTerminal(page.status)) {
        walk.finish(id);
        moved = true;
      }
      moved ||= found.length > 0;
    }
    moved = walk.add().length > 0 || moved;
  }
  return { events, hasMore: false };
}

/** The receiver of a tree's events. */
export interface TreeReader {
  /** Takes the next event of a task, after the walk has; resolves when there is room for another. */
  readonly take: (taskId: string, event: FollowedEvent) => Promise<void> | void;
  readonly gone: AbortSignal;
}

/**
 * Passes the events of a tree to a reader until all of its tasks have ended or the reader is gone:
 * each once, those of one task in order. Returns false if a run cannot be reached, or the key is not
 * valid any more.
 */
export async function followTree(
  deps: ApiDeps,
  tree: Tree,
  by: Credential,
  reader: TreeReader,
): Promise<boolean> {
  const { walk } = tree;
  const failed = new AbortController();
  const gone = AbortSignal.any([reader.gone, failed.signal]);
  let following = 0;
  await new Promise<void>((resolve) => {
    const follow = async (id: string): Promise<void> => {
      const row = await enter(deps, tree, id);
      if (row === null) {
        return;
      }
      const take: Reader["take"] = (event) => {
        if (gone.aborted) {
          return undefined;
        }
        walk.take(id, event);
        const taken = reader.take(id, event);
        start(walk.add());
        return taken;
      };
      const isWhole = await followRun(deps, row, by, walk.seqOf(id), {
        take,
        gone,
        maxBacklog: MAX_BACKLOG,
      });
      if (gone.aborted) {
        return;
      }
      if (isWhole) {
        walk.finish(id);
      } else if ((await deps.tasks.get(tree.tenantId, id)) === null) {
        walk.drop(id);
      } else {
        failed.abort();
      }
    };
    const start = (ids: readonly string[]): void => {
      for (const id of ids) {
        following += 1;
        void follow(id)
          .catch((error: unknown) => {
            deps.observer.fault("tree.follow", error);
            failed.abort();
          })
          .finally(() => {
            if (!gone.aborted) {
              start(walk.add());
            }
            following -= 1;
            if (following === 0) {
              resolve();
            }
          });
      }
    };
    start(walk.reading);
    if (following === 0) {
      resolve();
    }
  });
  return !failed.signal.aborted;
}

/** Returns an event as clients of a tree see it. */
export function treeEventOf(
  taskId: string,
  { type, text }: FollowedEvent,
  { outline = false }: EventSelection,
): TreeEvent {
  const shown = outline ? outlineOfText(text) : text;
  return { type, text: `{"task_id":"${taskId}",${shown.slice(1)}` };
}

/**
 * Prepares the reading of a task: restores which of its tasks are not added yet. Returns null for a
 * task that is not in the tree, which the walk then leaves out.
 */
async function enter(deps: ApiDeps, tree: Tree, id: string): Promise<TaskRow | null> {
  const { tenantId, rootId, walk } = tree;
  const row = await deps.tasks.get(tenantId, id);
  if (row === null || !(id === rootId || row.lineage?.path?.includes(rootId) === true)) {
    walk.drop(id);
    return null;
  }
  const unread = walk.unreadTasks(id);
  if (unread !== null) {
    await restore(deps, tree, id, unread);
  }
  return row;
}

/** Reads again which tasks the events of a part of a log name. */
async function restore(
  deps: ApiDeps,
  { tenantId, walk }: Tree,
  id: string,
  { after, through }: { readonly after: number; readonly through: number },
): Promise<void> {
  for (let from = after; from < through;) {
    const page = await deps.run(tenantId, id).events(from, RESTORED, { types: TASK_EVENTS });
    const events = eventsIn(page.events);
    walk.restore(
      id,
      events.filter(({ seq }) => seq <= through),
    );
    const end = page.end ?? events.at(-1)?.seq ?? through;
    from = page.has_more && end > from ? end : through;
  }
}

function eventsIn(list: string): FollowedEvent[] {
  const events: unknown = JSON.parse(list);
  return (Array.isArray(events) ? events : []).flatMap((event: unknown) => {
    if (!isJsonObject(event)) {
      return [];
    }
    const { seq, type } = event;
    return typeof seq === "number" && typeof type === "string"
      ? [{ seq, type, text: JSON.stringify(event) }]
      : [];
  });
}
