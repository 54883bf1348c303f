/** From state to model request: what the model is shown, and the hash that proves it. */
import { hash } from "node:crypto";
import type { Planner } from "../run/planner.ts";
import type { ToolDescription } from "../run/message.ts";
import { forbidden } from "../run/policy.ts";
import type { RunState } from "../run/state.ts";
import type { LlmClient, ModelRequest } from "./llm/client.ts";
import type { Toolbox } from "./tools/registry.ts";

export interface Composed {
  readonly request: ModelRequest;
  /** The exact body that will be sent. */
  readonly body: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * The model request of the run's next attempt. A function of the state alone, so that the body of
 * every call ever made can be rebuilt from the log and checked against its hash.
 */
export function compose(
  state: RunState,
  planner: Planner,
  toolbox: Toolbox,
  llm: LlmClient,
): Composed {
  const config = state.spec?.config;
  const model = config?.model ?? "";
  const request: ModelRequest = {
    ...planner.prompt(state, offered(state, toolbox)),
    model: model.slice(model.indexOf("/") + 1),
    ...(config?.temperature === undefined ? {} : { temperature: config.temperature }),
    ...(config?.max_output_tokens === undefined
      ? {}
      : { max_output_tokens: config.max_output_tokens }),
    ...(config?.seed === undefined ? {} : { seed: config.seed }),
    position: { replies: state.replies, failedAttempts: state.model?.failedAttempts ?? 0 },
  };
  const body = llm.body(request);
  return { request, body, sha256: hash("sha256", body, "hex") };
}

/** The tools that a model is told of: those that its policy never allows would only mislead it. */
function offered(state: RunState, toolbox: Toolbox): readonly ToolDescription[] {
  const policy = state.spec?.config.policy;
  return policy?.allow === undefined && policy?.deny === undefined
    ? toolbox.descriptions()
    : toolbox.descriptions().filter(({ name }) => forbidden(policy, name) === null);
}
