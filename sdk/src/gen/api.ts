/** Made by `npm run sdk:types` from docs/openapi.json; not to be changed by hand. */
export interface components {
    schemas: {
        readonly Task: {
            readonly task_id: string;
            readonly task_type: string;
            readonly name: string | null;
            /** @enum {string} */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
            /**
             * @description What the task waits for; null unless `status` is `waiting`.
             * @enum {string|null}
             */
            readonly waiting_for: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency" | null;
            /**
             * Format: date-time
             * @description When the wait ends by itself; null if it needs a person.
             */
            readonly waiting_until: string | null;
            /** @description null in a list if it is larger than 16 KiB; get the task to read it. */
            readonly input_data: {
                readonly [key: string]: unknown;
            } | null;
            /** @description Contains `answer`. null in a list if it is large. */
            readonly result?: unknown;
            readonly error: {
                readonly code: string;
                readonly message: string;
                readonly details?: unknown;
            } | null;
            readonly error_message: string | null;
            readonly agent: string;
            readonly agent_version: number;
            readonly model: string;
            /** @enum {string} */
            readonly planner: "native" | "react" | "placeholder";
            readonly usage: components["schemas"]["Usage"];
            readonly limits: {
                readonly [key: string]: unknown;
            };
            readonly metadata: {
                readonly [key: string]: unknown;
            };
            readonly priority: number;
            readonly attempt: number;
            readonly last_seq: number;
            readonly retry_of: string | null;
            readonly forked_from: string | null;
            readonly parent_task_id: string | null;
            readonly workflow_id: string | null;
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly updated_at: string;
            /** Format: date-time */
            readonly scheduled_at: string | null;
            readonly callback_url: string | null;
            /** Format: date-time */
            readonly started_at: string | null;
            /** Format: date-time */
            readonly completed_at: string | null;
        };
        readonly Usage: {
            readonly steps: number;
            readonly model_calls: number;
            readonly tool_calls: number;
            readonly input_tokens: number;
            readonly output_tokens: number;
            readonly cost_usd: number;
        };
        readonly Problem: {
            readonly type: string;
            readonly title: string;
            readonly status: number;
            readonly detail: string;
            readonly code: string;
            readonly request_id: string;
            readonly errors?: readonly {
                readonly pointer: string;
                readonly detail: string;
            }[];
        };
        readonly SubmitTask: {
            /** @default agent_run */
            readonly task_type?: string;
            readonly name?: string | null;
            readonly input_data: components["schemas"]["InputData"];
            /** @default default */
            readonly agent?: string;
            readonly agent_config?: components["schemas"]["AgentConfig"];
            readonly limits?: components["schemas"]["Limits"];
            /** @default 0 */
            readonly priority?: number;
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
            readonly request_id?: string;
        };
        /** @description A free-form object. These fields have a meaning. */
        readonly InputData: {
            readonly goal?: string;
            /** @description The same as goal, which takes precedence. */
            readonly prompt?: string;
            readonly context?: {
                readonly [key: string]: unknown;
            };
            readonly messages?: readonly {
                /** @enum {string} */
                readonly role: "user" | "assistant";
                readonly content: string;
            }[];
            readonly images?: readonly ({
                /** Format: uri */
                readonly url: string;
            } | {
                readonly media_type: string;
                readonly data: string;
            })[];
            /** @description The same as `agent_config.inject_mcp_proxy`, which takes precedence. */
            readonly inject_mcp_proxy?: boolean;
            readonly script?: readonly {
                readonly [key: string]: unknown;
            }[];
            readonly script_tools?: readonly {
                readonly [key: string]: unknown;
            }[];
        } & {
            readonly [key: string]: unknown;
        };
        readonly AgentConfig: {
            readonly model?: string;
            /** @description Models to switch to, in order, when the previous one fails. */
            readonly fallback_models?: readonly string[];
            /** @enum {string} */
            readonly planner?: "native" | "react" | "placeholder";
            /** @description JSON Schema of the answer, which is returned in `result.data`. A reply that does not match is returned to the model with the reasons. */
            readonly output_schema?: {
                readonly [key: string]: unknown;
            };
            readonly instructions?: string;
            readonly profile?: components["schemas"]["Profile"];
            readonly tools?: readonly string[];
            /** @description MCP servers whose tools the run can use. Default: none, or all with the proxy. */
            readonly mcp_servers?: readonly string[];
            /**
             * @description `direct`: each tool of a server is offered individually. `proxy`: one tool, `mcp_proxy_tool`, calls them all.
             * @enum {string}
             */
            readonly mcp_tools?: "direct" | "proxy" | "both";
            /** @description Adds `mcp_proxy_tool`. Without `mcp_servers` it reaches all servers. */
            readonly inject_mcp_proxy?: boolean;
            readonly temperature?: number;
            readonly max_output_tokens?: number;
            readonly stop?: readonly string[];
            readonly seed?: number;
            readonly memory?: {
                readonly max_messages?: number;
                /** @description Maximum tokens of the conversation before it is compacted: long outputs are shortened, then older turns summarised. */
                readonly max_tokens?: number;
            };
            readonly policy?: components["schemas"]["Policy"];
            /**
             * @description What to do if a crash leaves it unknown whether a `once` tool took effect. `ask` holds the call for a person: approving it runs it again.
             * @enum {string}
             */
            readonly on_outcome_unknown?: "tell_model" | "ask" | "fail";
            readonly waits?: {
                readonly approval_expires_s?: number;
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
            readonly name?: string;
            readonly role?: string;
            readonly persona?: string;
            readonly tone?: string;
            readonly goals?: readonly string[];
            readonly guidelines?: readonly string[];
            readonly constraints?: readonly string[];
        };
        /** @description Rules for tool calls, by tool name; `*` stands for any text. `deny` overrides everything else; with `allow`, all other tools are denied. `approve`: a person must approve each call. `arguments`: a JSON Schema per pattern that the arguments must match. `after_untrusted`: applies to calls with side effects once content from the web or a remote server is in the conversation. */
        readonly Policy: {
            readonly allow?: readonly string[];
            readonly deny?: readonly string[];
            readonly approve?: readonly string[];
            readonly arguments?: {
                readonly [key: string]: unknown;
            };
            readonly rate?: {
                readonly [key: string]: {
                    readonly per_run?: number;
                    readonly per_minute?: number;
                };
            };
            /** @enum {string} */
            readonly after_untrusted?: "allow" | "approve" | "deny";
        };
        /** @description Waits do not count towards max_duration_s. null removes a limit. */
        readonly Limits: {
            readonly max_steps?: number | null;
            readonly max_tool_calls?: number | null;
            readonly max_duration_s?: number | null;
            readonly max_tokens?: number | null;
            readonly max_cost_usd?: number | null;
            /** @description Maximum number of identical tool calls in a row. At half of it, the model is warned. */
            readonly max_repeats?: number | null;
            /**
             * @description Applies to every limit. By default max_tokens and max_cost_usd make the run wait for `budget`, and the others end it.
             * @enum {string|null}
             */
            readonly on_reached?: "wait" | "fail" | null;
        };
        readonly TaskList: {
            readonly data: readonly components["schemas"]["Task"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description Number of tasks on all pages. null with a filter other than `status` and `agent`: only a scan could count those tasks. */
            readonly total: number | null;
        };
        readonly CancelTask: {
            readonly reason?: string;
        };
        readonly Ticket: {
            readonly ticket: string;
            /** Format: date-time */
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
            /** @enum {string} */
            readonly decision: "approve" | "deny";
            /** @description Replaces the model's arguments. Validated against the tool's schema. */
            readonly arguments?: unknown;
            readonly comment?: string;
        };
        /** @description Waits do not count towards max_duration_s. null removes a limit. */
        readonly ChangeLimits: {
            readonly max_steps?: number | null;
            readonly max_tool_calls?: number | null;
            readonly max_duration_s?: number | null;
            readonly max_tokens?: number | null;
            readonly max_cost_usd?: number | null;
            /** @description Maximum number of identical tool calls in a row. At half of it, the model is warned. */
            readonly max_repeats?: number | null;
            /**
             * @description Applies to every limit. By default max_tokens and max_cost_usd make the run wait for `budget`, and the others end it.
             * @enum {string|null}
             */
            readonly on_reached?: "wait" | "fail" | null;
        };
        readonly UpdateTask: {
            /** @description null removes the name. */
            readonly name?: string | null;
            /** @description Merged by key; null removes a key. At most 16384 characters of JSON in all. */
            readonly metadata?: {
                readonly [key: string]: unknown;
            };
        };
        readonly BatchResult: {
            readonly data: readonly components["schemas"]["BatchOutcome"][];
        };
        readonly BatchOutcome: {
            /** @description Of the task in the request, from 0. */
            readonly index: number;
            readonly task?: components["schemas"]["Task"] & unknown;
            /** @description Whether an earlier request with this key made the task. */
            readonly replayed?: boolean;
            readonly error?: components["schemas"]["Problem"] & unknown;
        };
        readonly SubmitBatch: {
            /** @description Each is the body of `POST /api/v1/tasks`. */
            readonly tasks: readonly {
                readonly [key: string]: unknown;
            }[];
        };
        readonly EventPage: {
            readonly data: readonly components["schemas"]["Event"][];
            /** @description `cursor` or `after` of the next page: the `seq` of the last event on this one. null if no event follows yet; a live run may add events after `last_seq`. */
            readonly next_cursor: string | null;
            /** @description Of the log, not of the page. */
            readonly last_seq: number;
            /** @enum {string} */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
        };
        /** @description One event of a run. Ignore unknown types: there will be more. */
        readonly Event: components["schemas"]["RunCreatedEvent"] | components["schemas"]["RunStartedEvent"] | components["schemas"]["RunWaitingEvent"] | components["schemas"]["RunResumedEvent"] | components["schemas"]["RunCompletedEvent"] | components["schemas"]["RunFailedEvent"] | components["schemas"]["RunCancelledEvent"] | components["schemas"]["ModelRequestedEvent"] | components["schemas"]["ModelDeltaEvent"] | components["schemas"]["ModelCompletedEvent"] | components["schemas"]["UsageRecordedEvent"] | components["schemas"]["ModelFailedEvent"] | components["schemas"]["ModelSupersededEvent"] | components["schemas"]["ModelSwitchedEvent"] | components["schemas"]["ToolRequestedEvent"] | components["schemas"]["ToolProgressedEvent"] | components["schemas"]["ToolLoggedEvent"] | components["schemas"]["InputRequestedEvent"] | components["schemas"]["InputWithdrawnEvent"] | components["schemas"]["ToolSuspendedEvent"] | components["schemas"]["McpListedEvent"] | components["schemas"]["ToolCompletedEvent"] | components["schemas"]["ToolFailedEvent"] | components["schemas"]["ToolOutcomeUnknownEvent"] | components["schemas"]["ApprovalRequestedEvent"] | components["schemas"]["ApprovalDecidedEvent"] | components["schemas"]["ApprovalExpiredEvent"] | components["schemas"]["MessageReceivedEvent"] | components["schemas"]["MemoryCompactedEvent"] | components["schemas"]["LimitReachedEvent"] | components["schemas"]["LimitChangedEvent"] | components["schemas"]["LoopDetectedEvent"] | components["schemas"]["RecoveryStartedEvent"];
        /** @description The run exists. Contains its complete input and config. */
        readonly RunCreatedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.created";
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
                /** @description The agent's config, merged with that of the task. */
                readonly config: {
                    readonly model: string;
                    readonly fallback_models?: readonly string[];
                    /** @enum {string} */
                    readonly planner: "native" | "react" | "placeholder";
                    readonly instructions?: string;
                    readonly profile?: {
                        readonly name?: string;
                        readonly role?: string;
                        readonly persona?: string;
                        readonly tone?: string;
                        readonly goals?: readonly string[];
                        readonly guidelines?: readonly string[];
                        readonly constraints?: readonly string[];
                    };
                    readonly tools?: readonly string[];
                    readonly mcp_servers?: readonly string[];
                    /** @enum {string} */
                    readonly mcp_tools?: "direct" | "proxy" | "both";
                    readonly inject_mcp_proxy?: boolean;
                    readonly policy?: {
                        readonly allow?: readonly string[];
                        readonly deny?: readonly string[];
                        readonly approve?: readonly string[];
                        readonly arguments?: {
                            readonly [key: string]: unknown;
                        };
                        readonly rate?: {
                            readonly [key: string]: {
                                readonly per_run?: number;
                                readonly per_minute?: number;
                            };
                        };
                        /** @enum {string} */
                        readonly after_untrusted?: "allow" | "approve" | "deny";
                    };
                    /** @enum {string} */
                    readonly on_outcome_unknown?: "tell_model" | "ask" | "fail";
                    readonly waits?: {
                        readonly approval_expires_s?: number;
                        readonly input_expires_s?: number;
                        /** @enum {string} */
                        readonly on_expiry?: "deny" | "fail" | "continue";
                    };
                    readonly temperature?: number;
                    readonly max_output_tokens?: number;
                    readonly stop?: readonly string[];
                    readonly seed?: number;
                    readonly output_schema?: {
                        readonly [key: string]: unknown;
                    };
                    readonly memory?: {
                        readonly max_messages?: number;
                        readonly max_tokens?: number;
                    };
                };
                /** @description The limits of the run. An absent limit does not apply. */
                readonly limits: {
                    readonly max_steps?: number;
                    readonly max_tool_calls?: number;
                    readonly max_duration_s?: number;
                    readonly max_tokens?: number;
                    readonly max_cost_usd?: number;
                    readonly max_repeats?: number;
                    /** @enum {string} */
                    readonly on_reached?: "wait" | "fail";
                };
                /** @description The run does not begin earlier. RFC 3339. */
                readonly scheduled_at?: string;
                /** @description The tenant's tools that the run may use, as of its submission. */
                readonly tools?: readonly ({
                    readonly name: string;
                    readonly version: number;
                    readonly description: string;
                    readonly input_schema: {
                        readonly [key: string]: unknown;
                    };
                    readonly output_schema: {
                        readonly [key: string]: unknown;
                    } | null;
                    /** @enum {string} */
                    readonly effect: "pure" | "idempotent" | "once" | "probe";
                    /** @enum {string} */
                    readonly approval: "never" | "always";
                    readonly timeout_ms: number;
                    /** @constant */
                    readonly kind: "http";
                    readonly http: {
                        /** @enum {string} */
                        readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                        readonly url: string;
                        readonly headers: {
                            readonly [key: string]: string;
                        };
                    };
                } | {
                    readonly name: string;
                    readonly version: number;
                    readonly description: string;
                    readonly input_schema: {
                        readonly [key: string]: unknown;
                    };
                    readonly output_schema: {
                        readonly [key: string]: unknown;
                    } | null;
                    /** @enum {string} */
                    readonly effect: "pure" | "idempotent" | "once" | "probe";
                    /** @enum {string} */
                    readonly approval: "never" | "always";
                    readonly timeout_ms: number;
                    /** @constant */
                    readonly kind: "code";
                    readonly code: {
                        readonly source: string;
                    };
                })[];
                /** @description The MCP servers that the run may use, as of its submission. */
                readonly mcp_servers?: readonly {
                    readonly name: string;
                    /** @enum {string} */
                    readonly source: "deployment" | "tenant";
                    readonly url: string;
                    readonly headers: {
                        readonly [key: string]: string;
                    };
                    readonly timeout_ms: number;
                    readonly effects: {
                        readonly [key: string]: "pure" | "idempotent" | "once" | "probe";
                    };
                    readonly trust_annotations: boolean;
                    /** @enum {string} */
                    readonly approval: "never" | "always";
                    readonly oauth?: {
                        readonly client_id?: string;
                        readonly client_secret?: string;
                        readonly scope?: string;
                        /** @enum {string} */
                        readonly grant?: "authorization_code" | "client_credentials";
                    };
                }[];
                /** @description Notifications that webhooks subscribed to, as of the submission. Absent: none. */
                readonly webhooks?: readonly ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested")[];
                /** @description Present if the tenant had a concurrency limit at submission. The run then works only with a slot. */
                readonly concurrency?: {
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.started";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.waiting";
            readonly data: {
                /**
                 * @description What the run waits for.
                 * @enum {string}
                 */
                readonly for: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency";
                /** @description When the wait ends by itself: the end of the timer, or an expiry. RFC 3339. */
                readonly until?: string;
                /** @description The call that waits. */
                readonly call_id?: string;
                /** @description For `budget` and `concurrency`: the limit that was reached. */
                readonly limit?: string;
            };
        };
        /** @description A wait has ended. */
        readonly RunResumedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.resumed";
            readonly data: {
                /**
                 * @description The wait that ended.
                 * @enum {string}
                 */
                readonly from: "approval" | "input" | "timer" | "budget" | "children" | "schedule" | "concurrency";
            };
        };
        /** @description The run ended with an answer. */
        readonly RunCompletedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.completed";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.failed";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "run.cancelled";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "model.requested";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "model.delta";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "model.completed";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "usage.recorded";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "model.failed";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "model.superseded";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "model.switched";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.requested";
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
                readonly wait?: "timer" | "input";
                /** @description When the timer is due, or when the wait for input expires. RFC 3339. */
                readonly until?: string;
            };
        };
        /** @description A running call reports progress. */
        readonly ToolProgressedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.progressed";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.logged";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "input.requested";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "input.withdrawn";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.suspended";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "mcp.listed";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.completed";
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
                readonly untrusted?: "web" | "mcp";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.failed";
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
                readonly untrusted?: "web" | "mcp";
                /** @description For `denied_by_policy`: the rule that denied the call. */
                readonly rule?: string;
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "tool.outcome_unknown";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "approval.requested";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "approval.decided";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "approval.expired";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "message.received";
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
        /** @description The conversation was shortened. */
        readonly MemoryCompactedEvent: {
            /** @description Counts from 1 without gaps. Defines the order and serves as the cursor. */
            readonly seq: number;
            /**
             * Format: date-time
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "memory.compacted";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "limit.reached";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "limit.changed";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "loop.detected";
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
             * @description Several events can have the same time.
             */
            readonly at: string;
            /** @description The version of the form of `data`. */
            readonly v: number;
            /**
             * @description The type of the event.
             * @enum {string}
             */
            readonly type: "recovery.started";
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
        readonly OutputPage: {
            readonly text: string;
            readonly offset: number;
            /** @description Characters of the whole output. */
            readonly total: number;
            readonly next_offset: number | null;
        };
        readonly ToolList: {
            readonly data: readonly components["schemas"]["Tool"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly Tool: {
            readonly name: string;
            /** @enum {string} */
            readonly kind: "built_in" | "http" | "code";
            /** @description null for a built-in tool. */
            readonly version: number | null;
            readonly enabled: boolean;
            readonly description: string;
            readonly input_schema: {
                readonly [key: string]: unknown;
            };
            readonly output_schema: {
                readonly [key: string]: unknown;
            } | null;
            /**
             * @description The worst effect that any call can have. The event of each call contains its own.
             * @enum {string}
             */
            readonly effect: "pure" | "idempotent" | "once" | "probe";
            /** @enum {string} */
            readonly approval: "never" | "always";
            /**
             * @description The source of its output, if that is untrusted.
             * @enum {string|null}
             */
            readonly untrusted: "web" | "mcp" | null;
            readonly timeout_ms: number;
            readonly http?: {
                /** @enum {string} */
                readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                readonly url: string;
                readonly headers: {
                    readonly [key: string]: string;
                };
            };
            readonly code?: {
                readonly source: string;
            };
            readonly created_at?: string;
            readonly updated_at?: string;
        };
        readonly RegisterTool: {
            readonly name: string;
            readonly description: string;
            /** @description JSON Schema 2020-12. References must stay within it. */
            readonly input_schema: {
                readonly [key: string]: unknown;
            };
            /** @description JSON Schema 2020-12. References must stay within it. */
            readonly output_schema?: {
                readonly [key: string]: unknown;
            };
            /**
             * @default never
             * @enum {string}
             */
            readonly approval?: "never" | "always";
            /** @default 60000 */
            readonly timeout_ms?: number;
            /** @default true */
            readonly enabled?: boolean;
            /** @enum {string} */
            readonly kind: "http";
            /**
             * @description What a second call with the same arguments would do.
             * @default once
             * @enum {string}
             */
            readonly effect?: "pure" | "idempotent" | "once";
            readonly http: {
                /** @enum {string} */
                readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
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
            readonly name: string;
            readonly description: string;
            /** @description JSON Schema 2020-12. References must stay within it. */
            readonly input_schema: {
                readonly [key: string]: unknown;
            };
            /** @description JSON Schema 2020-12. References must stay within it. */
            readonly output_schema?: {
                readonly [key: string]: unknown;
            };
            /**
             * @default never
             * @enum {string}
             */
            readonly approval?: "never" | "always";
            /** @default 60000 */
            readonly timeout_ms?: number;
            /** @default true */
            readonly enabled?: boolean;
            /** @enum {string} */
            readonly kind: "code";
            /**
             * @description What a second call with the same arguments would do.
             * @default pure
             * @enum {string}
             */
            readonly effect?: "pure" | "idempotent" | "once";
            readonly code: {
                /** @description The body of an async function in JavaScript or TypeScript. `input` contains the arguments. */
                readonly source: string;
            };
        };
        readonly ReplaceTool: {
            readonly name?: string;
            readonly description: string;
            /** @description JSON Schema 2020-12. References must stay within it. */
            readonly input_schema: {
                readonly [key: string]: unknown;
            };
            /** @description JSON Schema 2020-12. References must stay within it. */
            readonly output_schema?: {
                readonly [key: string]: unknown;
            };
            /**
             * @default never
             * @enum {string}
             */
            readonly approval?: "never" | "always";
            /** @default 60000 */
            readonly timeout_ms?: number;
            /** @default true */
            readonly enabled?: boolean;
            /** @enum {string} */
            readonly kind: "http";
            /**
             * @description What a second call with the same arguments would do.
             * @default once
             * @enum {string}
             */
            readonly effect?: "pure" | "idempotent" | "once";
            readonly http: {
                /** @enum {string} */
                readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
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
            readonly name?: string;
            readonly description: string;
            /** @description JSON Schema 2020-12. References must stay within it. */
            readonly input_schema: {
                readonly [key: string]: unknown;
            };
            /** @description JSON Schema 2020-12. References must stay within it. */
            readonly output_schema?: {
                readonly [key: string]: unknown;
            };
            /**
             * @default never
             * @enum {string}
             */
            readonly approval?: "never" | "always";
            /** @default 60000 */
            readonly timeout_ms?: number;
            /** @default true */
            readonly enabled?: boolean;
            /** @enum {string} */
            readonly kind: "code";
            /**
             * @description What a second call with the same arguments would do.
             * @default pure
             * @enum {string}
             */
            readonly effect?: "pure" | "idempotent" | "once";
            readonly code: {
                /** @description The body of an async function in JavaScript or TypeScript. `input` contains the arguments. */
                readonly source: string;
            };
        };
        readonly EnableTool: {
            readonly enabled: boolean;
        };
        readonly McpServerList: {
            readonly data: readonly components["schemas"]["McpServer"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly McpServer: {
            readonly name: string;
            /** @enum {string} */
            readonly source: "deployment" | "tenant";
            /** @description null for a server of the deployment. */
            readonly version: number | null;
            readonly enabled: boolean;
            readonly url: string;
            readonly headers: {
                readonly [key: string]: string;
            };
            readonly timeout_ms: number;
            readonly effects: {
                readonly [key: string]: string;
            };
            readonly trust_annotations: boolean;
            /** @enum {string} */
            readonly approval: "never" | "always";
            readonly oauth?: {
                readonly client_id?: string;
                readonly client_secret?: string;
                readonly scope?: string;
                /** @enum {string} */
                readonly grant?: "authorization_code" | "client_credentials";
            };
            readonly health: components["schemas"]["McpHealth"];
            readonly created_at?: string;
            readonly updated_at?: string;
        };
        readonly McpHealth: {
            /** @enum {string} */
            readonly status: "unknown" | "ok" | "down" | "unauthorized";
            /** @description The code of the failure, as for a tool call. */
            readonly code: string | null;
            readonly message: string | null;
            readonly checked_at: string | null;
            /** @description null if never listed. */
            readonly tools: number | null;
            /** @description Tools that were left out or changed. */
            readonly problems: number;
            /** @description When the cached tool list expires. */
            readonly expires_at: string | null;
        };
        readonly CreateMcpServer: {
            readonly name: string;
            readonly url: string;
            /**
             * @description Values refer to secrets of the deployment as `${secret:NAME}`.
             * @default {}
             */
            readonly headers?: {
                readonly [key: string]: string;
            };
            /** @default true */
            readonly enabled?: boolean;
            /**
             * @description Timeout of each request.
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
             * @default never
             * @enum {string}
             */
            readonly approval?: "never" | "always";
            readonly oauth?: components["schemas"]["McpOAuth"];
        };
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
            readonly name?: string;
            readonly url: string;
            /**
             * @description Values refer to secrets of the deployment as `${secret:NAME}`.
             * @default {}
             */
            readonly headers?: {
                readonly [key: string]: string;
            };
            /** @default true */
            readonly enabled?: boolean;
            /**
             * @description Timeout of each request.
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
             * @default never
             * @enum {string}
             */
            readonly approval?: "never" | "always";
            readonly oauth?: components["schemas"]["McpOAuth"];
        };
        readonly EnableMcpServer: {
            readonly enabled: boolean;
        };
        readonly McpToolPage: {
            readonly data: readonly components["schemas"]["McpTool"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description Number of tools on all pages. */
            readonly total: number;
            readonly fetched_at: string | null;
            readonly expires_at: string | null;
            readonly instructions: string | null;
            readonly problems: readonly components["schemas"]["McpProblem"][];
            readonly problem_count: number;
        };
        readonly McpTool: {
            /** @description The server's own name of the tool. */
            readonly name: string;
            readonly call_as: string;
            readonly description: string;
            readonly input_schema: {
                readonly [key: string]: unknown;
            };
            readonly output_schema: {
                readonly [key: string]: unknown;
            } | null;
            readonly annotations: {
                readonly [key: string]: boolean;
            } | null;
        };
        /** @description A tool that was left out or changed; `*` for many. */
        readonly McpProblem: {
            readonly name: string;
            readonly reason: string;
        };
        readonly McpAuthorization: {
            readonly authorized: boolean;
            /** @description The URL that the user opens in a browser. */
            readonly authorization_url?: string;
            readonly expires_at?: string;
        };
        readonly WebhookList: {
            readonly data: readonly components["schemas"]["Webhook"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly Webhook: {
            readonly id: string;
            readonly url: string;
            readonly types: readonly ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested")[];
            readonly description: string | null;
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
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly updated_at: string;
        };
        readonly NewWebhook: {
            readonly id: string;
            readonly url: string;
            readonly types: readonly ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested")[];
            readonly description: string | null;
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
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly updated_at: string;
            readonly secret: string;
        };
        readonly CreateWebhook: {
            /** Format: uri */
            readonly url: string;
            /**
             * @description Default: all.
             * @default [
             *       "task.started",
             *       "task.waiting",
             *       "task.completed",
             *       "task.failed",
             *       "task.cancelled",
             *       "approval.requested"
             *     ]
             */
            readonly types?: readonly ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested")[];
            /** @default null */
            readonly description?: string | null;
            /** @default true */
            readonly enabled?: boolean;
        };
        readonly ChangeWebhook: {
            /** Format: uri */
            readonly url?: string;
            /** @description Default: all. */
            readonly types?: readonly ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested")[];
            readonly description?: string | null;
            readonly enabled?: boolean;
        };
        readonly SigningSecret: {
            readonly secret: string;
            /**
             * Format: date-time
             * @description Until when the previous secret also signs or is accepted.
             */
            readonly previous_until: string | null;
        };
        readonly WebhookDelivery: {
            /** @description The `webhook-id` of the message. */
            readonly id: string;
            readonly type: string;
            readonly task_id: string | null;
            readonly seq: number | null;
            /** @enum {string} */
            readonly state: "pending" | "delivered" | "failed";
            readonly attempts: number;
            /** Format: date-time */
            readonly next_attempt_at: string | null;
            /** Format: date-time */
            readonly last_attempt_at: string | null;
            readonly last_status: number | null;
            /** @description One of http_error, redirected, gone, timeout, server_unreachable, url_refused, secret_unreadable, webhook_disabled, no_receiver. */
            readonly last_error: string | null;
            /** Format: date-time */
            readonly delivered_at: string | null;
            /** Format: date-time */
            readonly created_at: string;
        };
        readonly WebhookDeliveryList: {
            readonly data: readonly components["schemas"]["WebhookDelivery"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly HookList: {
            readonly data: readonly components["schemas"]["Hook"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly Hook: {
            readonly id: string;
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
            readonly enabled: boolean;
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly updated_at: string;
        };
        readonly NewHook: {
            readonly id: string;
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
            readonly enabled: boolean;
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly updated_at: string;
            readonly secret: string;
        };
        readonly CreateHook: {
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
            /** @default true */
            readonly enabled?: boolean;
            /** @description Default: generated. With the scheme `standard`: `whsec_` and base64. */
            readonly secret?: string;
        };
        readonly ChangeHook: {
            readonly name?: string;
            /** @description The body of a submission. Its strings can contain `{{path.to.field}}`, which refers to the request's body. */
            readonly template?: {
                readonly [key: string]: unknown;
            };
            readonly enabled?: boolean;
        };
        /** @description Contains no more, because the caller of a hook has no key to read tasks. */
        readonly StartedTask: {
            readonly task_id: string;
            readonly status: string;
            /** Format: date-time */
            readonly created_at: string;
        };
        readonly AgentList: {
            readonly data: readonly components["schemas"]["Agent"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        /** @description The latest version of an agent. */
        readonly Agent: {
            readonly name: string;
            readonly version: number;
            readonly description: string | null;
            /** @description null in a list if it is larger than 16 KiB; get the agent to read it. */
            readonly config: {
                readonly [key: string]: unknown;
            } | null;
            readonly limits: {
                readonly [key: string]: unknown;
            };
            /** @description The service's own `default`, until the tenant creates one. */
            readonly built_in: boolean;
            /** Format: date-time */
            readonly created_at: string | null;
            /** Format: date-time */
            readonly updated_at: string | null;
        };
        readonly CreateAgent: {
            readonly name: string;
            /** @description For people, and for models that use the agent as a tool. */
            readonly description?: string | null;
            readonly config?: components["schemas"]["AgentConfig"] & unknown;
            readonly limits?: components["schemas"]["Limits"] & unknown;
        };
        readonly ReplaceAgent: {
            readonly name?: string;
            /** @description For people, and for models that use the agent as a tool. */
            readonly description?: string | null;
            readonly config?: components["schemas"]["AgentConfig"] & unknown;
            readonly limits?: components["schemas"]["Limits"] & unknown;
        };
        readonly AgentVersionList: {
            readonly data: readonly components["schemas"]["AgentVersion"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        /** @description One version of an agent; `created_at` is the time of this version. */
        readonly AgentVersion: {
            readonly name: string;
            readonly version: number;
            readonly description: string | null;
            /** @description null in a list if it is larger than 16 KiB; get the agent to read it. */
            readonly config: {
                readonly [key: string]: unknown;
            } | null;
            readonly limits: {
                readonly [key: string]: unknown;
            };
            /** @description The service's own `default`, until the tenant creates one. */
            readonly built_in: boolean;
            /** Format: date-time */
            readonly created_at: string | null;
        };
        readonly UsageReport: {
            readonly data: readonly components["schemas"]["UsageSum"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description First day. */
            readonly from: string;
            /** @description Last day. */
            readonly to: string;
        };
        readonly UsageSum: {
            readonly day: string | null;
            readonly agent: string | null;
            readonly model: string | null;
            readonly tasks: number;
            readonly model_calls: number;
            readonly input_tokens: number;
            readonly cached_input_tokens: number;
            readonly output_tokens: number;
            readonly cost_usd: number;
        };
        readonly BudgetList: {
            readonly data: readonly components["schemas"]["Budget"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly Budget: {
            readonly agent: string | null;
            /** @enum {string} */
            readonly period: "day" | "month";
            readonly max_cost_usd: number;
            readonly spent_usd: number;
            /** @description Reserved for model calls in flight. */
            readonly reserved_usd: number;
        };
        readonly SetBudget: {
            /** @description The agent whose tasks it applies to. Absent or null: all tasks of the tenant. */
            readonly agent?: string | null;
            /** @enum {string} */
            readonly period: "day" | "month";
            readonly max_cost_usd: number | null;
        };
        readonly ConcurrencyList: {
            readonly data: readonly components["schemas"]["ConcurrencyCap"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly ConcurrencyCap: {
            readonly agent: string | null;
            readonly max_runs: number;
            readonly running: number;
            readonly waiting: number;
        };
        readonly SetConcurrencyCap: {
            /** @description The agent whose tasks it applies to. Absent or null: all tasks of the tenant. */
            readonly agent?: string | null;
            readonly max_runs: number | null;
        };
        readonly KeyList: {
            readonly data: readonly components["schemas"]["Key"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        /** @description A key without its secret. */
        readonly Key: {
            readonly key_id: string;
            readonly tenant: string;
            readonly name: string;
            readonly scopes: readonly ("tasks:read" | "tasks:write" | "tools:write" | "agents:write" | "admin" | "platform")[];
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly expires_at: string | null;
            /** Format: date-time */
            readonly revoked_at: string | null;
        };
        readonly NewKey: {
            readonly key_id: string;
            readonly tenant: string;
            readonly name: string;
            readonly scopes: readonly ("tasks:read" | "tasks:write" | "tools:write" | "agents:write" | "admin" | "platform")[];
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly expires_at: string | null;
            /** Format: date-time */
            readonly revoked_at: string | null;
            /** @description Returned only here. */
            readonly key: string;
        };
        readonly CreateKey: {
            readonly name: string;
            /** @description Only scopes that the calling key has itself. */
            readonly scopes: readonly ("tasks:read" | "tasks:write" | "tools:write" | "agents:write" | "admin" | "platform")[];
            /** @description Another tenant, created by its first key. Needs the scope `platform`. */
            readonly tenant?: string;
            /** Format: date-time */
            readonly expires_at?: string | null;
        };
        readonly RotateKey: {
            /**
             * @description Seconds for which the old secret can still be used.
             * @default 0
             */
            readonly grace_s?: number;
        };
        readonly AuditList: {
            readonly data: readonly components["schemas"]["AuditEntry"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
        };
        readonly AuditEntry: {
            readonly audit_id: string;
            /** Format: date-time */
            readonly at: string;
            /** @description Id of the key. */
            readonly by: string;
            readonly action: string;
            /** @description The id or name of the changed resource. */
            readonly subject: string;
            readonly details: {
                readonly [key: string]: unknown;
            };
        };
        /** @description Current invariant violations among one page of unfinished tasks. A page without any may have a next one. */
        readonly Invariants: {
            readonly data: readonly components["schemas"]["Violation"][];
            /** @description `cursor` of the next page; null on the last one. */
            readonly next_cursor: string | null;
            /** @description Number of tasks checked on this page. */
            readonly checked: number;
        };
        readonly Violation: {
            /** @enum {string} */
            readonly kind: "not_dispatched" | "no_alarm" | "overdue" | "behind" | "no_log" | "unreachable";
            readonly task_id: string;
            /**
             * @description As in the task list.
             * @enum {string}
             */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
            readonly detail: string;
        };
        readonly JsonRpcError: {
            /** @enum {string} */
            readonly jsonrpc: "2.0";
            readonly error: {
                readonly code: number;
                readonly message: string;
                readonly data?: unknown;
            };
            readonly id: string | number | null;
        };
        readonly Health: {
            /** @enum {string} */
            readonly status: "ok" | "degraded";
            readonly version: string;
            /** @enum {string} */
            readonly database: "ok" | "unreachable";
            /** @enum {string} */
            readonly queue: "ok" | "unbound";
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
                readonly status?: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
                readonly agent?: string;
                /** @description Inclusive. */
                readonly created_after?: string;
                /** @description Exclusive. */
                readonly created_before?: string;
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
    readonly getTask: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description `wait=30` waits up to 30 seconds (at most 60) until the task finishes or pauses. */
                readonly prefer?: string;
                /** @description An `ETag`. The response is 304 while the task is unchanged. */
                readonly "if-none-match"?: string;
            };
            readonly path: {
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
            readonly query?: never;
            readonly header?: {
                /** @description For 24 hours, requests with the same key and body run once and get the same response. */
                readonly "idempotency-key"?: string;
            };
            readonly path: {
                readonly id: string;
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
    readonly listEvents: {
        readonly parameters: {
            readonly query?: {
                /** @description `seq` of the last known event. Default: 0, for all events. */
                readonly after?: number;
                /** @description The `next_cursor` of the previous page. Takes precedence over `after`. */
                readonly cursor?: string;
                /** @description Maximum number of events on the page. Default: 100. */
                readonly limit?: number;
                readonly ticket?: string;
            };
            readonly header?: never;
            readonly path: {
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
    readonly readOutput: {
        readonly parameters: {
            readonly query?: {
                readonly offset?: number;
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
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
                readonly code?: string;
                readonly state?: string;
                readonly iss?: string;
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
            readonly header?: never;
            readonly path: {
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
            readonly header?: never;
            readonly path: {
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
                readonly id: string;
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
    readonly callHook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
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
    readonly deleteHook: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
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
            readonly header?: never;
            readonly path: {
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
    readonly setBudget: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
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
                    readonly "application/json": components["schemas"]["BudgetList"];
                };
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
    readonly setConcurrencyCap: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
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
                    readonly "application/json": components["schemas"]["ConcurrencyList"];
                };
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
    readonly getKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly key_id: string;
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
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly key_id: string;
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
                readonly key_id: string;
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
