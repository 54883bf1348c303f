/** From state to model request: what the model is shown, and the hash that proves it. */
import { hash } from "node:crypto";
import {
  compactable,
  withoutPictures,
  type Prompt,
  type ToolDescription,
} from "../../run/value/message.ts";
import type { Planner } from "../../run/decide/planner.ts";
import { forbidden } from "../../run/spec/policy.ts";
import { modelOf, type RunState } from "../../run/log/state.ts";
import type { LlmClient, ModelRequest } from "../llm/client.ts";
import type { Toolbox } from "../tools/registry.ts";

export interface Composed {
  readonly request: ModelRequest;
  /** The exact body that will be sent. */
  readonly body: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** What a request is for, and what the run's budget allows it. */
export interface Ask {
  readonly purpose: "step" | "compact";
  /** Longest output where the budget says so, tokens; absent: as the agent says. */
  readonly max_output_tokens?: number;
}

const COMPACTOR = `You shorten the record of an agent at work so that it can go on from your text alone.
Keep what was asked, what was found out (names, numbers, ids exactly), what was done, what failed and why, and what is still to do. Leave out everything else. Answer with the text only.`;
/** Characters of the record that a summary is made of. */
const MAX_RECORD_CHARS = 400_000;

/**
 * The model request of the run's next attempt. A function of the state and of what the intent
 * records, so that the body of every call ever made can be rebuilt from the log and checked against
 * its hash.
 */
export function compose(
  state: RunState,
  planner: Planner,
  toolbox: Toolbox,
  llm: LlmClient,
  ask: Ask = { purpose: "step" },
): Composed {
  const config = state.spec?.config;
  const model = modelOf(state);
  const max_output_tokens = ask.max_output_tokens ?? config?.max_output_tokens;
  const prompt =
    ask.purpose === "step" ? planner.prompt(state, offered(state, toolbox)) : summaryPrompt(state);
  const request: ModelRequest = {
    ...prompt,
    model: model.slice(model.indexOf("/") + 1),
    ...(config?.temperature === undefined ? {} : { temperature: config.temperature }),
    ...(max_output_tokens === undefined ? {} : { max_output_tokens }),
    ...(config?.seed === undefined ? {} : { seed: config.seed }),
    position: { replies: state.replies, failedAttempts: state.model?.failedAttempts ?? 0 },
  };
  const body = llm.body(request);
  return { request, body, sha256: hash("sha256", body, "hex") };
}

/** Asks for the older turns in short. They are data here, not a conversation to be carried on. */
function summaryPrompt({ conversation }: RunState): Prompt {
  const record = compactable(conversation)
    .map(withoutPictures)
    .map((turn) => JSON.stringify("opaque" in turn ? { ...turn, opaque: undefined } : turn));
  const text = `The record:\n${record.join("\n").slice(-MAX_RECORD_CHARS)}`;
  return { system: COMPACTOR, turns: [{ role: "user", text }], tools: [], stop: [] };
}

/** The tools that a model is told of: those that its policy never allows would only mislead it. */
function offered(state: RunState, toolbox: Toolbox): readonly ToolDescription[] {
  const policy = state.spec?.config.policy;
  return policy?.allow === undefined && policy?.deny === undefined
    ? toolbox.descriptions()
    : toolbox.descriptions().filter(({ name }) => forbidden(policy, name) === null);
}
