/** Made by `npm run sdk:types` from docs/openapi.json; not to be changed by hand. */
export interface components {
    schemas: {
        /** @description A task: its input, its state and its result. */
        readonly Task: {
            /** @description Identifies the task. Later tasks have greater ids. */
            readonly id: string;
            /**
             * @deprecated
             * @description The same as `id`.
             */
            readonly task_id: string;
            /**
             * @deprecated
             * @description Always `agent_run`.
             */
            readonly task_type: string;
            /** @description The name given at submission. */
            readonly name: string | null;
            /** @description Who or what the task is about. The tasks that it starts have the same. */
            readonly subject: string | null;
            /**
             * @description `completed`, `failed` and `cancelled` are final. `waiting`: see `waiting_for`.
             * @enum {string}
             */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
            /**
             * @description What the task waits for; null unless `status` is `waiting`. `turn`: a `pending` turn of a conversation, which starts after the turn before it.
             * @enum {string|null}
             */
            readonly waiting_for: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency" | "turn" | "provider" | null;
            /**
             * Format: date-time
             * @description When the wait ends by itself; null if it needs a person.
             */
            readonly waiting_until: string | null;
            readonly waiting: components["schemas"]["Waiting"];
            /** @description null in a list if it is larger than 16 KiB; get the task to read it. */
            readonly input_data: {
                readonly [key: string]: unknown;
            } | null;
            /** @description Contains `answer`. null in a list if it is large. */
            readonly result?: unknown;
            /** @description Why the task failed; null if it did not. */
            readonly error: {
                /** @description A stable code; see the list of errors. */
                readonly code: string;
                /** @description A sentence for people. */
                readonly message: string;
                /** @description More about the failure; depends on the code. */
                readonly details?: unknown;
            } | null;
            /**
             * @deprecated
             * @description The `message` of `error`.
             */
            readonly error_message: string | null;
            /** @description The name of the agent. */
            readonly agent: string;
            /** @description The version of the agent at submission. */
            readonly agent_version: number;
            /** @description The model of the config, as `provider/name`. */
            readonly model: string;
            /** @description The planner of the config. */
            readonly planner: string;
            readonly usage: components["schemas"]["TaskUsage"];
            /** @description The limits in force. An absent limit does not apply. */
            readonly limits: {
                readonly [key: string]: unknown;
            };
            /** @description The client's data. */
            readonly metadata: {
                readonly [key: string]: unknown;
            };
            /** @description The priority given at submission. */
            readonly priority: number;
            /** @description Counts the tasks from the first one, through `retry_of`, to this one. */
            readonly attempt: number;
            /** @description `seq` of the last event in the log. */
            readonly last_seq: number;
            /** @description The task that this one retries. */
            readonly retry_of: string | null;
            /** @description The schedule that submitted this task; null for all others. */
            readonly schedule_id: string | null;
            /** @description The batch that submitted this task; null for all others. */
            readonly group_id: string | null;
            /** @description The conversation that the task is a turn of; null for all others. */
            readonly conversation_id: string | null;
            /** @description Its number in the conversation, from 1. */
            readonly turn: number | null;
            /** @description The task that it continues. */
            readonly continues_task_id: string | null;
            /**
             * @deprecated
             * @description Always null.
             */
            readonly forked_from: string | null;
            /** @description The task that started this one; null for a task of a client. */
            readonly parent_task_id: string | null;
            /** @description The first task of its tree: itself, without a parent. */
            readonly root_task_id: string;
            /** @description Tasks above it in its tree. */
            readonly depth: number;
            /**
             * @deprecated
             * @description Always null.
             */
            readonly workflow_id: string | null;
            /**
             * Format: date-time
             * @description When the task was submitted.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When the task last changed.
             */
            readonly updated_at: string;
            /**
             * Format: date-time
             * @description The earliest start; null for at once.
             */
            readonly scheduled_at: string | null;
            /** @description The URL that is notified about this task. */
            readonly callback_url: string | null;
            /**
             * Format: date-time
             * @description When the run started; null before that.
             */
            readonly started_at: string | null;
            /**
             * Format: date-time
             * @description When the task finished; null before that.
             */
            readonly completed_at: string | null;
        };
        /** @description What the task waits for; null while it does not wait. */
        readonly Waiting: {
            /**
             * @description The same as `waiting_for` of the task.
             * @enum {string}
             */
            readonly for: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency" | "turn" | "provider";
            /**
             * Format: date-time
             * @description When the wait began, or the question was asked.
             */
            readonly since: string;
            /**
             * Format: date-time
             * @description When it ends by itself; null if only an answer ends it.
             */
            readonly until: string | null;
            /**
             * @description What happens at `until`: the call is denied, the run fails, or it continues (`waits.on_expiry` of the agent), or the run resumes.
             * @enum {string|null}
             */
            readonly on_expiry: "deny" | "fail" | "continue" | "resume" | null;
            /**
             * @description Kind of question to a person. `question`: of the model. `form`, `address`: of an MCP server, which wants fields filled in or a URL opened. Absent if no person is asked.
             * @enum {string}
             */
            readonly kind?: "approval" | "question" | "form" | "address" | "budget";
            /** @description The call that waits: the id to approve, deny or answer. */
            readonly call_id?: string;
            /** @description Names one of several questions of a call; send it with the answer. */
            readonly key?: string;
            /** @description Name of the tool that is called. */
            readonly tool?: string;
            /** @description Arguments of the call. `{preview}` with the first 4,000 characters of their JSON if they are longer. */
            readonly arguments?: unknown;
            /** @description The text of the question: at most its first 4,000 characters. */
            readonly question?: string;
            /** @description For `address`: the URL to open. */
            readonly url?: string;
            /** @description The MCP server that asks. Its texts are untrusted. */
            readonly server?: string;
            /** @description JSON Schema of the answer, or of the arguments of the call. Absent for built-in tools and above 8,000 characters. */
            readonly schema?: {
                readonly [key: string]: unknown;
            };
            /** @description The limit or budget that was reached. */
            readonly limit?: string;
            /** @description For `tree_cost`: the task above this one whose `max_cost_usd` was reached. */
            readonly limit_task_id?: string;
            /** @description For `children`: the tasks that the run waits for; at most 50. */
            readonly tasks?: readonly string[];
            /**
             * @description Why approval is needed: the policy, or a first attempt with an unknown outcome.
             * @enum {string}
             */
            readonly reason?: "policy" | "outcome_unknown";
            /** @description The rule that requires approval. */
            readonly rule?: string;
            /**
             * Format: date-time
             * @description When the first untrusted content reached the conversation.
             */
            readonly untrusted_since?: string;
            /**
             * @description True if a text was cut or the schema was left out. The event log has all of it.
             * @enum {boolean}
             */
            readonly truncated?: true;
        } | null;
        /** @description What the run has used so far. */
        readonly TaskUsage: {
            /** @description Turns of the loop: a model call and the tool calls it requests. */
            readonly steps: number;
            /** @description Attempts of model calls, including failed ones. */
            readonly model_calls: number;
            /** @description Tool calls that were requested. */
            readonly tool_calls: number;
            /** @description Input tokens, including cached ones. */
            readonly input_tokens: number;
            /** @description Output tokens, including reasoning. */
            readonly output_tokens: number;
            /** @description Cost in US dollars, by the prices of the deployment. */
            readonly cost_usd: number;
            readonly tree?: components["schemas"]["TreeUsage"];
        };
        /** @description Only of one task whose config has `agents`: with all tasks below it. */
        readonly TreeUsage: {
            /** @description Turns of the loop: a model call and the tool calls it requests. */
            readonly steps: number;
            /** @description Attempts of model calls, including failed ones. */
            readonly model_calls: number;
            /** @description Tool calls that were requested. */
            readonly tool_calls: number;
            /** @description Input tokens, including cached ones. */
            readonly input_tokens: number;
            /** @description Output tokens, including reasoning. */
            readonly output_tokens: number;
            /** @description Cost in US dollars, by the prices of the deployment. */
            readonly cost_usd: number;
            /** @description Number of tasks, including the first one. */
            readonly tasks: number;
            /** @description Number of tasks that have not ended. */
            readonly open: number;
        };
        /** @description Why a request was rejected (RFC 9457). */
        readonly Problem: {
            /** @description A URL that opens the explanation of `code`. */
            readonly type: string;
            /** @description What went wrong in general. The same for each code. */
            readonly title: string;
            /** @description The HTTP status of the response. */
            readonly status: number;
            /** @description What went wrong in this request, for people. */
            readonly detail: string;
            /** @description A stable code for programs; see the list of errors. */
            readonly code: string;
            /** @description The id of this HTTP request, as in `X-Request-Id` and the logs. */
            readonly request_id: string;
            /** @description For `validation_failed`: every invalid value. */
            readonly errors?: readonly {
                /** @description JSON Pointer to the value, or the parameter's name. */
                readonly pointer: string;
                /** @description What is wrong with the value. */
                readonly detail: string;
            }[];
        };
        readonly SubmitTask: {
            /**
             * @deprecated
             * @description `agent_run`, or `agent_task`, which is the same.
             * @default agent_run
             */
            readonly task_type?: string;
            /** @description A name for people, shown in lists. */
            readonly name?: string | null;
            /** @description Who or what the task is about, such as the id of a customer. The tasks that it starts have the same; lists filter by it. */
            readonly subject?: string | null;
            readonly input_data: components["schemas"]["InputData"];
            /** @description The name of the agent that runs the task. Default: `default`; for a turn of a conversation, the agent of the turn before it. */
            readonly agent?: string;
            /** @description The version of the agent. Default: the newest. An agent in code has its current version only. */
            readonly agent_version?: number;
            /** @description The conversation that the task is the next turn of. The agent knows what the turns before it said. The first task with a name starts the conversation. */
            readonly conversation?: string;
            /** @description The task that this one continues, in place of `conversation`. Continuing another turn than the newest one starts a conversation of its own (`branched_from`). */
            readonly continues?: string;
            /**
             * @description What happens while the newest turn has not ended. `reject` (the default): 409 `conversation_busy`. `queue`: the task starts after it; at most 100 turns wait. `interrupt`: cancels all turns that have not ended. `tell`: sends the goal to the running turn as a message, and returns that task with 200.
             * @enum {string}
             */
            readonly on_busy?: "reject" | "queue" | "interrupt" | "tell";
            readonly agent_config?: components["schemas"]["AgentConfig"];
            readonly limits?: components["schemas"]["Limits"];
            /**
             * @description Above, at or below 0 selects one of three queues. At a concurrency limit, higher values go first.
             * @default 0
             */
            readonly priority?: number;
            /** @description Free data of the client, returned with the task. The model does not see it. */
            readonly metadata?: {
                readonly [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description Earliest start. Until then the run waits for `schedule`.
             */
            readonly scheduled_at?: string | null;
            /**
             * Format: uri
             * @description Receives every type of webhook event of this task, signed with the tenant's secret (`GET /api/v1/webhooks/callbacks/secret`).
             */
            readonly callback_url?: string | null;
            /** @description The same as the header Idempotency-Key, which takes precedence. */
            readonly idempotency_key?: string;
            /**
             * @deprecated
             * @description The same as `idempotency_key`, which takes precedence.
             */
            readonly request_id?: string;
        };
        /** @description What the task is about: a free-form object, in which these fields have a meaning. */
        readonly InputData: {
            /** @description What the agent has to do. Required, unless there is `prompt`. */
            readonly goal?: string;
            /**
             * @deprecated
             * @description The same as goal, which takes precedence.
             */
            readonly prompt?: string;
            /** @description Data for the goal. The model sees it as JSON below the goal. */
            readonly context?: {
                readonly [key: string]: unknown;
            };
            /** @description An earlier conversation, oldest message first. It precedes the goal. */
            readonly messages?: readonly {
                /**
                 * @description Who wrote the message.
                 * @enum {string}
                 */
                readonly role: "user" | "assistant";
                /** @description The text of the message. */
                readonly content: string;
            }[];
            /** @description Pictures for the model, shown with the goal. */
            readonly images?: readonly ({
                /**
                 * Format: uri
                 * @description The address that the provider loads the picture from.
                 */
                readonly url: string;
            } | {
                /** @description The media type, such as `image/png`. */
                readonly media_type: string;
                /** @description The picture in base64. */
                readonly data: string;
            })[];
            /** @description Files for the model, uploaded with `POST /api/v1/attachments`: at most 10, of 8000000 bytes together. Text files become part of the prompt; PDF files need a model that takes them. The task's view also has their `media_type`, `bytes` and `pages`. */
            readonly attachments?: readonly components["schemas"]["TaskAttachment"][];
            /**
             * @deprecated
             * @description The same as `agent_config.inject_mcp_proxy`, which takes precedence.
             */
            readonly inject_mcp_proxy?: boolean;
            /** @description For the model `local/script`: its replies, in order. */
            readonly script?: readonly {
                readonly [key: string]: unknown;
            }[];
            /** @description For the model `local/script`: tools whose outputs are data. */
            readonly script_tools?: readonly {
                readonly [key: string]: unknown;
            }[];
        } & {
            readonly [key: string]: unknown;
        };
        /** @description A file of a task. */
        readonly TaskAttachment: {
            /** @description The SHA-256 of an uploaded file. */
            readonly sha256: string;
            /** @description The name of the file, which the model sees. Default: a part of the hash. */
            readonly name?: string;
        };
        /** @description How an agent works. A field of the task overrides that of its agent, which overrides the default. */
        readonly AgentConfig: {
            /** @description The model, as `provider/name`. Default: the deployment's `OPSPAWN_DEFAULT_MODEL`. */
            readonly model?: string;
            /** @description Models to switch to, in order, when the previous one fails. Default: none; the run then fails. */
            readonly fallback_models?: readonly string[];
            /**
             * @description What happens while the provider takes no more calls, because a limit is reached or it is down: `wait` waits for it at no cost; `fallback` switches to the next of `fallback_models` at once. Default: a short wait, and for a longer one or while the provider is down the next fallback model, if there is one.
             * @enum {string}
             */
            readonly on_provider_limit?: "wait" | "fallback";
            /** @description How the model plans: `native` uses its tool calling; `react` uses thought, action and observation in plain text; `placeholder` uses no model. Default: the deployment's, which is `native` unless set. */
            readonly planner?: string;
            /** @description JSON Schema of the answer, which is returned in `result.data`. A reply that does not match is returned to the model with the reasons. Default: the answer is free text. */
            readonly output_schema?: {
                readonly [key: string]: unknown;
            };
            /** @description Instructions in the system prompt, after the profile. Default: none. */
            readonly instructions?: string;
            readonly profile?: components["schemas"]["Profile"];
            /** @description Names of the tools that the run can use. Default: all tools of the service and the tenant. An empty list: none. */
            readonly tools?: readonly string[];
            /** @description MCP servers whose tools the run can use. Default: none, or all with the proxy. */
            readonly mcp_servers?: readonly string[];
            /**
             * @description `direct`: each tool of a server is offered individually. `proxy`: one tool, `mcp_proxy_tool`, calls them all. `both`: both. Default: `direct`, or `proxy` with `inject_mcp_proxy`.
             * @enum {string}
             */
            readonly mcp_tools?: "direct" | "proxy" | "both";
            /**
             * @deprecated
             * @description Adds `mcp_proxy_tool`. Without `mcp_servers` it reaches all servers. Default: false.
             */
            readonly inject_mcp_proxy?: boolean;
            /** @description Randomness of the model's replies. Default: the provider's. */
            readonly temperature?: number;
            /** @description Maximum tokens of one reply. A longer reply is cut off. Default: the provider's; a run with a budget reserves 32,000. */
            readonly max_output_tokens?: number;
            /** @description Texts at which the model stops writing. Default: none. */
            readonly stop?: readonly string[];
            /** @description Seed for sampling, for providers that support one. Default: none. */
            readonly seed?: number;
            /** @description How much of the conversation the model sees. */
            readonly memory?: {
                /** @description Maximum turns of the conversation. Beyond it, the older turns are left out. Default: 100. */
                readonly max_messages?: number;
                /** @description Maximum tokens of the conversation before it is compacted: long outputs are shortened, then older turns summarised. Default: 100,000. */
                readonly max_tokens?: number;
            };
            readonly long_term_memory?: components["schemas"]["LongTermMemory"];
            /** @description Agents that the run can give tasks to. Each is a tool of the run, and each call is a task of its own. Default: none. */
            readonly agents?: readonly {
                /** @description The name of the agent, or `self` for the task's own agent. */
                readonly agent: string;
                /** @description The version of the agent. Default: the newest when the task is submitted. */
                readonly version?: number;
                /** @description The name of the tool. Default: `agent_` and the name of the agent. */
                readonly as?: string;
                /**
                 * @description `to_model` (the default): the model reads the answer. `as_answer`: the answer of a call that is alone in its turn is the answer of the run, without another model call.
                 * @enum {string}
                 */
                readonly returns?: "to_model" | "as_answer";
                /** @description true: the run can also start the agent with `task_start` and go on. Default: false. */
                readonly background?: boolean;
                /** @description Maximum cost of each of these tasks, in US dollars. Default: that of the agent. */
                readonly max_cost_usd?: number;
            }[];
            readonly policy?: components["schemas"]["Policy"];
            /**
             * @description What to do if a crash leaves it unknown whether a `once` tool took effect. `tell_model` (the default): the model sees it. `ask` holds the call for a person: approving it runs it again. `fail`: the run fails.
             * @enum {string}
             */
            readonly on_outcome_unknown?: "tell_model" | "ask" | "fail";
            /** @description When waits for a person expire, and what follows. */
            readonly waits?: {
                /** @description Seconds until a request for approval expires; `on_expiry` then applies. Default: never. */
                readonly approval_expires_s?: number;
                /** @description Seconds until a question to a person expires; `on_expiry` then applies. Default: never. */
                readonly input_expires_s?: number;
                /**
                 * @description `deny` (the default): the model sees the denial. `fail`: the run fails. `continue`: an approval counts as given, an input as empty.
                 * @enum {string}
                 */
                readonly on_expiry?: "deny" | "fail" | "continue";
            };
        };
        /** @description Who the agent is. The model reads it before the instructions. */
        readonly Profile: {
            /** @description The agent's name. */
            readonly name?: string;
            /** @description The agent's role, such as `An accountant`. */
            readonly role?: string;
            /** @description Who the agent is. */
            readonly persona?: string;
            /** @description How the agent writes. */
            readonly tone?: string;
            /** @description What the agent tries to achieve. */
            readonly goals?: readonly string[];
            /** @description How the agent should work. */
            readonly guidelines?: readonly string[];
            /** @description What the agent must never do. Instructions to the model, not enforced. */
            readonly constraints?: readonly string[];
        };
        /** @description Stores from which the run recalls what earlier tasks saved, and in which it saves. Default: none. */
        readonly LongTermMemory: {
            /** @description The stores, each scope at most once. */
            readonly stores: readonly {
                /**
                 * @description `tenant`: one store for all tasks. `agent`: one for the agent. `subject`: one for the task's subject. `agent_subject`: one for the agent and the subject.
                 * @enum {string}
                 */
                readonly scope: "tenant" | "agent" | "subject" | "agent_subject";
                /**
                 * @description `write` also offers the tools that save, change and delete. Default: `read`.
                 * @enum {string}
                 */
                readonly access?: "read" | "write";
                /** @description What the run recalls before its first model call. */
                readonly recall?: {
                    /** @description Whether the blocks are in the prompt. Default: true. */
                    readonly blocks?: boolean;
                    /** @description Maximum items that match the goal and are in the prompt. Default: 5. */
                    readonly items?: number;
                };
            }[];
        };
        /** @description Rules for tool calls, by tool name; `*` stands for any text. `deny` overrides everything else; with `allow`, all other tools are denied. `approve`: a person must approve each call. `arguments`: a JSON Schema per pattern that the arguments must match. `after_untrusted`: applies to calls with side effects once content from the web or a remote server is in the conversation. */
        readonly Policy: {
            /** @description Tools that can be called; all others are denied. Default: all. */
            readonly allow?: readonly string[];
            /** @description Tools that cannot be called. Overrides everything else. */
            readonly deny?: readonly string[];
            /** @description Tools whose calls a person must approve. */
            readonly approve?: readonly string[];
            /** @description JSON Schemas by tool. Arguments must match them as well as the tool's own; other calls are denied. At most 32. */
            readonly arguments?: {
                readonly [key: string]: unknown;
            };
            /** @description Maximum numbers of calls by tool. At most 32. */
            readonly rate?: {
                readonly [key: string]: {
                    /** @description Maximum calls in the run. Further calls are denied. */
                    readonly per_run?: number;
                    /** @description Maximum calls in any minute. Further calls are denied. */
                    readonly per_minute?: number;
                };
            };
            /**
             * @description What happens to calls with side effects once content from the web or a remote server is in the conversation. Default: `allow`.
             * @enum {string}
             */
            readonly after_untrusted?: "allow" | "approve" | "deny";
        };
        /** @description The limits of a run. A limit of the task overrides that of its agent, which overrides the default; null removes it. */
        readonly Limits: {
            /** @description Maximum steps: turns of model and tools. Default: 25. At the limit, the run fails with `limit_reached`. */
            readonly max_steps?: number | null;
            /** @description Maximum tool calls. Default: no limit. A step that would exceed it makes none of its calls, and the run fails with `limit_reached`. */
            readonly max_tool_calls?: number | null;
            /** @description Maximum active time in seconds; waits do not count. Default: 3,600. At the limit, the run fails with `limit_reached`. */
            readonly max_duration_s?: number | null;
            /** @description Maximum input and output tokens of all model calls. Default: no limit. If the next call does not fit, the run waits for `budget`. */
            readonly max_tokens?: number | null;
            /** @description Maximum cost in US dollars, counted in millionths. Default: no limit. If the next call does not fit, the run waits for `budget`. */
            readonly max_cost_usd?: number | null;
            /** @description Maximum number of identical tool calls in a row. Default: 10. At half of it, the model is warned; at the limit, the run fails with `loop_detected`. */
            readonly max_repeats?: number | null;
            /** @description Maximum tasks that the run starts, in all. Default: 20. A call beyond it fails with `limit_reached`. */
            readonly max_children?: number | null;
            /** @description Maximum depth of the tree of tasks; the first task has depth 0. Default: 2. Children inherit it. A call beyond it fails with `limit_reached`. */
            readonly max_depth?: number | null;
            /** @description Maximum tasks below the first task of a tree, in all. Default: 100. A call beyond it fails with `limit_reached`. */
            readonly max_descendants?: number | null;
            /**
             * @description What happens at every limit except `max_repeats` and those of children: `wait` for a higher one, or `fail`. Default: `wait` for `max_tokens` and `max_cost_usd`, `fail` for the others.
             * @enum {string|null}
             */
            readonly on_reached?: "wait" | "fail" | null;
        };
        readonly TaskList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Task"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description Number of tasks on all pages. null with a filter other than `status` and `agent`: only a scan could count those tasks. */
            readonly total: number | null;
        };
        /** @description At most 1,000 groups, the largest first. `next_cursor` is always null. */
        readonly TaskCounts: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly {
                /** @description A value of the field. */
                readonly value: string;
                /** @description Number of tasks with it. */
                readonly count: number;
            }[];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description Number of tasks that match the filters. */
            readonly total: number;
        };
        readonly CancelTask: {
            /** @description Why, for people. The event `run.cancelled` contains it. */
            readonly reason?: string;
        };
        readonly Ticket: {
            /** @description For the parameter `ticket` of the event log. */
            readonly ticket: string;
            /**
             * Format: date-time
             * @description When it expires: 60 seconds after it was made.
             */
            readonly expires_at: string;
        };
        readonly RetryTask: {
            /**
             * @description `same`: the config and limits of the retried task. `current`: those of its agent today, with the overrides of the retried task.
             * @default same
             * @enum {string}
             */
            readonly config?: "same" | "current";
        };
        readonly SendMessage: {
            /** @description The text of the message. Required, unless there is `data` or `action`. */
            readonly content?: string;
            /** @description The answer to a structured question. Omitted fields get their defaults. */
            readonly data?: {
                readonly [key: string]: unknown;
            };
            /**
             * @description Action for a question of a call (`input.requested`). Default: answer it.
             * @enum {string}
             */
            readonly action?: "accept" | "decline" | "cancel";
            /** @description The call whose question it answers. If it asked several, set `key` too. */
            readonly call_id?: string;
            /** @description The `key` of the `input.requested` that it answers. */
            readonly key?: string;
        };
        readonly DecideApproval: {
            /**
             * @description `approve`: the call is made. `deny`: the model sees the denial.
             * @enum {string}
             */
            readonly decision: "approve" | "deny";
            /** @description Replaces the model's arguments. Validated against the tool's schema. */
            readonly arguments?: unknown;
            /** @description Why, for the log. On a denial, the model sees it. */
            readonly comment?: string;
        };
        /** @description The limits of a run. A limit of the task overrides that of its agent, which overrides the default; null removes it. */
        readonly ChangeLimits: {
            /** @description Maximum steps: turns of model and tools. Default: 25. At the limit, the run fails with `limit_reached`. */
            readonly max_steps?: number | null;
            /** @description Maximum tool calls. Default: no limit. A step that would exceed it makes none of its calls, and the run fails with `limit_reached`. */
            readonly max_tool_calls?: number | null;
            /** @description Maximum active time in seconds; waits do not count. Default: 3,600. At the limit, the run fails with `limit_reached`. */
            readonly max_duration_s?: number | null;
            /** @description Maximum input and output tokens of all model calls. Default: no limit. If the next call does not fit, the run waits for `budget`. */
            readonly max_tokens?: number | null;
            /** @description Maximum cost in US dollars, counted in millionths. Default: no limit. If the next call does not fit, the run waits for `budget`. */
            readonly max_cost_usd?: number | null;
            /** @description Maximum number of identical tool calls in a row. Default: 10. At half of it, the model is warned; at the limit, the run fails with `loop_detected`. */
            readonly max_repeats?: number | null;
            /** @description Maximum tasks that the run starts, in all. Default: 20. A call beyond it fails with `limit_reached`. */
            readonly max_children?: number | null;
            /** @description Maximum depth of the tree of tasks; the first task has depth 0. Default: 2. Children inherit it. A call beyond it fails with `limit_reached`. */
            readonly max_depth?: number | null;
            /** @description Maximum tasks below the first task of a tree, in all. Default: 100. A call beyond it fails with `limit_reached`. */
            readonly max_descendants?: number | null;
            /**
             * @description What happens at every limit except `max_repeats` and those of children: `wait` for a higher one, or `fail`. Default: `wait` for `max_tokens` and `max_cost_usd`, `fail` for the others.
             * @enum {string|null}
             */
            readonly on_reached?: "wait" | "fail" | null;
        };
        readonly UpdateTask: {
            /** @description A name for people, shown in lists. null removes it. */
            readonly name?: string | null;
            /** @description The client's data. Merged by key; null removes a key. At most 16384 characters of JSON in all. */
            readonly metadata?: {
                readonly [key: string]: unknown;
            };
        };
        readonly BatchResult: {
            /** @description The outcome of each task, in the order of the request. */
            readonly data: readonly components["schemas"]["BatchOutcome"][];
            /** @description The id of the batch, which its tasks have as `group_id`: `GET /api/v1/tasks?group_id=` lists them. */
            readonly group_id: string;
        };
        /** @description The accepted task, or the error for which it was rejected. */
        readonly BatchOutcome: {
            /** @description Position of the task in the request, from 0. */
            readonly index: number;
            readonly task?: components["schemas"]["Task"];
            /** @description Whether an earlier request with this key made the task. */
            readonly replayed?: boolean;
            readonly error?: components["schemas"]["Problem"];
        };
        readonly SubmitBatch: {
            /** @description Each is the body of `POST /api/v1/tasks`. */
            readonly tasks: readonly {
                readonly [key: string]: unknown;
            }[];
        };
        readonly BulkResult: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["BulkOutcome"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description Whether nothing was changed. */
            readonly dry_run: boolean;
            /** @description In a dry run, the number of tasks that match, at most 1,000; `data` has the first 20. Otherwise null. */
            readonly count: number | null;
            /** @description In a dry run, whether more tasks than `count` may match. */
            readonly has_more: boolean;
            /** @description In a dry run, the text that confirms the change. Otherwise null. */
            readonly confirm: string | null;
            /**
             * Format: date-time
             * @description When `confirm` expires: one hour after the dry run. null without one.
             */
            readonly expires_at: string | null;
        };
        /** @description The outcome of one task, or why it was not changed. */
        readonly BulkOutcome: {
            /** @description The id of the task. */
            readonly id: string;
            /**
             * @description The status of the cancelled task, or of the new one. Absent in a dry run.
             * @enum {string}
             */
            readonly status?: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
            /** @description The id of the new task, for a retry. A repeated request returns the same. */
            readonly retried_as?: string;
            readonly error?: components["schemas"]["Problem"];
        };
        readonly CancelTasks: {
            /** @description Which tasks. The filters are those of `GET /api/v1/tasks`. */
            readonly filter: {
                /** @description Only tasks with one of these statuses. Default: all unfinished tasks. */
                readonly status?: readonly ("pending" | "running" | "waiting")[];
                /**
                 * @description Only tasks that wait for this.
                 * @enum {string}
                 */
                readonly waiting_for?: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency" | "turn" | "provider";
                /** @description Only tasks of this agent. */
                readonly agent?: string;
                /** @description Only tasks that this schedule submitted. */
                readonly schedule_id?: string;
                /** @description Only tasks of this batch. */
                readonly group_id?: string;
                /**
                 * Format: date-time
                 * @description Only tasks created at or after this time, RFC 3339.
                 */
                readonly created_after?: string;
                /**
                 * Format: date-time
                 * @description Only tasks created before this time, RFC 3339.
                 */
                readonly created_before?: string;
                /**
                 * Format: date-time
                 * @description Only tasks that changed after this time, RFC 3339.
                 */
                readonly updated_after?: string;
                /** @description The beginning of a task id, or a part of the name or goal. */
                readonly q?: string;
                /** @description Only tasks whose metadata contain these values, compared as text. At most 10. */
                readonly metadata?: {
                    readonly [key: string]: string;
                };
            };
            /** @description Why, for people. The event `run.cancelled` of each task contains it. */
            readonly reason?: string;
            /**
             * @description true, the default: changes nothing, and returns the number of tasks and a `confirm` text. false: makes the change that this text confirms.
             * @default true
             */
            readonly dry_run?: boolean;
            /** @description The `confirm` of a dry run with the same body. Required unless `dry_run`. */
            readonly confirm?: string;
            /** @description The `next_cursor` of the previous request with this `confirm`. */
            readonly cursor?: string;
            /**
             * @description Maximum number of tasks that this request changes.
             * @default 50
             */
            readonly limit?: number;
        };
        readonly RetryTasks: {
            /** @description Which tasks. The filters are those of `GET /api/v1/tasks`. */
            readonly filter: {
                /** @description Only tasks with one of these statuses. Default: `failed`. */
                readonly status?: readonly ("failed" | "cancelled" | "completed")[];
                /**
                 * @description Only tasks that wait for this.
                 * @enum {string}
                 */
                readonly waiting_for?: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency" | "turn" | "provider";
                /** @description Only tasks of this agent. */
                readonly agent?: string;
                /** @description Only tasks that this schedule submitted. */
                readonly schedule_id?: string;
                /** @description Only tasks of this batch. */
                readonly group_id?: string;
                /**
                 * Format: date-time
                 * @description Only tasks created at or after this time, RFC 3339.
                 */
                readonly created_after?: string;
                /**
                 * Format: date-time
                 * @description Only tasks created before this time, RFC 3339.
                 */
                readonly created_before?: string;
                /**
                 * Format: date-time
                 * @description Only tasks that changed after this time, RFC 3339.
                 */
                readonly updated_after?: string;
                /** @description The beginning of a task id, or a part of the name or goal. */
                readonly q?: string;
                /** @description Only tasks whose metadata contain these values, compared as text. At most 10. */
                readonly metadata?: {
                    readonly [key: string]: string;
                };
            };
            /**
             * @description `same`: the config and limits of the retried task. `current`: those of its agent today, with the overrides of the retried task.
             * @default same
             * @enum {string}
             */
            readonly config?: "same" | "current";
            /**
             * @description true, the default: changes nothing, and returns the number of tasks and a `confirm` text. false: makes the change that this text confirms.
             * @default true
             */
            readonly dry_run?: boolean;
            /** @description The `confirm` of a dry run with the same body. Required unless `dry_run`. */
            readonly confirm?: string;
            /** @description The `next_cursor` of the previous request with this `confirm`. */
            readonly cursor?: string;
            /**
             * @description Maximum number of tasks that this request changes.
             * @default 50
             */
            readonly limit?: number;
        };
        readonly EventPage: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Event"][];
            /** @description `cursor` or `after` of the next page: the `seq` up to which this one covers the log. null if no event follows yet; a live run may add events after `last_seq`. */
            readonly next_cursor: string | null;
            /** @description `seq` of the last event in the log, on this page or not. */
            readonly last_seq: number;
            /**
             * @description The status of the task.
             * @enum {string}
             */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
        };
        /** @description One event of a run. Ignore unknown types: there will be more. */
        readonly Event: components["schemas"]["RunCreatedEvent"] | components["schemas"]["RunStartedEvent"] | components["schemas"]["RunWaitingEvent"] | components["schemas"]["RunResumedEvent"] | components["schemas"]["RunCompletedEvent"] | components["schemas"]["RunFailedEvent"] | components["schemas"]["RunCancelledEvent"] | components["schemas"]["ModelRequestedEvent"] | components["schemas"]["ModelDeltaEvent"] | components["schemas"]["ModelCompletedEvent"] | components["schemas"]["UsageRecordedEvent"] | components["schemas"]["ModelFailedEvent"] | components["schemas"]["ModelSupersededEvent"] | components["schemas"]["ModelSwitchedEvent"] | components["schemas"]["ToolRequestedEvent"] | components["schemas"]["ChildStartedEvent"] | components["schemas"]["ChildDelayedEvent"] | components["schemas"]["ChildWaitingEvent"] | components["schemas"]["ChildEndedEvent"] | components["schemas"]["StepPlannedEvent"] | components["schemas"]["ToolProgressedEvent"] | components["schemas"]["ToolLoggedEvent"] | components["schemas"]["InputRequestedEvent"] | components["schemas"]["InputWithdrawnEvent"] | components["schemas"]["ToolSuspendedEvent"] | components["schemas"]["McpListedEvent"] | components["schemas"]["ToolCompletedEvent"] | components["schemas"]["ToolFailedEvent"] | components["schemas"]["ToolOutcomeUnknownEvent"] | components["schemas"]["ApprovalRequestedEvent"] | components["schemas"]["ApprovalDecidedEvent"] | components["schemas"]["ApprovalExpiredEvent"] | components["schemas"]["MessageReceivedEvent"] | components["schemas"]["MemoryRecalledEvent"] | components["schemas"]["MemoryCompactedEvent"] | components["schemas"]["LimitReachedEvent"] | components["schemas"]["LimitChangedEvent"] | components["schemas"]["LoopDetectedEvent"] | components["schemas"]["RecoveryStartedEvent"];
        /** @description The run exists. Contains its complete input and config. */
        readonly RunCreatedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.created";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The id of the task. */
                readonly task_id: string;
                /** @description The tenant of the key that submitted the task. */
                readonly tenant_id: string;
                /** @description The input, as submitted. */
                readonly input_data: {
                    readonly [key: string]: unknown;
                };
                /** @description The name of the agent. */
                readonly agent: string;
                /** @description The version of the agent. */
                readonly agent_version: number;
                /** @description The client's data of the task, as submitted. Absent: none. */
                readonly metadata?: {
                    readonly [key: string]: unknown;
                };
                /** @description The agent's config, merged with that of the task. */
                readonly config: {
                    /** @description The model, as `provider/name`. Default: the deployment's `OPSPAWN_DEFAULT_MODEL`. */
                    readonly model: string;
                    /** @description Models to switch to, in order, when the previous one fails. Default: none; the run then fails. */
                    readonly fallback_models?: readonly string[];
                    /**
                     * @description What happens while the provider takes no more calls, because a limit is reached or it is down: `wait` waits for it at no cost; `fallback` switches to the next of `fallback_models` at once. Default: a short wait, and for a longer one or while the provider is down the next fallback model, if there is one.
                     * @enum {string}
                     */
                    readonly on_provider_limit?: "wait" | "fallback";
                    /** @description How the model plans: `native` uses its tool calling; `react` uses thought, action and observation in plain text; `placeholder` uses no model. Default: the deployment's, which is `native` unless set. */
                    readonly planner: string;
                    /** @description Instructions in the system prompt, after the profile. Default: none. */
                    readonly instructions?: string;
                    /** @description Who the agent is. The model reads it before the instructions. Default: none. */
                    readonly profile?: {
                        /** @description The agent's name. */
                        readonly name?: string;
                        /** @description The agent's role, such as `An accountant`. */
                        readonly role?: string;
                        /** @description Who the agent is. */
                        readonly persona?: string;
                        /** @description How the agent writes. */
                        readonly tone?: string;
                        /** @description What the agent tries to achieve. */
                        readonly goals?: readonly string[];
                        /** @description How the agent should work. */
                        readonly guidelines?: readonly string[];
                        /** @description What the agent must never do. Instructions to the model, not enforced. */
                        readonly constraints?: readonly string[];
                    };
                    /** @description Names of the tools that the run can use. Default: all tools of the service and the tenant. An empty list: none. */
                    readonly tools?: readonly string[];
                    /** @description MCP servers whose tools the run can use. Default: none, or all with the proxy. */
                    readonly mcp_servers?: readonly string[];
                    /**
                     * @description `direct`: each tool of a server is offered individually. `proxy`: one tool, `mcp_proxy_tool`, calls them all. `both`: both. Default: `direct`, or `proxy` with `inject_mcp_proxy`.
                     * @enum {string}
                     */
                    readonly mcp_tools?: "direct" | "proxy" | "both";
                    /** @description Adds `mcp_proxy_tool`. Without `mcp_servers` it reaches all servers. Default: false. */
                    readonly inject_mcp_proxy?: boolean;
                    /** @description Agents that the run can give tasks to. Each is a tool of the run, and each call is a task of its own. Default: none. */
                    readonly agents?: readonly {
                        /** @description The name of the agent, or `self` for the task's own agent. */
                        readonly agent: string;
                        /** @description The version of the agent. Default: the newest when the task is submitted. */
                        readonly version?: number;
                        /** @description The name of the tool. Default: `agent_` and the name of the agent. */
                        readonly as?: string;
                        /**
                         * @description `to_model` (the default): the model reads the answer. `as_answer`: the answer of a call that is alone in its turn is the answer of the run, without another model call.
                         * @enum {string}
                         */
                        readonly returns?: "to_model" | "as_answer";
                        /** @description true: the run can also start the agent with `task_start` and go on. Default: false. */
                        readonly background?: boolean;
                        /** @description Maximum cost of each of these tasks, in US dollars. Default: that of the agent. */
                        readonly max_cost_usd?: number;
                    }[];
                    /** @description Rules for tool calls. Default: every tool can be called. */
                    readonly policy?: {
                        /** @description Tools that can be called; all others are denied. Default: all. */
                        readonly allow?: readonly string[];
                        /** @description Tools that cannot be called. Overrides everything else. */
                        readonly deny?: readonly string[];
                        /** @description Tools whose calls a person must approve. */
                        readonly approve?: readonly string[];
                        /** @description JSON Schemas by tool. Arguments must match them as well as the tool's own; other calls are denied. At most 32. */
                        readonly arguments?: {
                            readonly [key: string]: unknown;
                        };
                        /** @description Maximum numbers of calls by tool. At most 32. */
                        readonly rate?: {
                            readonly [key: string]: {
                                /** @description Maximum calls in the run. Further calls are denied. */
                                readonly per_run?: number;
                                /** @description Maximum calls in any minute. Further calls are denied. */
                                readonly per_minute?: number;
                            };
                        };
                        /**
                         * @description What happens to calls with side effects once content from the web or a remote server is in the conversation. Default: `allow`.
                         * @enum {string}
                         */
                        readonly after_untrusted?: "allow" | "approve" | "deny";
                    };
                    /**
                     * @description What to do if a crash leaves it unknown whether a `once` tool took effect. `tell_model` (the default): the model sees it. `ask` holds the call for a person: approving it runs it again. `fail`: the run fails.
                     * @enum {string}
                     */
                    readonly on_outcome_unknown?: "tell_model" | "ask" | "fail";
                    /** @description When waits for a person expire, and what follows. */
                    readonly waits?: {
                        /** @description Seconds until a request for approval expires; `on_expiry` then applies. Default: never. */
                        readonly approval_expires_s?: number;
                        /** @description Seconds until a question to a person expires; `on_expiry` then applies. Default: never. */
                        readonly input_expires_s?: number;
                        /**
                         * @description `deny` (the default): the model sees the denial. `fail`: the run fails. `continue`: an approval counts as given, an input as empty.
                         * @enum {string}
                         */
                        readonly on_expiry?: "deny" | "fail" | "continue";
                    };
                    /** @description Randomness of the model's replies. Default: the provider's. */
                    readonly temperature?: number;
                    /** @description Maximum tokens of one reply. A longer reply is cut off. Default: the provider's; a run with a budget reserves 32,000. */
                    readonly max_output_tokens?: number;
                    /** @description Texts at which the model stops writing. Default: none. */
                    readonly stop?: readonly string[];
                    /** @description Seed for sampling, for providers that support one. Default: none. */
                    readonly seed?: number;
                    /** @description JSON Schema of the answer, which is returned in `result.data`. A reply that does not match is returned to the model with the reasons. Default: the answer is free text. */
                    readonly output_schema?: {
                        readonly [key: string]: unknown;
                    };
                    /** @description How much of the conversation the model sees. */
                    readonly memory?: {
                        /** @description Maximum turns of the conversation. Beyond it, the older turns are left out. Default: 100. */
                        readonly max_messages?: number;
                        /** @description Maximum tokens of the conversation before it is compacted: long outputs are shortened, then older turns summarised. Default: 100,000. */
                        readonly max_tokens?: number;
                    };
                    /** @description Stores from which the run recalls what earlier tasks saved, and in which it saves. Default: none. */
                    readonly long_term_memory?: {
                        /** @description The stores, each scope at most once. */
                        readonly stores: readonly {
                            /**
                             * @description `tenant`: one store for all tasks. `agent`: one for the agent. `subject`: one for the task's subject. `agent_subject`: one for the agent and the subject.
                             * @enum {string}
                             */
                            readonly scope: "tenant" | "agent" | "subject" | "agent_subject";
                            /**
                             * @description `write` also offers the tools that save, change and delete. Default: `read`.
                             * @enum {string}
                             */
                            readonly access?: "read" | "write";
                            /** @description What the run recalls before its first model call. */
                            readonly recall?: {
                                /** @description Whether the blocks are in the prompt. Default: true. */
                                readonly blocks?: boolean;
                                /** @description Maximum items that match the goal and are in the prompt. Default: 5. */
                                readonly items?: number;
                            };
                        }[];
                    };
                };
                /** @description The limits of the run. An absent limit does not apply. */
                readonly limits: {
                    /** @description Maximum steps: turns of model and tools. Default: 25. At the limit, the run fails with `limit_reached`. */
                    readonly max_steps?: number;
                    /** @description Maximum tool calls. Default: no limit. A step that would exceed it makes none of its calls, and the run fails with `limit_reached`. */
                    readonly max_tool_calls?: number;
                    /** @description Maximum active time in seconds; waits do not count. Default: 3,600. At the limit, the run fails with `limit_reached`. */
                    readonly max_duration_s?: number;
                    /** @description Maximum input and output tokens of all model calls. Default: no limit. If the next call does not fit, the run waits for `budget`. */
                    readonly max_tokens?: number;
                    /** @description Maximum cost in US dollars, counted in millionths. Default: no limit. If the next call does not fit, the run waits for `budget`. */
                    readonly max_cost_usd?: number;
                    /** @description Maximum number of identical tool calls in a row. Default: 10. At half of it, the model is warned; at the limit, the run fails with `loop_detected`. */
                    readonly max_repeats?: number;
                    /** @description Maximum tasks that the run starts, in all. Default: 20. A call beyond it fails with `limit_reached`. */
                    readonly max_children?: number;
                    /** @description Maximum depth of the tree of tasks; the first task has depth 0. Default: 2. Children inherit it. A call beyond it fails with `limit_reached`. */
                    readonly max_depth?: number;
                    /** @description Maximum tasks below the first task of a tree, in all. Default: 100. A call beyond it fails with `limit_reached`. */
                    readonly max_descendants?: number;
                    /**
                     * @description What happens at every limit except `max_repeats` and those of children: `wait` for a higher one, or `fail`. Default: `wait` for `max_tokens` and `max_cost_usd`, `fail` for the others.
                     * @enum {string}
                     */
                    readonly on_reached?: "wait" | "fail";
                };
                /** @description The run does not begin earlier. RFC 3339. */
                readonly scheduled_at?: string;
                /** @description The schedule that submitted the task. */
                readonly schedule_id?: string;
                /** @description The tenant's tools that the run may use, as of its submission. */
                readonly tools?: readonly ({
                    /** @description The name of the tool. */
                    readonly name: string;
                    /** @description Starts at 1 and increases with each change. */
                    readonly version: number;
                    /** @description What the tool does, for the model. */
                    readonly description: string;
                    /** @description JSON Schema of the arguments. */
                    readonly input_schema: {
                        readonly [key: string]: unknown;
                    };
                    /** @description JSON Schema of the output; null if it can be anything. */
                    readonly output_schema: {
                        readonly [key: string]: unknown;
                    } | null;
                    /**
                     * @description What repeating a call would do outside the run.
                     * @enum {string}
                     */
                    readonly effect: "pure" | "idempotent" | "once" | "probe";
                    /**
                     * @description `always`: a person must approve each call.
                     * @enum {string}
                     */
                    readonly approval: "never" | "always";
                    /** @description Timeout of each attempt, in milliseconds. */
                    readonly timeout_ms: number;
                    /**
                     * @description Each call is an HTTP request.
                     * @constant
                     */
                    readonly kind: "http";
                    /** @description The request that a call makes. */
                    readonly http: {
                        /**
                         * @description The method of each request.
                         * @enum {string}
                         */
                        readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                        /** @description The address of each request. */
                        readonly url: string;
                        /** @description Values may refer to secrets as `${secret:NAME}`. The secrets themselves are never stored here. */
                        readonly headers: {
                            readonly [key: string]: string;
                        };
                    };
                } | {
                    /** @description The name of the tool. */
                    readonly name: string;
                    /** @description Starts at 1 and increases with each change. */
                    readonly version: number;
                    /** @description What the tool does, for the model. */
                    readonly description: string;
                    /** @description JSON Schema of the arguments. */
                    readonly input_schema: {
                        readonly [key: string]: unknown;
                    };
                    /** @description JSON Schema of the output; null if it can be anything. */
                    readonly output_schema: {
                        readonly [key: string]: unknown;
                    } | null;
                    /**
                     * @description What repeating a call would do outside the run.
                     * @enum {string}
                     */
                    readonly effect: "pure" | "idempotent" | "once" | "probe";
                    /**
                     * @description `always`: a person must approve each call.
                     * @enum {string}
                     */
                    readonly approval: "never" | "always";
                    /** @description Timeout of each attempt, in milliseconds. */
                    readonly timeout_ms: number;
                    /**
                     * @description Each call runs code in an isolate.
                     * @constant
                     */
                    readonly kind: "code";
                    /** @description The code that a call runs. */
                    readonly code: {
                        /** @description JavaScript or TypeScript. */
                        readonly source: string;
                    };
                })[];
                /** @description The MCP servers that the run may use, as of its submission. */
                readonly mcp_servers?: readonly {
                    /** @description The name of the server. */
                    readonly name: string;
                    /**
                     * @description Owner of the secrets in its headers: `${NAME}` for the deployment, `${secret:NAME}` for a tenant.
                     * @enum {string}
                     */
                    readonly source: "deployment" | "tenant";
                    /** @description Endpoint, Streamable HTTP. */
                    readonly url: string;
                    /** @description Headers of each request, with secrets by name only. */
                    readonly headers: {
                        readonly [key: string]: string;
                    };
                    /** @description Timeout of each request, in milliseconds. */
                    readonly timeout_ms: number;
                    /** @description Effects by the server's own name of a tool, or by a pattern with `*`. */
                    readonly effects: {
                        readonly [key: string]: "pure" | "idempotent" | "once" | "probe";
                    };
                    /** @description Whether the server's own hints about effects are trusted. */
                    readonly trust_annotations: boolean;
                    /**
                     * @description `always`: a person must approve each call of its tools.
                     * @enum {string}
                     */
                    readonly approval: "never" | "always";
                    /** @description Authentication to the server through OAuth. */
                    readonly oauth?: {
                        /** @description A registered client, or the URL of a client metadata document. Absent: the service registers itself if the authorization server permits it. */
                        readonly client_id?: string;
                        /** @description Refers to a secret, with the syntax of headers. */
                        readonly client_secret?: string;
                        /** @description Absent: the scope that the server asks for. */
                        readonly scope?: string;
                        /**
                         * @description `client_credentials`: no person consents in a browser. Absent: `authorization_code`.
                         * @enum {string}
                         */
                        readonly grant?: "authorization_code" | "client_credentials";
                    };
                }[];
                /** @description Who or what the task is about. Absent: nothing. */
                readonly subject?: string;
                /** @description The agents that the run can give tasks to, as of its submission. Absent: none. */
                readonly agents?: readonly {
                    /** @description The name of the agent. */
                    readonly agent: string;
                    /** @description The version of the agent. */
                    readonly version: number;
                    /** @description The name of its tool. */
                    readonly tool: string;
                    /** @description What the agent does, for the model. */
                    readonly description: string;
                    /**
                     * @description `to_model` (the default): the model reads the answer. `as_answer`: the answer of a call that is alone in its turn is the answer of the run, without another model call.
                     * @enum {string}
                     */
                    readonly returns?: "to_model" | "as_answer";
                    /** @description true: the run can also start the agent with `task_start` and go on. Default: false. */
                    readonly background?: boolean;
                    /** @description Maximum cost of each of these tasks, in US dollars. Default: that of the agent. */
                    readonly max_cost_usd?: number;
                }[];
                /** @description The priority of the task, which the tasks that it starts have too. Absent: 0. */
                readonly priority?: number;
                /** @description Present if another task started this one. */
                readonly parent?: {
                    /** @description The task that started this one. */
                    readonly task_id: string;
                    /** @description The call of that task which started this one. */
                    readonly call_id: string;
                    /** @description The tasks above this one: the first of the tree first, the parent last. */
                    readonly path: readonly string[];
                    /**
                     * @description What happens to this task when its parent ends first.
                     * @enum {string}
                     */
                    readonly on_end: "cancel" | "continue";
                    /** @description The conversation that the first task of the tree is a turn of. Absent: none. */
                    readonly conversation_id?: string;
                };
                /**
                 * @description Present if the task that started this one, or made its schedule, had read untrusted content by then.
                 * @enum {string}
                 */
                readonly untrusted?: "web" | "mcp" | "memory" | "task";
                /** @description The place of the task in its caller's trace. Absent: it has a trace of its own. */
                readonly trace?: {
                    /** @description The W3C `traceparent` of the caller. */
                    readonly traceparent: string;
                    /** @description The W3C `tracestate` of the caller. */
                    readonly tracestate?: string;
                };
                /** @description The conversation that the task is a turn of. Absent: none. */
                readonly conversation_id?: string;
                /** @description Present if the task continues another one: the conversation so far. */
                readonly history?: {
                    /** @description The task that this one continues. */
                    readonly from_task_id: string;
                    /** @description The last event of that task's log. */
                    readonly up_to_seq: number;
                    /** @description SHA-256 of the JSON text of `turns`, in hex. */
                    readonly sha256: string;
                    /** @description The conversation so far, oldest first: at most 100,000 characters of text. */
                    readonly turns: readonly {
                        /**
                         * @description `user`: the client. `assistant`: the model. `notice`: the service.
                         * @enum {string}
                         */
                        readonly role: "user" | "assistant" | "notice";
                        /** @description The text of the turn. */
                        readonly text: string;
                    }[];
                    /**
                     * @description Present if an earlier turn had read untrusted content: this run begins with it.
                     * @enum {string}
                     */
                    readonly untrusted?: "web" | "mcp" | "memory" | "task";
                };
                /** @description Notifications that webhooks subscribed to, as of the submission. Absent: none. */
                readonly webhooks?: readonly ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested")[];
                /** @description Present if the tenant had a concurrency limit at submission. The run then works only with a slot. */
                readonly concurrency?: {
                    /** @description The priority of the task. Higher values go first. */
                    readonly priority: number;
                };
            };
        };
        /** @description The run starts. */
        readonly RunStartedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.started";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description Counts the processes that worked on the run. */
                readonly epoch: number;
            };
        };
        /** @description The run pauses for the stated reason. */
        readonly RunWaitingEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.waiting";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /**
                 * @description What the run waits for.
                 * @enum {string}
                 */
                readonly for: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency" | "turn" | "provider";
                /** @description When the wait ends by itself: the end of the timer, or an expiry. RFC 3339. */
                readonly until?: string;
                /** @description The call that waits. */
                readonly call_id?: string;
                /** @description For `budget`, `concurrency` and `provider`: the limit that was reached. */
                readonly limit?: string;
                /** @description For the limit `tree_cost`: the task above this one whose limit it is. */
                readonly task_id?: string;
            };
        };
        /** @description A wait has ended. */
        readonly RunResumedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.resumed";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /**
                 * @description The wait that ended.
                 * @enum {string}
                 */
                readonly from: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency" | "turn" | "provider";
            };
        };
        /** @description The run ended with an answer. */
        readonly RunCompletedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.completed";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The result of the task. */
                readonly result: {
                    /** @description The final answer. */
                    readonly answer: string;
                    /** @description Present if the agent has an `output_schema`: JSON that matches it. */
                    readonly data?: unknown;
                };
            };
        };
        /** @description The run ended with a failure. */
        readonly RunFailedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.failed";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description A stable code; see the list of errors. */
                readonly code: string;
                /** @description A sentence for people. */
                readonly message: string;
                /** @description More about the failure; depends on the code. */
                readonly details?: {
                    readonly [key: string]: unknown;
                };
            };
        };
        /** @description The run was cancelled. */
        readonly RunCancelledEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.cancelled";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The given reason. */
                readonly reason?: string;
                /** @description The id of the key, or the name of the part of the service. */
                readonly by: string;
            };
        };
        /** @description A model call is about to be sent. */
        readonly ModelRequestedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "model.requested";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The model call. */
                readonly call_id: string;
                /** @description Counts from 1. A retry is a new attempt. */
                readonly attempt: number;
                /** @description The step of the run that the call belongs to. */
                readonly step: number;
                /** @description The model, as `provider/name`. */
                readonly model: string;
                /** @description The request body is built from the log up to this event. */
                readonly up_to_seq: number;
                /** @description SHA-256 of the request body's exact text, in hex. */
                readonly body_sha256: string;
                /** @description Length of the request body in characters. */
                readonly body_chars?: number;
                /** @description Maximum cost of the attempt, reserved in every budget until it is settled. */
                readonly reserved_micro_usd?: number;
                /** @description Maximum output requested, if a budget rather than the agent determines it. */
                readonly max_output_tokens?: number;
                /**
                 * @description `compact`: requests a summary of the conversation. Absent: the next step.
                 * @constant
                 */
                readonly purpose?: "compact";
            };
        };
        /** @description A piece of a streamed reply. Written only while a client watches, and possibly incomplete. */
        readonly ModelDeltaEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "model.delta";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The model call. */
                readonly call_id: string;
                /** @description Counts from 1. A retry is a new attempt. */
                readonly attempt: number;
                /** @description A piece of the reply's text. */
                readonly text?: string;
                /** @description A piece of the reply's reasoning. */
                readonly reasoning?: string;
                /** @description A piece of a tool call. */
                readonly tool_call?: {
                    /** @description Position of the call in the reply. */
                    readonly index: number;
                    /** @description A piece of the tool's name. */
                    readonly name?: string;
                    /** @description A piece of the arguments' text. */
                    readonly arguments_text?: string;
                };
            };
        };
        /** @description The complete reply of a model. */
        readonly ModelCompletedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "model.completed";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The model call. */
                readonly call_id: string;
                /** @description Counts from 1. A retry is a new attempt. */
                readonly attempt: number;
                /**
                 * @description Why the model stopped.
                 * @enum {string}
                 */
                readonly finish_reason: "stop" | "tool_calls" | "length" | "pause";
                /** @description The complete text. */
                readonly text: string;
                /** @description The tool calls that the model requests. */
                readonly tool_calls: readonly {
                    /** @description The tool call. */
                    readonly call_id: string;
                    /** @description The name of the tool. */
                    readonly name: string;
                    /** @description The arguments, if they are JSON. */
                    readonly arguments?: unknown;
                    /** @description The arguments as the model wrote them, if they are not JSON. */
                    readonly arguments_text?: string;
                    /** @description The provider's id of the call. */
                    readonly provider_id?: string;
                }[];
                /** @description The model's reasoning, if it is returned. */
                readonly reasoning?: string;
                /** @description Data to return to the provider unchanged. */
                readonly opaque?: {
                    /** @description The provider. */
                    readonly provider: string;
                    /** @description Unchanged, as the provider sent it. */
                    readonly data: unknown;
                };
                /** @description The final answer, if the planner found one in the reply. */
                readonly answer?: string;
                /** @description The answer as data, if it is JSON. */
                readonly data?: unknown;
                /** @description Why the reply could not be used. The message is sent to the model. */
                readonly problem?: {
                    /** @description A stable code; see the list of errors. */
                    readonly code: string;
                    /** @description A sentence for people. */
                    readonly message: string;
                };
            };
        };
        /** @description What an attempt consumed, whatever its outcome. */
        readonly UsageRecordedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "usage.recorded";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The model call. */
                readonly call_id: string;
                /** @description Counts from 1. A retry is a new attempt. */
                readonly attempt: number;
                /** @description Input tokens, including cached ones. */
                readonly input_tokens: number;
                /** @description Input tokens that the provider read from its cache. */
                readonly cached_input_tokens: number;
                /** @description Output tokens, including reasoning. */
                readonly output_tokens: number;
                /** @description Output tokens spent on reasoning. */
                readonly reasoning_tokens: number;
                /** @description Input tokens that the provider wrote to its cache, if it bills them separately. */
                readonly cache_write_tokens?: number;
                /** @description Cost in millionths of a dollar. */
                readonly cost_micro_usd: number;
                /** @description True if the provider counted nothing: estimated tokens, and the maximum cost. */
                readonly estimated?: boolean;
            };
        };
        /** @description An attempt of a model call failed. */
        readonly ModelFailedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "model.failed";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The model call. */
                readonly call_id: string;
                /** @description Counts from 1. A retry is a new attempt. */
                readonly attempt: number;
                /** @description A stable code; see the list of errors. */
                readonly code: string;
                /** @description A sentence for people. */
                readonly message: string;
                /** @description Milliseconds until the next attempt; null if there is none. */
                readonly retry_in_ms: number | null;
            };
        };
        /** @description An attempt was lost, and its text is void. Its cost is still charged. */
        readonly ModelSupersededEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "model.superseded";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The model call. */
                readonly call_id: string;
                /** @description Counts from 1. A retry is a new attempt. */
                readonly attempt: number;
            };
        };
        /** @description A model failed, and the next of `fallback_models` replaces it. */
        readonly ModelSwitchedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "model.switched";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The model call. */
                readonly call_id: string;
                /** @description The model that failed. */
                readonly from: string;
                /** @description The model that replaces it for the rest of the run. */
                readonly to: string;
                /** @description The failure code of the previous model. */
                readonly code: string;
            };
        };
        /** @description A tool is about to run. */
        readonly ToolRequestedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.requested";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /** @description The model call. */
                readonly model_call_id: string;
                /** @description The name of the tool. */
                readonly name: string;
                /** @description The arguments of the call. */
                readonly arguments: unknown;
                /**
                 * @description What repeating the call would do outside the run.
                 * @enum {string}
                 */
                readonly effect: "pure" | "idempotent" | "once" | "probe";
                /** @description The same for every attempt of the call. */
                readonly idempotency_key: string;
                /** @description Counts from 1. A retry is a new attempt. */
                readonly attempt: number;
                /** @description The `run_code` call whose code made this call. */
                readonly parent_call_id?: string;
                /**
                 * @description For a call that runs no tool: the reason for its wait. Absent with `until`: a timer.
                 * @enum {string}
                 */
                readonly wait?: "timer" | "input" | "children";
                /** @description When the timer is due, or when the wait for input or children expires. RFC 3339. */
                readonly until?: string;
                /** @description For `children`: the tasks that the call starts, waits for or cancels. */
                readonly tasks?: readonly {
                    /** @description The task that this run started. */
                    readonly task_id: string;
                    /** @description The agent of a task that the call starts. */
                    readonly agent?: string;
                    /** @description The version of the agent. */
                    readonly agent_version?: number;
                }[];
                /**
                 * @description For `children`: `run` starts tasks and waits for them, `start` starts them, `wait` waits for tasks, `cancel` cancels them.
                 * @enum {string}
                 */
                readonly action?: "run" | "start" | "wait" | "cancel";
                /**
                 * @description For `wait`: whether the call waits for all of the tasks or for one.
                 * @enum {string}
                 */
                readonly mode?: "all" | "any";
                /** @description True if the answer of the task becomes the answer of the run. */
                readonly as_answer?: boolean;
            };
        };
        /** @description A task of this run was submitted. */
        readonly ChildStartedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "child.started";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /** @description The task that this run started. */
                readonly task_id: string;
            };
        };
        /** @description The tasks of a call could not be submitted. They are submitted again. */
        readonly ChildDelayedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "child.delayed";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /** @description A stable code; see the list of errors. */
                readonly code: string;
                /** @description A sentence for people. */
                readonly message: string;
                /** @description Milliseconds until it is submitted again. */
                readonly retry_in_ms: number;
            };
        };
        /** @description A task of this run waits for a person. Other waits are not told. */
        readonly ChildWaitingEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "child.waiting";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The task that this run started. */
                readonly task_id: string;
                /**
                 * @description What the task waits for.
                 * @enum {string}
                 */
                readonly for: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency" | "turn" | "provider";
                /** @description The call of that task which waits. */
                readonly call_id?: string;
                /** @description For `budget`: the limit that was reached. */
                readonly limit?: string;
            };
        };
        /** @description A task of this run has ended. */
        readonly ChildEndedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "child.ended";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The task that this run started. */
                readonly task_id: string;
                /**
                 * @description How the task ended.
                 * @enum {string}
                 */
                readonly status: "completed" | "failed" | "cancelled";
                /** @description The answer, or the beginning of a long one. */
                readonly answer?: string;
                /** @description The answer as data, if it is JSON. */
                readonly data?: unknown;
                /** @description Key of the stored complete answer: the hex SHA-256 of its text. */
                readonly answer_sha256?: string;
                /** @description For a failed task: its code. */
                readonly code?: string;
                /** @description For a failed task: its message. */
                readonly message?: string;
                /** @description Cost of the task in millionths of a dollar. */
                readonly cost_micro_usd?: number;
                /** @description True if the task had read untrusted content. */
                readonly untrusted?: boolean;
            };
        };
        /** @description The planner made calls without a model. */
        readonly StepPlannedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "step.planned";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The id of the plan. Its calls have it as `model_call_id`. */
                readonly call_id: string;
                /** @description The planner's name of the plan. */
                readonly key?: string;
                /** @description The calls that the planner makes. */
                readonly calls: readonly {
                    /** @description The tool call. */
                    readonly call_id: string;
                    /** @description The name of the tool. */
                    readonly name: string;
                    /** @description The arguments, if they are JSON. */
                    readonly arguments?: unknown;
                    /** @description The arguments as the model wrote them, if they are not JSON. */
                    readonly arguments_text?: string;
                    /** @description The provider's id of the call. */
                    readonly provider_id?: string;
                    /** @description A name of the call. */
                    readonly step?: string;
                }[];
            };
        };
        /** @description A running call reports progress. */
        readonly ToolProgressedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.progressed";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /** @description Progress so far, in the tool's own unit. */
                readonly progress: number;
                /** @description The value of `progress` at the end, if known. */
                readonly total?: number;
                /** @description What the tool is doing. */
                readonly message?: string;
                /** @description The `run_code` call whose code made this call. */
                readonly parent_call_id?: string;
            };
        };
        /** @description A running call logs a message for watchers. */
        readonly ToolLoggedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.logged";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /** @description The severity, such as `info`. */
                readonly level: string;
                /** @description The part of the tool that logs. */
                readonly logger?: string;
                /** @description The logged message. */
                readonly data: unknown;
                /** @description The `run_code` call whose code made this call. */
                readonly parent_call_id?: string;
            };
        };
        /** @description A running call asks a person a question. `message.received` answers it. */
        readonly InputRequestedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "input.requested";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /** @description Identifies the question. A later attempt asks it under the same key. */
                readonly key: string;
                /** @description The MCP server that asks. Its texts are untrusted. */
                readonly server: string;
                /** @description The question. */
                readonly message: string;
                /** @description JSON Schema of the answer. Absent if the person must open `url`. */
                readonly schema?: {
                    readonly [key: string]: unknown;
                };
                /** @description The address that the person must open. */
                readonly url?: string;
            };
        };
        /** @description The server withdrew its question. */
        readonly InputWithdrawnEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "input.withdrawn";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /** @description The key of the question. */
                readonly key: string;
            };
        };
        /** @description The call was stopped without an answer. It is made again with the answer. */
        readonly ToolSuspendedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.suspended";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
            };
        };
        /** @description What an MCP server offers, or why it could not be listed. */
        readonly McpListedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "mcp.listed";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The name of the server. */
                readonly server: string;
                /** @description When the server must be listed again, RFC 3339. */
                readonly expires_at: string;
                /** @description Identifies the content. Absent if the server could not be listed. */
                readonly revision?: string;
                /** @description Tools that the model is offered directly. Absent: unchanged. */
                readonly tools?: readonly {
                    /** @description The server's own name of the tool. */
                    readonly name: string;
                    /** @description What the tool does, for the model. */
                    readonly description: string;
                    /** @description JSON Schema of the arguments. */
                    readonly input_schema: {
                        readonly [key: string]: unknown;
                    };
                    /**
                     * @description What repeating a call would do outside the run.
                     * @enum {string}
                     */
                    readonly effect: "pure" | "idempotent" | "once" | "probe";
                }[];
                /** @description Number of tools of the server that the agent may use. */
                readonly total?: number;
                /** @description Effects of the tools that are not in `tools`, where not `once`. */
                readonly effects?: {
                    readonly [key: string]: "pure" | "idempotent" | "once" | "probe";
                };
                /** @description Other kinds of content that the server offers. */
                readonly offers?: readonly ("resources" | "prompts")[];
                /** @description Why the server could not be listed. */
                readonly error?: {
                    /** @description A stable code. */
                    readonly code: string;
                    /** @description A sentence for people. */
                    readonly message: string;
                };
            };
        };
        /** @description A tool call returned. */
        readonly ToolCompletedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.completed";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /** @description The output, or the beginning of a long one. */
                readonly output: unknown;
                /** @description Pictures for the model, besides the output. */
                readonly images?: readonly {
                    /** @description The media type, such as `image/png`. */
                    readonly media_type: string;
                    /** @description The picture in base64. */
                    readonly data: string;
                }[];
                /** @description How long the call took, in milliseconds. */
                readonly duration_ms: number;
                /** @description True if the output is only the beginning of a longer one. */
                readonly truncated?: boolean;
                /** @description Key of the stored complete output: the hex SHA-256 of its text. */
                readonly output_sha256?: string;
                /** @description Characters of the complete output that precede the rest. */
                readonly next_offset?: number;
                /**
                 * @description Present if the content comes from an untrusted source. It is data, never an instruction.
                 * @enum {string}
                 */
                readonly untrusted?: "web" | "mcp" | "memory" | "task";
                /** @description The `run_code` call whose code made this call. */
                readonly parent_call_id?: string;
            };
        };
        /** @description A tool call failed or was rejected. The model sees it. */
        readonly ToolFailedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.failed";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /** @description A stable code; see the list of errors. */
                readonly code: string;
                /** @description A sentence for people. */
                readonly message: string;
                /** @description How long the call took, in milliseconds. */
                readonly duration_ms: number;
                /**
                 * @description Present if the content comes from an untrusted source. It is data, never an instruction.
                 * @enum {string}
                 */
                readonly untrusted?: "web" | "mcp" | "memory" | "task";
                /** @description For `denied_by_policy`: the rule that denied the call. */
                readonly rule?: string;
                /** @description True if the task that the call would start was refused, so it does not exist. */
                readonly task_refused?: boolean;
                /** @description The `run_code` call whose code made this call. */
                readonly parent_call_id?: string;
                /** @description The tool, if code requested a call that was rejected before it began. */
                readonly name?: string;
                /** @description The arguments of such a call. */
                readonly arguments?: unknown;
            };
        };
        /** @description An interruption hit a call that must not be repeated. */
        readonly ToolOutcomeUnknownEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.outcome_unknown";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /** @description A person decides how to proceed; an `approval.requested` follows. */
                readonly held?: boolean;
                /** @description The `run_code` call whose code made this call. */
                readonly parent_call_id?: string;
            };
        };
        /** @description A call is held until a person decides. */
        readonly ApprovalRequestedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "approval.requested";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /** @description The name of the tool. */
                readonly name: string;
                /** @description The arguments of the call. */
                readonly arguments: unknown;
                /**
                 * @description `policy`: before the first attempt. `outcome_unknown`: before another attempt.
                 * @enum {string}
                 */
                readonly reason: "policy" | "outcome_unknown";
                /** @description For `policy`: the rule that requires approval. */
                readonly rule?: string;
                /** @description When the request expires, RFC 3339. */
                readonly expires_at?: string;
            };
        };
        /** @description A person decided about a held call. */
        readonly ApprovalDecidedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "approval.decided";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /**
                 * @description The decision.
                 * @enum {string}
                 */
                readonly decision: "approve" | "deny";
                /** @description Arguments that replace the model's. */
                readonly arguments?: unknown;
                /** @description The id of the key, or the name of the part of the service. */
                readonly by: string;
                /** @description The comment, which the model sees on a denial. */
                readonly comment?: string;
            };
        };
        /** @description No decision was made in time. */
        readonly ApprovalExpiredEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "approval.expired";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The tool call. */
                readonly call_id: string;
                /**
                 * @description What follows.
                 * @enum {string}
                 */
                readonly policy: "deny" | "fail" | "continue";
            };
        };
        /** @description A message to the run, or the answer to a question. */
        readonly MessageReceivedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "message.received";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The text of the message. */
                readonly content: string;
                /** @description The answer to a structured question. */
                readonly data?: {
                    readonly [key: string]: unknown;
                };
                /** @description The id of the key, or the name of the part of the service. */
                readonly by: string;
                /** @description The call that the message answers. Absent: a message to the run. */
                readonly call_id?: string;
                /** @description The key of the `input.requested` that it answers. */
                readonly key?: string;
                /**
                 * @description How the person responded to an `input.requested`.
                 * @enum {string}
                 */
                readonly action?: "accept" | "decline" | "cancel";
            };
        };
        /** @description The run recalled memories. Its prompts contain them as they are here. */
        readonly MemoryRecalledEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "memory.recalled";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The text that the items were searched by. */
                readonly query: string;
                /** @description The blocks in the prompt. */
                readonly blocks: readonly {
                    /** @description The name of the store. */
                    readonly store: string;
                    /** @description The label of the block. */
                    readonly label: string;
                    /** @description What the block is for. */
                    readonly description?: string;
                    /** @description The version that was recalled. */
                    readonly version: number;
                    /**
                     * @description Who it comes from: `user` over the API, `agent` from a run, `untrusted` from a run that had read untrusted content.
                     * @enum {string}
                     */
                    readonly trust: "user" | "agent" | "untrusted";
                    /** @description Its content. */
                    readonly content: string;
                }[];
                /** @description The items in the prompt, best first. */
                readonly items: readonly {
                    /** @description The name of the store. */
                    readonly store: string;
                    /** @description The id of the item. */
                    readonly memory_id: string;
                    /** @description The key of the item. */
                    readonly key?: string;
                    /** @description The version that was recalled. */
                    readonly version: number;
                    /**
                     * @description Who it comes from: `user` over the API, `agent` from a run, `untrusted` from a run that had read untrusted content.
                     * @enum {string}
                     */
                    readonly trust: "user" | "agent" | "untrusted";
                    /** @description How well it matches the query; higher is better. */
                    readonly score: number;
                    /** @description Its content. */
                    readonly content: string;
                }[];
                /** @description Blocks and items that did not fit in the prompt. Absent: 0. */
                readonly left_out?: number;
                /**
                 * @description Present if a store could not be read: the run continues without it.
                 * @constant
                 */
                readonly degraded?: "unavailable";
            };
        };
        /** @description The conversation was shortened. */
        readonly MemoryCompactedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "memory.compacted";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The last event that contributed to the shortened part. */
                readonly up_to_seq: number;
                /** @description The summary that replaces the omitted part; may be empty. */
                readonly summary: string;
                /**
                 * @description `outputs`: long outputs were shortened. `turns`: older turns were left out.
                 * @enum {string}
                 */
                readonly kind: "outputs" | "turns";
                /** @description The model call that wrote the summary. */
                readonly call_id?: string;
                /** @description The attempt of that call. */
                readonly attempt?: number;
            };
        };
        /** @description A limit was reached. The run's end, or a wait for `budget`, follows. */
        readonly LimitReachedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "limit.reached";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The name of the limit. */
                readonly limit: string;
                /** @description The value of the limit, in its own unit. */
                readonly value: number;
            };
        };
        /** @description A limit of the run was changed. */
        readonly LimitChangedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "limit.changed";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description The name of the limit. */
                readonly limit: string;
                /** @description The value before; null for no limit. */
                readonly from: number | string | null;
                /** @description The value now; null for no limit. */
                readonly to: number | string | null;
                /** @description The id of the key, or the name of the part of the service. */
                readonly by: string;
            };
        };
        /** @description The run makes the same calls in a loop. */
        readonly LoopDetectedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "loop.detected";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description Number of tool call turns in the cycle. */
                readonly period: number;
                /** @description How often the cycle repeated. */
                readonly repeats: number;
                /** @description The tools of the cycle. */
                readonly tools: readonly string[];
                /**
                 * @description `nudge`: the model is warned. `stop`: the run ends.
                 * @enum {string}
                 */
                readonly action: "nudge" | "stop";
            };
        };
        /** @description A new process, or a new slice, resumed the run after an interruption. */
        readonly RecoveryStartedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description When it was written. Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /** @description In the events of a tree: the task whose log has the event. */
            readonly task_id?: string;
            /** @description With `outline=1`: the size of the whole event as JSON in UTF-8. */
            readonly bytes?: number;
            /**
             * @description With `outline=1`: present if `data` is not complete.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "recovery.started";
            /** @description The data of the event; depends on `type`. */
            readonly data: {
                /** @description Counts the processes that worked on the run. */
                readonly epoch: number;
                /**
                 * @description What happened to the process before.
                 * @enum {string}
                 */
                readonly reason: "interrupted" | "failed" | "out_of_memory";
                /** @description The calls that had no outcome. */
                readonly open_calls: readonly string[];
            };
        };
        /** @description The task itself is first; the tasks below it follow, oldest first. */
        readonly TaskTree: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["TreeTask"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            readonly usage: components["schemas"]["TreeUsage"] & unknown;
        };
        readonly TreeTask: {
            /** @description Identifies the task. */
            readonly id: string;
            /** @description The task that started it. */
            readonly parent_task_id: string | null;
            /** @description Tasks above it in its tree. */
            readonly depth: number;
            /** @description The name of its agent. */
            readonly agent: string;
            /** @description The name given at submission. */
            readonly name: string | null;
            /**
             * @description Its status, as in the task list.
             * @enum {string}
             */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
            /**
             * @description What it waits for; null unless `status` is `waiting`.
             * @enum {string|null}
             */
            readonly waiting_for: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency" | "turn" | "provider" | null;
            /** @description The code of its failure; null without one. */
            readonly error_code: string | null;
            readonly usage: components["schemas"]["Usage"];
            /**
             * Format: date-time
             * @description When it was submitted.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When it ended; null before.
             */
            readonly completed_at: string | null;
        };
        /** @description What it has used itself, as of its last wait or end. null: nothing so far. */
        readonly Usage: {
            /** @description Turns of the loop: a model call and the tool calls it requests. */
            readonly steps: number;
            /** @description Attempts of model calls, including failed ones. */
            readonly model_calls: number;
            /** @description Tool calls that were requested. */
            readonly tool_calls: number;
            /** @description Input tokens, including cached ones. */
            readonly input_tokens: number;
            /** @description Output tokens, including reasoning. */
            readonly output_tokens: number;
            /** @description Cost in US dollars, by the prices of the deployment. */
            readonly cost_usd: number;
        } | null;
        readonly TreeEventPage: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Event"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description Where the page ends: `after` of a later page or of a live stream. */
            readonly cursor: string;
            /** @description True if all tasks of the tree have ended, and all of their events were read. */
            readonly over: boolean;
        };
        /** @description An `ExportTraceServiceRequest` of OTLP 1.9, as JSON: any OTLP receiver takes it. */
        readonly Trace: {
            /** @description The spans of each resource; there is one. */
            readonly resourceSpans: readonly {
                /** @description What produced the spans. */
                readonly resource: {
                    readonly [key: string]: unknown;
                };
                /** @description The spans of each scope; there is one. */
                readonly scopeSpans: readonly {
                    /** @description The instrumentation scope, `opspawn`. */
                    readonly scope: {
                        readonly [key: string]: unknown;
                    };
                    /** @description The spans, in the order in which they ended. */
                    readonly spans: readonly {
                        readonly [key: string]: unknown;
                    }[];
                }[];
            }[];
        };
        readonly OutputPage: {
            /** @description A part of the output. */
            readonly text: string;
            /** @description Characters that precede this part. */
            readonly offset: number;
            /** @description Characters of the whole output. */
            readonly total: number;
            /** @description `offset` of the next part; null at the end. */
            readonly next_offset: number | null;
        };
        /** @description What the model saw in a call, rebuilt from the log. */
        readonly Prompt: {
            /** @description The id of the model call. */
            readonly call_id: string;
            /** @description The attempt, from 1. */
            readonly attempt: number;
            /** @description `seq` of its `model.requested`. */
            readonly seq: number;
            /**
             * @description `compact`: a summary of the conversation was requested. `step`: the next step.
             * @enum {string}
             */
            readonly purpose: "step" | "compact";
            /** @description The model, as `provider/name`. */
            readonly model: string;
            /** @description The system text. */
            readonly system: string;
            /** @description The conversation as far as the model saw it, oldest turn first. */
            readonly turns: readonly components["schemas"]["PromptTurn"][];
            /** @description The offered tools. Empty if the planner describes them in the system text. */
            readonly tools: readonly {
                /** @description The name of the tool. */
                readonly name: string;
                /** @description What the tool does. */
                readonly description: string;
                /** @description JSON Schema of the arguments. */
                readonly input_schema: {
                    readonly [key: string]: unknown;
                };
            }[];
            /** @description Texts at which the model stops. */
            readonly stop: readonly string[];
            /** @description JSON Schema of the answer. */
            readonly output_schema?: {
                readonly [key: string]: unknown;
            };
            /** @description The body of the request to the provider: the exact text if `body_complete`. Otherwise pictures are `sha256:<hash>`, and after 2,000,000 characters the rest is cut. */
            readonly body: string;
            /** @description Characters of the exact body. */
            readonly body_chars: number;
            /** @description Whether `body` is the exact text. */
            readonly body_complete: boolean;
            /** @description SHA-256 of the exact body, in hex. */
            readonly body_sha256: string;
            /** @description Whether this is the hash that the log noted when the request was sent. false: the code, the tools or the settings have changed since, and the model saw something else. */
            readonly matches: boolean;
        };
        /** @description One turn of the conversation, for every provider alike. */
        readonly PromptTurn: components["schemas"]["PromptUserTurn"] | components["schemas"]["PromptAssistantTurn"] | components["schemas"]["PromptToolTurn"] | components["schemas"]["PromptNoticeTurn"];
        /** @description What the client or a person wrote, with the text files of the task. */
        readonly PromptUserTurn: {
            /**
             * @description Whose turn it is.
             * @enum {string}
             */
            readonly role: "user";
            /** @description The text of the turn. */
            readonly text: string;
            /** @description The pictures, in order. */
            readonly images?: readonly components["schemas"]["PromptPicture"][];
            /** @description The files that are not text. */
            readonly files?: readonly components["schemas"]["PromptFile"][];
        };
        /** @description A picture without its data, which is in the event that brought it: `run.created` or the `tool.completed` of the call. */
        readonly PromptPicture: {
            /** @description The address that the provider loads it from. */
            readonly url: string;
        } | {
            /** @description The media type, such as `image/png`. */
            readonly media_type: string;
            /** @description SHA-256 of its base64, in hex. In `body`, `sha256:` and this is its place. */
            readonly data_sha256: string;
            /** @description Characters of its base64. */
            readonly data_chars: number;
        };
        /** @description A file that is not text, without its data. */
        readonly PromptFile: {
            /** @description SHA-256 of the file. In `body`, `sha256:` and this is the place of its data. */
            readonly sha256: string;
            /** @description The name of the file. */
            readonly name: string;
            /** @description The media type, such as `application/pdf`. */
            readonly media_type: string;
            /** @description The size of the file. */
            readonly bytes: number;
            /** @description The pages of a PDF. */
            readonly pages?: number;
        };
        /** @description A reply of the model, without data that only its provider reads. */
        readonly PromptAssistantTurn: {
            /**
             * @description Whose turn it is.
             * @enum {string}
             */
            readonly role: "assistant";
            /** @description The text of the turn. */
            readonly text: string;
            /** @description The tool calls that the model requested. */
            readonly tool_calls: readonly {
                /** @description The id of the tool call. */
                readonly call_id: string;
                /** @description The name of the tool. */
                readonly name: string;
                /** @description The arguments, if they are JSON. */
                readonly arguments?: unknown;
                /** @description The arguments as the model wrote them, if they are not JSON. */
                readonly arguments_text?: string;
                /** @description The provider's id of the call. */
                readonly provider_id?: string;
            }[];
        };
        /** @description What tools returned. */
        readonly PromptToolTurn: {
            /**
             * @description Whose turn it is.
             * @enum {string}
             */
            readonly role: "tool";
            /** @description The results of the calls of the turn before. */
            readonly results: readonly {
                /** @description The id of the tool call. */
                readonly call_id: string;
                /** @description The name of the tool. */
                readonly name: string;
                /** @description The provider's id of the call. */
                readonly provider_id?: string;
                /** @description The output. */
                readonly output?: unknown;
                /** @description Why there is no output. */
                readonly error?: {
                    /** @description A stable code; see the list of errors. */
                    readonly code: string;
                    /** @description What went wrong. */
                    readonly message: string;
                };
                /** @description The pictures, in order. */
                readonly images?: readonly components["schemas"]["PromptPicture"][];
                /**
                 * @description The untrusted source of the content.
                 * @enum {string}
                 */
                readonly untrusted?: "web" | "mcp" | "memory" | "task";
            }[];
        };
        /** @description A message from the service to the model. Providers see it as a user message. */
        readonly PromptNoticeTurn: {
            /**
             * @description Whose turn it is.
             * @enum {string}
             */
            readonly role: "notice";
            /** @description The text of the turn. */
            readonly text: string;
        };
        /** @description With filters a page may hold fewer questions than `limit` and still have a next one. */
        readonly Inbox: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["InboxEntry"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly InboxEntry: {
            /** @description The task that asks. */
            readonly task_id: string;
            /** @description Name of the task. */
            readonly name: string | null;
            /** @description The first 200 characters of the task's goal. */
            readonly goal: string | null;
            /** @description Agent of the task. */
            readonly agent: string;
            /**
             * @description The same as `waiting_for` of the task.
             * @enum {string}
             */
            readonly for: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency" | "turn" | "provider";
            /**
             * Format: date-time
             * @description When the wait began, or the question was asked.
             */
            readonly since: string;
            /**
             * Format: date-time
             * @description When it ends by itself; null if only an answer ends it.
             */
            readonly until: string | null;
            /**
             * @description What happens at `until`: the call is denied, the run fails, or it continues (`waits.on_expiry` of the agent), or the run resumes.
             * @enum {string|null}
             */
            readonly on_expiry: "deny" | "fail" | "continue" | "resume" | null;
            /**
             * @description `question`: of the model. `form`, `address`: of an MCP server, which wants fields filled in or a URL opened. `budget`: a limit to raise.
             * @enum {string}
             */
            readonly kind: "approval" | "question" | "form" | "address" | "budget";
            /** @description The call that waits: the id to approve, deny or answer. */
            readonly call_id?: string;
            /** @description Names one of several questions of a call; send it with the answer. */
            readonly key?: string;
            /** @description Name of the tool that is called. */
            readonly tool?: string;
            /** @description Arguments of the call. `{preview}` with the first 4,000 characters of their JSON if they are longer. */
            readonly arguments?: unknown;
            /** @description The text of the question: at most its first 4,000 characters. */
            readonly question?: string;
            /** @description For `address`: the URL to open. */
            readonly url?: string;
            /** @description The MCP server that asks. Its texts are untrusted. */
            readonly server?: string;
            /** @description JSON Schema of the answer, or of the arguments of the call. Absent for built-in tools and above 8,000 characters. */
            readonly schema?: {
                readonly [key: string]: unknown;
            };
            /** @description The limit or budget that was reached. */
            readonly limit?: string;
            /** @description For `tree_cost`: the task above this one whose `max_cost_usd` was reached. */
            readonly limit_task_id?: string;
            /** @description For `children`: the tasks that the run waits for; at most 50. */
            readonly tasks?: readonly string[];
            /**
             * @description Why approval is needed: the policy, or a first attempt with an unknown outcome.
             * @enum {string}
             */
            readonly reason?: "policy" | "outcome_unknown";
            /** @description The rule that requires approval. */
            readonly rule?: string;
            /**
             * Format: date-time
             * @description When the first untrusted content reached the conversation.
             */
            readonly untrusted_since?: string;
            /**
             * @description True if a text was cut or the schema was left out. The event log has all of it.
             * @enum {boolean}
             */
            readonly truncated?: true;
            /** @description The event that asked: `seq` in the task's log. */
            readonly seq: number;
        };
        readonly FeedPage: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["StatusChange"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description Where the page ends: `after` of a later page or of a live stream. */
            readonly cursor: string;
        };
        readonly StatusChange: {
            /** @description The task that changed. */
            readonly task_id: string;
            /** @description Increases with each change of a task: the event that changed the status, or a number after the last event for a change without one (a deletion, a log that cannot be read). */
            readonly seq: number;
            /**
             * @description The status after the change.
             * @enum {string}
             */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
            /** @description What the task waits for. */
            readonly waiting_for: string | null;
            /** @description Agent of the task. */
            readonly agent: string;
            /** @description Whether the task was deleted, in this status. Its other changes are false. */
            readonly deleted: boolean;
            /**
             * Format: date-time
             * @description Time of the change.
             */
            readonly at: string;
        };
        readonly ToolList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Tool"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly Tool: {
            /** @description The name of the tool. */
            readonly name: string;
            /**
             * @description What a call does: run code of the service, send a request, or run the tenant's code.
             * @enum {string}
             */
            readonly kind: "built_in" | "http" | "code";
            /** @description null for a built-in tool. */
            readonly version: number | null;
            /** @description Whether new tasks can use the tool. */
            readonly enabled: boolean;
            /** @description What the tool does, for the model. */
            readonly description: string;
            /** @description JSON Schema of the arguments. */
            readonly input_schema: {
                readonly [key: string]: unknown;
            };
            /** @description JSON Schema of the output; null if it can be anything. */
            readonly output_schema: {
                readonly [key: string]: unknown;
            } | null;
            /**
             * @description The worst effect that any call can have. The event of each call contains its own.
             * @enum {string}
             */
            readonly effect: "pure" | "idempotent" | "once" | "probe";
            /**
             * @description `always`: a person must approve each call.
             * @enum {string}
             */
            readonly approval: "never" | "always";
            /**
             * @description The source of its output, if that is untrusted.
             * @enum {string|null}
             */
            readonly untrusted: "web" | "mcp" | "memory" | "task" | null;
            /** @description Timeout of each attempt, in milliseconds. */
            readonly timeout_ms: number;
            /** @description For the kind `http`: the request that a call makes. */
            readonly http?: {
                /**
                 * @description The method of each request.
                 * @enum {string}
                 */
                readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                /** @description The address of each request. */
                readonly url: string;
                /** @description Headers, with secrets by name only. */
                readonly headers: {
                    readonly [key: string]: string;
                };
            };
            /** @description For the kind `code`: the code that a call runs. */
            readonly code?: {
                /** @description JavaScript or TypeScript. */
                readonly source: string;
            };
            /** @description When the tool was registered, RFC 3339. Absent for a built-in tool. */
            readonly created_at?: string;
            /** @description When its latest version was created, RFC 3339. */
            readonly updated_at?: string;
        };
        readonly RegisterTool: {
            /** @description Identifies the tool: 1 to 128 letters, digits, `_`, `.` or `-`. The model sees it. */
            readonly name: string;
            /** @description What the tool does, for the model. */
            readonly description: string;
            /** @description JSON Schema 2020-12 of the arguments. References must stay within it. */
            readonly input_schema: {
                readonly [key: string]: unknown;
            };
            /** @description JSON Schema of the output. An output that does not match fails the call. */
            readonly output_schema?: {
                readonly [key: string]: unknown;
            };
            /**
             * @description `always`: a person must approve each call.
             * @default never
             * @enum {string}
             */
            readonly approval?: "never" | "always";
            /**
             * @description Timeout of each attempt, in milliseconds.
             * @default 60000
             */
            readonly timeout_ms?: number;
            /**
             * @description A disabled tool is not used by new tasks.
             * @default true
             */
            readonly enabled?: boolean;
            /**
             * @description Each call is an HTTP request.
             * @enum {string}
             */
            readonly kind: "http";
            /**
             * @description What a second call with the same arguments would do.
             * @default once
             * @enum {string}
             */
            readonly effect?: "pure" | "idempotent" | "once";
            /** @description The request that a call makes. */
            readonly http: {
                /**
                 * @description The method of each request.
                 * @enum {string}
                 */
                readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                /** @description The address of each request. With GET and DELETE, the arguments follow as a query. */
                readonly url: string;
                /**
                 * @description Values refer to secrets of the deployment as `${secret:NAME}`.
                 * @default {}
                 */
                readonly headers?: {
                    readonly [key: string]: string;
                };
            };
        } | {
            /** @description Identifies the tool: 1 to 128 letters, digits, `_`, `.` or `-`. The model sees it. */
            readonly name: string;
            /** @description What the tool does, for the model. */
            readonly description: string;
            /** @description JSON Schema 2020-12 of the arguments. References must stay within it. */
            readonly input_schema: {
                readonly [key: string]: unknown;
            };
            /** @description JSON Schema of the output. An output that does not match fails the call. */
            readonly output_schema?: {
                readonly [key: string]: unknown;
            };
            /**
             * @description `always`: a person must approve each call.
             * @default never
             * @enum {string}
             */
            readonly approval?: "never" | "always";
            /**
             * @description Timeout of each attempt, in milliseconds.
             * @default 60000
             */
            readonly timeout_ms?: number;
            /**
             * @description A disabled tool is not used by new tasks.
             * @default true
             */
            readonly enabled?: boolean;
            /**
             * @description Each call runs code in an isolate.
             * @enum {string}
             */
            readonly kind: "code";
            /**
             * @description What a second call with the same arguments would do.
             * @default pure
             * @enum {string}
             */
            readonly effect?: "pure" | "idempotent" | "once";
            /** @description The code that a call runs. */
            readonly code: {
                /** @description The body of an async function in JavaScript or TypeScript. `input` contains the arguments. */
                readonly source: string;
            };
        };
        readonly ReplaceTool: {
            /** @description Identifies the tool: 1 to 128 letters, digits, `_`, `.` or `-`. The model sees it. */
            readonly name?: string;
            /** @description What the tool does, for the model. */
            readonly description: string;
            /** @description JSON Schema 2020-12 of the arguments. References must stay within it. */
            readonly input_schema: {
                readonly [key: string]: unknown;
            };
            /** @description JSON Schema of the output. An output that does not match fails the call. */
            readonly output_schema?: {
                readonly [key: string]: unknown;
            };
            /**
             * @description `always`: a person must approve each call.
             * @default never
             * @enum {string}
             */
            readonly approval?: "never" | "always";
            /**
             * @description Timeout of each attempt, in milliseconds.
             * @default 60000
             */
            readonly timeout_ms?: number;
            /**
             * @description A disabled tool is not used by new tasks.
             * @default true
             */
            readonly enabled?: boolean;
            /**
             * @description Each call is an HTTP request.
             * @enum {string}
             */
            readonly kind: "http";
            /**
             * @description What a second call with the same arguments would do.
             * @default once
             * @enum {string}
             */
            readonly effect?: "pure" | "idempotent" | "once";
            /** @description The request that a call makes. */
            readonly http: {
                /**
                 * @description The method of each request.
                 * @enum {string}
                 */
                readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                /** @description The address of each request. With GET and DELETE, the arguments follow as a query. */
                readonly url: string;
                /**
                 * @description Values refer to secrets of the deployment as `${secret:NAME}`.
                 * @default {}
                 */
                readonly headers?: {
                    readonly [key: string]: string;
                };
            };
        } | {
            /** @description Identifies the tool: 1 to 128 letters, digits, `_`, `.` or `-`. The model sees it. */
            readonly name?: string;
            /** @description What the tool does, for the model. */
            readonly description: string;
            /** @description JSON Schema 2020-12 of the arguments. References must stay within it. */
            readonly input_schema: {
                readonly [key: string]: unknown;
            };
            /** @description JSON Schema of the output. An output that does not match fails the call. */
            readonly output_schema?: {
                readonly [key: string]: unknown;
            };
            /**
             * @description `always`: a person must approve each call.
             * @default never
             * @enum {string}
             */
            readonly approval?: "never" | "always";
            /**
             * @description Timeout of each attempt, in milliseconds.
             * @default 60000
             */
            readonly timeout_ms?: number;
            /**
             * @description A disabled tool is not used by new tasks.
             * @default true
             */
            readonly enabled?: boolean;
            /**
             * @description Each call runs code in an isolate.
             * @enum {string}
             */
            readonly kind: "code";
            /**
             * @description What a second call with the same arguments would do.
             * @default pure
             * @enum {string}
             */
            readonly effect?: "pure" | "idempotent" | "once";
            /** @description The code that a call runs. */
            readonly code: {
                /** @description The body of an async function in JavaScript or TypeScript. `input` contains the arguments. */
                readonly source: string;
            };
        };
        readonly EnableTool: {
            /** @description Whether new tasks can use the tool. */
            readonly enabled: boolean;
        };
        readonly McpServerList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["McpServer"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly McpServer: {
            /** @description The name of the server. */
            readonly name: string;
            /**
             * @description Who registered the server.
             * @enum {string}
             */
            readonly source: "deployment" | "tenant";
            /** @description null for a server of the deployment. */
            readonly version: number | null;
            /** @description Whether new tasks can use the server. */
            readonly enabled: boolean;
            /** @description The endpoint of the server. */
            readonly url: string;
            /** @description Headers, with secrets by name only. */
            readonly headers: {
                readonly [key: string]: string;
            };
            /** @description Timeout of each request, in milliseconds. */
            readonly timeout_ms: number;
            /** @description What a second call of a tool would do, by its name or a pattern with `*`. */
            readonly effects: {
                readonly [key: string]: string;
            };
            /** @description Whether the server's own hints about effects are trusted. */
            readonly trust_annotations: boolean;
            /**
             * @description `always`: a person must approve each call of its tools.
             * @enum {string}
             */
            readonly approval: "never" | "always";
            /** @description How the service authorizes with the server. */
            readonly oauth?: {
                /** @description The registered client. */
                readonly client_id?: string;
                /** @description Its secret, by name only. */
                readonly client_secret?: string;
                /** @description The requested scope. */
                readonly scope?: string;
                /**
                 * @description The grant that is used.
                 * @enum {string}
                 */
                readonly grant?: "authorization_code" | "client_credentials";
            };
            readonly health: components["schemas"]["McpHealth"];
            /** @description When the server was registered, RFC 3339. */
            readonly created_at?: string;
            /** @description When its latest version was created, RFC 3339. */
            readonly updated_at?: string;
        };
        /** @description The outcome of the last attempt to list the tools of a server. */
        readonly McpHealth: {
            /**
             * @description The outcome of the last attempt to list its tools.
             * @enum {string}
             */
            readonly status: "unknown" | "ok" | "down" | "unauthorized";
            /** @description The code of the failure, as for a tool call. */
            readonly code: string | null;
            /** @description The failure, for people. */
            readonly message: string | null;
            /** @description When the server was last contacted, RFC 3339. */
            readonly checked_at: string | null;
            /** @description null if never listed. */
            readonly tools: number | null;
            /** @description Tools that were left out or changed. */
            readonly problems: number;
            /** @description When the cached tool list expires. */
            readonly expires_at: string | null;
        };
        readonly CreateMcpServer: {
            /** @description Identifies the server, and begins the names of its tools: `<name>.<tool>`. */
            readonly name: string;
            /** @description The endpoint of the server (Streamable HTTP). */
            readonly url: string;
            /**
             * @description Values refer to secrets of the deployment as `${secret:NAME}`.
             * @default {}
             */
            readonly headers?: {
                readonly [key: string]: string;
            };
            /**
             * @description A disabled server is not used by new tasks.
             * @default true
             */
            readonly enabled?: boolean;
            /**
             * @description Timeout of each request, in milliseconds.
             * @default 30000
             */
            readonly timeout_ms?: number;
            /**
             * @description What a second call of a tool would do, by the server's own tool name or a pattern with `*`.
             * @default {}
             */
            readonly effects?: {
                readonly [key: string]: "pure" | "idempotent" | "once";
            };
            /**
             * @description Whether to trust the server's own hints about effects.
             * @default false
             */
            readonly trust_annotations?: boolean;
            /**
             * @description `always`: a person must approve each call of its tools.
             * @default never
             * @enum {string}
             */
            readonly approval?: "never" | "always";
            readonly oauth?: components["schemas"]["McpOAuth"];
        };
        /** @description How the service authorizes with the server. */
        readonly McpOAuth: {
            /** @description A registered client, or the https URL of a client metadata document. Default: the service registers itself. */
            readonly client_id?: string;
            /** @description Refers to a secret of the deployment as `${secret:NAME}`. */
            readonly client_secret?: string;
            /** @description Default: the scope that the server asks for. */
            readonly scope?: string;
            /**
             * @description `client_credentials`: no consent in a browser is needed.
             * @enum {string}
             */
            readonly grant?: "authorization_code" | "client_credentials";
        };
        readonly ReplaceMcpServer: {
            /** @description Identifies the server, and begins the names of its tools: `<name>.<tool>`. */
            readonly name?: string;
            /** @description The endpoint of the server (Streamable HTTP). */
            readonly url: string;
            /**
             * @description Values refer to secrets of the deployment as `${secret:NAME}`.
             * @default {}
             */
            readonly headers?: {
                readonly [key: string]: string;
            };
            /**
             * @description A disabled server is not used by new tasks.
             * @default true
             */
            readonly enabled?: boolean;
            /**
             * @description Timeout of each request, in milliseconds.
             * @default 30000
             */
            readonly timeout_ms?: number;
            /**
             * @description What a second call of a tool would do, by the server's own tool name or a pattern with `*`.
             * @default {}
             */
            readonly effects?: {
                readonly [key: string]: "pure" | "idempotent" | "once";
            };
            /**
             * @description Whether to trust the server's own hints about effects.
             * @default false
             */
            readonly trust_annotations?: boolean;
            /**
             * @description `always`: a person must approve each call of its tools.
             * @default never
             * @enum {string}
             */
            readonly approval?: "never" | "always";
            readonly oauth?: components["schemas"]["McpOAuth"];
        };
        readonly EnableMcpServer: {
            /** @description Whether new tasks can use the server. */
            readonly enabled: boolean;
        };
        readonly McpToolPage: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["McpTool"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description Number of tools on all pages. */
            readonly total: number;
            /** @description When the tools were listed, RFC 3339; null if never. */
            readonly fetched_at: string | null;
            /** @description When the cached tool list expires, RFC 3339. */
            readonly expires_at: string | null;
            /** @description The server's instructions for models: untrusted. */
            readonly instructions: string | null;
            /** @description Tools that were left out or changed; the first ones if there are many. */
            readonly problems: readonly components["schemas"]["McpProblem"][];
            /** @description Number of tools that were left out or changed. */
            readonly problem_count: number;
        };
        readonly McpTool: {
            /** @description The server's own name of the tool. */
            readonly name: string;
            /** @description The name of the tool in a run. */
            readonly call_as: string;
            /** @description What the tool does, in the server's words: untrusted. */
            readonly description: string;
            /** @description JSON Schema of the arguments. */
            readonly input_schema: {
                readonly [key: string]: unknown;
            };
            /** @description JSON Schema of the output; null if the server names none. */
            readonly output_schema: {
                readonly [key: string]: unknown;
            } | null;
            /** @description The server's hints about effects. */
            readonly annotations: {
                readonly [key: string]: boolean;
            } | null;
        };
        /** @description A tool that was left out or changed; `*` for many. */
        readonly McpProblem: {
            /** @description The server's own name of the tool; `*` for many. */
            readonly name: string;
            /** @description Why it was left out, or what was changed. */
            readonly reason: string;
        };
        readonly McpAuthorization: {
            /** @description Whether the service holds a valid token. */
            readonly authorized: boolean;
            /** @description The URL that the user opens in a browser. */
            readonly authorization_url?: string;
            /** @description When the URL expires, RFC 3339. */
            readonly expires_at?: string;
        };
        readonly WebhookList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Webhook"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly Webhook: {
            /** @description The id of the webhook. */
            readonly id: string;
            /** @description The URL that receives notifications. */
            readonly url: string;
            /** @description The notifications that are sent. */
            readonly types: readonly ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested" | "schedule.skipped" | "schedule.paused" | "provider.degraded" | "provider.recovered")[];
            /** @description For people. */
            readonly description: string | null;
            /** @description Whether notifications are sent. */
            readonly enabled: boolean;
            /**
             * @description Why the service disabled it: the receiver responded with 410, or every delivery failed for five days.
             * @enum {string|null}
             */
            readonly disabled_reason: "gone" | "failing" | null;
            /**
             * Format: date-time
             * @description Time of the first failure since the last success.
             */
            readonly failing_since: string | null;
            /** @description Counts its changes, from 1. Failing deliveries change it only if they disable it. */
            readonly version: number;
            /**
             * Format: date-time
             * @description When the webhook was created.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When the webhook last changed.
             */
            readonly updated_at: string;
        };
        readonly NewWebhook: {
            /** @description The id of the webhook. */
            readonly id: string;
            /** @description The URL that receives notifications. */
            readonly url: string;
            /** @description The notifications that are sent. */
            readonly types: readonly ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested" | "schedule.skipped" | "schedule.paused" | "provider.degraded" | "provider.recovered")[];
            /** @description For people. */
            readonly description: string | null;
            /** @description Whether notifications are sent. */
            readonly enabled: boolean;
            /**
             * @description Why the service disabled it: the receiver responded with 410, or every delivery failed for five days.
             * @enum {string|null}
             */
            readonly disabled_reason: "gone" | "failing" | null;
            /**
             * Format: date-time
             * @description Time of the first failure since the last success.
             */
            readonly failing_since: string | null;
            /** @description Counts its changes, from 1. Failing deliveries change it only if they disable it. */
            readonly version: number;
            /**
             * Format: date-time
             * @description When the webhook was created.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When the webhook last changed.
             */
            readonly updated_at: string;
            /** @description Signs each notification (Standard Webhooks). */
            readonly secret: string;
        };
        readonly CreateWebhook: {
            /**
             * Format: uri
             * @description The https or http URL that receives notifications.
             */
            readonly url: string;
            /**
             * @description The notifications to send. Default: all types.
             * @default [
             *       "task.started",
             *       "task.waiting",
             *       "task.completed",
             *       "task.failed",
             *       "task.cancelled",
             *       "approval.requested",
             *       "schedule.skipped",
             *       "schedule.paused",
             *       "provider.degraded",
             *       "provider.recovered"
             *     ]
             */
            readonly types?: readonly ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested" | "schedule.skipped" | "schedule.paused" | "provider.degraded" | "provider.recovered")[];
            /**
             * @description For people.
             * @default null
             */
            readonly description?: string | null;
            /**
             * @description A disabled webhook receives nothing.
             * @default true
             */
            readonly enabled?: boolean;
        };
        readonly ChangeWebhook: {
            /**
             * Format: uri
             * @description The https or http URL that receives notifications.
             */
            readonly url?: string;
            /** @description The notifications to send. Default: all types. */
            readonly types?: readonly ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested" | "schedule.skipped" | "schedule.paused" | "provider.degraded" | "provider.recovered")[];
            /** @description For people. */
            readonly description?: string | null;
            /** @description A disabled webhook receives nothing. */
            readonly enabled?: boolean;
        };
        readonly SigningSecret: {
            /** @description Signs each notification (Standard Webhooks). */
            readonly secret: string;
            /**
             * Format: date-time
             * @description Until when the previous secret also signs or is accepted.
             */
            readonly previous_until: string | null;
        };
        readonly WebhookDelivery: {
            /** @description The `webhook-id` of the message: its task and event, so that a repeat has the same. */
            readonly id: string;
            /** @description The type of the notification. */
            readonly type: string;
            /** @description The task that it is about; null for a test. */
            readonly task_id: string | null;
            /** @description `seq` of the event that it is about; null for a test. */
            readonly seq: number | null;
            /**
             * @description `pending` until an attempt succeeds or the last one fails.
             * @enum {string}
             */
            readonly state: "pending" | "delivered" | "failed";
            /** @description Number of attempts so far. */
            readonly attempts: number;
            /**
             * Format: date-time
             * @description When the next attempt is due; null if there is none.
             */
            readonly next_attempt_at: string | null;
            /**
             * Format: date-time
             * @description When the last attempt was made.
             */
            readonly last_attempt_at: string | null;
            /** @description The HTTP status of the last response; null if there was none. */
            readonly last_status: number | null;
            /** @description Why the last attempt failed. One of http_error, redirected, gone, timeout, server_unreachable, url_refused, secret_unreadable, webhook_disabled, no_receiver. */
            readonly last_error: string | null;
            /**
             * Format: date-time
             * @description When the receiver accepted it.
             */
            readonly delivered_at: string | null;
            /**
             * Format: date-time
             * @description When the notification was created.
             */
            readonly created_at: string;
        };
        readonly WebhookDeliveryList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["WebhookDelivery"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly HookList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Hook"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly Hook: {
            /** @description The id of the hook. */
            readonly id: string;
            /** @description A name for people. */
            readonly name: string;
            /** @description The URL for its requests. */
            readonly url: string;
            /**
             * @description `standard`: Standard Webhooks. `github`: X-Hub-Signature-256, which has no timestamp.
             * @enum {string}
             */
            readonly scheme: "standard" | "github";
            /** @description The body of a submission. Its strings can contain `{{path.to.field}}`, which refers to the request's body. */
            readonly template: {
                readonly [key: string]: unknown;
            };
            /** @description Whether its requests start tasks. */
            readonly enabled: boolean;
            /** @description Counts its changes, from 1. */
            readonly version: number;
            /**
             * Format: date-time
             * @description When the hook was created.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When the hook last changed.
             */
            readonly updated_at: string;
        };
        readonly NewHook: {
            /** @description The id of the hook. */
            readonly id: string;
            /** @description A name for people. */
            readonly name: string;
            /** @description The URL for its requests. */
            readonly url: string;
            /**
             * @description `standard`: Standard Webhooks. `github`: X-Hub-Signature-256, which has no timestamp.
             * @enum {string}
             */
            readonly scheme: "standard" | "github";
            /** @description The body of a submission. Its strings can contain `{{path.to.field}}`, which refers to the request's body. */
            readonly template: {
                readonly [key: string]: unknown;
            };
            /** @description Whether its requests start tasks. */
            readonly enabled: boolean;
            /** @description Counts its changes, from 1. */
            readonly version: number;
            /**
             * Format: date-time
             * @description When the hook was created.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When the hook last changed.
             */
            readonly updated_at: string;
            /** @description Signs each request to the hook. */
            readonly secret: string;
        };
        readonly CreateHook: {
            /** @description A name for people. */
            readonly name: string;
            /** @description The body of a submission. Its strings can contain `{{path.to.field}}`, which refers to the request's body. */
            readonly template: {
                readonly [key: string]: unknown;
            };
            /**
             * @description `standard`: Standard Webhooks. `github`: X-Hub-Signature-256, which has no timestamp.
             * @default standard
             * @enum {string}
             */
            readonly scheme?: "standard" | "github";
            /**
             * @description A disabled hook starts no tasks.
             * @default true
             */
            readonly enabled?: boolean;
            /** @description Signs each request to the hook. Default: generated. With the scheme `standard`: `whsec_` and base64. */
            readonly secret?: string;
        };
        readonly ChangeHook: {
            /** @description A name for people. */
            readonly name?: string;
            /** @description The body of a submission. Its strings can contain `{{path.to.field}}`, which refers to the request's body. */
            readonly template?: {
                readonly [key: string]: unknown;
            };
            /** @description A disabled hook starts no tasks. */
            readonly enabled?: boolean;
        };
        /** @description Contains no more, because the caller of a hook has no key to read tasks. */
        readonly StartedTask: {
            /** @description The id of the task. */
            readonly id: string;
            /**
             * @deprecated
             * @description The same as `id`.
             */
            readonly task_id: string;
            /** @description The status of the task. */
            readonly status: string;
            /**
             * Format: date-time
             * @description When the task was submitted.
             */
            readonly created_at: string;
        };
        readonly ScheduleList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Schedule"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly Schedule: {
            /** @description The id of the schedule. */
            readonly id: string;
            /** @description A name for people, unique in the tenant. */
            readonly name: string;
            /**
             * @description `ended`: no occurrence is left. It can be changed to have some.
             * @enum {string}
             */
            readonly state: "active" | "paused" | "ended";
            /** @description When it fires. */
            readonly spec: {
                /** @description Cron patterns. */
                readonly cron: readonly string[] | null;
                /** @description Seconds between occurrences. */
                readonly every_s: number | null;
                /**
                 * Format: date-time
                 * @description The time from which `every_s` counts.
                 */
                readonly anchor: string | null;
                /** @description IANA time zone. */
                readonly timezone: string;
                /**
                 * @description For a fixed hour that the clocks skip.
                 * @enum {string}
                 */
                readonly dst_gap: "next" | "skip";
                /**
                 * @description For a fixed hour that the clocks show twice.
                 * @enum {string}
                 */
                readonly dst_overlap: "first" | "last" | "both";
                /** @description Days without occurrences. */
                readonly exclude: readonly string[];
                /**
                 * Format: date-time
                 * @description The earliest occurrence.
                 */
                readonly starts_at: string | null;
                /**
                 * Format: date-time
                 * @description No occurrence at or after this time.
                 */
                readonly ends_at: string | null;
                /** @description Maximum tasks. */
                readonly max_fires: number | null;
                /** @description Maximum delay of an occurrence, in seconds. */
                readonly jitter_s: number;
            };
            /** @description What it submits. */
            readonly action: {
                /** @description The body of the submission. */
                readonly task: {
                    readonly [key: string]: unknown;
                };
                /** @description The version of the agent; null for the newest when it fires. */
                readonly agent_version: number | null;
            };
            /** @description What happens when an occurrence cannot be made as planned. */
            readonly policy: {
                /**
                 * @description If a task of the schedule has not ended.
                 * @enum {string}
                 */
                readonly overlap: "skip" | "queue_one" | "allow" | "cancel_running";
                /**
                 * @description Which late occurrences are made.
                 * @enum {string}
                 */
                readonly catch_up: "last" | "none" | "all";
                /** @description Later occurrences are missed, in seconds. */
                readonly catch_up_window_s: number;
                /** @description Failed tasks until it is paused. */
                readonly pause_after_failures: number | null;
                /** @description Refusals until it is paused. */
                readonly pause_after_refusals: number | null;
            };
            /** @description Why it is paused. */
            readonly note: string | null;
            /** @description The key that paused it, or `service`. */
            readonly paused_by: string | null;
            /**
             * Format: date-time
             * @description When the next occurrence is made.
             */
            readonly next_at: string | null;
            /** @description Tasks so far, without triggers and backfills. */
            readonly started: number;
            /** @description Occurrences so far that were not made. */
            readonly skipped: number;
            /** @description The key that created it, or the task whose agent did. It continues if the key is revoked. */
            readonly created_by: string;
            /** @description Counts its changes, from 1. */
            readonly version: number;
            /**
             * Format: date-time
             * @description When it was created.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            readonly updated_at: string;
            /** @description In the answer to a change: what to consider. */
            readonly warnings?: readonly string[];
        };
        readonly WriteSchedule: {
            /** @description A name for people, unique in the tenant. It decides the jitter. */
            readonly name: string;
            readonly spec: components["schemas"]["ScheduleSpec"];
            readonly action: components["schemas"]["ScheduleAction"];
            readonly policy?: components["schemas"]["SchedulePolicy"];
        };
        /** @description When a schedule fires: either `cron` or `every_s`. */
        readonly ScheduleSpec: {
            /** @description Cron patterns of five fields, with `L`, `#` and `W`, or a nickname such as `@daily`. It fires at the times of each; an instant that several name counts once. Needs `timezone`. */
            readonly cron?: readonly string[] | null;
            /** @description Seconds between occurrences, in place of `cron`. */
            readonly every_s?: number | null;
            /**
             * Format: date-time
             * @description The time from which `every_s` counts. Default: the creation.
             */
            readonly anchor?: string | null;
            /** @description IANA time zone of `cron` and `exclude`. Required with `cron`; else `UTC`. */
            readonly timezone?: string;
            /**
             * @description For a fixed hour that the clocks skip. `next`: once, at the first moment after it. `skip`: not at all.
             * @default next
             * @enum {string}
             */
            readonly dst_gap?: "next" | "skip";
            /**
             * @description At which of the two times a fixed hour fires that the clocks show twice. A pattern for every hour fires at both.
             * @default first
             * @enum {string}
             */
            readonly dst_overlap?: "first" | "last" | "both";
            /**
             * @description Days in the time zone without occurrences. Each is recorded as `excluded`.
             * @default []
             */
            readonly exclude?: readonly string[];
            /**
             * Format: date-time
             * @description The earliest occurrence.
             */
            readonly starts_at?: string | null;
            /**
             * Format: date-time
             * @description No occurrence at or after this time.
             */
            readonly ends_at?: string | null;
            /** @description Maximum tasks, without triggers and backfills. */
            readonly max_fires?: number | null;
            /**
             * @description Maximum delay of an occurrence, in seconds. The delay follows from the names of tenant and schedule and from the time, so previews show it exactly.
             * @default 0
             */
            readonly jitter_s?: number;
        };
        /** @description What it submits. */
        readonly ScheduleAction: {
            /** @description The body of `POST /api/v1/tasks`. Its texts can contain `{{schedule.occurrence_at}}`, `{{schedule.previous_at}}`, `{{schedule.trigger}}`, `{{schedule.name}}` and `{{schedule.schedule_id}}`; the same values are in `input_data.schedule`. */
            readonly task: {
                readonly [key: string]: unknown;
            };
            /** @description The version of the agent. Default: the newest when it fires. */
            readonly agent_version?: number | null;
        };
        /**
         * @description What happens when an occurrence cannot be made as planned.
         * @default {}
         */
        readonly SchedulePolicy: {
            /**
             * @description If a task of the schedule has not ended. `skip`: the occurrence is skipped. `queue_one`: it waits for the end, and others are skipped until then. `allow`: it starts. `cancel_running`: the running tasks are cancelled, and it starts.
             * @default skip
             * @enum {string}
             */
            readonly overlap?: "skip" | "queue_one" | "allow" | "cancel_running";
            /**
             * @description After an outage: the `last` late occurrence is made, `none`, or `all` (at most 100; one after the other, unless `overlap` is `allow`).
             * @default last
             * @enum {string}
             */
            readonly catch_up?: "last" | "none" | "all";
            /**
             * @description An occurrence that is later than this is missed, in seconds.
             * @default 86400
             */
            readonly catch_up_window_s?: number;
            /**
             * @description Failed tasks in a row after which the service pauses the schedule.
             * @default null
             */
            readonly pause_after_failures?: number | null;
            /**
             * @description Refused submissions in a row after which the service pauses the schedule.
             * @default 3
             */
            readonly pause_after_refusals?: number | null;
        };
        readonly OccurrenceList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Occurrence"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly Occurrence: {
            /**
             * Format: date-time
             * @description The nominal time, which identifies the occurrence.
             */
            readonly occurrence_at: string;
            /**
             * Format: date-time
             * @description When it is made: the nominal time, delayed by the jitter.
             */
            readonly at: string;
            /** @description `at` in the time zone. */
            readonly local: string;
            /**
             * @description `moved_by_gap`: the clocks skip its hour. `second_of_overlap`: they show its hour for the second time. `excluded`: its day is excluded, so it is not made.
             * @enum {string|null}
             */
            readonly note: "moved_by_gap" | "second_of_overlap" | "excluded" | null;
        };
        readonly PreviewSchedule: {
            readonly spec: components["schemas"]["ScheduleSpec"];
            /** @description The name of the schedule, which decides its jitter. */
            readonly name?: string;
            /**
             * Format: date-time
             * @description The occurrences follow it. Default: now.
             */
            readonly after?: string;
            /**
             * @description Maximum number of occurrences.
             * @default 10
             */
            readonly limit?: number;
        };
        readonly ScheduleNote: {
            /** @description Why, for people. */
            readonly note?: string | null;
        };
        readonly Firing: {
            /**
             * Format: date-time
             * @description The nominal time.
             */
            readonly occurrence_at: string;
            /**
             * Format: date-time
             * @description The last of the occurrences, if `count` is above 1.
             */
            readonly until: string;
            /** @description Occurrences that this record stands for. Above 1: missed in one outage. */
            readonly count: number;
            /**
             * @description `cron`: at its time. `catch_up`: late, after an outage. `manual`: by a trigger. `backfill`: by a backfill.
             * @enum {string}
             */
            readonly trigger: "cron" | "catch_up" | "manual" | "backfill";
            /**
             * @description `due`: its task is being submitted. `queued`: it waits for its turn. `started`: there is a task. The others were not made: `skipped_overlap`, `missed`, `refused`, `excluded`.
             * @enum {string}
             */
            readonly status: "due" | "queued" | "started" | "skipped_overlap" | "missed" | "refused" | "excluded";
            /** @description Its task. */
            readonly task_id: string | null;
            /**
             * @description The status of the task, as in the task list; null if there is none.
             * @enum {string|null}
             */
            readonly task_status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled" | null;
            /** @description A code. Of a missed one: `late`, `superseded` (by a later one), `out_of_window`, `limit`, `paused`. Of a refused one: the code of the problem. Of a queued one: `overlap` or `batch`. */
            readonly reason: string | null;
            /** @description Why it was refused, for people. */
            readonly detail: string | null;
            /**
             * Format: date-time
             * @description When it was decided.
             */
            readonly at: string;
        };
        readonly TriggerSchedule: {
            /**
             * Format: date-time
             * @description The nominal time that the task is for. Default: now.
             */
            readonly occurrence_at?: string | null;
            /**
             * @description Replaces the policy of the schedule for this firing.
             * @enum {string}
             */
            readonly overlap?: "skip" | "queue_one" | "allow" | "cancel_running";
        };
        readonly Backfill: {
            /** @description Whether nothing was made. */
            readonly dry_run: boolean;
            /** @description Number of occurrences. */
            readonly count: number;
            /** @description Nominal times that are, or would be, made: those without a task so far. */
            readonly occurrences: readonly string[];
        };
        readonly BackfillSchedule: {
            /**
             * Format: date-time
             * @description The first nominal time.
             */
            readonly from: string;
            /**
             * Format: date-time
             * @description No occurrence at or after this time. Not in the future.
             */
            readonly to: string;
            /**
             * @description `allow`: the tasks run side by side. Any other value: one after the other. Default: the policy of the schedule.
             * @enum {string}
             */
            readonly overlap?: "skip" | "queue_one" | "allow" | "cancel_running";
            /**
             * @description Only returns the occurrences that would be made.
             * @default false
             */
            readonly dry_run?: boolean;
        };
        readonly FiringList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Firing"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        /** @description A file that tasks can have as an input. */
        readonly Attachment: {
            /** @description The SHA-256 of the file, lower-case hex. It is the file's id. */
            readonly sha256: string;
            /** @description The media type, such as `application/pdf`. */
            readonly media_type: string;
            /** @description The size of the file. */
            readonly bytes: number;
            /** @description The pages of a PDF, estimated where they cannot be counted; null for text. */
            readonly pages: number | null;
            /** @description The tasks that use the file. */
            readonly tasks: number;
            /**
             * Format: date-time
             * @description When the file was uploaded.
             */
            readonly created_at: string;
        };
        readonly AttachmentList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Attachment"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly ConversationList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Conversation"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        /** @description A chain of tasks. Each turn is a task of its own. */
        readonly Conversation: {
            /** @description The name of the conversation. */
            readonly id: string;
            /** @description The newest turn: the next one continues it. */
            readonly head_task_id: string;
            /** @description The number of the newest turn that there ever was. */
            readonly turns: number;
            /**
             * @description The status of the newest turn, which may be a second old.
             * @enum {string|null}
             */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled" | null;
            /** @description The agent of the newest turn. */
            readonly agent: string | null;
            /** @description The goal of the newest turn: at most its first 200 characters. */
            readonly last_message: string | null;
            /** @description Who or what the conversation is about. */
            readonly subject: string | null;
            /** @description The turn of another conversation that the first turn continues. */
            readonly branched_from: string | null;
            /**
             * Format: date-time
             * @description When the first turn was submitted.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When the newest turn was submitted.
             */
            readonly updated_at: string;
        };
        /** @description A conversation, and a page of its turns in their order. */
        readonly ConversationTurns: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["ConversationTurn"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description The name of the conversation. */
            readonly id: string;
            /** @description The newest turn: the next one continues it. */
            readonly head_task_id: string;
            /** @description The number of the newest turn that there ever was. */
            readonly turns: number;
            /**
             * @description The status of the newest turn, which may be a second old.
             * @enum {string|null}
             */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled" | null;
            /** @description The agent of the newest turn. */
            readonly agent: string | null;
            /** @description The goal of the newest turn: at most its first 200 characters. */
            readonly last_message: string | null;
            /** @description Who or what the conversation is about. */
            readonly subject: string | null;
            /** @description The turn of another conversation that the first turn continues. */
            readonly branched_from: string | null;
            /**
             * Format: date-time
             * @description When the first turn was submitted.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When the newest turn was submitted.
             */
            readonly updated_at: string;
        };
        readonly ConversationTurn: {
            /** @description The task. */
            readonly id: string;
            /** @description Its number in the conversation, from 1. */
            readonly turn: number;
            /** @description The name of its agent. */
            readonly agent: string;
            /**
             * @description Its status, as in the task list.
             * @enum {string}
             */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
            /**
             * @description What it waits for. `turn`: the end of the turn before it.
             * @enum {string|null}
             */
            readonly waiting_for: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency" | "turn" | "provider" | null;
            /** @description The task that it continues. */
            readonly continues_task_id: string | null;
            /**
             * Format: date-time
             * @description When it was submitted.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When it ended; null before.
             */
            readonly completed_at: string | null;
        };
        /** @description What was said, oldest first. `limit` counts turns: each has a message of the user, and one of the assistant once it has completed. */
        readonly ConversationMessages: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["ConversationMessage"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly ConversationMessage: {
            /** @description The turn. */
            readonly task_id: string;
            /** @description The number of the turn. */
            readonly turn: number;
            /**
             * @description `user`: the goal of the turn. `assistant`: its answer.
             * @enum {string}
             */
            readonly role: "user" | "assistant";
            /** @description The text; null for an answer of more than about 260,000 characters. */
            readonly text: string | null;
            /**
             * @description The status of the turn.
             * @enum {string}
             */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
            /**
             * Format: date-time
             * @description When the turn was submitted, or when it ended.
             */
            readonly created_at: string;
        };
        readonly MemoryStoreList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["MemoryStore"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly MemoryStore: {
            /** @description Its name. */
            readonly store: string;
            /** @description The agent whose memory it is. */
            readonly agent: string | null;
            /** @description Who or what it is about. */
            readonly subject: string | null;
            /** @description Number of items. In lists, it may be ten minutes old. */
            readonly items: number;
            /** @description Characters of items and blocks. In lists, they may be ten minutes old. */
            readonly chars: number;
            /**
             * Format: date-time
             * @description When it was first written.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When it was last written.
             */
            readonly updated_at: string;
        };
        readonly MemoryBlockList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["MemoryBlock"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly MemoryBlock: {
            /** @description Its label. */
            readonly label: string;
            /** @description What it is for. */
            readonly description: string | null;
            /** @description The text. */
            readonly content: string;
            /** @description Whether runs cannot change it. */
            readonly read_only: boolean;
            /**
             * @description `user`: written over the API. `agent`: saved by a run. `untrusted`: saved by a run that had read untrusted content.
             * @enum {string}
             */
            readonly trust: "user" | "agent" | "untrusted";
            /** @description Counts from 1; every write is one. */
            readonly version: number;
            /**
             * Format: date-time
             * @description When it was created.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When it was last written.
             */
            readonly updated_at: string;
        };
        readonly WriteMemoryBlock: {
            /** @description The text, which is in the prompt of every run that recalls the store. */
            readonly content: string;
            /** @description What the block is for. The model reads it. */
            readonly description?: string | null;
            /**
             * @description Whether runs cannot change the block.
             * @default false
             */
            readonly read_only?: boolean;
        };
        readonly MemoryVersionList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["MemoryVersion"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly MemoryVersion: {
            /** @description Counts from 1; every write is one. */
            readonly version: number;
            /**
             * @description `create`, `change`: the whole was written. `edit`: a piece of a block was replaced. `delete`. `restore`: an earlier version became the newest.
             * @enum {string}
             */
            readonly op: "create" | "change" | "edit" | "delete" | "restore";
            /** @description The text; null for a deletion. */
            readonly content: string | null;
            /**
             * @description `user`: written over the API. `agent`: saved by a run. `untrusted`: saved by a run that had read untrusted content.
             * @enum {string}
             */
            readonly trust: "user" | "agent" | "untrusted";
            /** @description The key, or the task, that wrote it. */
            readonly by: string;
            /** @description The task that wrote it. */
            readonly task_id: string | null;
            /** @description The call of that task. */
            readonly call_id: string | null;
            /**
             * Format: date-time
             * @description When it was written.
             */
            readonly at: string;
        };
        readonly RestoreMemory: {
            /** @description The version whose content becomes the newest one. */
            readonly version: number;
        };
        readonly MemoryItemList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["MemoryItem"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly MemoryItem: {
            /** @description The id of the item. */
            readonly id: string;
            /** @description Its name in the store. */
            readonly key: string | null;
            /** @description The text. */
            readonly content: string;
            /** @description Words that are searched too. */
            readonly tags: readonly string[];
            /**
             * @description `user`: written over the API. `agent`: saved by a run. `untrusted`: saved by a run that had read untrusted content.
             * @enum {string}
             */
            readonly trust: "user" | "agent" | "untrusted";
            /** @description Counts from 1; every write is one. */
            readonly version: number;
            /** @description How well it matches a query, relative to the others; null without one. */
            readonly score: number | null;
            /**
             * Format: date-time
             * @description When it was saved first.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When it was saved last.
             */
            readonly updated_at: string;
            /**
             * Format: date-time
             * @description When it expires.
             */
            readonly expires_at: string | null;
        };
        readonly WriteMemoryItem: {
            /** @description The text, which is searched. */
            readonly content: string;
            /** @description A name of the item, unique in the store. */
            readonly key?: string | null;
            /**
             * @description Words that are searched too.
             * @default []
             */
            readonly tags?: readonly string[];
            /** @description Seconds until the item expires, from now. Default: never. */
            readonly expires_in_s?: number | null;
        };
        readonly SubjectDeletion: {
            /** @description Whom or what it is about. */
            readonly subject: string;
            /**
             * @description `completed` when nothing was left to delete.
             * @enum {string}
             */
            readonly status: "running" | "completed";
            /**
             * @description Whether tasks that have ended are deleted.
             * @enum {string}
             */
            readonly tasks: "delete" | "keep";
            /** @description What has been deleted so far. After a crash it can be less than was deleted. */
            readonly report: {
                /** @description Schedules deleted. */
                readonly schedules: number;
                /** @description Memory stores deleted. */
                readonly stores: number;
                /** @description Items and blocks that the stores had. */
                readonly memories: number;
                /** @description Tasks that had not ended, and were cancelled. */
                readonly tasks_cancelled: number;
                /** @description Tasks deleted, with their logs, outputs and deliveries. */
                readonly tasks_deleted: number;
            };
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When it last made progress.
             */
            readonly updated_at: string;
            /**
             * Format: date-time
             * @description When it was completed; null while it runs.
             */
            readonly completed_at: string | null;
        };
        readonly AgentList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Agent"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        /** @description The latest version of an agent. */
        readonly Agent: {
            /** @description The name of the agent. */
            readonly name: string;
            /** @description Counts the versions of the agent, from 1. For an agent in code: a number of 2^30 or more that is derived from its content. */
            readonly version: number;
            /** @description For people, and for models that use the agent as a tool. */
            readonly description: string | null;
            /** @description Default config of the agent's tasks. null in a list if it is larger than 16 KiB; get the agent to read it. */
            readonly config: {
                readonly [key: string]: unknown;
            } | null;
            /** @description Default limits of the agent's tasks. */
            readonly limits: {
                readonly [key: string]: unknown;
            };
            /** @description Read-only: an agent that the deployment defines in code, or the service's own `default` until the tenant creates one. */
            readonly built_in: boolean;
            /**
             * Format: date-time
             * @description When it was created; null for a built-in agent.
             */
            readonly created_at: string | null;
            /**
             * Format: date-time
             * @description When its latest version was created.
             */
            readonly updated_at: string | null;
        };
        readonly CreateAgent: {
            /** @description Identifies the agent: 1 to 64 lower-case letters, digits, `_` or `-`. */
            readonly name: string;
            /** @description For people, and for models that use the agent as a tool. */
            readonly description?: string | null;
            readonly config?: components["schemas"]["AgentConfig"] & unknown;
            readonly limits?: components["schemas"]["Limits"] & unknown;
        };
        readonly ReplaceAgent: {
            /** @description Identifies the agent: 1 to 64 lower-case letters, digits, `_` or `-`. */
            readonly name?: string;
            /** @description For people, and for models that use the agent as a tool. */
            readonly description?: string | null;
            readonly config?: components["schemas"]["AgentConfig"] & unknown;
            readonly limits?: components["schemas"]["Limits"] & unknown;
        };
        readonly AgentVersionList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["AgentVersion"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        /** @description One version of an agent; `created_at` is the time of this version. */
        readonly AgentVersion: {
            /** @description The name of the agent. */
            readonly name: string;
            /** @description Counts the versions of the agent, from 1. For an agent in code: a number of 2^30 or more that is derived from its content. */
            readonly version: number;
            /** @description For people, and for models that use the agent as a tool. */
            readonly description: string | null;
            /** @description Default config of the agent's tasks. null in a list if it is larger than 16 KiB; get the agent to read it. */
            readonly config: {
                readonly [key: string]: unknown;
            } | null;
            /** @description Default limits of the agent's tasks. */
            readonly limits: {
                readonly [key: string]: unknown;
            };
            /** @description Read-only: an agent that the deployment defines in code, or the service's own `default` until the tenant creates one. */
            readonly built_in: boolean;
            /**
             * Format: date-time
             * @description When it was created; null for a built-in agent.
             */
            readonly created_at: string | null;
        };
        readonly UsageReport: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["UsageSum"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description First day. */
            readonly from: string;
            /** @description Last day. */
            readonly to: string;
        };
        readonly UsageSum: {
            /** @description The day (UTC) as YYYY-MM-DD; null unless grouped by it. */
            readonly day: string | null;
            /** @description The agent; null unless grouped by it. */
            readonly agent: string | null;
            /** @description The model; null unless grouped by it. */
            readonly model: string | null;
            /** @description Number of tasks. */
            readonly tasks: number;
            /** @description Attempts of model calls, including failed ones. */
            readonly model_calls: number;
            /** @description Input tokens, including cached ones. */
            readonly input_tokens: number;
            /** @description Input tokens that providers read from their caches. */
            readonly cached_input_tokens: number;
            /** @description Output tokens, including reasoning. */
            readonly output_tokens: number;
            /** @description Cost in US dollars. */
            readonly cost_usd: number;
        };
        readonly BudgetList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Budget"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly Budget: {
            /** @description Its address: `tenant`, or `agent:` and the agent's name. */
            readonly scope: string;
            /** @description The agent whose tasks it applies to; null for all tasks of the tenant. */
            readonly agent: string | null;
            /**
             * @description The period (UTC) after which spending starts at 0 again.
             * @enum {string}
             */
            readonly period: "day" | "month";
            /** @description The most to spend per period, in US dollars. */
            readonly max_cost_usd: number;
            /** @description Spent in the current period, in US dollars. */
            readonly spent_usd: number;
            /** @description Reserved for model calls in flight, in US dollars. */
            readonly reserved_usd: number;
        };
        readonly SetBudget: {
            /** @description The most to spend per period, in US dollars. */
            readonly max_cost_usd: number;
        };
        readonly ConcurrencyList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["ConcurrencyCap"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly ConcurrencyCap: {
            /** @description Its address: `tenant`, or `agent:` and the agent's name. */
            readonly scope: string;
            /** @description The agent whose tasks it applies to; null for all tasks of the tenant. */
            readonly agent: string | null;
            /** @description The most runs that work at the same time. */
            readonly max_runs: number;
            /** @description Runs that work now. */
            readonly running: number;
            /** @description Runs that wait for `concurrency` now. */
            readonly waiting: number;
        };
        readonly SetConcurrencyCap: {
            /** @description The most runs that work at the same time. 0 holds back all. */
            readonly max_runs: number;
        };
        readonly KeyList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Key"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        /** @description A key without its secret. */
        readonly Key: {
            /** @description The id of the key. It is no secret. */
            readonly id: string;
            /** @description The tenant of the key. */
            readonly tenant: string;
            /** @description A name for people. */
            readonly name: string;
            /** @description What the key permits. */
            readonly scopes: readonly ("tasks:read" | "tasks:write" | "tools:write" | "agents:write" | "keys:write" | "webhooks:write" | "limits:write" | "secrets:write" | "schedules:write" | "memory:read" | "memory:write" | "audit:read" | "admin" | "platform")[];
            /**
             * Format: date-time
             * @description When the key was created.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When the key expires; null for never.
             */
            readonly expires_at: string | null;
            /**
             * Format: date-time
             * @description When the key was revoked; null if it was not.
             */
            readonly revoked_at: string | null;
        };
        readonly NewKey: {
            /** @description The id of the key. It is no secret. */
            readonly id: string;
            /** @description The tenant of the key. */
            readonly tenant: string;
            /** @description A name for people. */
            readonly name: string;
            /** @description What the key permits. */
            readonly scopes: readonly ("tasks:read" | "tasks:write" | "tools:write" | "agents:write" | "keys:write" | "webhooks:write" | "limits:write" | "secrets:write" | "schedules:write" | "memory:read" | "memory:write" | "audit:read" | "admin" | "platform")[];
            /**
             * Format: date-time
             * @description When the key was created.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When the key expires; null for never.
             */
            readonly expires_at: string | null;
            /**
             * Format: date-time
             * @description When the key was revoked; null if it was not.
             */
            readonly revoked_at: string | null;
            /** @description The key itself. Returned only here. */
            readonly key: string;
        };
        readonly CreateKey: {
            /** @description A name for people. */
            readonly name: string;
            /** @description Only scopes that the calling key has itself. */
            readonly scopes: readonly ("tasks:read" | "tasks:write" | "tools:write" | "agents:write" | "keys:write" | "webhooks:write" | "limits:write" | "secrets:write" | "schedules:write" | "memory:read" | "memory:write" | "audit:read" | "admin" | "platform")[];
            /** @description Another tenant, created by its first key. Needs the scope `platform`. */
            readonly tenant?: string;
            /**
             * Format: date-time
             * @description When the key expires, RFC 3339. Default: never.
             */
            readonly expires_at?: string | null;
        };
        readonly RotateKey: {
            /**
             * @description Seconds for which the old secret can still be used.
             * @default 0
             */
            readonly grace_s?: number;
        };
        readonly SecretList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Secret"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        /** @description A secret without its value. */
        readonly Secret: {
            /** @description The name of the secret. */
            readonly name: string;
            /** @description Starts at 1 and increases with each new value. */
            readonly version: number;
            /** @description Hosts that headers may send the value to; null for any host. */
            readonly hosts: readonly string[] | null;
            /**
             * Format: date-time
             * @description When the secret was created.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When its value was set last.
             */
            readonly updated_at: string;
            /**
             * Format: date
             * @description The last day (UTC) on which a call used the value; null for never.
             */
            readonly last_used_on: string | null;
        };
        readonly SetSecret: {
            /** @description The value: 8 characters or more, 16,384 bytes of UTF-8 or fewer. No response contains it. */
            readonly value: string;
            /** @description Hosts that headers of tools and MCP servers may send the value to. Default: any host. */
            readonly hosts?: readonly string[] | null;
        };
        /** @description Where the tenant's traces are sent. */
        readonly Telemetry: {
            /**
             * Format: uri
             * @description The OTLP/HTTP address for traces, which usually ends in `/v1/traces`.
             */
            readonly url: string;
            /**
             * Format: uri
             * @description The OTLP/HTTP address for metrics, which usually ends in `/v1/metrics`; null if none are sent.
             */
            readonly metrics_url: string | null;
            /** @description Names of the headers, without their values. */
            readonly header_names: readonly string[];
            /**
             * @description The encoding.
             * @enum {string}
             */
            readonly format: "protobuf" | "json";
            /**
             * @description How much content the spans have.
             * @enum {string}
             */
            readonly content: "none" | "messages" | "all";
            /** @description Which traces are sent; null for all. */
            readonly sampling: string | null;
            /**
             * Format: date-time
             * @description When traces were first sent.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When the settings were changed last.
             */
            readonly updated_at: string;
            /** @description Exports that were given up since the last change. A trace can be sent again. */
            readonly failed_exports: number;
            /** @description Spans that the receiver rejected since the last change. */
            readonly rejected_spans: number;
            /** @description The class of the last failure; null for none. */
            readonly last_error: string | null;
            /**
             * Format: date-time
             * @description When it happened; null for never.
             */
            readonly last_failed_at: string | null;
        };
        readonly SetTelemetry: {
            /**
             * Format: uri
             * @description The OTLP/HTTP address for traces, which usually ends in `/v1/traces`.
             */
            readonly url: string;
            /**
             * Format: uri
             * @description The OTLP/HTTP address for metrics, which usually ends in `/v1/metrics`; null if none are sent.
             */
            readonly metrics_url?: string | null;
            /** @description Headers of each request, such as a key. Stored encrypted, and never returned. */
            readonly headers?: {
                readonly [key: string]: string;
            };
            /**
             * @description The encoding. Default: `protobuf`, which every receiver takes.
             * @enum {string}
             */
            readonly format?: "protobuf" | "json";
            /**
             * @description How much content the spans have. Default: `none`.
             * @enum {string}
             */
            readonly content?: "none" | "messages" | "all";
            /** @description Which traces are sent, decided when the run has ended: comparisons of status, error_code, agent, duration_s, active_s, cost_usd, steps, model_calls, tool_calls, recoveries, parent_sampled, random, with `and`, `or`, `not` and parentheses. `random` is from 0 to 1, the same for every export of a trace. null: all, unless the caller's `traceparent` is not sampled. */
            readonly sampling?: string | null;
        };
        readonly TraceExport: {
            /** @description The task whose trace is sent. */
            readonly task_id: string;
        };
        readonly AuditList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["AuditEntry"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly AuditEntry: {
            /** @description The id of the entry. */
            readonly id: string;
            /**
             * Format: date-time
             * @description When it happened.
             */
            readonly at: string;
            /** @description The id of the key that did it. */
            readonly by: string;
            /** @description What was done. */
            readonly action: string;
            /** @description The id or name of the changed resource. */
            readonly subject: string;
            /** @description More about the change; depends on `action`. */
            readonly details: {
                readonly [key: string]: unknown;
            };
        };
        /** @description Current invariant violations among one page of unfinished tasks. A page without any may have a next one. */
        readonly Invariants: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Violation"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description Number of tasks checked on this page. */
            readonly checked: number;
        };
        readonly Violation: {
            /**
             * @description What is wrong.
             * @enum {string}
             */
            readonly kind: "not_dispatched" | "no_alarm" | "overdue" | "behind" | "no_log" | "unreachable" | "orphaned" | "late_schedules" | "stuck_turn";
            /** @description The task; null for `late_schedules`. */
            readonly task_id: string | null;
            /**
             * @description Its status, as in the task list; null for `late_schedules`.
             * @enum {string|null}
             */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled" | null;
            /** @description What is wrong, for people. */
            readonly detail: string;
        };
        /** @description The state of the tenant's tasks and notifications. */
        readonly AdminHealth: {
            /**
             * @description `degraded` if a task was not started, or a webhook not notified, for five minutes, or a schedule is late.
             * @enum {string}
             */
            readonly status: "ok" | "degraded";
            /** @description Tasks by status, most first; a status without tasks is absent. */
            readonly tasks: readonly {
                /** @description The status. */
                readonly status: string;
                /** @description Number of tasks. */
                readonly count: number;
            }[];
            /** @description Unfinished tasks that wait, by reason, most first. */
            readonly waiting: readonly {
                /** @description What they wait for. */
                readonly reason: string;
                /** @description Number of tasks. */
                readonly count: number;
            }[];
            /** @description The oldest task that was not started; null if all were. */
            readonly oldest_pending: {
                /** @description The task. */
                readonly task_id: string;
                /** @description Seconds since it could have been started. */
                readonly age_s: number;
            } | null;
            /** @description Deliveries of webhooks. */
            readonly webhooks: {
                /** @description Deliveries that have not ended. */
                readonly pending: number;
                /** @description Delay of the most overdue one in seconds; 0 if none is. */
                readonly overdue_s: number;
            };
            /**
             * Format: date-time
             * @description Since when a schedule is late; null if none is.
             */
            readonly schedules_late_since: string | null;
            /** @description What could not be sent of traces; null if the tenant sends none. */
            readonly traces: {
                /** @description Exports that were given up. */
                readonly failed_exports: number;
                /** @description Spans that the receiver rejected. */
                readonly rejected_spans: number;
                /** @description The class of the last failure. */
                readonly last_error: string | null;
            } | null;
            /** @description The model providers that are configured. */
            readonly providers: readonly string[];
        };
        readonly ProviderList: {
            /** @description The items of the page, in the order of the list. */
            readonly data: readonly components["schemas"]["Provider"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        /** @description How a model provider takes calls. */
        readonly Provider: {
            /** @description The provider, as in model ids. */
            readonly provider: string;
            /** @description The models that share these limits: a model id without its date; `*` for all. */
            readonly model_family: string;
            /** @description True if these are calls with the tenant's own API key of the provider. */
            readonly own_key: boolean;
            /**
             * @description `open`: the provider fails, so calls wait. `half_open`: some calls are let through to find out whether it works again.
             * @enum {string}
             */
            readonly breaker: "closed" | "open" | "half_open";
            /**
             * Format: date-time
             * @description When the breaker changed last.
             */
            readonly changed_at: string;
            /**
             * Format: date-time
             * @description While the breaker is open: when the next call is let through.
             */
            readonly retry_at: string | null;
            /**
             * Format: date-time
             * @description The end of a pause that the provider asked for; null without one.
             */
            readonly paused_until: string | null;
            /** @description The known limits: configured, or stated by the provider. */
            readonly limits: readonly {
                /**
                 * @description What is limited. `tokens`: input and output.
                 * @enum {string}
                 */
                readonly unit: "requests" | "tokens" | "input_tokens" | "output_tokens";
                /** @description Units per minute. */
                readonly limit: number;
                /** @description Units that are left now. */
                readonly remaining: number;
            }[];
            /** @description Calls that were let through and have not ended. */
            readonly in_flight: number;
            /** @description Calls of all tenants that wait. */
            readonly waiting: number;
            /** @description Calls of this tenant that wait. */
            readonly waiting_of_tenant: number;
            /** @description False if the state could not be read now. */
            readonly available: boolean;
        };
        readonly JsonRpcError: {
            /**
             * @description The version of JSON-RPC.
             * @enum {string}
             */
            readonly jsonrpc: "2.0";
            /** @description Why the request was rejected. */
            readonly error: {
                /** @description The code of the error, of JSON-RPC or MCP. */
                readonly code: number;
                /** @description A sentence for people. */
                readonly message: string;
                /** @description More about the error. */
                readonly data?: unknown;
            };
            /** @description The id of the request; null if it has none. */
            readonly id: string | number | null;
        };
        readonly Health: {
            /**
             * @description `degraded` if a component fails.
             * @enum {string}
             */
            readonly status: "ok" | "degraded";
            /** @description The version of the service. */
            readonly version: string;
            /**
             * @description Whether the database responds.
             * @enum {string}
             */
            readonly database: "ok" | "unreachable";
            /**
             * @description Whether the task queue is bound.
             * @enum {string}
             */
            readonly queue: "ok" | "unbound";
            /** @description The model providers that are configured. */
            readonly models: readonly string[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export interface operations {
    readonly listTasks: {
        readonly parameters: {
            readonly query?: {
                /** @description Only tasks with one of these statuses: `running,waiting`. */
                readonly status?: readonly ("pending" | "running" | "waiting" | "completed" | "failed" | "cancelled")[];
                /** @description Only tasks that wait for this. */
                readonly waiting_for?: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency" | "turn" | "provider";
                /** @description Only tasks of this agent. */
                readonly agent?: string;
                /** @description Only tasks that this schedule submitted. */
                readonly schedule_id?: string;
                /** @description Only tasks of this batch. */
                readonly group_id?: string;
                /** @description Only tasks about this subject. */
                readonly subject?: string;
                /** @description Only tasks below this first task of a tree. */
                readonly root_task_id?: string;
                /** @description Only tasks that this task started. With `root_task_id` of its tree, if it has a parent itself. */
                readonly parent_task_id?: string;
                /** @description Only tasks created at or after this time, RFC 3339. */
                readonly created_after?: string;
                /** @description Only tasks created before this time, RFC 3339. */
                readonly created_before?: string;
                /** @description Only tasks that changed after this time, RFC 3339. */
                readonly updated_after?: string;
                /** @description The beginning of a task id, or a part of the name or goal, in any case of ASCII letters. A goal is searched in inputs of up to 16 KiB. */
                readonly q?: string;
                /** @description By time of creation. Default: `newest` first. */
                readonly order?: "newest" | "oldest";
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TaskList"];
                };
            };
        };
    };
    readonly submitTask: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description `wait=30` waits up to 30 seconds (at most 60) until the task finishes or pauses. */
                readonly prefer?: string;
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
                /** @description The caller's place in a trace (W3C Trace Context): the trace of the task continues it. Ignored if it is malformed. */
                readonly traceparent?: string;
                /** @description Passed on with `traceparent`, up to 512 characters. */
                readonly tracestate?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SubmitTask"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Task"];
                };
            };
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    readonly countTasks: {
        readonly parameters: {
            readonly query?: {
                /** @description What to count by. Default: `status`. `waiting_for` counts the tasks that wait. */
                readonly group_by?: "status" | "agent" | "waiting_for";
                /** @description Only tasks with one of these statuses: `running,waiting`. */
                readonly status?: readonly ("pending" | "running" | "waiting" | "completed" | "failed" | "cancelled")[];
                /** @description Only tasks of this agent. */
                readonly agent?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TaskCounts"];
                };
            };
        };
    };
    readonly getTask: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description `wait=30` waits up to 30 seconds (at most 60) until the task finishes or pauses. */
                readonly prefer?: string;
                /** @description An `ETag`. The response is 304 while the resource is unchanged. */
                readonly "if-none-match"?: string;
            };
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    readonly deleteTask: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly updateTask: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["UpdateTask"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    readonly cancelTask: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["CancelTask"];
            };
        };
        readonly responses: {
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    readonly createTicket: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    readonly retryTask: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
            };
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["RetryTask"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    readonly sendMessage: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
            };
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SendMessage"];
            };
        };
        readonly responses: {
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    readonly decideApproval: {
        readonly parameters: {
            readonly query?: {
                /** @description A task below this one whose call it is. Default: this task. */
                readonly task_id?: string;
            };
            readonly header?: {
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
            };
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
                /** @description The id of the tool call, from its `approval.requested`. */
                readonly call_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["DecideApproval"];
            };
        };
        readonly responses: {
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    readonly changeLimits: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangeLimits"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    readonly submitBatch: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
                /** @description The caller's place in a trace (W3C Trace Context): the trace of the task continues it. Ignored if it is malformed. */
                readonly traceparent?: string;
                /** @description Passed on with `traceparent`, up to 512 characters. */
                readonly tracestate?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SubmitBatch"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BatchResult"];
                };
            };
        };
    };
    readonly cancelTasks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CancelTasks"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BulkResult"];
                };
            };
        };
    };
    readonly retryTasks: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RetryTasks"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BulkResult"];
                };
            };
        };
    };
    readonly listEvents: {
        readonly parameters: {
            readonly query?: {
                /** @description `seq` of the last known event. Default: 0, for all events. */
                readonly after?: number;
                /** @description The `next_cursor` of the previous page. Takes precedence over `after`. */
                readonly cursor?: string;
                /** @description Maximum number of events on the page. Default: 100. */
                readonly limit?: number;
                /** @description Only events of these types, separated by commas. A page may then be short or empty and still have a `next_cursor`. */
                readonly types?: string;
                /** @description `1`: each event in outline, with `bytes`: texts cut to 200 characters, lists to 20 items, free content to about 1,000 characters. */
                readonly outline?: "0" | "1";
                /** @description A ticket for this task, in place of a key. */
                readonly ticket?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EventPage"];
                    readonly "text/event-stream": string;
                };
            };
        };
    };
    readonly getTaskTree: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TaskTree"];
                };
            };
        };
    };
    readonly listTreeEvents: {
        readonly parameters: {
            readonly query?: {
                /** @description The cursor of the last known event: `cursor` of a page, or `id` in a stream. Default: all events. */
                readonly after?: string;
                /** @description The `next_cursor` of the previous page. Takes precedence over `after`. */
                readonly cursor?: string;
                /** @description Maximum number of events on a JSON page. Default: 100. */
                readonly limit?: number;
                /** @description Only events of these types, separated by commas. A page may then be short or empty and still have a `next_cursor`. */
                readonly types?: string;
                /** @description `1`: each event in outline, with `bytes`: texts cut to 200 characters, lists to 20 items, free content to about 1,000 characters. */
                readonly outline?: "0" | "1";
            };
            readonly header?: never;
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TreeEventPage"];
                    readonly "text/event-stream": string;
                };
            };
        };
    };
    readonly getTrace: {
        readonly parameters: {
            readonly query?: {
                /** @description How much content the spans have: `none` (the default), `messages` (those of model calls), or `all` (also instructions, and arguments and results of tools). */
                readonly content?: "none" | "messages" | "all";
            };
            readonly header?: {
                /** @description An `ETag`. The response is 304 while the resource is unchanged. */
                readonly "if-none-match"?: string;
            };
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Trace"];
                };
            };
        };
    };
    readonly readOutput: {
        readonly parameters: {
            readonly query?: {
                /** @description Characters to skip. Default: 0. */
                readonly offset?: number;
                /** @description Maximum characters to return. Default: 65,536. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
                /** @description The `output_sha256` of the event: 64 hex digits. */
                readonly sha256: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OutputPage"];
                };
            };
        };
    };
    readonly getPrompt: {
        readonly parameters: {
            readonly query?: {
                /** @description The attempt of the call, from 1. Default: the last one. */
                readonly attempt?: number;
            };
            readonly header?: {
                /** @description An `ETag`. The response is 304 while the resource is unchanged. */
                readonly "if-none-match"?: string;
            };
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
                /** @description The id of the model call, from its `model.requested`. */
                readonly call_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Prompt"];
                };
            };
        };
    };
    readonly listInbox: {
        readonly parameters: {
            readonly query?: {
                /** @description Only questions of tasks that wait for this. */
                readonly for?: "approval" | "input" | "budget";
                /** @description Only questions of this kind. */
                readonly kind?: "approval" | "question" | "form" | "address" | "budget";
                /** @description Only questions of tasks of this agent. */
                readonly agent?: string;
                /** @description Only questions of calls of this tool. */
                readonly tool?: string;
                /** @description Only questions of this task. */
                readonly task_id?: string;
                /** @description Only questions of this first task of a tree, and of all tasks below it. */
                readonly root?: string;
                /** @description `oldest` (the default): the oldest question first. `expiry`: the one that expires first; those that never expire come last. */
                readonly order?: "oldest" | "expiry";
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Inbox"];
                };
            };
        };
    };
    readonly followFeed: {
        readonly parameters: {
            readonly query?: {
                /** @description The cursor of the last known change. Absent: only changes from now on. */
                readonly after?: string;
                /** @description The `next_cursor` of the previous page. Takes precedence over `after`. */
                readonly cursor?: string;
                /** @description Maximum number of changes on a JSON page. Default: 100. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FeedPage"];
                    readonly "text/event-stream": string;
                };
            };
        };
    };
    readonly listTools: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ToolList"];
                };
            };
        };
    };
    readonly registerTool: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RegisterTool"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Tool"];
                };
            };
        };
    };
    readonly getTool: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The name of the tool. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Tool"];
                };
            };
        };
    };
    readonly replaceTool: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the tool must have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The name of the tool. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ReplaceTool"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Tool"];
                };
            };
        };
    };
    readonly deleteTool: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the tool must have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The name of the tool. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly enableTool: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the tool must have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The name of the tool. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["EnableTool"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Tool"];
                };
            };
        };
    };
    readonly listMcpServers: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["McpServerList"];
                };
            };
        };
    };
    readonly createMcpServer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CreateMcpServer"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    readonly getMcpServer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The name of the server. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    readonly replaceMcpServer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the server must have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The name of the server. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ReplaceMcpServer"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    readonly deleteMcpServer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the server must have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The name of the server. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly enableMcpServer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the server must have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The name of the server. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["EnableMcpServer"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    readonly refreshMcpServer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The name of the server. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    readonly listMcpTools: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of tools on the page. Default: 100. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The name of the server. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["McpToolPage"];
                };
            };
        };
    };
    readonly authorizeMcpServer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The name of the server. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["McpAuthorization"];
                };
            };
        };
    };
    readonly forgetMcpAuthorization: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The name of the server. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly finishMcpAuthorization: {
        readonly parameters: {
            readonly query?: {
                /** @description The authorization code. */
                readonly code?: string;
                /** @description Identifies the authorization that this request finishes. */
                readonly state?: string;
                /** @description The authorization server. */
                readonly iss?: string;
                /** @description Why the authorization server refused. */
                readonly error?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
        };
    };
    readonly listWebhooks: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WebhookList"];
                };
            };
        };
    };
    readonly createWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CreateWebhook"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NewWebhook"];
                };
            };
        };
    };
    readonly getWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the webhook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    readonly deleteWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The id of the webhook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly changeWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The id of the webhook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangeWebhook"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    readonly getWebhookSecret: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the webhook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SigningSecret"];
                };
            };
        };
    };
    readonly rotateWebhookSecret: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the webhook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SigningSecret"];
                };
            };
        };
    };
    readonly testWebhook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the webhook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
        };
    };
    readonly listDeliveries: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The id of the webhook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WebhookDeliveryList"];
                };
            };
        };
    };
    readonly redeliver: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the webhook. */
                readonly id: string;
                /** @description The id of the delivery. */
                readonly delivery_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
        };
    };
    readonly listHooks: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HookList"];
                };
            };
        };
    };
    readonly createHook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CreateHook"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NewHook"];
                };
            };
        };
    };
    readonly getHook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the hook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Hook"];
                };
            };
        };
    };
    readonly deleteHook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The id of the hook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly changeHook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The id of the hook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ChangeHook"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Hook"];
                };
            };
        };
    };
    readonly getHookSecret: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the hook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SigningSecret"];
                };
            };
        };
    };
    readonly rotateHookSecret: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the hook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SigningSecret"];
                };
            };
        };
    };
    readonly callHook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The caller's place in a trace (W3C Trace Context): the trace of the task continues it. Ignored if it is malformed. */
                readonly traceparent?: string;
                /** @description Passed on with `traceparent`, up to 512 characters. */
                readonly tracestate?: string;
            };
            readonly path: {
                /** @description The id of the hook. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StartedTask"];
                };
            };
        };
    };
    readonly listSchedules: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ScheduleList"];
                };
            };
        };
    };
    readonly createSchedule: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["WriteSchedule"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    readonly previewSchedule: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["PreviewSchedule"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OccurrenceList"];
                };
            };
        };
    };
    readonly getSchedule: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the schedule. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    readonly replaceSchedule: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The id of the schedule. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["WriteSchedule"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    readonly deleteSchedule: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The id of the schedule. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly pauseSchedule: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The id of the schedule. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["ScheduleNote"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    readonly resumeSchedule: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The id of the schedule. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["ScheduleNote"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    readonly triggerSchedule: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The caller's place in a trace (W3C Trace Context): the trace of the task continues it. Ignored if it is malformed. */
                readonly traceparent?: string;
                /** @description Passed on with `traceparent`, up to 512 characters. */
                readonly tracestate?: string;
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
            };
            readonly path: {
                /** @description The id of the schedule. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["TriggerSchedule"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Firing"];
                };
            };
        };
    };
    readonly backfillSchedule: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
            };
            readonly path: {
                /** @description The id of the schedule. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["BackfillSchedule"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Backfill"];
                };
            };
        };
    };
    readonly listFirings: {
        readonly parameters: {
            readonly query?: {
                /** @description Only these firings. */
                readonly status?: "due" | "queued" | "started" | "skipped_overlap" | "missed" | "refused" | "excluded";
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The id of the schedule. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["FiringList"];
                };
            };
        };
    };
    readonly listOccurrences: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The id of the schedule. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OccurrenceList"];
                };
            };
        };
    };
    readonly listAttachments: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AttachmentList"];
                };
            };
        };
    };
    readonly uploadAttachment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "text/plain": string;
                readonly "application/pdf": string;
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Attachment"];
                };
            };
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Attachment"];
                };
            };
        };
    };
    readonly getAttachment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The SHA-256 of the file, which is its id. */
                readonly sha256: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Attachment"];
                };
            };
        };
    };
    readonly deleteAttachment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The SHA-256 of the file, which is its id. */
                readonly sha256: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly downloadAttachment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The SHA-256 of the file, which is its id. */
                readonly sha256: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/octet-stream": string;
                };
            };
        };
    };
    readonly listConversations: {
        readonly parameters: {
            readonly query?: {
                /** @description Only conversations about this subject. */
                readonly subject?: string;
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConversationList"];
                };
            };
        };
    };
    readonly getConversation: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The name of the conversation. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConversationTurns"];
                };
            };
        };
    };
    readonly deleteConversation: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The name of the conversation. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listMessages: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The name of the conversation. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConversationMessages"];
                };
            };
        };
    };
    readonly listMemoryStores: {
        readonly parameters: {
            readonly query?: {
                /** @description Only stores of this agent. */
                readonly agent?: string;
                /** @description Only stores about this subject. */
                readonly subject?: string;
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryStoreList"];
                };
            };
        };
    };
    readonly getMemoryStore: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryStore"];
                };
            };
        };
    };
    readonly deleteMemoryStore: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listMemoryBlocks: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryBlockList"];
                };
            };
        };
    };
    readonly getMemoryBlock: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
                /** @description The label of the block: lower-case letters, digits, `_` and `-`. */
                readonly label: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryBlock"];
                };
            };
        };
    };
    readonly putMemoryBlock: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
                /** @description The label of the block: lower-case letters, digits, `_` and `-`. */
                readonly label: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["WriteMemoryBlock"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryBlock"];
                };
            };
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryBlock"];
                };
            };
        };
    };
    readonly deleteMemoryBlock: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
                /** @description The label of the block: lower-case letters, digits, `_` and `-`. */
                readonly label: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listMemoryBlockVersions: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
                /** @description The label of the block: lower-case letters, digits, `_` and `-`. */
                readonly label: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryVersionList"];
                };
            };
        };
    };
    readonly restoreMemoryBlock: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
                /** @description The label of the block: lower-case letters, digits, `_` and `-`. */
                readonly label: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RestoreMemory"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryBlock"];
                };
            };
        };
    };
    readonly listMemoryItems: {
        readonly parameters: {
            readonly query?: {
                /** @description Free text. Only items that match, best first, at most 50 and on one page. Absent: all items, newest first. */
                readonly query?: string;
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryItemList"];
                };
            };
        };
    };
    readonly saveMemoryItem: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
            };
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["WriteMemoryItem"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryItem"];
                };
            };
        };
    };
    readonly getMemoryItem: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
                /** @description The id of the item. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryItem"];
                };
            };
        };
    };
    readonly replaceMemoryItem: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
                /** @description The id of the item. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["WriteMemoryItem"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryItem"];
                };
            };
        };
    };
    readonly deleteMemoryItem: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
                /** @description The id of the item. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listMemoryItemVersions: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
                /** @description The id of the item. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryVersionList"];
                };
            };
        };
    };
    readonly restoreMemoryItem: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The store: `tenant`, `agent:NAME`, `subject:ID`, or `agent:NAME,subject:ID`. Encode it as a part of a URL. */
                readonly store: string;
                /** @description The id of the item. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RestoreMemory"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["MemoryItem"];
                };
            };
        };
    };
    readonly exportSubject: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Who or what tasks are about: the `subject` of a task. Encode it as a part of a URL. */
                readonly subject: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-ndjson": string;
                };
            };
        };
    };
    readonly deleteSubject: {
        readonly parameters: {
            readonly query?: {
                /** @description `keep` leaves tasks that have ended, with their logs: they contain what they recalled. Default: `delete`. */
                readonly tasks?: "delete" | "keep";
            };
            readonly header?: never;
            readonly path: {
                /** @description Who or what tasks are about: the `subject` of a task. Encode it as a part of a URL. */
                readonly subject: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SubjectDeletion"];
                };
            };
        };
    };
    readonly getSubjectDeletion: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Who or what tasks are about: the `subject` of a task. Encode it as a part of a URL. */
                readonly subject: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SubjectDeletion"];
                };
            };
        };
    };
    readonly listAgents: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AgentList"];
                };
            };
        };
    };
    readonly createAgent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CreateAgent"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    readonly getAgent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The name of the agent. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    readonly replaceAgent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the agent must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The name of the agent. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ReplaceAgent"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    readonly deleteAgent: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the agent must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The name of the agent. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listAgentVersions: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The name of the agent. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AgentVersionList"];
                };
            };
        };
    };
    readonly getUsage: {
        readonly parameters: {
            readonly query?: {
                /** @description First day. Default: 29 days before today. */
                readonly from?: string;
                /** @description Last day. Default: today. */
                readonly to?: string;
                /** @description Sums by these, separated by commas: `day`, `agent`, `model`. Absent: one sum. */
                readonly group_by?: string;
                /** @description Maximum number of rows on the page. Default: 100. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["UsageReport"];
                };
            };
        };
    };
    readonly listBudgets: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["BudgetList"];
                };
            };
        };
    };
    readonly getBudget: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Whose tasks it applies to: `tenant`, or `agent:` and the name of an agent. */
                readonly scope: string;
                /** @description The period (UTC) after which spending starts at 0 again. */
                readonly period: "day" | "month";
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Budget"];
                };
            };
        };
    };
    readonly setBudget: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description Whose tasks it applies to: `tenant`, or `agent:` and the name of an agent. */
                readonly scope: string;
                /** @description The period (UTC) after which spending starts at 0 again. */
                readonly period: "day" | "month";
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SetBudget"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Budget"];
                };
            };
        };
    };
    readonly deleteBudget: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description Whose tasks it applies to: `tenant`, or `agent:` and the name of an agent. */
                readonly scope: string;
                /** @description The period (UTC) after which spending starts at 0 again. */
                readonly period: "day" | "month";
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listConcurrencyCaps: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConcurrencyList"];
                };
            };
        };
    };
    readonly getConcurrencyCap: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description Whose tasks it applies to: `tenant`, or `agent:` and the name of an agent. */
                readonly scope: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConcurrencyCap"];
                };
            };
        };
    };
    readonly setConcurrencyCap: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description Whose tasks it applies to: `tenant`, or `agent:` and the name of an agent. */
                readonly scope: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SetConcurrencyCap"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConcurrencyCap"];
                };
            };
        };
    };
    readonly deleteConcurrencyCap: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description Whose tasks it applies to: `tenant`, or `agent:` and the name of an agent. */
                readonly scope: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly listKeys: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
                /** @description Another tenant, created by its first key. Needs the scope `platform`. */
                readonly tenant?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["KeyList"];
                };
            };
        };
    };
    readonly createKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CreateKey"];
            };
        };
        readonly responses: {
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NewKey"];
                };
            };
        };
    };
    readonly getOwnKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Key"];
                };
            };
        };
    };
    readonly getKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the key. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Key"];
                };
            };
        };
    };
    readonly revokeKey: {
        readonly parameters: {
            readonly query?: {
                /** @description `true` also pauses the schedules that the key created. */
                readonly pause_schedules?: "true" | "false";
            };
            readonly header?: never;
            readonly path: {
                /** @description The id of the key. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly rotateKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the key. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["RotateKey"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["NewKey"];
                };
            };
        };
    };
    readonly listSecrets: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SecretList"];
                };
            };
        };
    };
    readonly getSecret: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The name of the secret. `provider.<name>` is an API key of a model provider: `provider.openai`. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Secret"];
                };
            };
        };
    };
    readonly setSecret: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The name of the secret. `provider.<name>` is an API key of a model provider: `provider.openai`. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SetSecret"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Secret"];
                };
            };
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Secret"];
                };
            };
        };
    };
    readonly deleteSecret: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The `ETag` that the resource must still have. */
                readonly "if-match"?: string;
            };
            readonly path: {
                /** @description The name of the secret. `provider.<name>` is an API key of a model provider: `provider.openai`. */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly getTelemetry: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Telemetry"];
                };
            };
        };
    };
    readonly setTelemetry: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["SetTelemetry"];
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Telemetry"];
                };
            };
        };
    };
    readonly deleteTelemetry: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly exportTrace: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The id of the task. */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TraceExport"];
                };
            };
        };
    };
    readonly listAudit: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AuditList"];
                };
            };
        };
    };
    readonly checkInvariants: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Invariants"];
                };
            };
        };
    };
    readonly getAdminHealth: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AdminHealth"];
                };
            };
        };
    };
    readonly getMetrics: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": string;
                };
            };
        };
    };
    readonly listProviders: {
        readonly parameters: {
            readonly query?: {
                /** @description Maximum number of items on the page. Default: 20. */
                readonly limit?: number;
                /** @description The `next_cursor` of the previous page. Absent: the first page. */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProviderList"];
                };
            };
        };
    };
    readonly mcp: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": {
                    readonly [key: string]: unknown;
                };
            };
        };
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/event-stream": string;
                    readonly "application/json": {
                        readonly [key: string]: unknown;
                    } | readonly {
                        readonly [key: string]: unknown;
                    }[];
                };
            };
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readonly getHealth: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
}
