/** Folds the events of tool calls: asked for, held, run, interrupted, ended. */
import type { EventOf, TaskEvent } from "../../../sdk/src/event.ts";
import { SENTENCES } from "../../../sdk/src/view/sentences.ts";
import type { Call, Child, ToolCall } from "./model.ts";

/** Lines of a tool's log that are shown. */
const MOST_LOGS = 200;

/** A call as a model asked for it. */
type Asked = EventOf<"model.completed">["data"]["tool_calls"][number];

/** The tool calls of a run. */
export class ToolFold {
  readonly #calls: Map<string, Call>;
  readonly #onNew: (call: ToolCall) => void;
  /** The calls that started tasks, by task. */
  readonly #parents = new Map<string, ToolCall>();

  /** @param onNew gets each call when it is first named */
  constructor(calls: Map<string, Call>, onNew: (call: ToolCall) => void) {
    this.#calls = calls;
    this.#onNew = onNew;
  }

  /** A model asked for a call, which may be held, denied or run. */
  ask(asked: Asked, modelCallId: string, step: number, seq: number, at: number): void {
    const given = asked.arguments ?? asked.arguments_text;
    this.#make(asked.call_id, { name: asked.name, arguments: given, modelCallId, step, seq, at });
  }

  /** Folds one event; those that are not about tools change nothing. */
  add(event: TaskEvent, step: number): void {
    const at = Date.parse(event.at);
    switch (event.type) {
      case "tool.requested":
        this.#request(event, step, at);
        break;
      case "tool.completed":
      case "tool.failed":
        this.#end(event, step, at);
        break;
      case "tool.outcome_unknown":
        this.#change(event.data.call_id, (call) => {
          call.state = "unknown";
          call.unknowns += 1;
        });
        break;
      case "tool.progressed":
        this.#change(event.data.call_id, (call) => {
          call.progress = SENTENCES["tool.progressed"](event.data);
        });
        break;
      case "tool.logged":
        this.#change(event.data.call_id, (call) => {
          call.logs = [...call.logs.slice(1 - MOST_LOGS), SENTENCES["tool.logged"](event.data)];
        });
        break;
      case "approval.requested":
        this.#hold(event, step, at);
        break;
      case "approval.decided":
        this.#change(event.data.call_id, (call) => {
          const { decision, by, comment = null, arguments: given } = event.data;
          call.arguments = given ?? call.arguments;
          call.state = decision === "approve" ? "running" : call.state;
          if (call.approval !== null) {
            Object.assign(call.approval, { decidedAt: at, decision, by, comment });
          }
        });
        break;
      case "approval.expired":
        this.#change(event.data.call_id, (call) => {
          if (call.approval !== null) {
            Object.assign(call.approval, { decidedAt: at, decision: "expired" });
          }
        });
        break;
      case "child.started":
        this.#child(event.data.task_id, (child) => {
          [child.from, child.seq] = [at, event.seq];
        });
        break;
      case "child.ended":
        this.#child(event.data.task_id, (child) => {
          [child.to, child.status] = [at, event.data.status];
        });
        break;
      case "input.requested":
        this.#change(event.data.call_id, (call) => {
          call.state = "held";
        });
        break;
      default:
      // Not about tools.
    }
  }

  /** The agent of a task that the run started; null if its call is not known. */
  agentOf(taskId: string): string | null {
    const { children = [] } = this.#parents.get(taskId) ?? {};
    return children.find((one) => one.taskId === taskId)?.agent ?? null;
  }

  /** The run is over: what still ran has no outcome. */
  finish(at: number): void {
    for (const call of this.#calls.values()) {
      const isOpen = call.state === "running" || call.state === "held";
      if (call.kind === "tool" && isOpen) {
        call.state = "void";
        call.to = at;
        call.version += 1;
      }
    }
  }

  #request({ data, seq }: EventOf<"tool.requested">, step: number, at: number): void {
    const call = this.#make(data.call_id, {
      name: data.name,
      arguments: data.arguments,
      modelCallId: data.model_call_id,
      parentId: data.parent_call_id ?? null,
      step,
      seq,
      at,
    });
    if (call.attempts === 0 && call.approval === null) {
      call.seq = seq;
    }
    call.effect = data.effect;
    call.idempotencyKey = data.idempotency_key;
    call.arguments = data.arguments;
    call.attempts += 1;
    call.until = data.until ?? null;
    call.waitsFor = data.wait ?? (data.until === undefined ? null : "timer");
    call.state = call.waitsFor === "input" ? "held" : "running";
    if (data.action === "run" || data.action === "start") {
      this.#start(call, data.tasks ?? [], seq, at);
    }
    call.version += 1;
  }

  #end({ type, data, seq }: EventOf<"tool.completed" | "tool.failed">, step: number, at: number) {
    const name = type === "tool.failed" ? data.name : undefined;
    const given = type === "tool.failed" ? data.arguments : undefined;
    const parentId = data.parent_call_id ?? null;
    const call = this.#make(data.call_id, {
      name: name ?? "tool",
      arguments: given,
      modelCallId: null,
      parentId,
      step,
      seq,
      at,
    });
    call.to = at;
    call.endSeq = seq;
    call.durationMs = data.duration_ms;
    call.untrusted = data.untrusted ?? null;
    if (type === "tool.completed") {
      call.state = "done";
      call.output = data.output;
      call.isCut = data.truncated === true;
      call.outputSha256 = data.output_sha256 ?? null;
      call.images = data.images ?? [];
    } else {
      const { code, message, rule } = data;
      call.state = "failed";
      call.failure = { code, message, ...(rule !== undefined && { rule }) };
    }
    call.version += 1;
  }

  #hold({ data, seq }: EventOf<"approval.requested">, step: number, at: number): void {
    const call = this.#make(data.call_id, {
      name: data.name,
      arguments: data.arguments,
      modelCallId: null,
      step,
      seq,
      at,
    });
    if (call.attempts === 0) {
      call.seq = seq;
    }
    call.state = "held";
    call.approval = {
      seq,
      at,
      reason: data.reason,
      rule: data.rule ?? null,
      expiresAt: data.expires_at ?? null,
      decidedAt: null,
      decision: null,
      by: null,
      comment: null,
    };
    call.version += 1;
  }

  /** Notes the tasks that a call starts, once. */
  #start(
    call: ToolCall,
    tasks: NonNullable<EventOf<"tool.requested">["data"]["tasks"]>,
    seq: number,
    from: number,
  ): void {
    for (const { task_id: taskId, agent = "task" } of tasks) {
      if (!this.#parents.has(taskId)) {
        this.#parents.set(taskId, call);
        call.children = [...call.children, { taskId, agent, seq, from, to: null, status: null }];
      }
    }
  }

  #child(taskId: string, change: (child: Child) => void): void {
    const call = this.#parents.get(taskId);
    const child = call?.children.find((one) => one.taskId === taskId);
    if (call !== undefined && child !== undefined) {
      change(child);
      call.version += 1;
    }
  }

  #change(callId: string, change: (call: ToolCall) => void): void {
    const call = this.#calls.get(callId);
    if (call?.kind === "tool") {
      change(call);
      call.version += 1;
    }
  }

  /** Returns the call of an id; makes it where it was not named before. */
  #make(id: string, first: FirstSeen): ToolCall {
    const known = this.#calls.get(id);
    if (known?.kind === "tool") {
      return known;
    }
    const call: ToolCall = {
      kind: "tool",
      id,
      step: first.step,
      seq: first.seq,
      from: first.at,
      to: null,
      state: "running",
      endSeq: null,
      version: 0,
      name: first.name,
      arguments: first.arguments,
      modelCallId: first.modelCallId,
      parentId: first.parentId ?? null,
      effect: null,
      idempotencyKey: null,
      attempts: 0,
      output: undefined,
      outputSha256: null,
      isCut: false,
      failure: null,
      durationMs: null,
      untrusted: null,
      images: [],
      approval: null,
      progress: null,
      logs: [],
      until: null,
      waitsFor: null,
      children: [],
      unknowns: 0,
    };
    this.#calls.set(id, call);
    this.#onNew(call);
    return call;
  }
}

interface FirstSeen {
  readonly name: string;
  readonly arguments: unknown;
  readonly modelCallId: string | null;
  readonly parentId?: string | null;
  readonly step: number;
  readonly seq: number;
  readonly at: number;
}
