/**
 * Plays a recorded run again, strictly: each outcome of a model, a tool or a person comes from the
 * cassette, at its place in the log, and each event must be the recorded one. The
 * engine makes its decisions again. The clock follows the recorded times.
 */
import { runCode } from "../agent/tools/code/run-code.ts";
import { agentTools } from "../agent/tools/tasks/agent-tools.ts";
import { remoteTools } from "../agent/mcp/toolbox.ts";
import { registeredTools } from "../agent/tools/registered/registered-tools.ts";
import { withTools, type Toolbox } from "../agent/tools/registry.ts";
import { WithImages, type RunTool, type Tool, type ToolContext } from "../agent/tools/tool.ts";
import type { RunTools } from "../agent/loop/effects.ts";
import type { ModelRequest } from "../agent/llm/client.ts";
import type { RunCommand } from "../run/decide/command.ts";
import { parseEvent, type NewEvent, type RunEvent } from "../run/log/event.ts";
import type { RunState } from "../run/log/state.ts";
import type { RunSpec } from "../run/spec/spec.ts";
import type { SubmitOrder } from "../run/spec/task-order.ts";
import { defined } from "../run/value/defined.ts";
import { isToolFailure, ToolStop } from "../run/value/failure.ts";
import type { JsonValue } from "../run/value/json.ts";
import { changed, hashedEvent, isHashed } from "../../sdk/src/cli/cassette-format.ts";
import type { Cassette, Json } from "./contract.ts";
import { firstDifference, jsonCopy, shown } from "./difference.ts";
import type { Played, Player } from "./model.ts";
import { playedOf, usageOf } from "./recorded-reply.ts";
import { answerTo, reportIn } from "./replayed-children.ts";
import { SimulationError } from "./simulation-error.ts";

/** What a replay needs from its simulation. */
export interface ReplayHost {
  readonly state: () => RunState;
  /** Moves the clock to a time, never back. */
  readonly advance: (to: number) => void;
  /** The last request that was composed. */
  readonly lastBody: () => string;
  /** Ends the simulation with an error. */
  readonly fail: (message: string) => void;
}

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

/** The replay of one cassette. */
export class Replay implements Player {
  readonly spec: RunSpec;
  /** The recorded events that a replay reproduces. */
  readonly #events: readonly RunEvent[];
  readonly #cassette: Cassette;
  readonly #waiting: { readonly index: number; readonly go: () => void }[] = [];
  #host: ReplayHost | null = null;
  /** How many of the recorded events the run has written. */
  #index = 0;

  /** @throws SimulationError if it is no cassette that this version can read */
  constructor(cassette: Cassette) {
    if (cassette.format !== "opspawn-cassette/1") {
      throw new SimulationError("This is no cassette, or one of a newer version.");
    }
    this.#cassette = cassette;
    this.#events = cassette.events
      .filter((event) => isHashed(event))
      .map((event) => parseEvent(event));
    const [created, second] = this.#events;
    if (created?.type !== "run.created") {
      throw new SimulationError("The cassette does not begin with the creation of its run.");
    }
    if (second?.type === "run.cancelled") {
      throw new SimulationError(
        "The run was cancelled before it started: nothing can be replayed.",
      );
    }
    this.spec = created.data;
  }

