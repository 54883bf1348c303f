/** Agents in code: read-only in the API, versioned by their content. */
import { createBody } from "../api/agents/schemas.ts";
import { sha256Hex } from "../crypto/sha256.ts";
import {
  layersOf,
  type AgentInCode,
  type ConfigLayer,
  type LimitLayer,
} from "../run/spec/agent.ts";
import { canonicalJson } from "../run/value/json.ts";
import { DefinitionError } from "./definition-error.ts";

/** An agent in code, as `defineAgent` takes it. */
export interface AgentInput {
  /** `^[a-z0-9][a-z0-9_-]{0,63}$`. Unique in the deployment. */
  readonly name: string;
  /** For people, and for models that use the agent as a tool. */
  readonly description?: string;
  /** As `config` in `POST /api/v1/agents`. */
  readonly config?: ConfigLayer;
  /** As `limits` in `POST /api/v1/agents`. */
  readonly limits?: LimitLayer;
}

/** Versions of agents in code begin here; stored versions count from 1. */
const FIRST_VERSION = 2 ** 30;

/**
 * Defines an agent in code, for `createOpspawn({ agents })`. Equal content has an equal version, in
 * every deployment.
 * @throws DefinitionError
 */
export function defineAgent(agent: AgentInput): AgentInCode {
  const checked = createBody.safeParse(agent);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const place = (issue?.path ?? []).map(String).join(".");
    throw new DefinitionError(
      `The agent ${JSON.stringify(agent.name)} is invalid: ${place} ${issue?.message ?? ""}.`,
    );
  }
  const { name, description = null, config, limits } = checked.data;
  const definition = { description, ...layersOf(config, limits) };
  const digest = sha256Hex(canonicalJson(JSON.parse(JSON.stringify(definition))));
  // 30 bits of the digest: a version fits into 32 bits, as in gRPC.
  const version = FIRST_VERSION + (Number.parseInt(digest.slice(0, 8), 16) % FIRST_VERSION);
  return Object.freeze({ name, version, ...definition });
}
