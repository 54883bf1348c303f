/** Pure: the rows of a timeline, and what is drawn in each. */
import { groupsOf } from "../log/groups.ts";
import type { Attempt, Child, Item, ModelCall, ToolCall } from "../log/model.ts";
import type { RunFold } from "../log/fold.ts";
import { jsonText } from "../../../sdk/src/view/wording.ts";
import { idleSpans, Scale, type Gap, type Span } from "./scale.ts";

/** How a bar looks. */
export type Look =
  | "queue"
  | "model"
  | "stream"
  | "tool"
  | "wait"
  | "bad"
  | "pause"
  | "void"
  | "held";

/** A bar of a row. */
export interface Bar extends Span {
  readonly look: Look;
  readonly isLive: boolean;
}

/** A row of the timeline. */
export interface TimelineRow {
  readonly id: string;
  readonly item: Item;
  readonly seq: number;
  readonly depth: number;
  readonly name: string;
  /** Summary of the arguments, or of what happened. */
  readonly about: string;
  readonly bars: readonly Bar[];
  /** A moment instead of bars. */
  readonly at: number | null;
  /** How many rows below belong to it. */
  readonly members: number;
  readonly isFolded: boolean;
  /** Calls of the same tool that this row stands for; null if it is one item. */
  readonly group: readonly ToolCall[] | null;
  /** The task that this row stands for, which `item` started; null if it is none. */
  readonly child: Child | null;
}

/** Bars that a group draws; with more, they are joined. */
const MOST_GROUP_BARS = 60;

/** Share of the run from which on a named gap is drawn short. */
const GAP_FROM = 0.05;
const GAP_LEAST_MS = 400;

/** Rows of what is over, which only change with their item or their fold. */
const kept = new WeakMap<Item, { readonly version: number; readonly row: TimelineRow }>();

/** What a person folded and unfolded. */
export interface Folds {
  /** Ids of the model calls whose tools are hidden. */
  readonly folded: ReadonlySet<string>;
  /** Ids of the groups whose calls are shown. */
  readonly opened: ReadonlySet<string>;
}

/** Returns the rows of a run. */
export function timelineRows({ items }: RunFold, now: number, folds: Folds): TimelineRow[] {
  const { folded, opened } = folds;
  const members = new Map<string, number>();
  const started = new Set<string>();
  for (const item of items) {
    if (item.kind === "tool") {
      item.children.forEach(({ taskId }) => started.add(taskId));
    }
    if (item.kind === "tool" && item.modelCallId !== null) {
      members.set(item.modelCallId, (members.get(item.modelCallId) ?? 0) + 1);
    }
  }
  const rows: TimelineRow[] = [];
  for (const [item, calls] of groupsOf(items)) {
    if (item.kind === "tool" && folded.has(item.modelCallId ?? "")) {
      continue;
    }
    if (item.kind === "mark" && item.isOfSpan === true && started.has(item.taskId ?? "")) {
      continue;
    }
    if (calls === null) {
      rows.push(itemRow(item, now, members, folded));
      rows.push(...(item.kind === "tool" ? childRows(item, now, 0) : []));
      continue;
    }
    const row = groupRow(item, calls, now, opened);
    rows.push(row);
    if (!row.isFolded) {
      for (const one of calls) {
        rows.push(rowOf(one, now, 0, false, 1), ...childRows(one, now, 1));
      }
    }
  }
  return rows;
}

/** The rows of the tasks that a call started. */
function childRows(call: ToolCall, now: number, deeper: number): TimelineRow[] {
  return call.children.map((child) => {
    const { taskId, agent, seq, from, to, status } = child;
    const look = status === null || status === "completed" ? "tool" : "bad";
    return {
      ...rowOf(call, now, 0, false, deeper + 1),
      id: `child-${taskId}`,
      seq,
      name: agent,
      about: status ?? "open",
      bars: [{ from, to: Math.max(from, to ?? now), look, isLive: to === null }],
      child,
    };
  });
}

