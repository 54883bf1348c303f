/**
 * What a run waits for, as people and programs see it: the open questions of a run, and the wait of
 * a task. Pure: the state alone decides, and every text has a bound, so a row in D1 can hold it.
 */
import type { Question } from "../log/elicitation.ts";
import type { RunState, TurnCall, Wait } from "../log/state.ts";
import type { ExpiryPolicy } from "../spec/spec.ts";
import { cut } from "../value/cut.ts";
import { awaitedTasks } from "./children.ts";
import { isJsonObject, ownValue, type JsonObject, type JsonValue } from "../value/json.ts";
import { isoTime } from "../value/time.ts";

/**
 * Kinds of questions. `question`: asked by the model. `form` and `address`: asked by an MCP server,
 * which wants fields filled in or a URL opened. `budget`: a limit that a person can raise.
 */
export const QUESTION_KINDS = ["approval", "question", "form", "address", "budget"] as const;
/** One of `QUESTION_KINDS`. */
export type QuestionKind = (typeof QUESTION_KINDS)[number];

/** Maximum characters of arguments (as JSON), of a question, and of a schema (as JSON). */
const MAX_ARGUMENTS_CHARS = 4_000;
const MAX_QUESTION_CHARS = 4_000;
const MAX_SCHEMA_CHARS = 8_000;
/** Maximum open questions that are shown of one run. The others follow as these are answered. */
const MAX_SHOWN_QUESTIONS = 50;

/** What a wait is for, and what ends it. Times are RFC 3339. Absent fields do not apply. */
export interface Waiting {
  readonly for: Wait["for"];
  readonly since: string;
  /** When the wait ends by itself; null if only a command ends it. */
  readonly until: string | null;
  /** What happens at `until`: what the agent configured, or the run resumes. */
  readonly on_expiry: ExpiryPolicy | "resume" | null;
  readonly kind?: QuestionKind;
  readonly call_id?: string;
  /** Names one of several questions of a call. */
  readonly key?: string;
  readonly tool?: string;
  /** The arguments; `{preview}` with the beginning of their JSON if they are too long. */
  readonly arguments?: JsonValue;
  readonly question?: string;
  /** For `address`: the URL to open. */
  readonly url?: string;
  /** The MCP server that asks. */
  readonly server?: string;
  /** JSON Schema of the answer, or of the arguments. Absent if it is unknown or too long. */
  readonly schema?: JsonObject;
  /** The limit that was reached. */
  readonly limit?: string;
  /** For the limit `tree_cost`: the task above this one whose limit it is. */
  readonly limit_task_id?: string;
  /** For `children`: the tasks that the run waits for; the first of many. */
  readonly tasks?: string[];
  /** For `approval`: why it is needed, and the rule of the policy. */
  readonly reason?: "policy" | "outcome_unknown";
  readonly rule?: string;
  /** When the first untrusted content reached the conversation. */
  readonly untrusted_since?: string;
  /** True if a text was cut or a schema was left out. */
  readonly truncated?: true;
}

/** A question of a run to a person. */
export interface OpenQuestion extends Waiting {
  readonly kind: QuestionKind;
  /** `seq` of the event that asked it: its id in the run. */
  readonly seq: number;
}

/** Returns the wait of a run, or null if it does not wait. */
export function waitingOf(state: RunState): Waiting | null {
  const { wait } = state;
  if (wait === null) {
    return null;
  }
  const asked = openQuestions(state).find(
    (one) => one.for === wait.for && (wait.call_id ?? one.call_id) === one.call_id,
  );
  if (asked !== undefined) {
    const { seq: _seq, ...waiting } = asked;
    return waiting;
  }
  const call = state.turn?.calls.find((one) => one.call.call_id === wait.call_id);
  return {
    for: wait.for,
    since: isoTime(wait.since),
    until: wait.until === null ? null : isoTime(wait.until),
    on_expiry: wait.until === null ? null : "resume",
    ...(wait.call_id === null ? {} : { call_id: wait.call_id }),
    ...(call === undefined || call.request === null ? {} : { tool: call.request.name }),
    ...(wait.limit === null ? {} : { limit: wait.limit }),
    ...(wait.for === "children"
      ? { tasks: awaitedTasks(state.turn?.calls ?? []).slice(0, MAX_SHOWN_QUESTIONS) }
      : {}),
  };
}

/** Returns the open questions of a run, oldest first; at most `MAX_SHOWN_QUESTIONS`. */
export function openQuestions(state: RunState): readonly OpenQuestion[] {
  if (state.end !== null) {
    return [];
  }
  const asked = (state.turn?.calls ?? []).flatMap((call) => questionsOfCall(state, call));
  return [...asked, ...budgetQuestion(state.wait)]
    .toSorted((a, b) => a.seq - b.seq)
    .slice(0, MAX_SHOWN_QUESTIONS);
}

