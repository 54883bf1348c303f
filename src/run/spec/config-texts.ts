/**
 * What each field of an agent's config does, with its default. The API document and the events say
 * it in the same words, and `docs/reference/agent-config.md` is generated from it.
 */
export const CONFIG_TEXTS = {
  model: "The model, as `provider/name`. Default: the deployment's `OPSPAWN_DEFAULT_MODEL`.",
  fallback_models:
    "Models to switch to, in order, when the previous one fails. Default: none; the run then fails.",
  on_provider_limit:
    "What happens while the provider takes no more calls, because a limit is reached or it is down: `wait` waits for it at no cost; `fallback` switches to the next of `fallback_models` at once. Default: a short wait, and for a longer one or while the provider is down the next fallback model, if there is one.",
  planner:
    "How the model plans: `native` uses its tool calling; `react` uses thought, action and observation in plain text; `placeholder` uses no model. Default: the deployment's, which is `native` unless set.",
  output_schema:
    "JSON Schema of the answer, which is returned in `result.data`. A reply that does not match is returned to the model with the reasons. Default: the answer is free text.",
  instructions: "Instructions in the system prompt, after the profile. Default: none.",
  profile: "Who the agent is. The model reads it before the instructions. Default: none.",
  tools:
    "Names of the tools that the run can use. Default: all tools of the service and the tenant. An empty list: none.",
  mcp_servers: "MCP servers whose tools the run can use. Default: none, or all with the proxy.",
  mcp_tools:
    "`direct`: each tool of a server is offered individually. `proxy`: one tool, `mcp_proxy_tool`, calls them all. `both`: both. Default: `direct`, or `proxy` with `inject_mcp_proxy`.",
  inject_mcp_proxy:
    "Adds `mcp_proxy_tool`. Without `mcp_servers` it reaches all servers. Default: false.",
  agents:
    "Agents that the run can give tasks to. Each is a tool of the run, and each call is a task of its own. Default: none.",
  temperature: "Randomness of the model's replies. Default: the provider's.",
  max_output_tokens:
    "Maximum tokens of one reply. A longer reply is cut off. Default: the provider's; a run with a budget reserves 32,000.",
  stop: "Texts at which the model stops writing. Default: none.",
  seed: "Seed for sampling, for providers that support one. Default: none.",
  memory: "How much of the conversation the model sees.",
  long_term_memory:
    "Stores from which the run recalls what earlier tasks saved, and in which it saves. Default: none.",
  policy: "Rules for tool calls. Default: every tool can be called.",
  on_outcome_unknown:
    "What to do if a crash leaves it unknown whether a `once` tool took effect. `tell_model` (the default): the model sees it. `ask` holds the call for a person: approving it runs it again. `fail`: the run fails.",
  waits: "When waits for a person expire, and what follows.",
} as const;

/** The fields of `memory`. */
export const MEMORY_TEXTS = {
  max_messages:
    "Maximum turns of the conversation. Beyond it, the older turns are left out. Default: 100.",
  max_tokens:
    "Maximum tokens of the conversation before it is compacted: long outputs are shortened, then older turns summarised. Default: 100,000.",
} as const;

/** The fields of `waits`. */
export const WAITS_TEXTS = {
  approval_expires_s:
    "Seconds until a request for approval expires; `on_expiry` then applies. Default: never.",
  input_expires_s:
    "Seconds until a question to a person expires; `on_expiry` then applies. Default: never.",
  on_expiry:
    "`deny` (the default): the model sees the denial. `fail`: the run fails. `continue`: an approval counts as given, an input as empty.",
} as const;
