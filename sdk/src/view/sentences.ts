/**
 * What an event says, in one line: the same words in a terminal and on a page. Text of models and
 * tools is in it as it is; the view that shows it neutralises it.
 */
import type { EventOf, EventType, TaskEvent } from "../event.ts";
import type { ToolCall } from "./progress.ts";
import { durationText, failureText, goalText, jsonText, waitText } from "./wording.ts";

type DataOf = { readonly [Type in EventType]: EventOf<Type>["data"] };

/** Sentences that need nothing but the event. */
export const SENTENCES = {
  "run.waiting": waitText,
  "run.resumed": ({ from }: DataOf["run.resumed"]) => `resumed after ${from}`,
  "run.cancelled": ({ by, reason = "" }: DataOf["run.cancelled"]) =>
    `cancelled by ${by}${reason === "" ? "" : `: ${reason}`}`,
  "model.failed": (data: DataOf["model.failed"]) => {
    const { retry_in_ms } = data;
    const next =
      retry_in_ms === null ? "no attempts left" : `retrying in ${durationText(retry_in_ms)}`;
    return `model call failed: ${failureText(data)} · ${next}`;
  },
  "model.switched": ({ from, to, code }: DataOf["model.switched"]) =>
    `${from} failed (${code}): switching to ${to}`,
  "tool.progressed": ({ progress, total = 0, message = "" }: DataOf["tool.progressed"]) => {
    const of = total === 0 ? "" : ` of ${total}`;
    return `${progress}${of}${message === "" ? "" : `: ${message}`}`;
  },
  "tool.logged": ({ level, data }: DataOf["tool.logged"]) => `${level}: ${jsonText(data)}`,
  "tool.suspended": () => "the call is repeated after the answer",
  "input.requested": ({ server, message }: DataOf["input.requested"]) =>
    `${server} asks: ${message}`,
  "input.withdrawn": () => "the question was withdrawn",
  "approval.requested": ({ name, arguments: given }: DataOf["approval.requested"]) =>
    `approval needed: ${name} ${jsonText(given)}`,
  "approval.decided": ({ decision, by, comment = "" }: DataOf["approval.decided"]) =>
    `${decision === "approve" ? "approved" : "denied"} by ${by}${comment === "" ? "" : `: ${comment}`}`,
  "approval.expired": ({ policy }: DataOf["approval.expired"]) => `no decision in time: ${policy}`,
  "limit.reached": ({ limit, value }: DataOf["limit.reached"]) =>
    `limit reached: ${limit} (${value})`,
  "limit.changed": ({ limit, from, to }: DataOf["limit.changed"]) =>
    `limit ${limit}: ${jsonText(from)} → ${jsonText(to)}`,
  "loop.detected": ({ repeats, tools }: DataOf["loop.detected"]) =>
    `same calls ${repeats} times in a row: ${jsonText(tools)}`,
  "recovery.started": ({ reason }: DataOf["recovery.started"]) =>
    `resumed after an interruption (${reason})`,
  "memory.compacted": () => "earlier messages were summarised",
  "memory.recalled": ({ blocks, items, degraded }: DataOf["memory.recalled"]) =>
    degraded === undefined
      ? `recalled ${counted(blocks.length, "block")} and ${counted(items.length, "item")} from memory`
      : `recalled ${counted(blocks.length, "block")} and ${counted(items.length, "item")}; a memory store could not be read`,
  "child.started": ({ task_id }: DataOf["child.started"]) => `started the task ${task_id}`,
  "child.delayed": ({ message }: DataOf["child.delayed"]) => message,
  "child.waiting": ({ task_id, for: reason }: DataOf["child.waiting"]) =>
    `the task ${task_id} waits for ${reason}`,
  "child.ended": ({ task_id, status, code, message = "" }: DataOf["child.ended"]) =>
    `the task ${task_id} ${status === "cancelled" ? "was cancelled" : status}${code === undefined ? "" : `: ${code}: ${message}`}`,
  "step.planned": ({ calls }: DataOf["step.planned"]) =>
    `planned ${calls.map(({ name }) => name).join(", ")}`,
} as const;

/** Sentences of the other events, which a terminal shows in a form of its own. */
const OTHERS: {
  readonly [Type in Exclude<EventType, keyof typeof SENTENCES>]: (
    data: DataOf[Type],
    callOf: (callId: string) => ToolCall,
  ) => string;
} = {
  "run.created": ({ input_data }) => goalText(input_data) || "created",
  "run.started": ({ epoch }) => (epoch > 1 ? `started in process ${epoch}` : "started"),
  "run.completed": ({ result }) => `completed: ${result.answer}`,
  "run.failed": (data) => `failed: ${failureText(data)}`,
  "model.requested": ({ model, attempt, purpose }) =>
    `asking ${model}${purpose === undefined ? "" : " for a summary"}${attempt > 1 ? `, attempt ${attempt}` : ""}`,
  "model.delta": ({ text = "", reasoning = "" }) => text || reasoning || "…",
  "model.completed": ({ text, tool_calls, problem }) => {
    const calls = tool_calls.map(({ name }) => name).join(", ");
    const said = text === "" ? "" : `${text} `;
    return problem === undefined
      ? `${said}${calls === "" ? "" : `→ ${calls}`}`
      : `unusable reply: ${failureText(problem)}`;
  },
  "model.superseded": ({ attempt }) => `attempt ${attempt} was lost; its text is void`,
  "usage.recorded": ({ input_tokens, output_tokens }) =>
    `${input_tokens} tokens in, ${output_tokens} out`,
  "tool.requested": ({ name, arguments: given }) => `${name} ${jsonText(given)}`,
  "tool.completed": ({ call_id, output }, callOf) =>
    `${callOf(call_id).name} → ${jsonText(output)}`,
  "tool.failed": (data, callOf) =>
    `${data.name ?? callOf(data.call_id).name} failed: ${failureText(data)}`,
  "tool.outcome_unknown": ({ call_id }, callOf) => `${callOf(call_id).name}: outcome unknown`,
  "message.received": ({ content, action }) => content || `answered: ${action ?? "accept"}`,
  "mcp.listed": ({ server, tools = [], total = tools.length, error }) =>
    error === undefined
      ? `${server} offers ${total} tools`
      : `the MCP server ${server}: ${failureText(error)}`,
};

/** Returns what an event says; "" for a type of a newer service. */
export function sentenceOf(event: TaskEvent, callOf: (callId: string) => ToolCall): string {
  const { type, data } = event;
  const say: unknown = Object.hasOwn(SENTENCES, type)
    ? SENTENCES[type as keyof typeof SENTENCES]
    : Object.hasOwn(OTHERS, type)
      ? OTHERS[type as keyof typeof OTHERS]
      : null;
  return typeof say === "function"
    ? (say as (data: unknown, callOf: (callId: string) => ToolCall) => string)(data, callOf)
    : "";
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
