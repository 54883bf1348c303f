/**
 * Names of the tools that stand for agents. Model providers reject a request with a tool name of
 * more than 64 characters, with all of its tools, so the name of a long agent is shortened.
 */
import { sha256Hex } from "../../crypto/sha256.ts";

const PREFIX = "agent_";
const MAX_TOOL_NAME = 64;
const MAX_WHOLE = MAX_TOOL_NAME - PREFIX.length;
/** Starts the hash. Agent names have no capitals, so no agent has the name of a shortened one. */
const MARK = "_H";
const HASH_CHARS = 10;

/**
 * Returns the tool name of an agent: 64 characters at most, the same on every call, and different
 * for different agents.
 */
export function agentToolName(agent: string): string {
  const whole = agent.length <= MAX_WHOLE;
  const hash = `${MARK}${sha256Hex(agent).slice(0, HASH_CHARS)}`;
  return `${PREFIX}${whole ? agent : `${agent.slice(0, MAX_WHOLE - hash.length)}${hash}`}`;
}

/** Returns the agent in a tool name, which may be shortened; null for any other tool. */
export function agentInToolName(tool: string): string | null {
  return tool.startsWith(PREFIX) ? tool.slice(PREFIX.length) : null;
}

/** Returns whether the agent in a tool name is shortened. */
export function isShortened(agent: string): boolean {
  return agent.length === MAX_WHOLE && agent.slice(-HASH_CHARS - MARK.length).startsWith(MARK);
}
