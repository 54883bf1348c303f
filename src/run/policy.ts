/** What an agent may do without asking a person. */
import type { AgentConfig } from "./spec.ts";

/** Whether a call of this tool is held until a person has approved it. */
export function needsApproval(config: AgentConfig, tool: string): boolean {
  return (config.policy?.approve ?? []).some((pattern) => matches(pattern, tool));
}

/** Whether a name fits a pattern, in which `*` stands for any text. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) {
    return name === pattern;
  }
  if (!name.startsWith(first) || name.length < first.length + last.length) {
    return false;
  }
  const end = name.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > end) {
      return false;
    }
    at = found + part.length;
  }
  return name.endsWith(last);
}