function itemRow(
  item: Item,
  now: number,
  members: ReadonlyMap<string, number>,
  folded: ReadonlySet<string>,
): TimelineRow {
  return keptRow(item, now, members.get(item.id) ?? 0, folded.has(item.id));
}

function groupRow(
  first: Item,
  calls: readonly ToolCall[],
  now: number,
  opened: ReadonlySet<string>,
): TimelineRow {
  const id = `group-${first.id}`;
  const failed = calls.filter(({ state }) => state === "failed" || state === "unknown").length;
  return {
    ...rowOf(first, now, calls.length, !opened.has(id)),
    id,
    name: `${calls[0]?.name ?? ""} × ${calls.length}`,
    about: failed === 0 ? "" : `${failed} failed`,
    bars: joined(calls.flatMap((call) => toolBars(call, now))),
    group: calls,
  };
}

/** Bars of many calls; neighbours are joined where there would be too many of them. */
function joined(bars: readonly Bar[]): Bar[] {
  const sorted = bars.toSorted((a, b) => a.from - b.from);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (sorted.length <= MOST_GROUP_BARS || first === undefined || last === undefined) {
    return sorted;
  }
  const apart = (last.to - first.from) / MOST_GROUP_BARS;
  const result: Bar[] = [];
  for (const bar of sorted) {
    const before = result.at(-1);
    if (before !== undefined && before.look === bar.look && bar.from - before.to < apart) {
      result[result.length - 1] = {
        ...before,
        to: Math.max(before.to, bar.to),
        isLive: before.isLive || bar.isLive,
      };
    } else {
      result.push(bar);
    }
  }
  return result;
}

/** Returns the axis of a run; named waits that take long are drawn short. */
export function scaleOf({ items, created, at }: RunFold, now: number, isShort: boolean): Scale {
  const from = created === null ? at : Date.parse(created.at);
  const span = { from, to: Math.max(now, at, from + 1) };
  if (!isShort) {
    return new Scale(span, []);
  }
  const busy: Span[] = items.flatMap((item): Span[] =>
    item.kind === "model"
      ? item.attempts.map((one) => ({ from: one.from, to: one.to ?? now }))
      : item.kind === "tool" && item.waitsFor === null && item.state !== "held"
        ? [runSpan(item, now)]
        : [],
  );
  const least = Math.max((span.to - span.from) * GAP_FROM, GAP_LEAST_MS);
  const gaps = idleSpans(span, busy)
    .filter((one) => one.to - one.from >= least)
    .flatMap((one): Gap[] => {
      const name = nameOfGap(items, one);
      return name === null ? [] : [{ ...one, ...name }];
    });
  return new Scale(span, gaps);
}

/** What a time without work was spent on, as a sentence; null if the log does not say. */
function nameOfGap(
  items: readonly Item[],
  { from, to }: Span,
): { readonly text: string; readonly seq: number } | null {
  const middle = (from + to) / 2;
  for (const item of items) {
    if (item.kind === "wait" && item.from <= middle && (item.to ?? to) >= middle) {
      const ended = item.endedBy === null ? "" : `, ${item.endedBy}`;
      const limit = item.limit === null ? "" : ` (${item.limit})`;
      return { text: `waited for ${item.for}${limit}${ended}`, seq: item.seq };
    }
    if (item.kind === "model") {
      const failed = item.attempts.find(
        (one) =>
          one.retryInMs !== null &&
          one.to !== null &&
          one.to <= middle + 1 &&
          one.to + one.retryInMs >= middle,
      );
      if (failed !== undefined) {
        return {
          text: `paused before another attempt (${failed.failure?.code ?? "failed"})`,
          seq: failed.seq,
        };
      }
    }
  }
  return null;
}

