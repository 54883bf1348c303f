/** Words for what people see of a task, the same in every view. */
import type { EventOf } from "../event.ts";
import type { Task } from "../model.ts";

/** Formats usage on one line. Omits tokens and cost when they are zero. */
export function usageText(used: Task["usage"]): string {
  return [
    counted(used.steps, "step"),
    counted(used.model_calls, "model call"),
    counted(used.tool_calls, "tool call"),
    ...(used.input_tokens === 0
      ? []
      : [`${counted(used.input_tokens, "token")} in, ${grouped(used.output_tokens)} out`]),
    ...(used.cost_usd === 0 ? [] : [dollarsText(used.cost_usd)]),
  ].join(" · ");
}

/** Formats a time span: `120 ms`, `3.4 s`. */
export function durationText(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Formats a failure: its message, and its code in parentheses. */
export function failureText({ message, code }: { message: string; code: string }): string {
  return `${message} (${code})`;
}

/**
 * Returns when a wait ends by itself, in milliseconds since 1970; null if it does not. For
 * `concurrency` and `provider`, `until` is only the next check.
 */
export function endOfWait({
  for: reason,
  until = "",
}: EventOf<"run.waiting">["data"]): number | null {
  const end = reason === "concurrency" || reason === "provider" ? Number.NaN : Date.parse(until);
  return Number.isNaN(end) ? null : end;
}

/** Says what a run waits for, and until when. */
export function waitText(wait: EventOf<"run.waiting">["data"]): string {
  const end = endOfWait(wait);
  const until = end === null ? "" : ` until ${new Date(end).toISOString().replace(".000Z", "Z")}`;
  return `waiting for ${wait.for}${until}`;
}

/** Formats any JSON on one line. A string is shown without quotes. */
export function jsonText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** The goal of an agent run, or "". */
export function goalText(input: Readonly<Record<string, unknown>> | null): string {
  return textOf(input?.["goal"]) || textOf(input?.["prompt"]);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** At least two decimals, at most six. */
function dollarsText(usd: number): string {
  const digits = usd.toFixed(6).replace(/0{1,4}$/, "");
  return `$${digits}`;
}