function budgetQuestion(wait: Wait | null): OpenQuestion[] {
  return wait?.for === "budget"
    ? [
        {
          kind: "budget",
          seq: wait.seq,
          for: "budget",
          since: isoTime(wait.since),
          until: wait.until === null ? null : isoTime(wait.until),
          on_expiry: wait.until === null ? null : "resume",
          ...(wait.limit === null ? {} : { limit: wait.limit }),
          ...(wait.task_id === null ? {} : { limit_task_id: wait.task_id }),
        },
      ]
    : [];
}

function questionsOfCall(state: RunState, call: TurnCall): OpenQuestion[] {
  const { approval, request, questions, result } = call;
  if (result !== null) {
    return [];
  }
  const call_id = call.call.call_id;
  const onExpiry = state.spec?.config.waits?.on_expiry ?? "deny";
  if (approval !== null && approval.outcome === null) {
    return [
      {
        kind: "approval",
        seq: approval.seq,
        for: "approval",
        since: isoTime(approval.requestedAt),
        ...expiry(approval.expiresAt, onExpiry),
        call_id,
        ...shown({
          tool: approval.name,
          arguments: approval.arguments,
          schema: inputSchemaOf(state, approval.name),
        }),
        reason: approval.reason,
        ...(approval.rule === null ? {} : { rule: approval.rule }),
        ...(state.untrustedAt === null ? {} : { untrusted_since: isoTime(state.untrustedAt) }),
      },
    ];
  }
  if (questions.length > 0) {
    const until = request?.waitsFor === "input" ? request.until : null;
    return questions
      .filter(({ answer }) => answer === null)
      .map((question) => ofServer(question, call, expiry(until, withoutContinue(onExpiry))));
  }
  if (request?.waitsFor === "input" && request.answer === null) {
    const { arguments: args } = request;
    const asked = isJsonObject(args) ? args["question"] : null;
    return [
      {
        kind: "question",
        seq: request.seq,
        for: "input",
        since: isoTime(request.requestedAt),
        ...expiry(request.until, onExpiry),
        call_id,
        ...shown({
          tool: request.name,
          arguments: args,
          ...(typeof asked === "string" ? { question: asked } : {}),
        }),
      },
    ];
  }
  return [];
}

function ofServer(
  question: Question,
  { call, request }: TurnCall,
  expires: Pick<Waiting, "until" | "on_expiry">,
): OpenQuestion {
  const { key, message, server, schema, url, seq, askedAt } = question;
  return {
    kind: url === null ? "form" : "address",
    seq,
    for: "input",
    since: isoTime(askedAt),
    ...expires,
    call_id: call.call_id,
    key,
    ...shown({ tool: request?.name ?? call.name, question: message, schema }),
    server,
    ...(url === null ? {} : { url }),
  };
}

/** Only a person can answer a question of a server. */
function withoutContinue(policy: ExpiryPolicy): ExpiryPolicy {
  return policy === "continue" ? "deny" : policy;
}

function expiry(at: number | null, policy: ExpiryPolicy): Pick<Waiting, "until" | "on_expiry"> {
  return at === null ? { until: null, on_expiry: null } : { until: isoTime(at), on_expiry: policy };
}

/** The parts of a question that may be long. */
interface LongParts {
  readonly tool: string;
  readonly arguments?: JsonValue;
  readonly question?: string;
  readonly schema?: JsonObject | null;
}

/** Returns the parts within their bounds, and whether any was cut. */
function shown({ tool, arguments: args, question, schema = null }: LongParts) {
  const argsText = args === undefined ? "" : JSON.stringify(args);
  const isLong = argsText.length > MAX_ARGUMENTS_CHARS;
  const isAskedLong = (question ?? "").length > MAX_QUESTION_CHARS;
  const isSchemaLong = schema !== null && JSON.stringify(schema).length > MAX_SCHEMA_CHARS;
  return {
    tool,
    ...(args === undefined
      ? {}
      : { arguments: isLong ? { preview: cut(argsText, MAX_ARGUMENTS_CHARS) } : args }),
    ...(question === undefined ? {} : { question: cut(question, MAX_QUESTION_CHARS) }),
    ...(schema === null || isSchemaLong ? {} : { schema }),
    ...(isLong || isAskedLong || isSchemaLong ? { truncated: true as const } : {}),
  };
}

/** Returns the input schema of a tool if the log has it: registered tools, and tools of servers. */
function inputSchemaOf({ spec, mcp }: RunState, name: string): JsonObject | null {
  const own = spec?.tools?.find((tool) => tool.name === name);
  if (own !== undefined) {
    return own.input_schema;
  }
  const dot = name.indexOf(".");
  const listing = dot === -1 ? undefined : ownValue(mcp, name.slice(0, dot));
  const listed = listing?.tools.find((tool) => tool.name === name.slice(dot + 1));
  return listed?.input_schema ?? null;
}
