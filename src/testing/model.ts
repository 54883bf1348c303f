/**
 * The models of a simulation. A request has the body that the model's real adapter sends, so its
 * hash is that of production; the reply comes from a script or a cassette.
 */
import { hash } from "node:crypto";
import { anthropic } from "../agent/llm/anthropic/client.ts";
import type { LlmClient, LlmEvent, ModelRequest, TokenUsage } from "../agent/llm/client.ts";
import { endpointOf } from "../agent/llm/endpoint.ts";
import { google } from "../agent/llm/google/client.ts";
import { localScript } from "../agent/llm/local/client.ts";
import { compatibleChat, openRouter } from "../agent/llm/openai/chat.ts";
import { openAiResponses } from "../agent/llm/openai/responses.ts";
import { WORKERS_AI, workersAi } from "../agent/llm/openai/workers-ai.ts";
import { MODEL_FAILURES, type ModelFailure } from "../run/value/failure.ts";
import type { Reply } from "../run/value/message.ts";
import { scriptTurn, type Script } from "../run/spec/script.ts";
import { aborted } from "../timing.ts";
import type { Faults } from "./faults.ts";

/** Tokens are estimated at this many characters. */
const CHARS_PER_TOKEN = 4;

/** What an attempt of a model call is answered with. */
export type Played =
  | {
      readonly kind: "reply";
      readonly reply: Reply;
      readonly usage: TokenUsage | "uncounted" | null;
    }
  | {
      readonly kind: "fail";
      readonly failure: ModelFailure;
      /** Streamed before the failure. */
      readonly text?: string;
      readonly usage?: TokenUsage | null;
    }
  /** The provider never responds. */
  | { readonly kind: "silence" };

/** Answers the attempts of a run's model calls, in order. */
export interface Player {
  play(request: ModelRequest, body: string): Played | Promise<Played>;
}

/** A request that was sent. */
export interface SentRequest {
  readonly body: string;
  /** SHA-256 of the body, lower-case hex. */
  readonly sha256: string;
}

/** The models of one simulation, over all processes of its run. */
export class Models {
  /** Attempts that were sent. */
  readonly sent: SentRequest[] = [];
  /** The last request that was composed. */
  lastBody = "";
  readonly #player: Player;
  readonly #faults: Faults;
  readonly #clients = new Map<string, LlmClient>();

  constructor(player: Player, faults: Faults) {
    this.#player = player;
    this.#faults = faults;
  }

  /** Returns the client of a model, by its id with the provider. */
  clientFor(model: string): LlmClient {
    const known = this.#clients.get(model) ?? this.#client(adapterOf(model));
    this.#clients.set(model, known);
    return known;
  }

