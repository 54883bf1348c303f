/** Made by `npm run sdk:types` from docs/openapi.json; not to be changed by hand. */
export interface components {
    schemas: {
        Task: {
            task_id: string;
            task_type: string;
            name: string | null;
            /** @enum {string} */
            status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
            /** @description approval, input, timer, budget or schedule. */
            waiting_for: string | null;
            /**
             * Format: date-time
             * @description When the wait ends by itself; null where only somebody can end it.
             */
            waiting_until: string | null;
            /** @description null in a list where it is larger than 16 KiB; the task itself has it. */
            input_data: {
                [key: string]: unknown;
            } | null;
            /** @description Holds `answer`. null in a list where it is large. */
            result?: unknown;
            error: {
                code: string;
                message: string;
                details?: unknown;
            } | null;
            error_message: string | null;
            agent: string;
            agent_version: number;
            model: string;
            /** @enum {string} */
            planner: "native" | "react" | "placeholder";
            usage: components["schemas"]["Usage"];
            limits: {
                [key: string]: unknown;
            };
            metadata: {
                [key: string]: unknown;
            };
            priority: number;
            attempt: number;
            last_seq: number;
            retry_of: string | null;
            forked_from: string | null;
            parent_task_id: string | null;
            workflow_id: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** Format: date-time */
            scheduled_at: string | null;
            callback_url: string | null;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            completed_at: string | null;
        };
        Usage: {
            steps: number;
            model_calls: number;
            tool_calls: number;
            input_tokens: number;
            output_tokens: number;
            cost_usd: number;
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            code: string;
            request_id: string;
            errors?: {
                pointer: string;
                detail: string;
            }[];
        };
        SubmitTask: {
            /** @default agent_run */
            task_type?: string;
            name?: string | null;
            input_data: components["schemas"]["InputData"];
            /** @default default */
            agent?: string;
            agent_config?: components["schemas"]["AgentConfig"];
            limits?: components["schemas"]["Limits"];
            /** @default 0 */
            priority?: number;
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description The run begins no sooner; until then it waits for `schedule`.
             */
            scheduled_at?: string | null;
            /**
             * Format: uri
             * @description Is told of every type of webhook event of this task, signed with the tenant's secret (`GET /api/v1/webhooks/callbacks/secret`).
             */
            callback_url?: string | null;
            /** @description The same as the header Idempotency-Key, which wins. */
            request_id?: string;
        };
        /** @description A free object; these fields have a meaning. */
        InputData: {
            goal?: string;
            /** @description The same as goal; goal wins. */
            prompt?: string;
            context?: {
                [key: string]: unknown;
            };
            messages?: {
                /** @enum {string} */
                role: "user" | "assistant";
                content: string;
            }[];
            images?: ({
                /** Format: uri */
                url: string;
            } | {
                media_type: string;
                data: string;
            })[];
            /** @description The same as `agent_config.inject_mcp_proxy`, which wins. */
            inject_mcp_proxy?: boolean;
            script?: {
                [key: string]: unknown;
            }[];
            script_tools?: {
                [key: string]: unknown;
            }[];
        } & {
            [key: string]: unknown;
        };
        AgentConfig: {
            model?: string;
            /** @description Take over, in their order, where the model before cannot answer. */
            fallback_models?: string[];
            /** @enum {string} */
            planner?: "native" | "react" | "placeholder";
            /** @description JSON Schema of the answer, which `result.data` then holds. What does not fit goes back to the model with the reasons. */
            output_schema?: {
                [key: string]: unknown;
            };
            instructions?: string;
            profile?: components["schemas"]["Profile"];
            tools?: string[];
            /** @description The MCP servers whose tools the run may use. Absent: none, or all with the proxy. */
            mcp_servers?: string[];
            /**
             * @description `direct`: each tool of a server is a tool. `proxy`: one tool, `mcp_proxy_tool`, calls them all.
             * @enum {string}
             */
            mcp_tools?: "direct" | "proxy" | "both";
            /** @description Whether `mcp_proxy_tool` is there; without `mcp_servers` it reaches all servers. */
            inject_mcp_proxy?: boolean;
            temperature?: number;
            max_output_tokens?: number;
            stop?: string[];
            seed?: number;
            memory?: {
                max_messages?: number;
                /** @description Tokens of conversation beyond which it is compacted: long outputs are shortened, then older turns summarised. */
                max_tokens?: number;
            };
            policy?: components["schemas"]["Policy"];
            /**
             * @description What follows when a crash leaves nobody knowing whether a tool of the effect `once` took effect. `ask` holds the call for a person: approving it runs it again.
             * @enum {string}
             */
            on_outcome_unknown?: "tell_model" | "ask" | "fail";
            waits?: {
                approval_expires_s?: number;
                input_expires_s?: number;
                /**
                 * @description `deny` (the default): the model is told. `fail`: the run fails. `continue`: an approval counts as given, an input as empty.
                 * @enum {string}
                 */
                on_expiry?: "deny" | "fail" | "continue";
            };
        };
        /** @description Who the agent is. Its model is told, before the instructions. */
        Profile: {
            name?: string;
            role?: string;
            persona?: string;
            tone?: string;
            goals?: string[];
            guidelines?: string[];
            constraints?: string[];
        };
        /** @description What the agent may do, by tool name; `*` stands for any text. `deny` wins; with `allow`, what it does not name is denied. `approve`: a person must say yes before each call. `arguments`: a JSON Schema by pattern, which the arguments must fit. `after_untrusted`: what follows for calls with side effects once content from the web or a remote server is in the conversation. */
        Policy: {
            allow?: string[];
            deny?: string[];
            approve?: string[];
            arguments?: {
                [key: string]: unknown;
            };
            rate?: {
                [key: string]: {
                    per_run?: number;
                    per_minute?: number;
                };
            };
            /** @enum {string} */
            after_untrusted?: "allow" | "approve" | "deny";
        };
        /** @description Waits do not count towards max_duration_s. null lifts a limit. */
        Limits: {
            max_steps?: number | null;
            max_tool_calls?: number | null;
            max_duration_s?: number | null;
            max_tokens?: number | null;
            max_cost_usd?: number | null;
            /** @description How often the same tool calls may follow each other; at half of it the model is told. */
            max_repeats?: number | null;
            /**
             * @description For every cap. By default max_tokens and max_cost_usd make the run wait for `budget`, and the others end it.
             * @enum {string|null}
             */
            on_reached?: "wait" | "fail" | null;
        };
        TaskList: {
            tasks: components["schemas"]["Task"][];
            total: number;
            next_cursor: string | null;
        };
        CancelTask: {
            reason?: string;
        };
        Ticket: {
            ticket: string;
            /** Format: date-time */
            expires_at: string;
        };
        Empty: Record<string, never>;
        SendMessage: {
            content?: string;
            /** @description The answer to a structured question; fields that are left out have defaults. */
            data?: {
                [key: string]: unknown;
            };
            /**
             * @description What is done with the question of a call (`input.requested`); it is answered if this is not given.
             * @enum {string}
             */
            action?: "accept" | "decline" | "cancel";
            /** @description The call whose question it answers. Where there are several, name `key` too. */
            call_id?: string;
            /** @description The `key` of the `input.requested` that it answers. */
            key?: string;
        };
        DecideApproval: {
            /** @enum {string} */
            decision: "approve" | "deny";
            /** @description Take the place of the model's; checked against the tool's schema. */
            arguments?: unknown;
            comment?: string;
        };
        /** @description Waits do not count towards max_duration_s. null lifts a limit. */
        ChangeLimits: {
            max_steps?: number | null;
            max_tool_calls?: number | null;
            max_duration_s?: number | null;
            max_tokens?: number | null;
            max_cost_usd?: number | null;
            /** @description How often the same tool calls may follow each other; at half of it the model is told. */
            max_repeats?: number | null;
            /**
             * @description For every cap. By default max_tokens and max_cost_usd make the run wait for `budget`, and the others end it.
             * @enum {string|null}
             */
            on_reached?: "wait" | "fail" | null;
        };
        EventPage: {
            events: components["schemas"]["Event"][];
            /** @description The log's, not the page's. */
            last_seq: number;
            has_more: boolean;
            /** @enum {string} */
            status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
        };
        Event: {
            seq: number;
            /** Format: date-time */
            at: string;
            type: string;
            v: number;
            data: {
                [key: string]: unknown;
            };
        };
        OutputPage: {
            text: string;
            offset: number;
            /** @description Characters of the whole output. */
            total: number;
            next_offset: number | null;
        };
        ToolList: {
            tools: components["schemas"]["Tool"][];
        };
        Tool: {
            name: string;
            /** @enum {string} */
            kind: "built_in" | "http" | "code";
            /** @description null for a built-in tool. */
            version: number | null;
            enabled: boolean;
            description: string;
            input_schema: {
                [key: string]: unknown;
            };
            output_schema: {
                [key: string]: unknown;
            } | null;
            /**
             * @description The gravest that a call may have; the event of each call says which it has.
             * @enum {string}
             */
            effect: "pure" | "idempotent" | "once" | "probe";
            /** @enum {string} */
            approval: "never" | "always";
            /**
             * @description Where its output comes from, if that is nobody who may be believed.
             * @enum {string|null}
             */
            untrusted: "web" | "mcp" | null;
            timeout_ms: number;
            http?: {
                /** @enum {string} */
                method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                url: string;
                headers: {
                    [key: string]: string;
                };
            };
            code?: {
                source: string;
            };
            created_at?: string;
            updated_at?: string;
        };
        RegisterTool: {
            name: string;
            description: string;
            /** @description JSON Schema 2020-12; references stay within it. */
            input_schema: {
                [key: string]: unknown;
            };
            /** @description JSON Schema 2020-12; references stay within it. */
            output_schema?: {
                [key: string]: unknown;
            };
            /**
             * @default never
             * @enum {string}
             */
            approval?: "never" | "always";
            /** @default 60000 */
            timeout_ms?: number;
            /** @default true */
            enabled?: boolean;
            /** @enum {string} */
            kind: "http";
            /**
             * @description What a second call with the same arguments would do.
             * @default once
             * @enum {string}
             */
            effect?: "pure" | "idempotent" | "once";
            http: {
                /** @enum {string} */
                method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                url: string;
                /**
                 * @description Values name secrets of the deployment as `${secret:NAME}`.
                 * @default {}
                 */
                headers?: {
                    [key: string]: string;
                };
            };
        } | {
            name: string;
            description: string;
            /** @description JSON Schema 2020-12; references stay within it. */
            input_schema: {
                [key: string]: unknown;
            };
            /** @description JSON Schema 2020-12; references stay within it. */
            output_schema?: {
                [key: string]: unknown;
            };
            /**
             * @default never
             * @enum {string}
             */
            approval?: "never" | "always";
            /** @default 60000 */
            timeout_ms?: number;
            /** @default true */
            enabled?: boolean;
            /** @enum {string} */
            kind: "code";
            /**
             * @description What a second call with the same arguments would do.
             * @default pure
             * @enum {string}
             */
            effect?: "pure" | "idempotent" | "once";
            code: {
                /** @description The body of an async function in JavaScript or TypeScript; `input` has the arguments. */
                source: string;
            };
        };
        ReplaceTool: {
            name?: string;
            description: string;
            /** @description JSON Schema 2020-12; references stay within it. */
            input_schema: {
                [key: string]: unknown;
            };
            /** @description JSON Schema 2020-12; references stay within it. */
            output_schema?: {
                [key: string]: unknown;
            };
            /**
             * @default never
             * @enum {string}
             */
            approval?: "never" | "always";
            /** @default 60000 */
            timeout_ms?: number;
            /** @default true */
            enabled?: boolean;
            /** @enum {string} */
            kind: "http";
            /**
             * @description What a second call with the same arguments would do.
             * @default once
             * @enum {string}
             */
            effect?: "pure" | "idempotent" | "once";
            http: {
                /** @enum {string} */
                method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
                url: string;
                /**
                 * @description Values name secrets of the deployment as `${secret:NAME}`.
                 * @default {}
                 */
                headers?: {
                    [key: string]: string;
                };
            };
        } | {
            name?: string;
            description: string;
            /** @description JSON Schema 2020-12; references stay within it. */
            input_schema: {
                [key: string]: unknown;
            };
            /** @description JSON Schema 2020-12; references stay within it. */
            output_schema?: {
                [key: string]: unknown;
            };
            /**
             * @default never
             * @enum {string}
             */
            approval?: "never" | "always";
            /** @default 60000 */
            timeout_ms?: number;
            /** @default true */
            enabled?: boolean;
            /** @enum {string} */
            kind: "code";
            /**
             * @description What a second call with the same arguments would do.
             * @default pure
             * @enum {string}
             */
            effect?: "pure" | "idempotent" | "once";
            code: {
                /** @description The body of an async function in JavaScript or TypeScript; `input` has the arguments. */
                source: string;
            };
        };
        EnableTool: {
            enabled: boolean;
        };
        McpServerList: {
            servers: components["schemas"]["McpServer"][];
        };
        McpServer: {
            name: string;
            /** @enum {string} */
            source: "deployment" | "tenant";
            /** @description null: the deployment's. */
            version: number | null;
            enabled: boolean;
            url: string;
            headers: {
                [key: string]: string;
            };
            timeout_ms: number;
            effects: {
                [key: string]: string;
            };
            trust_annotations: boolean;
            /** @enum {string} */
            approval: "never" | "always";
            oauth?: {
                client_id?: string;
                client_secret?: string;
                scope?: string;
                /** @enum {string} */
                grant?: "authorization_code" | "client_credentials";
            };
            health: components["schemas"]["McpHealth"];
            created_at?: string;
            updated_at?: string;
        };
        McpHealth: {
            /** @enum {string} */
            status: "unknown" | "ok" | "down" | "unauthorized";
            /** @description A code of a failed tool call. */
            code: string | null;
            message: string | null;
            checked_at: string | null;
            /** @description null: never listed. */
            tools: number | null;
            /** @description Tools that were left out or changed. */
            problems: number;
            /** @description Until when the list of tools is used without being asked for again. */
            expires_at: string | null;
        };
        CreateMcpServer: {
            name: string;
            url: string;
            /**
             * @description Values name secrets of the deployment as `${secret:NAME}`.
             * @default {}
             */
            headers?: {
                [key: string]: string;
            };
            /** @default true */
            enabled?: boolean;
            /**
             * @description For each request.
             * @default 30000
             */
            timeout_ms?: number;
            /**
             * @description What a second call of a tool would do, by the server's own name of it or a pattern with `*`.
             * @default {}
             */
            effects?: {
                [key: string]: "pure" | "idempotent" | "once";
            };
            /**
             * @description Whether the server's own hints about effects are believed.
             * @default false
             */
            trust_annotations?: boolean;
            /**
             * @default never
             * @enum {string}
             */
            approval?: "never" | "always";
            oauth?: components["schemas"]["McpOAuth"];
        };
        McpOAuth: {
            /** @description A registered client, or the https address of a client's metadata document. Absent: the service registers itself. */
            client_id?: string;
            /** @description Names a secret of the deployment as `${secret:NAME}`. */
            client_secret?: string;
            /** @description Absent: what the server asks for. */
            scope?: string;
            /**
             * @description `client_credentials`: nobody has to agree in a browser.
             * @enum {string}
             */
            grant?: "authorization_code" | "client_credentials";
        };
        ReplaceMcpServer: {
            name?: string;
            url: string;
            /**
             * @description Values name secrets of the deployment as `${secret:NAME}`.
             * @default {}
             */
            headers?: {
                [key: string]: string;
            };
            /** @default true */
            enabled?: boolean;
            /**
             * @description For each request.
             * @default 30000
             */
            timeout_ms?: number;
            /**
             * @description What a second call of a tool would do, by the server's own name of it or a pattern with `*`.
             * @default {}
             */
            effects?: {
                [key: string]: "pure" | "idempotent" | "once";
            };
            /**
             * @description Whether the server's own hints about effects are believed.
             * @default false
             */
            trust_annotations?: boolean;
            /**
             * @default never
             * @enum {string}
             */
            approval?: "never" | "always";
            oauth?: components["schemas"]["McpOAuth"];
        };
        EnableMcpServer: {
            enabled: boolean;
        };
        McpToolPage: {
            tools: {
                /** @description The server's own. */
                name: string;
                call_as: string;
                description: string;
                input_schema: {
                    [key: string]: unknown;
                };
                output_schema: {
                    [key: string]: unknown;
                } | null;
                annotations: {
                    [key: string]: boolean;
                } | null;
            }[];
            total: number;
            next_cursor: string | null;
            fetched_at: string | null;
            expires_at: string | null;
            instructions: string | null;
            problems: components["schemas"]["McpProblem"][];
            problem_count: number;
        };
        /** @description A tool that was left out or changed; `*`: many. */
        McpProblem: {
            name: string;
            reason: string;
        };
        McpAuthorization: {
            authorized: boolean;
            /** @description What a person has to open in a browser. */
            authorization_url?: string;
            expires_at?: string;
        };
        WebhookList: {
            webhooks: components["schemas"]["Webhook"][];
        };
        Webhook: {
            id: string;
            url: string;
            types: ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested")[];
            description: string | null;
            enabled: boolean;
            /**
             * @description Why the service disabled it: it was told 410, or it failed for five days and never worked.
             * @enum {string|null}
             */
            disabled_reason: "gone" | "failing" | null;
            /**
             * Format: date-time
             * @description When it failed first since it last worked.
             */
            failing_since: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        NewWebhook: {
            id: string;
            url: string;
            types: ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested")[];
            description: string | null;
            enabled: boolean;
            /**
             * @description Why the service disabled it: it was told 410, or it failed for five days and never worked.
             * @enum {string|null}
             */
            disabled_reason: "gone" | "failing" | null;
            /**
             * Format: date-time
             * @description When it failed first since it last worked.
             */
            failing_since: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            secret: string;
        };
        CreateWebhook: {
            /** Format: uri */
            url: string;
            /**
             * @description Absent: all.
             * @default [
             *       "task.started",
             *       "task.waiting",
             *       "task.completed",
             *       "task.failed",
             *       "task.cancelled",
             *       "approval.requested"
             *     ]
             */
            types?: ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested")[];
            /** @default null */
            description?: string | null;
            /** @default true */
            enabled?: boolean;
        };
        ChangeWebhook: {
            /** Format: uri */
            url?: string;
            /** @description Absent: all. */
            types?: ("task.started" | "task.waiting" | "task.completed" | "task.failed" | "task.cancelled" | "approval.requested")[];
            description?: string | null;
            enabled?: boolean;
        };
        SigningSecret: {
            secret: string;
            /**
             * Format: date-time
             * @description Until when the secret before signs too, or is accepted too.
             */
            previous_until: string | null;
        };
        WebhookDelivery: {
            /** @description The `webhook-id` that it is sent with. */
            id: string;
            type: string;
            task_id: string | null;
            seq: number | null;
            /** @enum {string} */
            state: "pending" | "delivered" | "failed";
            attempts: number;
            /** Format: date-time */
            next_attempt_at: string | null;
            /** Format: date-time */
            last_attempt_at: string | null;
            last_status: number | null;
            /** @description A class: http_error, redirected, gone, timeout, server_unreachable, url_refused, secret_unreadable, webhook_disabled, no_receiver. */
            last_error: string | null;
            /** Format: date-time */
            delivered_at: string | null;
            /** Format: date-time */
            created_at: string;
        };
        WebhookDeliveryList: {
            deliveries: components["schemas"]["WebhookDelivery"][];
            next_cursor: string | null;
        };
        HookList: {
            hooks: components["schemas"]["Hook"][];
        };
        Hook: {
            id: string;
            name: string;
            /** @description Where its requests are sent. */
            url: string;
            /**
             * @description `standard`: Standard Webhooks. `github`: X-Hub-Signature-256, which has no timestamp.
             * @enum {string}
             */
            scheme: "standard" | "github";
            /** @description The body of a submission; its texts may hold `{{path.to.field}}` of what the hook is sent. */
            template: {
                [key: string]: unknown;
            };
            enabled: boolean;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        NewHook: {
            id: string;
            name: string;
            /** @description Where its requests are sent. */
            url: string;
            /**
             * @description `standard`: Standard Webhooks. `github`: X-Hub-Signature-256, which has no timestamp.
             * @enum {string}
             */
            scheme: "standard" | "github";
            /** @description The body of a submission; its texts may hold `{{path.to.field}}` of what the hook is sent. */
            template: {
                [key: string]: unknown;
            };
            enabled: boolean;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            secret: string;
        };
        CreateHook: {
            name: string;
            /** @description The body of a submission; its texts may hold `{{path.to.field}}` of what the hook is sent. */
            template: {
                [key: string]: unknown;
            };
            /**
             * @description `standard`: Standard Webhooks. `github`: X-Hub-Signature-256, which has no timestamp.
             * @default standard
             * @enum {string}
             */
            scheme?: "standard" | "github";
            /** @default true */
            enabled?: boolean;
            /** @description Absent: one is made. With the scheme `standard`, `whsec_` and base64. */
            secret?: string;
        };
        ChangeHook: {
            name?: string;
            /** @description The body of a submission; its texts may hold `{{path.to.field}}` of what the hook is sent. */
            template?: {
                [key: string]: unknown;
            };
            enabled?: boolean;
        };
        /** @description No more than this: who calls a hook has no key to read tasks with. */
        StartedTask: {
            task_id: string;
            status: string;
            /** Format: date-time */
            created_at: string;
        };
        AgentList: {
            agents: components["schemas"]["Agent"][];
            next_cursor: string | null;
        };
        /** @description The newest version of an agent. */
        Agent: {
            name: string;
            version: number;
            description: string | null;
            /** @description null in a list of agents where it is larger than 16 KiB; the agent has it. */
            config: {
                [key: string]: unknown;
            } | null;
            limits: {
                [key: string]: unknown;
            };
            /** @description The service's own `default`, until the tenant makes one. */
            built_in: boolean;
            /** Format: date-time */
            created_at: string | null;
            /** Format: date-time */
            updated_at: string | null;
        };
        CreateAgent: {
            name: string;
            /** @description For people, and for the models that are offered the agent as a tool. */
            description?: string | null;
            config?: components["schemas"]["AgentConfig"] & unknown;
            limits?: components["schemas"]["Limits"] & unknown;
        };
        ReplaceAgent: {
            name?: string;
            /** @description For people, and for the models that are offered the agent as a tool. */
            description?: string | null;
            config?: components["schemas"]["AgentConfig"] & unknown;
            limits?: components["schemas"]["Limits"] & unknown;
        };
        AgentVersionList: {
            versions: components["schemas"]["AgentVersion"][];
            next_cursor: string | null;
        };
        /** @description One version of an agent; `created_at` is when this version was made. */
        AgentVersion: {
            name: string;
            version: number;
            description: string | null;
            /** @description null in a list of agents where it is larger than 16 KiB; the agent has it. */
            config: {
                [key: string]: unknown;
            } | null;
            limits: {
                [key: string]: unknown;
            };
            /** @description The service's own `default`, until the tenant makes one. */
            built_in: boolean;
            /** Format: date-time */
            created_at: string | null;
        };
        UsageReport: {
            from: string;
            to: string;
            usage: {
                day: string | null;
                agent: string | null;
                model: string | null;
                tasks: number;
                model_calls: number;
                input_tokens: number;
                cached_input_tokens: number;
                output_tokens: number;
                cost_usd: number;
            }[];
        };
        BudgetList: {
            budgets: {
                agent: string | null;
                /** @enum {string} */
                period: "day" | "month";
                max_cost_usd: number;
                spent_usd: number;
                /** @description Held back for model calls that are under way. */
                reserved_usd: number;
            }[];
        };
        SetBudget: {
            /** @description The agent whose tasks it is for; absent or null: all of the tenant's. */
            agent?: string | null;
            /** @enum {string} */
            period: "day" | "month";
            max_cost_usd: number | null;
        };
        KeyList: {
            keys: components["schemas"]["Key"][];
            next_cursor: string | null;
        };
        /** @description A key without its secret. */
        Key: {
            key_id: string;
            tenant: string;
            name: string;
            scopes: ("tasks:read" | "tasks:write" | "tools:write" | "agents:write" | "admin" | "platform")[];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string | null;
            /** Format: date-time */
            revoked_at: string | null;
        };
        NewKey: {
            key_id: string;
            tenant: string;
            name: string;
            scopes: ("tasks:read" | "tasks:write" | "tools:write" | "agents:write" | "admin" | "platform")[];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string | null;
            /** Format: date-time */
            revoked_at: string | null;
            /** @description Shown this once. */
            key: string;
        };
        CreateKey: {
            name: string;
            /** @description Only what the key that asks has itself. */
            scopes: ("tasks:read" | "tasks:write" | "tools:write" | "agents:write" | "admin" | "platform")[];
            /** @description Another tenant, which this makes; needs the scope `platform`. */
            tenant?: string;
            /** Format: date-time */
            expires_at?: string | null;
        };
        RotateKey: {
            /**
             * @description Seconds for which the old secret can still be used.
             * @default 0
             */
            grace_s?: number;
        };
        AuditList: {
            entries: components["schemas"]["AuditEntry"][];
            next_cursor: string | null;
        };
        AuditEntry: {
            audit_id: string;
            /** Format: date-time */
            at: string;
            /** @description Id of the key. */
            by: string;
            action: string;
            /** @description The id or the name of what it was done to. */
            subject: string;
            details: {
                [key: string]: unknown;
            };
        };
        /** @description What breaks a promise right now; empty lists mean that nothing does. */
        Invariants: {
            not_dispatched: components["schemas"]["Offender"][];
            no_alarm: components["schemas"]["Offender"][];
            overdue: components["schemas"]["Offender"][];
            behind: components["schemas"]["Offender"][];
            no_log: components["schemas"]["Offender"][];
            unreachable: components["schemas"]["Offender"][];
            /** @description Tasks on this page that were looked at. */
            checked: number;
            next_cursor: string | null;
        };
        Offender: {
            task_id: string;
            /**
             * @description As the list has it.
             * @enum {string}
             */
            status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
            detail: string;
        };
        JsonRpcError: {
            /** @enum {string} */
            jsonrpc: "2.0";
            error: {
                code: number;
                message: string;
                data?: unknown;
            };
            id: string | number | null;
        };
        Health: {
            /** @enum {string} */
            status: "ok" | "degraded";
            version: string;
            /** @enum {string} */
            database: "ok" | "unreachable";
            /** @enum {string} */
            queue: "ok" | "unbound";
            models: string[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export interface operations {
    listTasks: {
        parameters: {
            query?: {
                status?: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
                agent?: string;
                /** @description Inclusive. */
                created_after?: string;
                /** @description Exclusive. */
                created_before?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskList"];
                };
            };
        };
    };
    submitTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=30` waits up to 60 seconds for a terminal status or a wait. */
                prefer?: string;
                /** @description The same key and body are given the same answer, for 24 hours; the work is done once. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SubmitTask"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    getTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=30` waits up to 60 seconds for a terminal status or a wait. */
                prefer?: string;
                /** @description An `ETag`: 304 is answered as long as nothing has changed. */
                "if-none-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    cancelTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CancelTask"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    createTicket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    retryTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body are given the same answer, for 24 hours; the work is done once. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    sendMessage: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body are given the same answer, for 24 hours; the work is done once. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendMessage"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    decideApproval: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body are given the same answer, for 24 hours; the work is done once. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
                call_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecideApproval"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    changeLimits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeLimits"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                after?: number;
                limit?: number;
                ticket?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                    "text/event-stream": string;
                };
            };
        };
    };
    readOutput: {
        parameters: {
            query?: {
                offset?: number;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
                sha256: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutputPage"];
                };
            };
        };
    };
    listTools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolList"];
                };
            };
        };
    };
    registerTool: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body are given the same answer, for 24 hours; the work is done once. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterTool"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tool"];
                };
            };
        };
    };
    getTool: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tool"];
                };
            };
        };
    };
    replaceTool: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that the tool must still have. */
                "if-match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplaceTool"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tool"];
                };
            };
        };
    };
    deleteTool: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that the tool must still have. */
                "if-match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    enableTool: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that the tool must still have. */
                "if-match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnableTool"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tool"];
                };
            };
        };
    };
    listMcpServers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServerList"];
                };
            };
        };
    };
    createMcpServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body are given the same answer, for 24 hours; the work is done once. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateMcpServer"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    getMcpServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    replaceMcpServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that the server must still have. */
                "if-match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplaceMcpServer"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    deleteMcpServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that the server must still have. */
                "if-match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    enableMcpServer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that the server must still have. */
                "if-match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnableMcpServer"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    refreshMcpServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpServer"];
                };
            };
        };
    };
    listMcpTools: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpToolPage"];
                };
            };
        };
    };
    authorizeMcpServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpAuthorization"];
                };
            };
        };
    };
    forgetMcpAuthorization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    finishMcpAuthorization: {
        parameters: {
            query?: {
                code?: string;
                state?: string;
                iss?: string;
                error?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookList"];
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWebhook"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewWebhook"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    changeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeWebhook"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
        };
    };
    getWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningSecret"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningSecret"];
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryList"];
                };
            };
        };
    };
    redeliver: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
        };
    };
    listHooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookList"];
                };
            };
        };
    };
    createHook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateHook"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewHook"];
                };
            };
        };
    };
    getHook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hook"];
                };
            };
        };
    };
    callHook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedTask"];
                };
            };
        };
    };
    deleteHook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    changeHook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeHook"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hook"];
                };
            };
        };
    };
    getHookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningSecret"];
                };
            };
        };
    };
    rotateHookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SigningSecret"];
                };
            };
        };
    };
    listAgents: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentList"];
                };
            };
        };
    };
    createAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body are given the same answer, for 24 hours; the work is done once. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateAgent"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    getAgent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    replaceAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that the agent must still have. */
                "if-match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplaceAgent"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
        };
    };
    deleteAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that the agent must still have. */
                "if-match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listAgentVersions: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentVersionList"];
                };
            };
        };
    };
    getUsage: {
        parameters: {
            query?: {
                /** @description First day; 29 days before today by default. */
                from?: string;
                /** @description Last day; today by default. */
                to?: string;
                group_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageReport"];
                };
            };
        };
    };
    listBudgets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetList"];
                };
            };
        };
    };
    setBudget: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetBudget"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetList"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                /** @description Another tenant, which this makes; needs the scope `platform`. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateKey"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKey"];
                };
            };
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    rotateKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateKey"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKey"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
        };
    };
    checkInvariants: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invariants"];
                };
            };
        };
    };
    mcp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
}
