/**
 * How a tool is asked. Two halves, because the intent is written between them: `prepareCall`
 * checks a call and gives its intent, `invokeTool` runs it and gives its outcome. Whatever a model
 * asks for and whatever a tool does comes out as an event; neither half throws.
 */
import type { Effect } from "../../run/value/effect.ts";
import type { NewEvent } from "../../run/log/event.ts";
import {
  clipMessage,
  MAY_HAVE_ACTED,
  TOOL_FAILURES,
  ToolStop,
  type ToolFailureCode,
} from "../../run/value/failure.ts";
import { idempotencyKey } from "../../run/value/id.ts";
import { jsonDefect, type JsonValue } from "../../run/value/json.ts";
import type { ToolCall } from "../../run/value/message.ts";
import {
  argumentsDenied,
  forbidden,
  judge,
  type Policy,
  type Standing,
  type Verdict,
} from "../../run/spec/policy.ts";
import type { AgentConfig } from "../../run/spec/spec.ts";
import type { TurnCall } from "../../run/log/state.ts";
import { schemaFits } from "./schema/json-schema.ts";
import { checkOutput, messageOf, shorten, type Outcome, type StopCode } from "./output.ts";
import type { Toolbox } from "./registry.ts";
import {
  effectOf,
  Suspended,
  type Checked,
  type RunTool,
  type Tool,
  type ToolContext,
} from "./tool.ts";

/** Microtasks that a tool without I/O takes at most: its own awaits, and those around it. */
const MICROTASKS = 16;

/** Characters of JSON that arguments may have; no schema is asked about more. */
const MAX_ARGUMENTS_CHARS = 1_000_000;

/** Failures after which nobody here knows whether a server did what it was asked to. */
const LOST_ANSWERS: ReadonlySet<ToolFailureCode> = new Set([
  "tool_timeout",
  "server_unreachable",
  "mcp_protocol_error",
]);

/** Where a call stands when it is prepared. */
export interface Preparation {
  readonly taskId: string;
  readonly modelCallId: string;
  readonly config: AgentConfig;
  readonly standing: Standing;
  readonly now: number;
  /** The call whose code makes this one. */
  readonly parentCallId?: string;
}

/** The intent of a call, a question to a person about it, or why there is neither. */
export function prepareCall(
  { call: asked, approval }: Pick<TurnCall, "call" | "approval">,
  toolbox: Toolbox,
  preparation: Preparation,
): NewEvent {
  const { taskId, modelCallId, config, standing, now, parentCallId } = preparation;
  const call =
    approval === null ? asked : { ...asked, name: approval.name, arguments: approval.arguments };
  const { call_id } = call;
  const tool = toolbox.get(call.name);
  const name = call.name;
  const forbids = forbidden(config.policy, name);
  if (forbids?.kind === "deny") {
    return denied(call_id, forbids);
  }
  if (tool === undefined) {
    return failed(call_id, "unknown_tool", unknownTool(name, toolbox), 0);
  }
  const checked = checkArguments(call, tool);
  if (!checked.ok) {
    const message = `The arguments do not fit the tool ${tool.name}: ${checked.reason}`;
    return failed(call_id, "invalid_arguments", message, 0);
  }
  const meant = tool.standsFor?.(checked.value) ?? null;
  if (meant !== null) {
    return prepareCall({ call: { ...call, ...meant }, approval: null }, toolbox, preparation);
  }
  const after = (seconds: number | undefined, field: string) =>
    seconds === undefined ? {} : { [field]: new Date(now + seconds * 1000).toISOString() };
  const effect = effectOf(tool, checked.value);
  const judged = {
    name,
    arguments: checked.value,
    acts: effect !== "pure" && !(tool.kind === "run" && tool.callsTools === true),
    approved: approval !== null,
    asksAlways: tool.approval === "always",
  };
  const verdict = judge(config.policy, standing, judged, now, schemaFits);
  if (verdict.kind === "deny") {
    return denied(call_id, verdict);
  }
  if (verdict.kind === "approve") {
    return {
      type: "approval.requested",
      data: {
        call_id,
        name: tool.name,
        arguments: checked.value,
        reason: "policy",
        rule: verdict.rule,
        ...after(config.waits?.approval_expires_s, "expires_at"),
      },
    };
  }
  return {
    type: "tool.requested",
    data: {
      call_id,
      model_call_id: modelCallId,
      name: tool.name,
      arguments: checked.value,
      effect,
      idempotency_key: idempotencyKey(taskId, call_id),
      attempt: 1,
      ...(parentCallId === undefined ? {} : { parent_call_id: parentCallId }),
      ...(tool.kind === "timer"
        ? { until: new Date(tool.due(checked.value, now)).toISOString() }
        : {}),
      ...(tool.kind === "input"
        ? { wait: "input", ...after(config.waits?.input_expires_s, "until") }
        : {}),
    },
  };
}

