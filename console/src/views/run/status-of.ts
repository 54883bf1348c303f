/** Pure: what moves a run next, and how long it worked. */
import type { RunFold } from "../../log/fold.ts";

const NEXT: Readonly<Record<string, string>> = {
  approval: "continues when a person decides",
  input: "continues when a person answers",
  budget: "continues when the limit is raised",
  timer: "continues by itself",
  schedule: "starts by itself",
  children: "continues when its child tasks end",
  concurrency: "continues when a slot is free",
};

/** What moves a live run next, or what it is doing; "" for one that has ended. */
export function nextOf(fold: RunFold): string {
  switch (fold.status) {
    case "pending":
      return "starts when a worker takes it";
    case "running":
      return fold.progress.doing;
    case "waiting": {
      const reason = fold.wait?.for ?? "";
      return Object.hasOwn(NEXT, reason) ? (NEXT[reason] ?? "") : "";
    }
    default:
      return "";
  }
}

/** Milliseconds until `now` in which the run did not wait. */
export function activeMs({ items, created, end }: RunFold, now: number): number {
  const to = end?.at ?? now;
  const waited = items.reduce(
    (sum, item) => sum + (item.kind === "wait" ? (item.to ?? to) - item.from : 0),
    0,
  );
  return created === null ? 0 : Math.max(0, to - Date.parse(created.at) - waited);
}
