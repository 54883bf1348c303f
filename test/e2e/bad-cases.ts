/** Requests that must be refused, as data: what is wrong, what is sent, and what is answered. */
import { scripted } from "../tasks.ts";

const GOAL = { goal: "What is 2 + 2?" };
const SCRIPT = [{ text: "x" }];

/** Bodies of a submission, with the code of the refusal and the pointer it names. */
export const BAD_SUBMISSIONS: [what: string, body: unknown, code: string, pointer: string][] = [
  ["nothing in it", {}, "validation_failed", "/input_data"],
  ["a body that is a list", [], "validation_failed", ""],
  ["a body that is text", "goal", "validation_failed", ""],
  ["a body that is null", null, "validation_failed", ""],
  ["input_data of the wrong type", { input_data: "x" }, "validation_failed", "/input_data"],
  ["input_data that is a list", { input_data: [] }, "validation_failed", "/input_data"],
  ["no goal", { input_data: {} }, "validation_failed", "/input_data/goal"],
  ["an empty goal", { input_data: { goal: "" } }, "validation_failed", "/input_data/goal"],
  ["a goal of spaces", { input_data: { goal: " \n\t" } }, "validation_failed", "/input_data/goal"],
  ["a goal that is a number", { input_data: { goal: 5 } }, "validation_failed", "/input_data/goal"],
  ["an empty prompt", { input_data: { prompt: "" } }, "validation_failed", "/input_data/prompt"],
  ["an unknown field", { input_data: GOAL, gaol: 1 }, "validation_failed", "/gaol"],
  ["a field with a slash", { input_data: GOAL, "a/b~c": 1 }, "validation_failed", "/a~1b~0c"],
  [
    "a money cap below nothing",
    { input_data: GOAL, limits: { max_cost_usd: -1 } },
    "validation_failed",
    "/limits/max_cost_usd",
  ],
  [
    "a fallback that does not exist",
    { input_data: GOAL, agent_config: { fallback_models: ["local/rules", "nobody/x"] } },
    "unknown_model",
    "/agent_config/fallback_models/1",
  ],
  [
    "a schema for its answer that refers elsewhere",
    { input_data: GOAL, agent_config: { output_schema: { $ref: "https://example.com/s.json" } } },
    "validation_failed",
    "/agent_config/output_schema/$ref",
  ],
  [
    "a picture of text",
    { input_data: { goal: "x", images: [{ media_type: "text/plain", data: "eA==" }] } },
    "validation_failed",
    "/input_data/images/0/media_type",
  ],
  [
    "an address that nothing can be sent to",
    { input_data: GOAL, callback_url: "mailto:me@example.com" },
    "validation_failed",
    "/callback_url",
  ],
  [
    "a schedule of text",
    { input_data: GOAL, scheduled_at: "tomorrow" },
    "validation_failed",
    "/scheduled_at",
  ],
  [
    "a schedule without a zone",
    { input_data: GOAL, scheduled_at: "2030-01-01T00:00:00" },
    "validation_failed",
    "/scheduled_at",
  ],
  [
    "a schedule in the next century",
    { input_data: GOAL, scheduled_at: "2130-01-01T00:00:00Z" },
    "validation_failed",
    "/scheduled_at",
  ],
  [
    "a policy that does not exist",
    { input_data: GOAL, agent_config: { on_outcome_unknown: "retry" } },
    "validation_failed",
    "/agent_config/on_outcome_unknown",
  ],
  [
    "a policy with an unknown rule",
    { input_data: GOAL, agent_config: { policy: { forbid: ["pay"] } } },
    "validation_failed",
    "/agent_config/policy/forbid",
  ],
  [
    "a policy with a pattern that no tool can have",
    { input_data: GOAL, agent_config: { policy: { deny: ["pay", "a tool"] } } },
    "validation_failed",
    "/agent_config/policy/deny/1",
  ],
  [
    "a policy whose schema cannot be applied",
    {
      input_data: GOAL,
      agent_config: { policy: { arguments: { pay: { properties: { n: { maximun: 1 } } } } } },
    },
    "validation_failed",
    "/agent_config/policy/arguments/pay/properties/n/maximun",
  ],
  [
    "a policy with a rate that is none",
    { input_data: GOAL, agent_config: { policy: { rate: { pay: { per_run: -1 } } } } },
    "validation_failed",
    "/agent_config/policy/rate/pay/per_run",
  ],
  [
    "a wait of no time",
    { input_data: GOAL, agent_config: { waits: { input_expires_s: 0 } } },
    "validation_failed",
    "/agent_config/waits/input_expires_s",
  ],
  [
    "one repetition",
    { input_data: GOAL, limits: { max_repeats: 1 } },
    "validation_failed",
    "/limits/max_repeats",
  ],
  ["a priority of text", { input_data: GOAL, priority: "high" }, "validation_failed", "/priority"],
  [
    "a priority of 300 digits",
    { input_data: GOAL, priority: 1e299 },
    "validation_failed",
    "/priority",
  ],
  ["a broken name", { input_data: GOAL, name: "a\u001b[31m" }, "validation_failed", "/name"],
  ["a long name", { input_data: GOAL, name: "n".repeat(257) }, "validation_failed", "/name"],
  ["metadata of text", { input_data: GOAL, metadata: "x" }, "validation_failed", "/metadata"],
  [
    "large metadata",
    { input_data: GOAL, metadata: { a: "x".repeat(20_000) } },
    "validation_failed",
    "/metadata",
  ],
  [
    "no steps",
    { input_data: GOAL, limits: { max_steps: 0 } },
    "validation_failed",
    "/limits/max_steps",
  ],
  [
    "half a step",
    { input_data: GOAL, limits: { max_steps: 1.5 } },
    "validation_failed",
    "/limits/max_steps",
  ],
  [
    "an unknown limit",
    { input_data: GOAL, limits: { max_fun: 1 } },
    "validation_failed",
    "/limits/max_fun",
  ],
  [
    "an unknown task type",
    { input_data: GOAL, task_type: "dream" },
    "unknown_task_type",
    "/task_type",
  ],
  ["an unknown agent", { input_data: GOAL, agent: "smith" }, "unknown_agent", "/agent"],
  [
    "script for another model",
    { input_data: { ...GOAL, script: SCRIPT } },
    "validation_failed",
    "/input_data/script",
  ],
  [
    "tools for another model",
    { input_data: { ...GOAL, script_tools: [] } },
    "validation_failed",
    "/input_data/script_tools",
  ],
  ["an empty script entry", scripted([{}]), "validation_failed", "/input_data/script/0"],
  ["a script of text", scripted("x" as never), "validation_failed", "/input_data/script"],
];