function denied(call_id: string, verdict: Extract<Verdict, { kind: "deny" }>): NewEvent {
  const event = failed(call_id, "denied_by_policy", verdict.message, 0);
  return { ...event, data: { ...event.data, rule: verdict.rule } };
}

/**
 * Why a tool, or the agent's policy, would refuse these arguments, or null. For arguments that a
 * person has changed.
 */
export function argumentsDefect(
  name: string,
  args: JsonValue,
  toolbox: Toolbox,
  policy?: Policy,
): string | null {
  const tool = toolbox.get(name);
  if (tool === undefined) {
    return unknownTool(name, toolbox);
  }
  const checked = checkArguments({ call_id: "", name, arguments: args }, tool);
  if (!checked.ok) {
    return checked.reason;
  }
  const verdict = argumentsDenied(policy, name, args, schemaFits);
  return verdict?.kind === "deny" ? verdict.message : null;
}

function unknownTool(name: string, { names }: Toolbox): string {
  const known = names.length === 0 ? "There are none." : `The tools are: ${names.join(", ")}.`;
  return `There is no tool named ${JSON.stringify(name.slice(0, 128))}. ${known}`;
}

function checkArguments(call: ToolCall, tool: Tool): Checked {
  if (call.arguments === undefined) {
    return { ok: false, reason: textDefect(call.arguments_text ?? "") };
  }
  const defect = jsonDefect(call.arguments);
  if (defect !== null) {
    return { ok: false, reason: defect };
  }
  return JSON.stringify(call.arguments).length > MAX_ARGUMENTS_CHARS
    ? { ok: false, reason: `they have more than ${MAX_ARGUMENTS_CHARS} characters` }
    : tool.checkInput(call.arguments);
}

/** Why arguments stayed text: they are not JSON, or JSON that cannot be stored. */
function textDefect(text: string): string {
  try {
    return jsonDefect(JSON.parse(text)) ?? "they must be a JSON object.";
  } catch (error) {
    return `they are not valid JSON (${error instanceof Error ? error.message : "unreadable"}).`;
  }
}

/**
 * Runs a tool to its outcome. When its time is up or the run's signal is aborted the tool is told
 * by its own signal, and is not waited for any longer.
 * @param clock milliseconds, for the duration
 * @param keep keeps an output that is too long for an event, and gives its SHA-256
 */
export async function invokeTool(
  tool: RunTool,
  args: JsonValue,
  context: ToolContext,
  clock: () => number,
  keep: (text: string) => string,
): Promise<NewEvent> {
  const startedAt = clock();
  const outcome = await settle(tool, args, context);
  const duration_ms = Math.max(0, Math.round(clock() - startedAt));
  if (!outcome.ok) {
    if (outcome.code === "suspended") {
      return { type: "tool.suspended", data: { call_id: context.callId } };
    }
    return outcome.code === "outcome_unknown"
      ? { type: "tool.outcome_unknown", data: { call_id: context.callId } }
      : failedBy(tool, context.callId, { ...outcome, code: outcome.code }, duration_ms);
  }
  const { output, rest } = shorten(outcome.output);
  return {
    type: "tool.completed",
    data: {
      call_id: context.callId,
      output,
      ...(outcome.images.length === 0 ? {} : { images: [...outcome.images] }),
      duration_ms,
      ...(rest === null
        ? {}
        : { truncated: true, output_sha256: keep(rest.whole), next_offset: rest.from }),
      ...(tool.untrusted === undefined ? {} : { untrusted: tool.untrusted }),
    },
  };
}

async function settle(tool: RunTool, args: JsonValue, context: ToolContext): Promise<Outcome> {
  const effect = effectOf(tool, args);
  const own = new AbortController();
  const cut = Promise.withResolvers<Outcome>();
  const stop = (code: StopCode, message: string) => {
    cut.resolve({ ok: false, code, message });
    own.abort(new Error(message));
  };
  const clock = new Clock(tool.timeoutMs, () => stop("tool_timeout", timeoutMessage(tool, effect)));
  const stopped = () => {
    const message = "The call was stopped before the tool had finished.";
    // What waits for a person goes on with their answer, if the run does.
    const unfinished = clock.held
      ? "suspended"
      : effect === "pure"
        ? "tool_error"
        : "outcome_unknown";
    stop(begun ? unfinished : "tool_error", message);
  };
  let begun = false;
  if (context.signal.aborted) {
    stopped();
    return cut.promise;
  }
  begun = true;
  const { ask } = context;
  const asking: Pick<ToolContext, "ask"> =
    ask === undefined ? {} : { ask: (question) => clock.without(() => ask(question)) };
  const outcome = run(tool, args, { ...context, ...asking, signal: own.signal });
  // Most tools are done within the turn they were called in, and timers are not free.
  const early = await withinThisTurn(outcome);
  if (early !== null) {
    return early;
  }
  clock.start();
  context.signal.addEventListener("abort", stopped, { once: true });
  if (context.signal.aborted) {
    stopped();
  }
  try {
    return await Promise.race([cut.promise, outcome]);
  } finally {
    clock.stop();
    context.signal.removeEventListener("abort", stopped);
  }
}

