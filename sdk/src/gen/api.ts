/** Made by `npm run sdk:types` from docs/openapi.json; not to be changed by hand. */
export interface components {
    schemas: {
        readonly Task: {
            readonly task_id: string;
            readonly task_type: string;
            readonly name: string | null;
            /** @enum {string} */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
            /** @description approval, input, timer, budget, schedule or concurrency. */
            readonly waiting_for: string | null;
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
        readonly Empty: Record<string, never>;
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
        readonly EventPage: {
            readonly data: readonly components["schemas"]["Event"][];
            /** @description `cursor` or `after` of the next page: the `seq` of the last event on this one. null if no event follows yet; a live run may add events after `last_seq`. */
            readonly next_cursor: string | null;
            /** @description Of the log, not of the page. */
            readonly last_seq: number;
            /** @enum {string} */
            readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
        };
        readonly Event: {
            readonly seq: number;
            /** Format: date-time */
            readonly at: string;
            readonly type: string;
            readonly v: number;
            readonly data: {
                readonly [key: string]: unknown;
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
                readonly "application/json": components["schemas"]["Empty"];
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
