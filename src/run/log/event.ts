/**
 * The events of a run: facts in the past tense, each with a `seq` in one log. The schemas are the
 * source of the types; `docs/reference/events.md` lists them for clients. A persisted event is a
 * contract: fields are added, never changed or removed, and a change of meaning takes a new `v`
 * with a step in `upcast`. Unknown fields are preserved.
 */
import { z } from "zod";
import { EFFECTS } from "../value/effect.ts";
import { isJsonObject, type JsonObject } from "../value/json.ts";
import { INPUT_ACTIONS } from "./elicitation.ts";
import { mcpListed } from "../value/mcp-listing.ts";
import { FINISH_REASONS } from "../value/message.ts";
import { EXPIRY_POLICIES, jsonObject, jsonValue, runSpec } from "../spec/spec.ts";
import { UNTRUSTED } from "../value/trust.ts";

const seq = z.number().int().min(1);
const callId = z.string();
const attempt = z.number().int().min(1);
const count = z.number().int().min(0);
/** The value of a limit: a number, a keyword, or null for no limit. */
const limitValue = z.union([z.number(), z.string(), z.null()]);

/** The reasons for which a run waits. */
export const WAITS = [
  "approval",
  "input",
  "timer",
  "budget",
  "children",
  "schedule",
  "concurrency",
] as const;
export type WaitName = (typeof WAITS)[number];

/** Why a new slice found calls without outcomes. `failed`: the slice before it threw. */
export const RECOVERY_REASONS = ["interrupted", "failed", "out_of_memory"] as const;
export type RecoveryReason = (typeof RECOVERY_REASONS)[number];

const picture = z.object({ media_type: z.string(), data: z.string() });

const toolCall = z.object({
  call_id: callId,
  name: z.string(),
  arguments: z.exactOptional(jsonValue),
  arguments_text: z.exactOptional(z.string()),
  provider_id: z.exactOptional(z.string()),
});

