/** Tool names of agents: what model providers accept, and which agent each of them means. */
import { expect, test } from "vitest";
import { agentInToolName, agentToolName, isShortened } from "../../src/api/mcp/agent-tool.ts";
import { AGENT_NAME } from "../../src/run/spec/agent.ts";

test.each([1, 57, 58, 59, 60, 63, 64])(
  "an agent with %i characters has a tool name of 64 at most",
  (n) => {
    const name = agentToolName(`0${"_-".repeat(40)}`.slice(0, n));
    expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(isShortened(agentInToolName(name) ?? "")).toBe(n > 58);
  },
);

test("names that differ at their end stay different, and the same name stays the same", () => {
  const names = ["a", "b", "c"].map((end) => `${"x".repeat(62)}${end}`);
  const tools = names.map(agentToolName);
  expect(new Set(tools).size).toBe(3);
  expect(names.map(agentToolName)).toEqual(tools);
});

test("no agent can be named like a shortened one", () => {
  expect(AGENT_NAME.test(agentInToolName(agentToolName("y".repeat(64))) ?? "")).toBe(false);
  expect(agentInToolName("submit_task")).toBeNull();
});
