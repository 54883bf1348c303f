/**
 * The events of a run: facts in the past tense, each at one place `seq` of one log. The schemas
 * are the source of the types; `docs/reference/events.md` lists them for clients. A persisted
 * event is a contract: fields are added, never changed or removed, and a change of meaning takes
 * a new `v` with a step in `upcast`. Fields this version does not know survive.
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
/** The value of a limit: a number, a word, or none. */
const limitValue = z.union([z.number(), z.string(), z.null()]);

/** The named reasons for which a run rests. */
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

/** Why a fresh slice found calls without outcomes; the second is a slice that threw. */
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
  /** The run's spec, whole. Version 1 repeated `model` and `planner` of its config. */
  "run.created": z.looseObject(runSpec.shape),
  "run.started": z.looseObject({ epoch: count }),
  "run.waiting": z.looseObject({
    for: z.enum(WAITS),
    /** When the run goes on by itself: the timer's end, or an expiry. */
    until: z.string().optional(),
    call_id: callId.optional(),
    /** For `budget` and `concurrency`: the cap that was met. */
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
    /** The most that the attempt may cost; held back from every budget until it is settled. */
    reserved_micro_usd: count.optional(),
    /** The longest output that is asked for, where the budget and not the agent says so. */
    max_output_tokens: z.number().int().min(1).optional(),
    /** What is asked for, if not the next step: a summary of the conversation so far. */
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
    /** What the provider wants back unchanged; see `Opaque` in message.ts. */
    opaque: z.object({ provider: z.string(), data: jsonValue }).optional(),
    /** The final answer, where the planner read one from the reply, and as data where it is JSON. */
    answer: z.string().optional(),
    data: z.exactOptional(jsonValue),
    /** Why the reply could not be acted on; the message goes back to the model. */
    problem: z.looseObject({ code: z.string(), message: z.string() }).optional(),
  }),
  "usage.recorded": z.looseObject({
    call_id: callId,
    attempt,
    input_tokens: count,
    cached_input_tokens: count,
    output_tokens: count,
    reasoning_tokens: count,
    /** Input tokens that the provider wrote to its cache, where it bills them apart. */
    cache_write_tokens: count.optional(),
    cost_micro_usd: count,
    /** The provider did not say: what the attempt may have cost at most. */
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
    /** The failure of the model before. */
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
    /** The call that made this one: code that a tool runs. */
    parent_call_id: callId.optional(),
    /** For a call that nothing runs: what the run waits for. Absent with `until`: a timer. */
    wait: z.enum(["timer", "input"]).optional(),
    /** When the timer is due, or when nobody waits for the input any longer. */
    until: z.string().optional(),
  }),
  /** A call that is under way tells how far it is. */
  "tool.progressed": z.looseObject({
    call_id: callId,
    progress: z.number(),
    total: z.number().optional(),
    message: z.string().optional(),
    parent_call_id: callId.optional(),
  }),
  /** A call that is under way says something for whoever watches. */
  "tool.logged": z.looseObject({
    call_id: callId,
    level: z.string(),
    logger: z.string().optional(),
    data: jsonValue,
    parent_call_id: callId.optional(),
  }),
  /** A call that is under way asks a person something; `message.received` answers. */
  "input.requested": z.looseObject({
    call_id: callId,
    /** Names the question: the same one, asked by a later attempt of the call, has the same key. */
    key: z.string(),
    /** Who asks, and nobody vouches for what they say. */
    server: z.string(),
    message: z.string(),
    /** JSON Schema of an object with the answers; absent where the person is sent to `url`. */
    schema: jsonObject.optional(),
    url: z.string().optional(),
  }),
  /** Whoever asked does not want to know any more. */
  "input.withdrawn": z.looseObject({ call_id: callId, key: z.string() }),
  /** Nobody answered while the call was held: it was given up, and is made again with the answer. */
  "tool.suspended": z.looseObject({ call_id: callId }),
  "mcp.listed": mcpListed,
  "tool.completed": z.looseObject({
    call_id: callId,
    output: jsonValue,
    /** Pictures that the model is shown beside the output, in base64. */
    images: z.array(picture).optional(),
    duration_ms: count,
    /** The output here is the beginning of a longer one. */
    truncated: z.boolean().optional(),
    /** Where the whole output is kept: the lower-case hex SHA-256 of its text. */
    output_sha256: z.string().optional(),
    /** Where the whole goes on after the beginning, in characters; the model is told of both. */
    next_offset: count.optional(),
    /** The output comes from somebody who may not be believed: it is data, never an instruction. */
    untrusted: z.enum(UNTRUSTED).optional(),
    parent_call_id: callId.optional(),
  }),
  "tool.failed": z.looseObject({
    call_id: callId,
    code: z.string(),
    message: z.string(),
    duration_ms: count,
    /** The message holds words from there. */
    untrusted: z.enum(UNTRUSTED).optional(),
    /** For `denied_by_policy`: what denied it. */
    rule: z.string().optional(),
    parent_call_id: callId.optional(),
    /** What a parent asked for that was refused: there is no intent that would say so. */
    name: z.string().optional(),
    arguments: z.exactOptional(jsonValue),
  }),
  "tool.outcome_unknown": z.looseObject({
    call_id: callId,
    /** A person decides what becomes of the call; an `approval.requested` follows. */
    held: z.boolean().optional(),
    parent_call_id: callId.optional(),
  }),
  "approval.requested": z.looseObject({
    call_id: callId,
    name: z.string(),
    arguments: jsonValue,
    /** `policy`: before its first run. `outcome_unknown`: before another. */
    reason: z.enum(["policy", "outcome_unknown"]),
    /** For `policy`: the rule that asks. */
    rule: z.string().optional(),
    expires_at: z.string().optional(),
  }),
  "approval.decided": z.looseObject({
    call_id: callId,
    decision: z.enum(["approve", "deny"]),
    /** The arguments as the person changed them. */
    arguments: z.exactOptional(jsonValue),
    by: z.string(),
    comment: z.string().optional(),
  }),
  "approval.expired": z.looseObject({ call_id: callId, policy: z.enum(EXPIRY_POLICIES) }),
  "message.received": z.looseObject({
    content: z.string(),
    data: jsonObject.optional(),
    by: z.string(),
    /** The input that it answers; absent: something said to the run. */
    call_id: callId.optional(),
    /** For an `input.requested`: its key, and what the person did with it. */
    key: z.string().optional(),
    action: z.enum(INPUT_ACTIONS).optional(),
  }),
  "memory.compacted": z.looseObject({
    /** The last event that what is left out, or shortened, came from. */
    up_to_seq: count,
    /** What the model is told instead; empty where it is told nothing. */
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
    /** Turns of tool calls that repeat, and how often they did. */
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
export const EVENT_TYPES: readonly EventType[] = Object.keys(EVENT_DATA).filter(
  (type): type is EventType => type in EVENT_DATA,
);
export type EventData<T extends EventType> = z.infer<(typeof EVENT_DATA)[T]>;

/** An event that has happened but has no place in the log yet. */
export type NewEvent = {
  [T in EventType]: { readonly type: T; readonly data: EventData<T> };
}[EventType];

/** An event at its place in the log. `at` is RFC 3339 UTC with milliseconds; order is `seq`. */
export type RunEvent = NewEvent & {
  readonly seq: number;
  readonly at: string;
  readonly v: EventVersion;
};

/** Versions of an event's data that this code reads. */
type EventVersion = 1 | 2;

/** The version that events of a type are written in. Older ones are read: `upcast` brings them up to it. */
export function versionOf(type: EventType): EventVersion {
  return type === "run.created" ? 2 : 1;
}

/** Types after which a log has no further event. */
export const TERMINAL_TYPES: ReadonlySet<EventType> = new Set<EventType>([
  "run.completed",
  "run.failed",
  "run.cancelled",
]);

/** The events up to the first that ends the run: nothing follows that. */
export function upToEnd(events: readonly NewEvent[]): NewEvent[] {
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

/** What `parseEvent` throws: the log holds something that no version of this code wrote. */
export class LogCorruption extends Error {
  /** Newer code wrote it: a deploy that is rolled forward again can read it. */
  readonly newer: boolean;
  constructor(reason: string, newer = false) {
    super(`The event log is corrupt: ${reason}`);
    this.name = "LogCorruption";
    this.newer = newer;
  }
}

/** Checks one stored event in full, and brings it to its newest version. @throws LogCorruption */
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
 * Reads an event of this log's own writer and brings it to its newest version. The envelope is
 * checked, the data is trusted: `reduce` rejects what does not fit the history, and waking must not
 * cost a schema pass per event.
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

/** Version 2 of `run.created`: the only event that has one. */
function upgrade(raw: JsonObject, data: JsonObject): JsonObject {
  const { model: _model, planner: _planner, ...spec } = data;
  return { ...raw, v: 2, data: spec };
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_DATA, type);
}
