/**
 * Built-in models that need no network and no key. `local/script` plays the script in the task's
 * input; `local/rules` answers by a few rules. Both are ordinary adapters: they stream, fail, and
 * stop when aborted.
 */
import { MODEL_FAILURES, type ModelFailureCode } from "../../../run/value/failure.ts";
import { withoutPictures } from "../../../run/value/message.ts";
import { scriptTurn, type Script, type ScriptReply } from "../../../run/spec/script.ts";
import type { LlmClient, LlmEvent, ModelRequest } from "../client.ts";
import { ruleReply } from "./rules.ts";
import { sleep } from "../../../timing.ts";

/** Number of pieces in which a reply of the rules is streamed. */
const RULES_CHUNKS = 3;
/** Tokens are estimated, not counted: this many characters per token, as is usual for English. */
const CHARS_PER_TOKEN = 4;

/** Returns the client for `local/script`. */
export function localScript(script: Script): LlmClient {
  return {
    body: contentOf,
    stream: (request, body, signal) => playScript(script, request, body, signal),
  };
}

/** Returns the client for `local/rules`. */
export function localRules(): LlmClient {
  return {
    body: contentOf,
    stream: (request, body, signal) => playRules(request, body, signal),
  };
}

/**
 * Returns the body for the model. It has no pictures of tools, which these models cannot read, and
 * no `position`, which is not part of the conversation.
 */
function contentOf(request: ModelRequest): string {
  const { model, system, turns, tools, stop, temperature, max_output_tokens, seed } = request;
  return JSON.stringify({
    model,
    system,
    turns: turns.map(withoutPictures),
    tools,
    stop,
    temperature,
    max_output_tokens,
    seed,
  });
}

async function* playScript(
  script: Script,
  request: ModelRequest,
  body: string,
  signal: AbortSignal,
): AsyncGenerator<LlmEvent> {
  await turnOfEventLoop();
  const { replies, failedAttempts } = request.position;
  const turn = scriptTurn(script, replies, failedAttempts);
  switch (turn.kind) {
    case "exhausted":
      yield failed("script_exhausted");
      return;
    case "fail":
      if (turn.class === "cut_stream" && turn.reply !== null) {
        yield* streamText(firstHalf(turn.reply), signal);
      }
      yield signal.aborted ? stopped() : failed(turn.class);
      return;
    case "reply":
      yield* play(turn, body, signal);
      return;
    default:
      turn satisfies never;
  }
}

async function* playRules(
  request: ModelRequest,
  body: string,
  signal: AbortSignal,
): AsyncGenerator<LlmEvent> {
  await turnOfEventLoop();
  yield* play({ ...ruleReply(request), chunks: RULES_CHUNKS, delay_ms: 0 }, body, signal);
}

/** Streams a complete reply. */
async function* play(
  reply: ScriptReply,
  body: string,
  signal: AbortSignal,
): AsyncGenerator<LlmEvent> {
  yield* streamText(reply, signal);
  if (signal.aborted) {
    yield stopped();
    return;
  }
  const tool_calls = reply.tool_calls.map((call) => ({
    name: call.name,
    arguments_text: JSON.stringify(call.arguments),
  }));
  for (const [index, call] of tool_calls.entries()) {
    yield { type: "tool_call", index, ...call };
  }
  const written = tool_calls.reduce(
    (sum, call) => sum + call.name.length + call.arguments_text.length,
    reply.text.length,
  );
  yield {
    type: "usage",
    usage: {
      input_tokens: Math.ceil(body.length / CHARS_PER_TOKEN),
      cached_input_tokens: 0,
      output_tokens: Math.ceil(written / CHARS_PER_TOKEN),
      reasoning_tokens: 0,
    },
  };
  yield {
    type: "done",
    reply: {
      text: reply.text,
      reasoning: "",
      tool_calls,
      finish_reason: tool_calls.length === 0 ? "stop" : "tool_calls",
    },
  };
}

/**
 * Streams a reply's text. Pauses before each chunk, even if the text is too short to fill all
 * chunks: a reply takes `chunks` times `delay_ms`.
 */
async function* streamText(
  { text, chunks, delay_ms }: ScriptReply,
  signal: AbortSignal,
): AsyncGenerator<LlmEvent> {
  const characters = Array.from(text);
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    if (delay_ms > 0) {
      // An abort during the sleep ends the reply below.
      await sleep(delay_ms, signal).catch(() => {});
    }
    if (signal.aborted) {
      return;
    }
    const [from, to] = [chunk, chunk + 1].map((n) => Math.ceil((n * characters.length) / chunks));
    const piece = characters.slice(from, to).join("");
    if (piece !== "") {
      yield { type: "text", text: piece };
    }
  }
}

function firstHalf(reply: ScriptReply): ScriptReply {
  const characters = Array.from(reply.text);
  return {
    ...reply,
    text: characters.slice(0, Math.ceil(characters.length / 2)).join(""),
    chunks: Math.ceil(reply.chunks / 2),
  };
}

function failed(code: ModelFailureCode): LlmEvent {
  return { type: "failed", failure: { code, message: MODEL_FAILURES[code].message } };
}

/** The caller aborted the stream and ignores the code, but a stream must end with some failure. */
function stopped(): LlmEvent {
  return failed("cut_stream");
}

/**
 * Yields to the event loop. Otherwise a run with thousands of steps would block all timers and
 * requests.
 */
function turnOfEventLoop(): Promise<void> {
  return sleep(0);
}