function keptRow(item: Item, now: number, members: number, isFolded: boolean): TimelineRow {
  const version = item.kind === "mark" ? 0 : item.version;
  const known = kept.get(item);
  if (
    known?.version === version &&
    known.row.members === members &&
    known.row.isFolded === isFolded
  ) {
    return known.row;
  }
  const row = rowOf(item, now, members, isFolded);
  if (item.kind === "mark" || item.to !== null) {
    kept.set(item, { version, row });
  }
  return row;
}

function rowOf(
  item: Item,
  now: number,
  members: number,
  isFolded: boolean,
  deeper = 0,
): TimelineRow {
  const common = { id: item.id, item, seq: item.seq, members, isFolded, group: null, child: null };
  switch (item.kind) {
    case "model":
      return {
        ...common,
        depth: 0,
        name: item.purpose === "compact" ? "summary" : `step ${item.step}`,
        about: item.attempts.at(-1)?.model ?? "",
        bars: modelBars(item, now),
        at: null,
      };
    case "tool":
      return {
        ...common,
        depth: (item.parentId === null ? 1 : 2) + deeper,
        name: item.name,
        about: item.arguments === undefined ? "" : short(jsonText(item.arguments)),
        bars: toolBars(item, now),
        at: null,
      };
    case "wait":
      return {
        ...common,
        depth: 0,
        name: `waiting for ${item.for}`,
        about: item.endedBy ?? item.limit ?? "",
        bars: [{ from: item.from, to: item.to ?? now, look: "wait", isLive: item.to === null }],
        at: null,
      };
    case "mark":
      return {
        ...common,
        depth: 0,
        name: item.what,
        about: short(item.text),
        bars: [],
        at: item.at,
      };
  }
}

function modelBars({ attempts }: ModelCall, now: number): Bar[] {
  return attempts.flatMap((one, i): Bar[] => {
    const to = one.to ?? now;
    const next = attempts[i + 1];
    const pauseTo = next?.from ?? (one.retryInMs === null ? to : to + one.retryInMs);
    return [
      ...attemptBars(one, to),
      ...(pauseTo > to && one.state === "failed"
        ? [{ from: to, to: pauseTo, look: "pause" as const, isLive: false }]
        : []),
    ];
  });
}

function attemptBars(one: Attempt, to: number): Bar[] {
  const isLive = one.to === null;
  if (one.state === "failed" || one.state === "void") {
    return [{ from: one.from, to, look: one.state === "failed" ? "bad" : "void", isLive }];
  }
  return one.firstAt === null
    ? [{ from: one.from, to, look: "model", isLive }]
    : [
        { from: one.from, to: one.firstAt, look: "queue", isLive: false },
        { from: one.firstAt, to, look: "stream", isLive },
      ];
}

function toolBars(call: ToolCall, now: number): Bar[] {
  const { approval } = call;
  const heldTo = approval === null ? null : (approval.decidedAt ?? call.to ?? now);
  const held: Bar[] =
    approval === null || heldTo === null
      ? []
      : [
          {
            from: approval.at,
            to: heldTo,
            look: "held",
            isLive: approval.decidedAt === null && call.to === null,
          },
        ];
  if (call.attempts === 0 && call.state === "failed") {
    // Refused before it ran.
    const at = call.to ?? call.from;
    return [...held, { from: at, to: at, look: "bad", isLive: false }];
  }
  if (call.attempts === 0 && call.state !== "done") {
    return held;
  }
  const { from, to } = runSpan(call, now);
  const looks: Partial<Record<ToolCall["state"], Look>> = {
    failed: "bad",
    void: "void",
    unknown: "bad",
    held: "held",
  };
  const look = call.waitsFor === null ? (looks[call.state] ?? "tool") : "wait";
  return [...held, { from, to, look, isLive: call.to === null && call.state !== "void" }];
}

/** When the tool itself ran: the log says how long, which is exact where it was held before. */
function runSpan(call: ToolCall, now: number): Span {
  const to = call.to ?? now;
  const from =
    call.durationMs === null ? (call.approval?.decidedAt ?? call.from) : to - call.durationMs;
  return { from: Math.min(from, to), to };
}

function short(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