/** The data of each event type. */
export const EVENT_DATA = {
  /** The complete spec of the run. Version 1 repeated `model` and `planner` of its config. */
  "run.created": z.looseObject(runSpec.shape),
  "run.started": z.looseObject({ epoch: count }),
  "run.waiting": z.looseObject({
    for: z.enum(WAITS),
    /** When the run continues without a command: the end of the timer, or an expiry. */
    until: z.string().optional(),
    call_id: callId.optional(),
    /** For `budget` and `concurrency`: the limit that was reached. */
    limit: z.string().optional(),
  }),
  "run.resumed": z.looseObject({ from: z.enum(WAITS) }),
  "run.completed": z.looseObject({
    result: z.looseObject({ answer: z.string(), data: z.exactOptional(jsonValue) }),
  }),
  "run.failed": z.looseObject({
    code: z.string(),
    message: z.string(),
    details: jsonObject.optional(),
  }),
  "run.cancelled": z.looseObject({ reason: z.string().optional(), by: z.string() }),
  "model.requested": z.looseObject({
    call_id: callId,
    attempt,
    step: z.number().int().min(1),
    model: z.string(),
    up_to_seq: count,
    body_sha256: z.string(),
    body_chars: count.optional(),
    /** Maximum cost of the attempt, reserved in every budget until it is settled. */
    reserved_micro_usd: count.optional(),
    /** Maximum output requested, if a budget rather than the agent determines it. */
    max_output_tokens: z.number().int().min(1).optional(),
    /** `compact`: the call requests a summary of the conversation. Absent: the next step. */
    purpose: z.literal("compact").optional(),
  }),
  "model.delta": z.looseObject({
    call_id: callId,
    attempt,
    text: z.string().optional(),
    reasoning: z.string().optional(),
    tool_call: z
      .looseObject({
        index: count,
        name: z.string().optional(),
        arguments_text: z.string().optional(),
      })
      .optional(),
  }),
  "model.completed": z.looseObject({
    call_id: callId,
    attempt,
    finish_reason: z.enum(FINISH_REASONS),
    text: z.string(),
    tool_calls: z.array(toolCall),
    reasoning: z.string().optional(),
    /** Data to return to the provider unchanged; see `Opaque` in message.ts. */
    opaque: z.object({ provider: z.string(), data: jsonValue }).optional(),
    /** The final answer, if the planner found one in the reply. */
    answer: z.string().optional(),
    /** The answer as data, if it is JSON. */
    data: z.exactOptional(jsonValue),
    /** Why the reply could not be used. The message is sent to the model. */
    problem: z.looseObject({ code: z.string(), message: z.string() }).optional(),
  }),
  "usage.recorded": z.looseObject({
    call_id: callId,
    attempt,
    input_tokens: count,
    cached_input_tokens: count,
    output_tokens: count,
    reasoning_tokens: count,
    /** Input tokens that the provider wrote to its cache, if it bills them separately. */
    cache_write_tokens: count.optional(),
    cost_micro_usd: count,
    /** True if the provider counted nothing: estimated tokens, and the maximum cost. */
    estimated: z.boolean().optional(),
  }),
  "model.failed": z.looseObject({
    call_id: callId,
    attempt,
    code: z.string(),
    message: z.string(),
    retry_in_ms: count.nullable(),
  }),
  "model.superseded": z.looseObject({ call_id: callId, attempt }),
  "model.switched": z.looseObject({
    call_id: callId,
    from: z.string(),
    to: z.string(),
    /** The failure code of the previous model. */
    code: z.string(),
  }),
  "tool.requested": z.looseObject({
    call_id: callId,
    model_call_id: callId,
    name: z.string(),
    arguments: jsonValue,
    effect: z.enum(EFFECTS),
    idempotency_key: z.string(),
    attempt,
    /** The call whose code made this call. */
    parent_call_id: callId.optional(),
    /** For a call that runs no tool: the reason for its wait. Absent with `until`: a timer. */
    wait: z.enum(["timer", "input"]).optional(),
    /** When the timer is due, or when the wait for input expires. */
    until: z.string().optional(),
  }),
  /** A running call reports progress. */
  "tool.progressed": z.looseObject({
    call_id: callId,
    progress: z.number(),
    total: z.number().optional(),
    message: z.string().optional(),
    parent_call_id: callId.optional(),
  }),
  /** A running call logs a message for watchers. */
  "tool.logged": z.looseObject({
    call_id: callId,
    level: z.string(),
    logger: z.string().optional(),
    data: jsonValue,
    parent_call_id: callId.optional(),
  }),
  /** A running call asks a person a question. `message.received` answers it. */
  "input.requested": z.looseObject({
    call_id: callId,
    /** Identifies the question: a later attempt of the call asks it under the same key. */
    key: z.string(),
    /** The server that asks. Its texts are untrusted. */
    server: z.string(),
    message: z.string(),
    /** JSON Schema of the answer. Absent if the person must open `url`. */
    schema: jsonObject.optional(),
    url: z.string().optional(),
  }),
  /** The server withdrew its question. */
  "input.withdrawn": z.looseObject({ call_id: callId, key: z.string() }),
  /** The call was stopped without an answer. It is made again with the answer. */
  "tool.suspended": z.looseObject({ call_id: callId }),
  "mcp.listed": mcpListed,
  "tool.completed": z.looseObject({
    call_id: callId,
    output: jsonValue,
    /** Pictures for the model in addition to the output, in base64. */
    images: z.array(picture).optional(),
    duration_ms: count,
    /** True if the output is only the beginning of a longer one. */
    truncated: z.boolean().optional(),
    /** Key of the stored complete output: the lower-case hex SHA-256 of its text. */
    output_sha256: z.string().optional(),
    /** Characters of the complete output that precede the rest. The model sees this and the key. */
    next_offset: count.optional(),
    /** Source of an untrusted output. It is data, never an instruction. */
    untrusted: z.enum(UNTRUSTED).optional(),
    parent_call_id: callId.optional(),
  }),
  "tool.failed": z.looseObject({
    call_id: callId,
    code: z.string(),
    message: z.string(),
    duration_ms: count,
    /** Source of untrusted text in the message. */
    untrusted: z.enum(UNTRUSTED).optional(),
    /** For `denied_by_policy`: the rule that denied the call. */
    rule: z.string().optional(),
    parent_call_id: callId.optional(),
    /** The call that code requested and that was rejected: it has no intent that names it. */
    name: z.string().optional(),
    arguments: z.exactOptional(jsonValue),
  }),
  "tool.outcome_unknown": z.looseObject({
    call_id: callId,
    /** A person decides how to proceed with the call; an `approval.requested` follows. */
    held: z.boolean().optional(),
    parent_call_id: callId.optional(),
  }),
  "approval.requested": z.looseObject({
    call_id: callId,
    name: z.string(),
    arguments: jsonValue,
    /** `policy`: before the first attempt. `outcome_unknown`: before another attempt. */
    reason: z.enum(["policy", "outcome_unknown"]),
    /** For `policy`: the rule that requires approval. */
    rule: z.string().optional(),
    expires_at: z.string().optional(),
  }),
  "approval.decided": z.looseObject({
    call_id: callId,
    decision: z.enum(["approve", "deny"]),
    /** Arguments that replace the model's. */
    arguments: z.exactOptional(jsonValue),
    by: z.string(),
    comment: z.string().optional(),
  }),
  "approval.expired": z.looseObject({ call_id: callId, policy: z.enum(EXPIRY_POLICIES) }),
  "message.received": z.looseObject({
    content: z.string(),
    data: jsonObject.optional(),
    by: z.string(),
    /** The call that the message answers. Absent: a message to the run. */
    call_id: callId.optional(),
    /** For an `input.requested`: its key, and how the person responded. */
    key: z.string().optional(),
    action: z.enum(INPUT_ACTIONS).optional(),
  }),
  "memory.compacted": z.looseObject({
    /** The last event that contributed to the shortened or omitted part. */
    up_to_seq: count,
    /** The summary that replaces the omitted part; may be empty. */
    summary: z.string(),
    /** `outputs`: long outputs of tools were shortened. `turns`: older turns were left out. */
    kind: z.enum(["outputs", "turns"]),
    /** The model call that wrote the summary. */
    call_id: callId.optional(),
    attempt: attempt.optional(),
  }),
  "limit.reached": z.looseObject({ limit: z.string(), value: z.number() }),
  "limit.changed": z.looseObject({
    limit: z.string(),
    from: limitValue,
    to: limitValue,
    by: z.string(),
  }),
  "loop.detected": z.looseObject({
    /** Number of tool call turns in the cycle, and how often it repeated. */
    period: count,
    repeats: count,
    tools: z.array(z.string()),
    action: z.enum(["nudge", "stop"]),
  }),
  "recovery.started": z.looseObject({
    epoch: count,
    reason: z.enum(RECOVERY_REASONS),
    open_calls: z.array(callId),
  }),
} as const;