  #client(adapter: LlmClient): LlmClient {
    return {
      body: (request) => {
        this.lastBody = adapter.body(request);
        return this.lastBody;
      },
      stream: (request, body, signal) => this.#stream(request, body, signal),
    };
  }

  async *#stream(
    request: ModelRequest,
    body: string,
    signal: AbortSignal,
  ): AsyncGenerator<LlmEvent> {
    this.sent.push({ body, sha256: hash("sha256", body, "hex") });
    const attempt = this.sent.length;
    const silence = aborted(signal).then((): Played => ({ kind: "silence" }));
    const played = await Promise.race([this.#player.play(request, body), silence]);
    const fault = this.#faults.take("model", (one) => one.attempt === attempt);
    yield* streamed(fault === null ? played : failing(fault, played), body, signal);
  }
}

function failing(
  { failure, retry_after_s }: { readonly failure: string; readonly retry_after_s?: number },
  played: Played,
): Played {
  switch (failure) {
    case "timeout":
      return { kind: "silence" };
    case "cut_stream": {
      const text = played.kind === "reply" ? played.reply.text : "";
      return {
        kind: "fail",
        failure: failureOf("cut_stream"),
        text: text.slice(0, Math.ceil(text.length / 2)),
      };
    }
    case "rate_limited": {
      const later = retry_after_s === undefined ? {} : { retryAfterMs: retry_after_s * 1000 };
      return { kind: "fail", failure: { ...failureOf("rate_limited"), ...later } };
    }
    default:
      return { kind: "fail", failure: failureOf("server_error") };
  }
}

function failureOf(code: ModelFailure["code"]): ModelFailure {
  return { code, message: MODEL_FAILURES[code].message };
}

async function* streamed(
  played: Played,
  body: string,
  signal: AbortSignal,
): AsyncGenerator<LlmEvent> {
  await Promise.resolve();
  if (played.kind === "silence") {
    await aborted(signal);
    yield { type: "failed", failure: failureOf("cut_stream") };
    return;
  }
  if (played.kind === "fail") {
    const { text = "", usage = null, failure } = played;
    yield* textOf(text);
    yield* usageOf(usage);
    yield { type: "failed", failure };
    return;
  }
  const { reply, usage } = played;
  yield* textOf(reply.text);
  for (const [index, { name, arguments_text }] of reply.tool_calls.entries()) {
    yield { type: "tool_call", index, name, arguments_text };
  }
  yield* usageOf(usage === "uncounted" ? null : (usage ?? estimated(reply, body)));
  yield { type: "done", reply };
}

function* textOf(text: string): Generator<LlmEvent> {
  if (text !== "") {
    yield { type: "text", text };
  }
}

function* usageOf(usage: TokenUsage | null): Generator<LlmEvent> {
  if (usage !== null) {
    yield { type: "usage", usage };
  }
}

function estimated({ text, tool_calls }: Reply, body: string): TokenUsage {
  const written = tool_calls.reduce(
    (sum, call) => sum + call.name.length + call.arguments_text.length,
    text.length,
  );
  return tokens(Math.ceil(body.length / CHARS_PER_TOKEN), Math.ceil(written / CHARS_PER_TOKEN));
}

function tokens(input_tokens: number, output_tokens: number): TokenUsage {
  return { input_tokens, output_tokens, cached_input_tokens: 0, reasoning_tokens: 0 };
}

/** Plays a script. A function of the log alone, so a restart changes nothing. */
export class ScriptPlayer implements Player {
  readonly #script: Script;
  /** Usage of the nth reply, if the script names it. */
  readonly #usages: readonly (Pick<TokenUsage, "input_tokens" | "output_tokens"> | null)[];

  constructor(
    script: Script,
    usages: readonly (Pick<TokenUsage, "input_tokens" | "output_tokens"> | null)[],
  ) {
    this.#script = script;
    this.#usages = usages;
  }

  play({ position }: ModelRequest): Played {
    const turn = scriptTurn(this.#script, position.replies, position.failedAttempts);
    switch (turn.kind) {
      case "exhausted":
        return { kind: "fail", failure: failureOf("script_exhausted") };
      case "fail":
        return failing({ failure: turn.class }, { kind: "fail", failure: failureOf(turn.class) });
      case "reply": {
        const tool_calls = turn.tool_calls.map((call) => ({
          name: call.name,
          arguments_text: JSON.stringify(call.arguments),
        }));
        const usage = this.#usages[position.replies] ?? null;
        return {
          kind: "reply",
          reply: {
            text: turn.text,
            reasoning: "",
            tool_calls,
            finish_reason: tool_calls.length === 0 ? "stop" : "tool_calls",
          },
          usage: usage === null ? null : tokens(usage.input_tokens, usage.output_tokens),
        };
      }
      default:
        return turn satisfies never;
    }
  }
}

/** Returns the real adapter of a model, for its bodies. Nothing is ever sent with it. */
function adapterOf(model: string): LlmClient {
  const provider = model.slice(0, Math.max(0, model.indexOf("/")));
  const endpoint = endpointOf(provider);
  switch (provider) {
    case "anthropic":
      return anthropic(endpoint);
    case "openai":
      return openAiResponses(endpoint);
    case "google":
      return google(endpoint);
    case "openrouter":
      return openRouter(endpoint);
    case WORKERS_AI:
      return workersAi({ run: () => Promise.reject(new Error("A simulation sends nothing.")) });
    case "local":
      return localScript([]);
    default:
      return compatibleChat(endpoint);
  }
}
