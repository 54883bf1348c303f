/**
 * Runs a call whose intent is logged (see `prepare.ts`) and returns its outcome. Never throws:
 * every result of a tool becomes an event.
 */
import type { Effect } from "../../run/value/effect.ts";
import type { NewEvent } from "../../run/log/event.ts";
import {
  MAY_HAVE_ACTED,
  TOOL_FAILURES,
  ToolStop,
  type ToolFailureCode,
} from "../../run/value/failure.ts";
import { defined } from "../../run/value/defined.ts";
import type { JsonValue } from "../../run/value/json.ts";
import type { Untrusted } from "../../run/value/trust.ts";
import { CallClock } from "./call-clock.ts";
import {
  checkOutput,
  messageOf,
  shorten,
  toolFailed,
  type Outcome,
  type StopCode,
} from "./output.ts";
import { cleaned, hidden } from "./redact.ts";
import { effectOf, Suspended, type RunTool, type ToolContext } from "./tool.ts";

/** Maximum microtasks that a tool without I/O needs: its own awaits, and those around it. */
const MICROTASKS = 16;

/** Failures after which it is unknown whether a server performed the request. */
const LOST_ANSWERS: ReadonlySet<ToolFailureCode> = new Set([
  "tool_timeout",
  "server_unreachable",
  "mcp_protocol_error",
]);

/**
 * Runs a tool and returns its outcome. When the timeout expires or the run's signal is aborted, the
 * tool's own signal is aborted, and the call no longer waits for the tool.
 * @param clock milliseconds, for the duration
 * @param keep stores an output that is too long for an event, and returns its SHA-256
 */
export async function invokeTool(
  tool: RunTool,
  args: JsonValue,
  context: ToolContext,
  clock: () => number,
  keep: (text: string) => string,
): Promise<NewEvent> {
  const startedAt = clock();
  const used = new Map<string, string>();
  const outcome = redacted(await settle(tool, args, redacting(context, used)), used);
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
      ...(outcome.images.length > 0 && { images: [...outcome.images] }),
      duration_ms,
      ...(rest !== null && {
        truncated: true,
        output_sha256: keep(rest.whole),
        next_offset: rest.from,
      }),
      ...defined({ untrusted: outcome.untrusted ?? tool.untrusted }),
    },
  };
}

/** Returns a context that remembers the secrets of the call, and hides them in what it sends. */
function redacting(context: ToolContext, used: Map<string, string>): ToolContext {
  const { secret, ask, report } = context;
  const clean = <T>(said: T): T =>
    used.size === 0 ? said : cleaned(said, (text) => hidden(text, used));
  return {
    ...context,
    secret: async (name, host) => {
      const value = await secret(name, host);
      used.set(name, value);
      return value;
    },
    ...(ask !== undefined && {
      ask: ({ takenBack, ...question }) => ask({ ...clean(question), ...defined({ takenBack }) }),
    }),
    ...(report !== undefined && { report: (note) => report(clean(note)) }),
  };
}

/** Hides the secrets of a call in its output and in its message. */
function redacted(outcome: Outcome, used: ReadonlyMap<string, string>): Outcome {
  if (used.size === 0) {
    return outcome;
  }
  const hide = (text: string): string => hidden(text, used);
  return outcome.ok
    ? { ...outcome, output: cleaned(outcome.output, hide) }
    : { ...outcome, message: hide(outcome.message) };
}

async function settle(tool: RunTool, args: JsonValue, context: ToolContext): Promise<Outcome> {
  const effect = effectOf(tool, args);
  const own = new AbortController();
  const cut = Promise.withResolvers<Outcome>();
  const stop = (code: StopCode, message: string) => {
    cut.resolve({ ok: false, code, message });
    own.abort(new Error(message));
  };
  const clock = new CallClock(tool.timeoutMs, () =>
    stop("tool_timeout", timeoutMessage(tool, effect)),
  );
  const stopped = () => {
    const message = "The call was stopped before the tool had finished.";
    // A call that waits for a person resumes with the answer, if the run does.
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
  // Most tools finish within the turn they were called in, and timers are not free.
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
    const { code, unsent, untrusted } = stopOf(thrown);
    if (code === "suspended") {
      return { ok: false, code, message: "" };
    }
    const lost = !unsent && LOST_ANSWERS.has(code) && effectOf(tool, args) !== "pure";
    const message = messageOf(thrown);
    return {
      ok: false,
      code,
      message: lost ? `${message} ${MAY_HAVE_ACTED}` : message,
      ...defined({ untrusted }),
    };
  }
}

/** Returns the outcome of an earlier attempt, as the tool reports it; null if it had no effect. */
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
    // A failed probe leaves the outcome unknown.
  }
  return { ok: false, code: "outcome_unknown", message: TOOL_FAILURES.tool_error.message };
}

/** Returns the value of a promise that settles within a few microtasks; null if it takes longer. */
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

/** Converts a thrown value to a failure with a code. Never throws itself. */
function stopOf(thrown: unknown): {
  readonly code: ToolFailureCode | "suspended";
  readonly unsent: boolean;
  readonly untrusted?: Untrusted;
} {
  try {
    if (thrown instanceof Suspended) {
      return { code: "suspended", unsent: false };
    }
    if (thrown instanceof ToolStop) {
      const { code, unsent, untrusted } = thrown;
      return { code, unsent, ...defined({ untrusted }) };
    }
  } catch {
    // Reading the value threw.
  }
  return { code: "tool_error", unsent: false };
}

/**
 * Returns the failure event. The message of a tool's error may come from an external server, so it
 * is marked as untrusted.
 */
function failedBy(
  tool: RunTool,
  call_id: string,
  {
    code,
    message,
    untrusted = tool.untrusted,
  }: {
    readonly code: ToolFailureCode;
    readonly message: string;
    readonly untrusted?: Untrusted;
  },
  duration_ms: number,
): NewEvent {
  const event = toolFailed(call_id, code, message, duration_ms);
  return { ...event, data: { ...event.data, ...defined({ untrusted }) } };
}