export type EventType = keyof typeof EVENT_DATA;
/** All event types. */
export const EVENT_TYPES: readonly EventType[] = Object.keys(EVENT_DATA).filter(
  (type): type is EventType => type in EVENT_DATA,
);
export type EventData<T extends EventType> = z.infer<(typeof EVENT_DATA)[T]>;

/** An event that is not in the log yet. */
export type NewEvent = {
  [T in EventType]: { readonly type: T; readonly data: EventData<T> };
}[EventType];

/** An event in the log. `at` is RFC 3339 UTC with milliseconds; the order is `seq`. */
export type RunEvent = NewEvent & {
  readonly seq: number;
  readonly at: string;
  readonly v: EventVersion;
};

/** Versions of an event's data that this code can read. */
type EventVersion = 1 | 2;

/** Returns the version that events of a type are written in. `upcast` upgrades older ones. */
export function versionOf(type: EventType): EventVersion {
  return type === "run.created" ? 2 : 1;
}

/** Types that end a log. */
export const TERMINAL_TYPES: ReadonlySet<EventType> = new Set<EventType>([
  "run.completed",
  "run.failed",
  "run.cancelled",
]);

/** Returns the events up to and including the first that ends the run. */
export function eventsThroughEnd(events: readonly NewEvent[]): NewEvent[] {
  const end = events.findIndex((event) => TERMINAL_TYPES.has(event.type));
  return end === -1 ? [...events] : events.slice(0, end + 1);
}

const envelope = z.looseObject({
  seq,
  at: z.string(),
  type: z.string(),
  v: z.union([z.literal(1), z.literal(2)]),
  data: z.unknown(),
});

/** Thrown if the log contains something that no version of this code wrote. */
export class LogCorruption extends Error {
  /** True if newer code wrote the event: the newer deployment can read it. */
  readonly newer: boolean;
  constructor(reason: string, newer = false) {
    super(`The event log is corrupt: ${reason}`);
    this.name = "LogCorruption";
    this.newer = newer;
  }
}

/** Validates a stored event in full and upgrades it to the newest version. @throws LogCorruption */
export function parseEvent(raw: unknown): RunEvent {
  const parsed = envelope.safeParse(raw);
  if (!parsed.success) {
    throw new LogCorruption(`not an event: ${z.prettifyError(parsed.error)}`);
  }
  const { type } = parsed.data;
  if (!isEventType(type)) {
    throw new LogCorruption(`unknown event type ${type} at seq ${parsed.data.seq}`);
  }
  const event = upcast(raw);
  const data = EVENT_DATA[type].safeParse(event.data);
  if (!data.success) {
    throw new LogCorruption(
      `bad ${type} at seq ${parsed.data.seq}: ${z.prettifyError(data.error)}`,
    );
  }
  return event;
}

/**
 * Upgrades an event of this service to the newest version. Checks only the envelope: `reduce`
 * rejects what does not fit the history, and a wake-up must not cost a schema pass per event.
 * @throws LogCorruption
 */
export function upcast(raw: unknown): RunEvent {
  if (
    !isJsonObject(raw) ||
    typeof raw["seq"] !== "number" ||
    typeof raw["type"] !== "string" ||
    !isJsonObject(raw["data"])
  ) {
    throw new LogCorruption("a stored row holds something that is not an event");
  }
  const { seq: at, type, v } = raw;
  if (!isEventType(type)) {
    throw new LogCorruption(`unknown event type ${type} at seq ${at}`, true);
  }
  if (typeof v !== "number" || v < 1 || v > versionOf(type)) {
    throw new LogCorruption(`event ${at} was written by newer code`, true);
  }
  return (v === versionOf(type) ? raw : upgrade(raw, raw["data"])) as unknown as RunEvent;
}

/** Upgrades `run.created` to version 2, the only event that has one. */
function upgrade(raw: JsonObject, data: JsonObject): JsonObject {
  const { model: _model, planner: _planner, ...spec } = data;
  return { ...raw, v: 2, data: spec };
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_DATA, type);
}
