/**
 * Scripts for the model `local/script`: the replies of a model and the outputs of its tools, as
 * data in a task's input. Pure: the entry to play depends only on the log, so a restart changes
 * nothing.
 */
import { z } from "zod";
import { EFFECTS } from "../value/effect.ts";
import type { ModelFailureCode } from "../value/failure.ts";
import { canonicalJson, type JsonValue } from "../value/json.ts";
import { jsonObject, jsonValue } from "./spec.ts";
import { UNTRUSTED } from "../value/trust.ts";

/** Failures that a script can play. Each is a code of a model failure. */
export const SCRIPTED_FAILURES = [
  "rate_limited",
  "overloaded",
  "server_error",
  "cut_stream",
  "refused",
  "invalid_request",
] as const satisfies readonly ModelFailureCode[];
/** One of `SCRIPTED_FAILURES`. */
export type ScriptedFailure = (typeof SCRIPTED_FAILURES)[number];

const delayMs = z.number().int().min(0).max(600_000);
const toolName = z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/);

const scriptEntry = z
  .strictObject({
    text: z.string().optional(),
    tool_calls: z
      .array(z.strictObject({ name: z.string().min(1), arguments: jsonValue.optional() }))
      .optional(),
    error: z
      .strictObject({
        class: z.enum(SCRIPTED_FAILURES),
        times: z.number().int().min(1).max(1000).optional(),
      })
      .optional(),
    chunks: z.number().int().min(1).max(10_000).optional(),
    delay_ms: delayMs.optional(),
  })
  .refine((entry) => isReply(entry) || entry.error !== undefined, {
    message: "an entry needs `text`, `tool_calls` or `error`",
  });

/** `input_data.script`: the model's turns in order. */
export const scriptSchema = z.array(scriptEntry);
/** A validated `input_data.script`. */
export type Script = z.infer<typeof scriptSchema>;

const scriptedOutput = z.union(
  [
    z.strictObject({ arguments: jsonValue.optional(), output: jsonValue }),
    z.strictObject({ arguments: jsonValue.optional(), error: z.string() }),
  ],
  { error: "an entry needs either `output` or `error`, and may have `arguments`" },
);
/** One output or error of a scripted tool. */
export type ScriptedOutput = z.infer<typeof scriptedOutput>;

const scriptTool = z.strictObject({
  name: toolName,
  description: z.string().optional(),
  input_schema: jsonObject.optional(),
  effect: z.enum(EFFECTS).optional(),
  /** For the effect `probe`: the stated outcome of an earlier attempt. Absent: `not_done`. */
  probe: z.enum(["done", "not_done", "unknown"]).optional(),
  delay_ms: delayMs.optional(),
  /** Marks the outputs as untrusted content from this source. */
  untrusted: z.enum(UNTRUSTED).optional(),
  outputs: z.array(scriptedOutput),
});
/** One scripted tool. */
export type ScriptTool = z.infer<typeof scriptTool>;

/** `input_data.script_tools`: tools whose outputs are data. */
export const scriptToolsSchema = z
  .array(scriptTool)
  .refine((tools) => new Set(tools.map((tool) => tool.name)).size === tools.length, {
    message: "two tools have the same name",
  });

/** A scripted reply, and how it is streamed. */
export interface ScriptReply {
  readonly text: string;
  readonly tool_calls: readonly { readonly name: string; readonly arguments: JsonValue }[];
  readonly chunks: number;
  readonly delay_ms: number;
}

/** The entry that one attempt of a model call plays. */
export type ScriptTurn =
  /** `reply` is the final reply of the call. A cut stream shows its beginning. */
  | { readonly kind: "fail"; readonly class: ScriptedFailure; readonly reply: ScriptReply | null }
  | ({ readonly kind: "reply" } & ScriptReply)
  | { readonly kind: "exhausted" };

/**
 * Returns the entry that the next attempt plays.
 * @param replies replies of the run so far
 * @param failedAttempts failed attempts of this call
 */
export function scriptTurn(script: Script, replies: number, failedAttempts: number): ScriptTurn {
  const { errors, reply } = turnAt(script, replies);
  let left = failedAttempts;
  for (const error of errors) {
    const times = error.times ?? 1;
    if (left < times) {
      return { kind: "fail", class: error.class, reply };
    }
    left -= times;
  }
  return reply === null ? { kind: "exhausted" } : { kind: "reply", ...reply };
}

type Entry = Script[number];

/**
 * Returns the nth reply of a script and the errors before it: its own, and entries that hold only
 * an error.
 */
function turnAt(
  script: Script,
  n: number,
): { readonly errors: readonly NonNullable<Entry["error"]>[]; readonly reply: ScriptReply | null } {
  let errors: NonNullable<Entry["error"]>[] = [];
  let seen = 0;
  for (const entry of script) {
    if (entry.error !== undefined) {
      errors.push(entry.error);
    }
    if (!isReply(entry)) {
      continue;
    }
    if (seen === n) {
      return { errors, reply: replyOf(entry) };
    }
    seen += 1;
    errors = [];
  }
  return { errors: seen === n ? errors : [], reply: null };
}

function isReply(entry: { readonly text?: unknown; readonly tool_calls?: unknown }): boolean {
  return entry.text !== undefined || entry.tool_calls !== undefined;
}

function replyOf(entry: Entry): ScriptReply {
  const calls = entry.tool_calls ?? [];
  return {
    text: entry.text ?? "",
    tool_calls: calls.map((call) => ({ name: call.name, arguments: call.arguments ?? {} })),
    chunks: entry.chunks ?? 1,
    delay_ms: entry.delay_ms ?? 0,
  };
}

/** A logged call of a scripted tool. */
export interface MadeCall {
  readonly call_id: string;
  readonly arguments: JsonValue;
}

/**
 * Assigns an output to each call of one scripted tool: the first unassigned entry whose `arguments`
 * equal the call's, or that has none. Calls are assigned in the order of their first intents; a new
 * process repeats this with the same result, so nothing has to be stored. The work for a call does
 * not grow with the number of earlier calls.
 */
export class ScriptedOutputs {
  readonly #outputs: readonly ScriptedOutput[];
  /**
   * Indexes of unassigned entries by their arguments, last first. Entries for any arguments are
   * under null.
   */
  readonly #left = new Map<string | null, number[]>();
  readonly #taken = new Map<string, ScriptedOutput | null>();

  constructor(tool: Pick<ScriptTool, "outputs">) {
    this.#outputs = tool.outputs;
    for (let place = tool.outputs.length - 1; place >= 0; place -= 1) {
      const wanted = tool.outputs[place]?.arguments;
      const key = wanted === undefined ? null : canonicalJson(wanted);
      const places = this.#left.get(key) ?? [];
      places.push(place);
      this.#left.set(key, places);
    }
  }

  /** Assigns an entry to a call. A repeated call changes nothing. */
  assign(call: MadeCall): void {
    if (!this.#taken.has(call.call_id)) {
      const entry = this.#outputs[this.#takePlace(canonicalJson(call.arguments))] ?? null;
      this.#taken.set(call.call_id, entry);
    }
  }

  /** Returns the entry of a call; null if none was left or the call was never assigned. */
  of(callId: string): ScriptedOutput | null {
    return this.#taken.get(callId) ?? null;
  }

  #takePlace(key: string): number {
    const [exact, open] = [this.#left.get(key) ?? [], this.#left.get(null) ?? []];
    const first = (exact.at(-1) ?? Infinity) < (open.at(-1) ?? Infinity) ? exact : open;
    return first.pop() ?? -1;
  }
}
