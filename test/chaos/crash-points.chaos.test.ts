/**
 * Crash points of calls: of every kind of tool, of a run without watchers, of a run with every
 * kind of call and wait, and of a run that is started twice. And of waits: of calls that people
 * decide about, of notices to them, and of slots.
 */
import type { ToolDefinition } from "../../src/run/spec/tool-definition.ts";
import { every, stopsAroundEveryWrite, type Scenario } from "./enumeration.ts";

const BIG = "x".repeat(70_000);

/** Every kind of call and wait, in one run. */
const EVERYTHING = {
  script: [
    { ...every("pure_tool", "once_tool", "idempotent_tool", "probe_tool"), text: "ab", chunks: 2 },
    { error: { class: "overloaded", times: 1 } },
    { tool_calls: [{ name: "wait", arguments: { seconds: 0.05 } }] },
    { tool_calls: [{ name: "ask_human", arguments: { question: "Well?" } }] },
    every("big"),
    every("held_tool", "once_tool"),
    { text: "The end." },
  ],
  script_tools: [
    { name: "big", effect: "pure", outputs: [{ output: BIG }] },
    { name: "held_tool", effect: "once", outputs: [{ output: "held" }] },
  ],
};

const everything: Scenario = {
  input: EVERYTHING,
  config: { policy: { approve: ["held_*"] } },
  scheduled: true,
  alone: false,
};

/** The writes of an object that only its alarm wakes. */
const alone: Scenario = {
  input: { script: [every("once_tool", "pure_tool"), { text: "The end." }] },
  config: {},
  scheduled: false,
  alone: true,
  retriedBy: "platform",
};

/** Code that calls a tool of each effect, some of them side by side. */
const CODE = `
  const told = (call) => call.catch((error) => error.code);
  const first = await told(tools.once_tool({ n: 1 }));
  const beside = await Promise.all([
    tools.pure_tool({}).then(() => told(tools.once_tool({ n: 2 }))),
    tools.idempotent_tool({}).then(() => tools.probe_tool({})),
  ]);
  return [first, ...beside];`;
const coding: Scenario = {
  input: {
    script: [
      { tool_calls: [{ name: "run_code", arguments: { code: CODE } }] },
      { text: "The end." },
    ],
  },
  config: {},
  scheduled: false,
  alone: false,
};

const definition = {
  version: 1,
  description: "A tool of a tenant.",
  input_schema: { type: "object" },
  output_schema: null,
  approval: "never",
  timeout_ms: 120_000,
} as const;

const request = (effect: "once" | "idempotent"): ToolDefinition => ({
  ...definition,
  name: `http_${effect}`,
  effect,
  kind: "http",
  http: { method: "POST", url: `https://world.test/${effect}`, headers: {} },
});

/** Tools that a tenant registered: requests to its server, and code. */
const registered: Scenario = {
  input: {
    script: [
      {
        tool_calls: ["http_once", "http_idempotent", "coded"].map((name) => ({
          name,
          arguments: { n: 4 },
        })),
      },
      every("coded", "http_once"),
      { text: "The end." },
    ],
  },
  tools: [
    request("once"),
    request("idempotent"),
    {
      ...definition,
      name: "coded",
      effect: "pure",
      kind: "code",
      code: { source: "return input.n === undefined ? null : input.n * 2" },
    },
  ],
  config: {},
  scheduled: false,
  alone: false,
};

/** Tools of an MCP server by their effects, by the proxy, and one that asks a person on its way. */
const remote: Scenario = {
  input: {
    script: [
      every("world.once", "world.idempotent"),
      {
        tool_calls: [
          { name: "mcp_proxy_tool", arguments: { server_name: "world", tool_name: "once" } },
        ],
      },
      every("world.ask"),
      { text: "The end." },
    ],
  },
  config: { mcp_servers: ["world"], mcp_tools: "both" },
  mcpServers: [
    {
      name: "world",
      source: "tenant",
      url: "https://world.test/mcp",
      headers: {},
      timeout_ms: 120_000,
      effects: { idempotent: "idempotent" },
      trust_annotations: false,
      approval: "never",
    },
  ],
  scheduled: false,
  alone: false,
};

/** A run that is started by its submission and by the queue, which delivers its message twice. */
const direct: Scenario = {
  input: { script: [every("once_tool", "pure_tool"), { text: "The end." }] },
  config: {},
  scheduled: false,
  alone: false,
  direct: true,
};