/** The time that a tool has. While a person is asked something it stands still. */
class Clock {
  readonly #late: () => void;
  #left: number;
  #since = 0;
  #started = false;
  #asking = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, late: () => void) {
    this.#left = ms;
    this.#late = late;
  }

  /** Whether it stands still. */
  get held(): boolean {
    return this.#asking > 0;
  }

  start(): void {
    this.#started = true;
    if (!this.held) {
      this.#since = Date.now();
      this.#timer = setTimeout(this.#late, this.#left);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#started = false;
  }

  async without<T>(work: () => Promise<T>): Promise<T> {
    if (this.#started && !this.held) {
      clearTimeout(this.#timer);
      this.#left = Math.max(0, this.#left - (Date.now() - this.#since));
    }
    this.#asking += 1;
    try {
      return await work();
    } finally {
      this.#asking -= 1;
      if (this.#started && !this.held) {
        this.start();
      }
    }
  }
}

async function run(tool: RunTool, args: JsonValue, context: ToolContext): Promise<Outcome> {
  if (tool.effect === "probe" && context.attempt > 1) {
    const known = await probe(tool, args, context);
    if (known !== null) {
      return known;
    }
  }
  try {
    return checkOutput(tool, await tool.run(args, context));
  } catch (thrown) {
    const { code, unsent } = stopOf(thrown);
    if (code === "suspended") {
      return { ok: false, code, message: "" };
    }
    const lost = !unsent && LOST_ANSWERS.has(code) && effectOf(tool, args) !== "pure";
    const message = messageOf(thrown);
    return { ok: false, code, message: lost ? `${message} ${MAY_HAVE_ACTED}` : message };
  }
}

/** What an earlier attempt came to, as the tool itself says; null if it did nothing. */
async function probe(
  tool: RunTool,
  args: JsonValue,
  context: ToolContext,
): Promise<Outcome | null> {
  try {
    const answer = (await tool.probe?.(args, context)) ?? { state: "unknown" };
    if (answer.state === "not_done") {
      return null;
    }
    if (answer.state === "done") {
      return checkOutput(tool, answer.output);
    }
  } catch {
    // A status that cannot be asked for is an unknown one.
  }
  return { ok: false, code: "outcome_unknown", message: TOOL_FAILURES.tool_error.says };
}

/** What a promise comes to before anything but microtasks has run; null if it takes longer. */
async function withinThisTurn<T>(promise: Promise<T>): Promise<T | null> {
  const results: T[] = [];
  void promise.then((value) => results.push(value));
  for (let turn = 0; turn < MICROTASKS && results.length === 0; turn += 1) {
    await Promise.resolve();
  }
  return results[0] ?? null;
}

function timeoutMessage({ timeoutMs }: RunTool, effect: Effect): string {
  const late = `The tool did not finish within ${timeoutMs} ms`;
  return effect === "pure" ? `${late}.` : `${late}; it may or may not have taken effect.`;
}

/** What was thrown as a code. Cannot throw itself, whatever it is given. */
function stopOf(thrown: unknown): {
  readonly code: ToolFailureCode | "suspended";
  readonly unsent: boolean;
} {
  try {
    if (thrown instanceof Suspended) {
      return { code: "suspended", unsent: false };
    }
    if (thrown instanceof ToolStop) {
      return { code: thrown.code, unsent: thrown.unsent };
    }
  } catch {
    // It does not even want to be looked at.
  }
  return { code: "tool_error", unsent: false };
}

/** What a tool threw may be words of whoever it talked to. */
function failedBy(
  tool: RunTool,
  call_id: string,
  { code, message }: { readonly code: ToolFailureCode; readonly message: string },
  duration_ms: number,
): NewEvent {
  const event = failed(call_id, code, message, duration_ms);
  return tool.untrusted === undefined
    ? event
    : { ...event, data: { ...event.data, untrusted: tool.untrusted } };
}

function failed(
  call_id: string,
  code: ToolFailureCode,
  message: string,
  duration_ms: number,
): Extract<NewEvent, { type: "tool.failed" }> {
  return {
    type: "tool.failed",
    data: { call_id, code, message: clipMessage(message), duration_ms },
  };
}
