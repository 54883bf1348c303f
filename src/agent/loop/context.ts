/** Composes the model request of a run's state, and the hash that identifies its body. */
import { hash } from "node:crypto";
import {
  compactable,
  withoutPictures,
  type Prompt,
  type ToolDescription,
} from "../../run/value/message.ts";
import type { Planner } from "../../run/decide/planner.ts";
import { forbidden, type Policy } from "../../run/spec/policy.ts";
import { modelOf, type RunState } from "../../run/log/state.ts";
import type { LlmClient, ModelRequest } from "../llm/client.ts";
import { once } from "../../run/value/once.ts";
import type { Toolbox } from "../tools/registry.ts";
import type { RunFiles } from "./files.ts";
import type { RunningBody } from "./running-body.ts";

/** A composed model request. */
export interface Composed {
  readonly request: ModelRequest;
  /** The exact body that will be sent. */
  readonly body: string;
  /** SHA-256 of the body, lower-case hex. */
  readonly sha256: string;
}

/** The purpose of a request, and the limit that the run's budget sets. */
export interface Ask {
  readonly purpose: "step" | "compact";
  /** Maximum output tokens if a budget determines it. Absent: the agent's setting. */
  readonly max_output_tokens?: number;
}

const COMPACTOR = `You shorten the record of an agent at work so that it can go on from your text alone.
Keep what was asked, what was found out (names, numbers, ids exactly), what was done, what failed and why, and what is still to do. Leave out everything else. Answer with the text only.`;
/** Maximum characters of the record to summarise. */
const MAX_RECORD_CHARS = 400_000;

/**
 * Composes the model request of the run's next attempt. A function of the state and of the fields
 * that the intent records, so that the body of every call can be rebuilt from the log and checked
 * against its hash.
 * @param running the bodies of the run so far, which make composing faster
 * @param files the files of the run, loaded; null if it has none
 */
export function compose(
  state: RunState,
  planner: Planner,
  toolbox: Toolbox,
  llm: LlmClient,
  ask: Ask = { purpose: "step" },
  running: RunningBody | null = null,
  files: RunFiles | null = null,
): Composed {
  const config = state.spec?.config;
  const model = modelOf(state);
  const max_output_tokens = ask.max_output_tokens ?? config?.max_output_tokens;
  const prompt =
    ask.purpose === "step" ? planner.prompt(state, offered(state, toolbox)) : summaryPrompt(state);
  const request: ModelRequest = {
    ...prompt,
    turns: files === null ? prompt.turns : prompt.turns.map((turn) => files.inTurn(turn)),
    model: model.slice(model.indexOf("/") + 1),
    ...(config?.temperature === undefined ? {} : { temperature: config.temperature }),
    ...(max_output_tokens === undefined ? {} : { max_output_tokens }),
    ...(config?.seed === undefined ? {} : { seed: config.seed }),
    ...(state.ownCallsFrom > 0 && { own_calls_from: state.ownCallsFrom }),
    position: { replies: state.replies, failedAttempts: state.model?.failedAttempts ?? 0 },
  };
  const parts = ask.purpose === "step" && running !== null ? llm.parts?.(request) : undefined;
  if (parts !== undefined && running !== null) {
    return { request, ...running.next(parts) };
  }
  const body = llm.body(request);
  return { request, body, sha256: hash("sha256", body, "hex") };
}

/**
 * Returns the prompt that requests a summary of the older turns. They are data here, not a
 * conversation to continue.
 */
function summaryPrompt({ conversation }: RunState): Prompt {
  const record = compactable(conversation)
    .map(withoutPictures)
    .map((turn) => JSON.stringify("opaque" in turn ? { ...turn, opaque: undefined } : turn));
  const text = `The record:\n${record.join("\n").slice(-MAX_RECORD_CHARS)}`;
  return { system: COMPACTOR, turns: [{ role: "user", text }], tools: [], stop: [] };
}

/** Returns the tools to offer. Tools that the policy never allows would only mislead the model. */
function offered(state: RunState, toolbox: Toolbox): readonly ToolDescription[] {
  const policy = state.spec?.config.policy;
  return policy?.allow === undefined && policy?.deny === undefined
    ? toolbox.descriptions()
    : allowed(policy)(toolbox.descriptions());
}

/** Returns the filter of a policy. The same descriptions result in the same list. */
const allowed = once((policy: Policy) =>
  once((descriptions: readonly ToolDescription[]) =>
    descriptions.filter(({ name }) => forbidden(policy, name) === null),
  ),
);
