/** Renders an event as one short line, for the progress of a call. An unknown type is its name. */
import { cut } from "../../run/value/cut.ts";
import type { LoggedEvent } from "./log-page.ts";

const MAX_CHARS = 200;

/** Returns a description of an event without line breaks, in at most 200 characters. */
export function eventLine({ type, data }: LoggedEvent): string {
  const line = `${type}${detailOf(type, data)}`.replaceAll(/\s+/g, " ");
  return line.length > MAX_CHARS ? `${cut(line, MAX_CHARS - 1)}…` : line;
}

function detailOf(type: string, data: LoggedEvent["data"]): string {
  const detail = DETAILS[type];
  return detail === undefined ? "" : `: ${detail(data)}`;
}

type Data = LoggedEvent["data"];

const DETAILS: Readonly<Record<string, (data: Data) => string>> = {
  "run.waiting": (data) => `for ${text(data["for"])}`,
  "run.resumed": (data) => `after ${text(data["from"])}`,
  "run.completed": (data) => text(data["result"]),
  "run.failed": failure,
  "run.cancelled": (data) => `by ${text(data["by"])}`,
  "model.requested": (data) => `step ${text(data["step"])}, ${text(data["model"])}`,
  "model.delta": (data) => text(data["text"] ?? data["reasoning"] ?? data["tool_call"]),
  "model.completed": (data) => text(data["text"]),
  "model.failed": failure,
  "model.switched": (data) => `from ${text(data["from"])} to ${text(data["to"])}`,
  "tool.requested": (data) => `${text(data["name"])} ${text(data["arguments"])}`,
  "tool.completed": (data) => text(data["output"]),
  "tool.failed": failure,
  "approval.requested": (data) =>
    `${text(data["call_id"])} ${text(data["name"])} ${text(data["arguments"])}`,
  "approval.decided": (data) => `${text(data["call_id"])} ${text(data["decision"])}`,
  "message.received": (data) => text(data["content"]),
  "limit.reached": (data) => text(data["limit"]),
  "recovery.started": (data) => text(data["reason"]),
};

function failure(data: Data): string {
  return `${text(data["message"])} (${text(data["code"])})`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
