/** The public types of `opspawn/testing`. They import nothing, so the package's types are small. */

/** Any JSON value. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** An agent: what `defineAgent` returns, or the body of `POST /api/v1/agents`. */
export interface Agent {
  /** Default: `default`. */
  readonly name?: string;
  readonly config?: object;
  readonly limits?: object;
}

/** A tool in code, as `defineTool` returns it. */
export interface ToolInCode {
  readonly name: string;
  bind(env: never): object;
}

/** What the call of a stand-in knows. */
export interface CallContext {
  readonly taskId: string;
  readonly callId: string;
  /** The same for every attempt of this call. */
  readonly idempotencyKey: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** Aborted when the run is cancelled or out of time, or when the tool's timeout expires. */
  readonly signal: AbortSignal;
  /** Asks `fetch` of the options. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
}

/** What repeating a call does outside the run. */
export type ToolEffect = "pure" | "idempotent" | "once" | "probe";

/** Stands in for a tool that is not in code: a registered tool, or one of an MCP server. */
export interface StandIn {
  /** For a tool of an MCP server: `<server>.<tool>`. */
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments. Default: any object. */
  readonly input_schema?: object;
  /** Default: `once`, as for registered tools. */
  readonly effect?: ToolEffect;
  readonly approval?: "always" | "never";
  /** Default: 60,000. */
  readonly timeoutMs?: number;
  /** Returns the output. Called with the arguments of the model. */
  run(input: Json, context: CallContext): unknown;
  /** For the effect `probe`: the outcome of an earlier attempt. */
  probe?(input: Json, context: CallContext): ProbeAnswer | Promise<ProbeAnswer>;
}

/** What a tool knows of an earlier attempt of a call. */
export type ProbeAnswer =
  | { readonly state: "done"; readonly output: unknown }
  | { readonly state: "not_done" }
  | { readonly state: "unknown" };

/** A tool of a simulated run. */
export type SimulatedTool = ToolInCode | StandIn;

/** A failure of the model's provider. `times`: attempts in a row that fail. Default: 1. */
export interface ScriptedError {
  readonly class: string;
  readonly times?: number;
}

/** A reply of the model: `input_data.script` has the same form. */
export interface ScriptedReply {
  readonly text?: string;
  readonly tool_calls?: readonly { readonly name: string; readonly arguments?: Json }[];
  /** Fails before the reply: `rate_limited`, `overloaded`, `server_error`, `cut_stream`, … */
  readonly error?: ScriptedError;
  /** Default: estimated at four characters a token. */
  readonly usage?: { readonly input_tokens: number; readonly output_tokens: number };
}

/** A fault that a simulation injects. Numbers count from 1, over all processes of the run. */
export type Fault =
  /** The process stops around the nth write to the log, and comes back by its alarm. */
  | { readonly kind: "crash"; readonly write: number; readonly when: "before" | "after" }
  /** The queue delivers the task's message once more, after this write. */
  | { readonly kind: "duplicate_delivery"; readonly after_write: number }
  /** The nth alarm is delivered once more. */
  | { readonly kind: "duplicate_alarm"; readonly alarm: number }
  /** The nth attempt of a model call fails. `timeout`: the provider never responds. */
  | {
      readonly kind: "model";
      readonly attempt: number;
      readonly failure: "rate_limited" | "server_error" | "cut_stream" | "timeout";
      /** For `rate_limited`: the provider's `Retry-After`, in seconds. */
      readonly retry_after_s?: number;
    }
  /**
   * The nth execution of a tool fails. `error`: before it does anything. `lost`: after it did its
   * work. `timeout`: it did its work and never returns.
   */
  | {
      readonly kind: "tool";
      readonly call: number;
      readonly failure: "error" | "lost" | "timeout";
    }
  /** The nth request of a tool fails. A number: the status of the response. */
  | {
      readonly kind: "fetch";
      readonly request: number;
      readonly failure: "unreachable" | "timeout" | number;
    };

/** What a run waits for. */
export type WaitName =
  | "approval"
  | "input"
  | "timer"
  | "budget"
  | "children"
  | "schedule"
  | "concurrency"
  | "turn"
  | "provider";

/** Something that a run asks people. */
export interface Question {
  /** `budget`: a limit of the run was reached. */
  readonly kind: "approval" | "question" | "form" | "address" | "budget";
  readonly call_id?: string;
  readonly tool?: string;
  readonly arguments?: Json;
  readonly question?: string;
  readonly limit?: string;
  readonly reason?: string;
  /** When the wait ends by itself (RFC 3339); null if only an answer ends it. */
  readonly until: string | null;
}

/** What people answer. `after_s`: how long they take, in seconds of the virtual clock. */
export type Answer =
  | "approve"
  | "deny"
  | {
      readonly decision: "approve" | "deny";
      readonly arguments?: Json;
      readonly comment?: string;
      readonly after_s?: number;
    }
  | { readonly content: string; readonly after_s?: number }
  /** Raises limits of the run. */
  | { readonly limits: object; readonly after_s?: number }
  | { readonly cancel: string; readonly after_s?: number };

/** A run as `until` sees it. */
export interface Moment {
  readonly status: Status;
  readonly waiting_for: WaitName | null;
  /** Seconds since the start. */
  readonly elapsed_s: number;
  readonly last_seq: number;
}

/** The status of a task. */
export type Status = "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";

/** What to simulate. */
export interface SimulateOptions<W = undefined> {
  /** The replies of the model, in order. */
  readonly script?: readonly ScriptedReply[];
  /** A finished task, as `opspawn cassette` writes it. Takes the place of agent, script and people. */
  readonly cassette?: Cassette;
  /**
   * Makes what is outside the run and survives its processes: fakes of services and bindings. Called
   * once for each run. Plain data in it is compared by `enumerate`.
   */
  readonly world?: () => W;
  /**
   * The agent's own tools. A function is called by each process of the run: what it makes is lost
   * when the process stops, as in production.
   */
  readonly tools?:
    | readonly SimulatedTool[]
    | ((world: W) => readonly SimulatedTool[] | Promise<readonly SimulatedTool[]>);
  /** The bindings and vars that tools in code get as `env`. */
  readonly env?: object | ((world: W) => object);
  /** The secrets that tools in code may read, by name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The task's input. A text is the goal. */
  readonly input?: string | { readonly [key: string]: Json };
  readonly metadata?: { readonly [key: string]: Json };
  /** Answers what the run asks. Null or undefined: no answer. Default: no answers. */
  readonly people?: (
    question: Question,
    world: W,
  ) => Answer | null | undefined | Promise<Answer | null | undefined>;
  /** Answers requests of tools. Null or undefined: the server cannot be reached. */
  readonly fetch?: (
    request: Request,
    world: W,
  ) => Response | null | undefined | Promise<Response | null | undefined>;
  /** When to stop: at the end (default), in a wait, or as soon as a function returns true. */
  readonly until?: "end" | WaitName | ((moment: Moment) => boolean);
  readonly faults?: readonly Fault[];
  /**
   * Chooses random numbers, and the faults if there are none in `faults`: the run is first simulated
   * without faults. `random`: another one each time; the result and every error name it.
   */
  readonly seed?: number | "random";
  /** When the run starts. Default: 2026-01-01T00:00:00Z. */
  readonly start?: string;
  /**
   * How long the virtual clock waits for real work of tools and people, such as reading a file, in
   * milliseconds of the machine. Default: 1000.
   */
  readonly real_wait_ms?: number;
}

/** An event of the run's log. */
export interface SimulatedEvent {
  readonly seq: number;
  /** RFC 3339. */
  readonly at: string;
  readonly type: string;
  readonly v: number;
  readonly data: { readonly [key: string]: Json };
}

/** A tool call, and how often it really ran. */
export interface ToolCallEffect {
  readonly call_id: string;
  readonly tool: string;
  readonly arguments: Json;
  readonly effect: ToolEffect;
  /** Executions of `run`, in all processes. */
  readonly runs: number;
  /** Executions of `probe`. */
  readonly probes: number;
  readonly outcome: "completed" | "failed" | "unknown" | "open";
  /** For `failed`: the code. */
  readonly error?: string;
}

/** A wait of the run. */
export interface SimulatedWait {
  readonly for: WaitName;
  readonly call_id?: string;
  /** RFC 3339. */
  readonly since: string;
  /** When it would have ended by itself. */
  readonly until?: string;
  /** Its length in seconds of the virtual clock; null while it lasts. */
  readonly seconds: number | null;
}

/** What the run consumed. */
export interface Cost {
  readonly usd: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly steps: number;
  readonly model_calls: number;
  readonly tool_calls: number;
}

/** A simulated run. */
export interface Simulation<W = undefined> {
  readonly status: Status;
  readonly waiting_for: WaitName | null;
  readonly answer: string | null;
  /** The answer as data, for an agent with an `output_schema`. */
  readonly data: Json | undefined;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly events: readonly SimulatedEvent[];
  readonly effects: readonly ToolCallEffect[];
  readonly waits: readonly SimulatedWait[];
  readonly cost: Cost;
  /** What the run asked people. */
  readonly questions: readonly Question[];
  /** Requests of tools: method, URL, and the status of the response or null. */
  readonly requests: readonly {
    readonly method: string;
    readonly url: string;
    readonly status: number | null;
  }[];
  /** Work of tools that went on after the call had its outcome, by tool. */
  readonly unfinished: readonly string[];
  readonly seed: number;
  /** The faults that were injected. */
  readonly faults: readonly Fault[];
  /** Processes of the run, writes to its log, attempts of model calls, and so on. */
  readonly counts: Counts;
  /** Seconds of the virtual clock. */
  readonly elapsed_s: number;
  /** SHA-256 over the events without times and other things that a replay may change. */
  readonly log_sha256: string;
  readonly world: W;
  /** Returns the run as a cassette. */
  cassette(): Cassette;
}

/** How often things happened in a simulated run. */
export interface Counts {
  readonly processes: number;
  readonly writes: number;
  readonly alarms: number;
  readonly deliveries: number;
  readonly model_attempts: number;
  readonly tool_runs: number;
  readonly requests: number;
}

/** A finished task as a file. */
export interface Cassette {
  readonly format: "opspawn-cassette/1";
  readonly task_id: string;
  readonly log_sha256: string;
  readonly events: readonly SimulatedEvent[];
  /** Requests to models: the hash, and the text as a change of the one before. */
  readonly requests: readonly CassetteRequest[];
  /** Outputs that are too long for an event, by the SHA-256 of their text. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** The body of a model request: `same` characters of the one before, then `text`, then `end` of it. */
export interface CassetteRequest {
  readonly call_id: string;
  readonly attempt: number;
  readonly body_sha256: string;
  readonly same: number;
  readonly text: string;
  readonly end: number;
}

/** Why two runs differ. */
export interface Difference {
  /** `status`, `answer`, `error`, `effects`, or `world`. */
  readonly in: string;
  /** JSON pointer of the first difference in it. */
  readonly pointer: string;
  readonly expected: Json | undefined;
  readonly got: Json | undefined;
}

/** One run of an enumeration. */
export interface EnumeratedRun {
  readonly fault: Fault;
  readonly status: Status;
  /**
   * `unknown`: the log names calls whose outcome is unknown, and no call ran more often than without
   * a crash. Such a run may lack effects of these calls.
   */
  readonly verdict: "same" | "unknown" | "different";
  readonly differences: readonly Difference[];
}

/** The result of `enumerate`. */
export interface Enumeration<W = undefined> {
  /** The run without a crash. */
  readonly reference: Simulation<W>;
  readonly runs: readonly EnumeratedRun[];
  readonly different: readonly EnumeratedRun[];
  readonly unknown: readonly EnumeratedRun[];
  /** A summary for people. */
  readonly text: string;
}