  /** When the recorded run began, milliseconds since the epoch. */
  get start(): number {
    return Date.parse(this.#events[0]?.at ?? "");
  }

  get finished(): boolean {
    return this.#index >= this.#events.length;
  }

  /** Called once, before the run starts. */
  begin(host: ReplayHost): void {
    this.#host = host;
  }

  /**
   * Takes note of events that the run wrote, and compares them. Returns how the recorded process
   * ended here: it stopped, or its work failed; null if it went on.
   */
  written(events: readonly { readonly text: string }[]): "stop" | "fail" | null {
    for (const { text } of events) {
      const event = parseEvent(JSON.parse(text));
      if (isHashed(event)) {
        this.#compare(event);
        this.#index += 1;
      }
    }
    const next = this.#events[this.#index];
    if (next === undefined) {
      return null;
    }
    this.#host?.advance(Date.parse(next.at));
    for (const waiter of this.#waiting.filter(({ index }) => index <= this.#index)) {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.go();
    }
    if (next.type !== "recovery.started") {
      return null;
    }
    return next.data.reason === "interrupted" ? "stop" : "fail";
  }

  /** Returns the command of a person that the recorded run took next; null if it took none. */
  get command(): RunCommand | null {
    const next = this.#events[this.#index];
    switch (next?.type) {
      case "message.received": {
        const { content, data = null, by, call_id, key, action } = next.data;
        const named = defined({ call_id, key, action });
        return { kind: "message", content, data, by, ...named };
      }
      case "approval.decided": {
        const { call_id, decision, comment = null, by, arguments: args } = next.data;
        return { kind: "decide", call_id, decision, comment, by, ...defined({ arguments: args }) };
      }
      case "limit.changed":
        return { kind: "limits", changes: { [next.data.limit]: next.data.to }, by: next.data.by };
      case "run.resumed":
        return next.data.from === "budget" ? { kind: "resume", by: "budget" } : null;
      default:
        return (next && reportIn(next, this.#cassette.outputs)) ?? this.#cancellation();
    }
  }

  /** Answers the submission of a task as recorded. @throws Delayed if it failed */
  readonly submit: SubmitOrder = (order) =>
    answerTo(this.#events, this.#index, order, (index) => this.#reached(index));

  /** Says where a run stopped that did not get to the end of the recorded one. */
  unfinished(): string {
    const next = this.#events[this.#index];
    return `The run stopped after ${this.#index} of ${this.#events.length} recorded events; the next one is ${next?.type ?? "none"}${next === undefined ? "" : ` at seq ${next.seq}`}.`;
  }

  play(_request: ModelRequest, _body: string): Played | Promise<Played> {
    const open = this.#host?.state().model ?? null;
    const outcome = this.#find((event) => isOutcome(event, open?.call_id, open?.attempt));
    if (open === null || outcome === null) {
      return { kind: "silence" };
    }
    const usage = this.#find(
      (event) =>
        event.type === "usage.recorded" &&
        event.data.call_id === open.call_id &&
        event.data.attempt === open.attempt,
    );
    const first = Math.min(outcome.index, usage?.index ?? outcome.index);
    const counted = usage?.event.type === "usage.recorded" ? usageOf(usage.event) : null;
    const played = playedOf(outcome.event, counted, this.spec.config.planner);
    return this.#reached(first).then(() => played);
  }

  /** Returns the tools of the recorded run, with recorded outcomes. */
  toolbox(own: Toolbox, state: Pick<RunState, "mcp">): Toolbox {
    const servers = remoteTools(this.spec, state.mcp, {
      request: () => Promise.reject(new ToolStop("server_unreachable")),
      catalogue: () => Promise.reject(new ToolStop("server_unreachable")),
    });
    return withTools(own, {
      offered: servers.offered.map((tool) => this.tool(tool)),
      get: (name) => {
        const tool = servers.get(name);
        return tool === undefined ? undefined : this.tool(tool);
      },
    });
  }

  /** The tools of the recorded run that need no code of its deployment. */
  recordedTools(): readonly Tool[] {
    const isolate = { run: () => Promise.reject(new Error("A replay runs no code.")) };
    const registered = registeredTools(this.spec.tools ?? [], isolate);
    const offersCode = this.#cassette.requests[0]?.text.includes('"run_code"') === true;
    const agents = agentTools(this.spec.agents ?? []);
    return [...registered, ...agents, ...(offersCode ? [runCode(isolate)] : [])];
  }

  /** Returns what the recorded run recalled; null for a run that recalled nothing. */
  recalled(): NewEvent | null {
    return this.#events.find((event) => event.type === "memory.recalled") ?? null;
  }

  /** Lists servers as recorded. */
  async listServers(servers: readonly string[]): Promise<readonly NewEvent[]> {
    const listed = this.#events
      .slice(this.#index)
      .filter((event) => event.type === "mcp.listed")
      .filter(({ data }) => servers.includes(data.server));
    return servers.flatMap((name) => listed.find(({ data }) => data.server === name) ?? []);
  }

  /** Returns a tool whose calls have their recorded outcomes. */
  tool(tool: Tool): Tool {
    if (tool.kind !== "run") {
      return tool;
    }
    return {
      ...tool,
      checkOutput: (value) => ({ ok: true, value: value as JsonValue }),
      run: (_input, context) => this.#run(tool, context),
      probe: async (_input, context) => {
        const output = await this.#run(tool, context);
        return { state: "done", output };
      },
    };
  }

  async #run(tool: RunTool, context: ToolContext): Promise<unknown> {
    const { callId } = context;
    const outcome = this.#find((event) => isResult(event, callId));
    const until = outcome?.index ?? this.#events.length;
    // From the first attempt on: what an earlier one asked and called is answered from the log.
    for (const [i, event] of this.#events.slice(0, until).entries()) {
      if (event.type === "input.requested" && event.data.call_id === callId) {
        await this.#reached(i);
        const { server, message, schema, url } = event.data;
        await context.ask?.({ server, message, ...defined({ schema, url }) });
      } else if (tool.callsTools === true && beginsInner(event, callId)) {
        await this.#reached(i);
        const { name = "", arguments: args = {} } = event.data;
        void context.calls?.call(name, args).catch(() => {});
      }
    }
    if (outcome === null) {
      return new Promise(() => {});
    }
    await this.#reached(outcome.index);
    const { event } = outcome;
    if (event.type === "tool.completed") {
      const { output_sha256, output, images } = event.data;
      const whole = output_sha256 === undefined ? null : this.#cassette.outputs[output_sha256];
      const value = whole === null || whole === undefined ? output : wholeOf(output, whole);
      return images === undefined ? value : new WithImages(value, images);
    }
    const { code, message } = event.type === "tool.failed" ? event.data : UNKNOWN;
    // Its message is whole: nothing is added for a request that was not sent.
    throw isToolFailure(code) ? new ToolStop(code, message, { unsent: true }) : new Error(message);
  }

  /** Resolves when the run has written all recorded events before this one. */
  #reached(index: number): Promise<void> {
    return new Promise((go) => {
      if (this.#index >= index) {
        go();
      } else {
        this.#waiting.push({ index, go });
      }
    });
  }

  #find(is: (event: RunEvent) => boolean): { index: number; event: RunEvent } | null {
    const index = this.#events.findIndex((event, i) => i >= this.#index && is(event));
    const event = this.#events[index];
    return event === undefined ? null : { index, event };
  }

  /** A cancellation first settles what is open, in the same moment. */
  #cancellation(): RunCommand | null {
    const last = this.#events.at(-1);
    const rest = this.#events.slice(this.#index, -1);
    const isSettling = rest.every(
      ({ at, type }) => at === last?.at && SETTLES_BEFORE_CANCEL.has(type),
    );
    return last?.type === "run.cancelled" && this.#index < this.#events.length && isSettling
      ? { kind: "cancel", reason: last.data.reason ?? null, by: last.data.by }
      : null;
  }