/** The same for `agent_config`; the pointer is relative to it. */
export const BAD_CONFIGS: [what: string, config: unknown, code: string, pointer: string][] = [
  ["an unknown provider", { model: "nobody/none" }, "unknown_model", "/model"],
  ["a model without provider", { model: "gpt-4o" }, "unknown_model", "/model"],
  ["an unknown local model", { model: "local/none" }, "unknown_model", "/model"],
  ["a provider without key", { model: "openai/gpt-4o-mini" }, "provider_not_configured", "/model"],
  ["an unknown planner", { planner: "tarot" }, "validation_failed", "/planner"],
  ["an unknown tool", { tools: ["calculator", "crowbar"] }, "unknown_tool", "/tools/1"],
  ["a tool of a prototype", { tools: ["constructor"] }, "unknown_tool", "/tools/0"],
  ["a hot temperature", { temperature: 3 }, "validation_failed", "/temperature"],
  ["an unknown field", { mdoel: "local/rules" }, "validation_failed", "/mdoel"],
];

const deep = (n: number): string => `${"[".repeat(n)}${"]".repeat(n)}`;
const withExtra = (extra: string): string => `{"input_data":{"goal":"x","extra":${extra}}}`;
/** Texts of a body, with the status and code of the refusal. */
export const BAD_BODIES: [what: string, body: string, status: number, code: string][] = [
  ["half a document", '{"input_data":', 400, "malformed_json"],
  ["a trailing comma", '{"input_data":{"goal":"x"},}', 400, "malformed_json"],
  ["two documents", '{"input_data":{"goal":"x"}}{}', 400, "malformed_json"],
  ["single quotes", "{'input_data':{}}", 400, "malformed_json"],
  ["NaN", withExtra("NaN"), 400, "malformed_json"],
  ["no JSON at all", "hello", 400, "malformed_json"],
  ["1e999", withExtra("1e999"), 422, "validation_failed"],
  ["a number of 1,000 digits", withExtra("9".repeat(1000)), 422, "validation_failed"],
  ["nesting of 70 levels", withExtra(deep(70)), 422, "validation_failed"],
  ["nesting of 400,000 levels", withExtra(deep(400_000)), 422, "validation_failed"],
  ["a whole number that would be rounded", withExtra("9007199254740993"), 422, "validation_failed"],
  ["the key __proto__", withExtra('{"__proto__":{"a":1}}'), 422, "validation_failed"],
  ["__proto__ on top", '{"input_data":{"goal":"x"},"__proto__":{}}', 422, "validation_failed"],
];

/** Paths below /api/v1/tasks, with the pointer that the refusal names. */
export const BAD_QUERIES: [path: string, pointer: string][] = [
  ["?limit=0", "/limit"],
  ["?limit=101", "/limit"],
  ["?limit=ten", "/limit"],
  ["?limit=1&limit=2", "/limit"],
  ["?status=done", "/status"],
  ["?status=", "/status"],
  ["?status=running,done", "/status"],
  ["?status=running&status=done", "/status"],
  ["?waiting_for=godot", "/waiting_for"],
  ["?updated_after=yesterday", "/updated_after"],
  ["?q=", "/q"],
  ["?order=random", "/order"],
  ["/counts?group_by=colour", "/group_by"],
  ["/counts?status=done", "/status"],
  ["/counts?limit=1", "/limit"],
  ["?created_after=yesterday", "/created_after"],
  ["?cursor=abc", "/cursor"],
  ["?cursor=abc.def", "/cursor"],
  ["?cursor=", "/cursor"],
  ["?colour=red", "/colour"],
  ["/ID/events?after=-1", "/after"],
  ["/ID/events?after=x", "/after"],
  ["/ID/events?after=1.5", "/after"],
  ["/ID/events?after=1&after=2", "/after"],
  ["/ID/events?limit=0", "/limit"],
  ["/ID/events?limit=1001", "/limit"],
  ["/ID/events?since=1", "/since"],
];

/** The same for the feed. */
export const BAD_FEED_QUERIES: [query: string, pointer: string][] = [
  ["?after=x", "/after"],
  ["?after=", "/after"],
  ["?after=-1", "/after"],
  ["?after=9999999999999999", "/after"],
  ["?cursor=x", "/cursor"],
  ["?limit=0", "/limit"],
  ["?limit=1001", "/limit"],
  ["?agent=a", "/agent"],
];