/** The question to a person about a call whose effect is unknown. */
const asking: Scenario = {
  input: { script: [every("once_tool"), { text: "The end." }] },
  config: { on_outcome_unknown: "ask" },
  scheduled: false,
  alone: false,
  retriedBy: "platform",
};

const held = (n: number) => ({ tool_calls: [{ name: "once_tool", arguments: { n } }] });

/** Two people decide at once, one with other arguments, one against it: one of them counts. */
const deciding: Scenario = {
  input: { script: [held(1), held(2), { text: "The end." }] },
  config: { policy: { approve: ["once_*"] } },
  scheduled: false,
  alone: false,
  decisions: [
    { decision: "approve", arguments: { n: 20 } },
    { decision: "deny" },
    { decision: "approve" },
  ],
};

const denying: Scenario = { ...deciding, decisions: [{ decision: "deny" }, { decision: "deny" }] };

/** Nobody decides, and the call is not made, or made without anybody. */
const expiring = (on_expiry: "deny" | "continue"): Scenario => ({
  ...deciding,
  config: {
    policy: { approve: ["once_*"] },
    waits: { approval_expires_s: 0.05, on_expiry },
  },
  decisions: [],
});

/** A run with a webhook for every event. */
const announced: Scenario = {
  ...deciding,
  input: {
    script: [
      { tool_calls: [{ name: "wait", arguments: { seconds: 0.05 } }] },
      held(1),
      { text: "The end." },
    ],
  },
  decisions: [{ decision: "approve" }],
  announced: true,
  followed: true,
};

/** A run under a concurrency cap whose only slot is taken when it starts. */
const slotted: Scenario = {
  ...deciding,
  input: { script: [held(1), { text: "The end." }] },
  decisions: [{ decision: "approve" }],
  slotted: true,
};

/**
 * A run that starts a task and waits for it, while another continues in the background, and a third
 * one is cancelled when the run ends.
 */
const family: Scenario = {
  input: {
    script: [
      {
        tool_calls: [
          { name: "agent_worker", arguments: { goal: "a" } },
          {
            name: "task_start",
            arguments: { agent: "worker", goal: "b", on_parent_end: "continue" },
          },
          { name: "task_start", arguments: { agent: "sleeper", goal: "c" } },
        ],
      },
      { text: "The end." },
    ],
    script_agents: {
      worker: { script: [{ text: "found" }] },
      sleeper: { script: [{ tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] }] },
    },
  },
  agents: ["worker", "sleeper"].map((agent) => ({
    agent,
    version: 1,
    tool: `agent_${agent}`,
    description: "Works.",
    background: true,
  })),
  config: {},
  scheduled: false,
  alone: false,
};

/** A run that recalls, saves five facts, replaces one and edits a block. */
const remembering: Scenario = {
  input: {
    script: [
      {
        tool_calls: [1, 2, 3, 4, 5].map((n) => ({
          name: "memory_save",
          arguments: { content: `fact ${n}`, key: `k${n}` },
        })),
      },
      {
        tool_calls: [
          { name: "memory_save", arguments: { content: "fact 1 again", key: "k1", version: 1 } },
          { name: "memory_edit_block", arguments: { label: "notes", old: "", new: "a line" } },
        ],
      },
      { text: "The end." },
    ],
  },
  config: { long_term_memory: { stores: [{ scope: "subject", access: "write" }] } },
  scheduled: false,
  alone: false,
  remembers: true,
};

stopsAroundEveryWrite([
  // Those that the platform retries first: they mostly wait.
  ["a run without watchers", alone],
  ["a call of unknown outcome that a person is asked about", asking],
  ["a run with every kind of call and wait", everything],
  ["code that calls tools of every effect", coding],
  ["registered tools, by request and by code", registered],
  ["tools of an MCP server, one of which asks a person", remote],
  ["a run that is started by its submission and twice by the queue", direct],
  ["calls that two people decide about at once", deciding],
  ["calls that are denied, twice at once", denying],
  ["calls whose approval expires and that are not made", expiring("deny")],
  ["calls whose approval expires and that are made", expiring("continue")],
  ["a run with a webhook for every event", announced],
  ["a run that waits for its slot, twice", slotted],
  ["a run that starts tasks", family],
  ["a run that saves to its memory", remembering],
]);