  #compare(event: RunEvent): void {
    const expected = this.#events[this.#index];
    const [before, after] = [expected, event].map((one) =>
      one === undefined ? undefined : jsonCopy(hashedEvent({ type: one.type, data: one.data })),
    );
    const found = firstDifference(before, after);
    // The first event is the cassette's own, unless the test changes the agent.
    if (found !== null && this.#index > 0) {
      const where = `The run differs from the cassette at seq ${expected?.seq ?? event.seq}`;
      const isBody = found.pointer === "/data/body_sha256" && expected?.type === "model.requested";
      const detail = isBody ? this.#bodyDifference(expected) : null;
      this.#host?.fail(
        detail === null
          ? `${where}, event ${expected?.type ?? "none"}: ${found.pointer} is ${shown(found.got)}, expected ${shown(found.expected)}.${isServiceText(expected, found.pointer) ? OTHER_VERSION : ""}`
          : `${where}, in the request of ${expected?.type === "model.requested" ? expected.data.call_id : ""}: ${detail}.`,
      );
    }
  }

  /** Says where a request differs from the recorded one; null if that has no text. */
  #bodyDifference({ data }: EventOf<"model.requested">): string | null {
    let body = "";
    for (const request of this.#cassette.requests) {
      body = changed(body, request);
      if (request.call_id === data.call_id && request.attempt === data.attempt) {
        const got = this.#host?.lastBody() ?? "";
        const found = firstDifference(parsed(body), parsed(got));
        return found === null
          ? "its text differs in the order of its fields only"
          : `${found.pointer} is ${shown(found.got)}, expected ${shown(found.expected)}`;
      }
    }
    return null;
  }
}

const OTHER_VERSION =
  " The service writes this text: another version recorded the cassette. Record the task again with this version.";

/** Returns whether a difference is a text of the service, and not of the agent or its tools. */
function isServiceText(expected: RunEvent | undefined, pointer: string): boolean {
  return (
    pointer === "/data/message" &&
    expected?.type === "tool.failed" &&
    expected.data.code !== "tool_error"
  );
}

const UNKNOWN = { code: "tool_error", message: "The outcome of the call is unknown." };

const SETTLES_BEFORE_CANCEL: ReadonlySet<string> = new Set([
  "usage.recorded",
  "model.superseded",
  "tool.outcome_unknown",
]);

/** Replays accept any retry that was recorded, after the recorded pause. */
export const REPLAY_RETRY = { maxAttempts: 1_000_000, baseMs: 0, maxMs: Number.MAX_SAFE_INTEGER };

function parsed(body: string): Json | undefined {
  try {
    return jsonCopy(JSON.parse(body));
  } catch {
    return body;
  }
}

function isOutcome(event: RunEvent, callId?: string, attempt?: number): boolean {
  switch (event.type) {
    case "model.completed":
    case "model.failed":
      return event.data.call_id === callId && event.data.attempt === attempt;
    case "memory.compacted":
      return event.data.call_id === callId;
    default:
      return false;
  }
}

function isResult(event: RunEvent, callId: string): boolean {
  switch (event.type) {
    case "tool.completed":
    case "tool.failed":
    case "tool.suspended":
      return event.data.call_id === callId;
    default:
      return false;
  }
}

function beginsInner(
  event: RunEvent,
  parent: string,
): event is EventOf<"tool.requested" | "tool.failed"> {
  return (
    (event.type === "tool.requested" &&
      event.data.parent_call_id === parent &&
      event.data.attempt === 1) ||
    (event.type === "tool.failed" &&
      event.data.parent_call_id === parent &&
      event.data.name !== undefined)
  );
}

/** Returns the whole output, of which an event has the beginning. */
function wholeOf(beginning: JsonValue, whole: string): JsonValue {
  return typeof beginning === "string" ? whole : (JSON.parse(whole) as JsonValue);
}

/** The part of a run's tools that a replay has. */
export function replayedTools(
  replay: Replay,
  own: Toolbox,
): Pick<RunTools, "toolboxAt" | "listServers" | "close"> {
  return {
    toolboxAt: (state) => replay.toolbox(own, state),
    listServers: (servers) => replay.listServers(servers),
    close: async () => {},
  };
}
