/**
 * Folds a run's log, event by event, into what its views show. The same events in the same order
 * make the same run, whether they come from a page of the log, a socket or a file.
 */
import type { EventOf, TaskEvent } from "../../../sdk/src/event.ts";
import { RunProgress } from "../../../sdk/src/view/progress.ts";
import { OpenQuestions } from "../../../sdk/src/view/questions.ts";
import { SENTENCES } from "../../../sdk/src/view/sentences.ts";
import { failureText } from "../../../sdk/src/view/wording.ts";
import { ToolFold } from "./fold-tools.ts";
import type { Call, End, Item, Mark, ModelCall, Spending, Wait } from "./model.ts";

type Data<Type extends TaskEvent["type"]> = EventOf<Type>["data"];

/** A run as far as its log is known. Pass every event once, in order, from the first. */
export class RunFold {
  /** Step, activity and usage, in the words of the command line. */
  readonly progress = new RunProgress();
  /** What it asks people. */
  readonly questions = new OpenQuestions();
  /** Calls, waits and marks in the order of the log. */
  readonly items: Item[] = [];
  readonly calls = new Map<string, Call>();
  readonly spendings: Spending[] = [];
  /** The event that created it. */
  created: EventOf<"run.created"> | null = null;
  end: End | null = null;
  /** The last event that was folded. */
  seq = 0;
  at = 0;
  /** The first untrusted content that reached the conversation. */
  taintSeq: number | null = null;
  /** Limits in force, as far as the log says. */
  readonly limits = new Map<string, unknown>();
  readonly #tools: ToolFold;
  #wait: Wait | null = null;

  constructor() {
    this.#tools = new ToolFold(this.calls, (call) => this.items.push(call));
  }

  /** Folds one event. */
  add(event: TaskEvent): void {
    this.seq = event.seq;
    this.at = Date.parse(event.at);
    this.progress.observe(event);
    this.questions.observe(event);
    this.#tools.add(event, this.progress.step);
    if (this.taintSeq === null && "untrusted" in event.data && event.data.untrusted !== undefined) {
      this.taintSeq = event.seq;
    }
    this.#apply(event);
  }

  /** The status of the run, as the API has it. */
  get status(): string {
    return (
      this.end?.status ??
      (this.#wait === null ? (this.progress.usage.steps === 0 ? "pending" : "running") : "waiting")
    );
  }

  /** The wait that lasts, if the run waits. */
  get wait(): Wait | null {
    return this.#wait;
  }

  /** Most that the attempts which are not settled may cost, in dollars. */
  get reservedUsd(): number {
    let sum = 0;
    for (const call of this.calls.values()) {
      if (call.kind === "model" && call.state === "running") {
        sum += call.attempts.at(-1)?.reserved ?? 0;
      }
    }
    return sum / 1_000_000;
  }

  #apply(event: TaskEvent): void {
    switch (event.type) {
      case "run.created":
        this.created = event;
        for (const [name, value] of Object.entries(event.data.limits)) {
          this.limits.set(name, value);
        }
        break;
      case "run.waiting":
        this.#startWait(event.data);
        break;
      case "run.resumed":
      case "run.started":
        this.#endWait();
        break;
      case "approval.decided":
      case "approval.expired":
      case "message.received":
        this.#answer(event);
        break;
      case "run.completed":
        this.#finish("completed", event.data.result.answer, event.data.result.data);
        break;
      case "run.failed":
        this.#finish("failed", failureText(event.data), event.data.details);
        break;
      case "run.cancelled":
        this.#finish("cancelled", SENTENCES["run.cancelled"](event.data), undefined);
        break;
      case "model.requested":
        this.#request(event.data);
        break;
      case "model.delta":
        this.#piece(event.data);
        break;
      case "model.completed":
        this.#reply(event.data);
        break;
      case "model.failed":
      case "model.superseded":
        this.#lose(event);
        break;
      case "usage.recorded":
        this.#spend(event.data);
        break;
      case "model.switched":
        this.#mark("switch", SENTENCES["model.switched"](event.data));
        break;
      case "memory.compacted":
        this.#mark("compaction", event.data.summary || SENTENCES["memory.compacted"]());
        break;
      case "memory.recalled":
        this.#recall(event.data);
        break;
      case "limit.reached":
        this.#mark("limit", SENTENCES["limit.reached"](event.data));
        break;
      case "limit.changed":
        this.limits.set(event.data.limit, event.data.to);
        this.#mark("limit", `${SENTENCES["limit.changed"](event.data)} by ${event.data.by}`);
        break;
      case "loop.detected":
        this.#mark("loop", SENTENCES["loop.detected"](event.data));
        break;
      case "recovery.started":
        this.#mark("recovery", SENTENCES["recovery.started"](event.data));
        break;
      case "child.started":
        this.#markChild(event.data.task_id, SENTENCES["child.started"](event.data), true);
        break;
      case "child.waiting":
        this.#markChild(event.data.task_id, SENTENCES["child.waiting"](event.data), false);
        break;
      case "child.ended":
        this.#markChild(event.data.task_id, SENTENCES["child.ended"](event.data), true);
        break;
      case "child.delayed":
        this.#mark("child", SENTENCES["child.delayed"](event.data));
        break;
      case "step.planned":
        this.#mark("child", SENTENCES["step.planned"](event.data));
        break;
      case "mcp.listed":
        if (event.data.error !== undefined) {
          this.#mark("listing", `${event.data.server}: ${failureText(event.data.error)}`);
        }
        break;
      default:
      // Events of tools are folded by `ToolFold`; a newer service may send others.
    }
  }

  #request({
    call_id,
    attempt,
    step,
    model,
    purpose,
    reserved_micro_usd = 0,
  }: Data<"model.requested">) {
    const known = this.calls.get(call_id);
    const call: ModelCall =
      known?.kind === "model"
        ? known
        : {
            kind: "model",
            id: call_id,
            step,
            seq: this.seq,
            from: this.at,
            to: null,
            state: "running",
            endSeq: null,
            version: 0,
            purpose: purpose ?? "step",
            attempts: [],
            text: "",
            reasoning: "",
            replySeq: null,
            toolCalls: [],
            problem: null,
          };
    if (known === undefined) {
      this.calls.set(call_id, call);
      this.items.push(call);
    }
    call.attempts.push({
      attempt,
      model,
      seq: this.seq,
      from: this.at,
      firstAt: null,
      to: null,
      state: "running",
      failure: null,
      retryInMs: null,
      usage: null,
      reserved: reserved_micro_usd,
    });
    [call.state, call.text, call.reasoning, call.to] = ["running", "", "", null];
    call.version += 1;
  }

  #piece({ call_id, attempt, text = "", reasoning = "" }: Data<"model.delta">): void {
    const found = this.#attemptOf(call_id, attempt);
    if (found !== null) {
      found.last.firstAt ??= this.at;
      found.call.text += text;
      found.call.reasoning += reasoning;
      found.call.version += 1;
    }
  }

  #reply(data: Data<"model.completed">): void {
    const found = this.#attemptOf(data.call_id, data.attempt);
    if (found === null) {
      return;
    }
    const { call, last } = found;
    [last.to, last.state] = [this.at, "done"];
    [call.to, call.endSeq, call.replySeq, call.state] = [this.at, this.seq, this.seq, "done"];
    // Pieces can have gaps; the reply is complete.
    call.text = data.text;
    call.reasoning = data.reasoning ?? call.reasoning;
    call.problem = data.problem ?? null;
    call.toolCalls = data.tool_calls.map((one) => one.call_id);
    call.version += 1;
    for (const asked of data.tool_calls) {
      this.#tools.ask(asked, data.call_id, call.step, this.seq, this.at);
    }
  }

  #lose(event: EventOf<"model.failed" | "model.superseded">): void {
    const found = this.#attemptOf(event.data.call_id, event.data.attempt);
    if (found === null) {
      return;
    }
    const { call, last } = found;
    last.to = this.at;
    if (event.type === "model.failed") {
      last.state = "failed";
      last.failure = { code: event.data.code, message: event.data.message };
      last.retryInMs = event.data.retry_in_ms;
    } else {
      last.state = "void";
    }
    const isOver = event.type === "model.failed" && event.data.retry_in_ms === null;
    [call.text, call.reasoning] = ["", ""];
    call.to = this.at;
    call.endSeq = this.seq;
    call.state = isOver ? "failed" : call.state;
    call.version += 1;
  }

  #spend(data: Data<"usage.recorded">): void {
    const call = this.calls.get(data.call_id);
    const attempt =
      call?.kind === "model"
        ? call.attempts.find((one) => one.attempt === data.attempt)
        : undefined;
    if (call !== undefined && attempt !== undefined) {
      attempt.usage = data;
      call.version += 1;
    }
    const usd = data.cost_micro_usd / 1_000_000;
    this.spendings.push({
      seq: this.seq,
      at: this.at,
      step: call?.step ?? this.progress.step,
      callId: data.call_id,
      attempt: data.attempt,
      model: attempt?.model ?? "",
      inputTokens: data.input_tokens,
      cachedTokens: data.cached_input_tokens,
      outputTokens: data.output_tokens,
      usd,
      isEstimated: data.estimated === true,
      totalUsd: (this.spendings.at(-1)?.totalUsd ?? 0) + usd,
    });
  }

  #startWait({ for: reason, until, limit, call_id }: Data<"run.waiting">): void {
    this.#endWait();
    this.#wait = {
      kind: "wait",
      id: `wait-${this.seq}`,
      seq: this.seq,
      for: reason,
      from: this.at,
      to: null,
      until: until ?? null,
      limit: limit ?? null,
      callId: call_id ?? null,
      endedBy: null,
      version: 0,
    };
    this.items.push(this.#wait);
  }

  #endWait(): void {
    if (this.#wait !== null) {
      this.#wait.to = this.at;
      this.#wait.version += 1;
      this.#wait = null;
    }
  }

  #answer(event: EventOf<"approval.decided" | "approval.expired" | "message.received">): void {
    const who = "by" in event.data ? ` by ${event.data.by}` : "";
    if (this.#wait !== null) {
      this.#wait.endedBy =
        event.type === "approval.decided"
          ? `${event.data.decision === "approve" ? "approved" : "denied"}${who}`
          : event.type === "approval.expired"
            ? `expired: ${event.data.policy}`
            : `answered${who}`;
    }
    if (event.type === "message.received") {
      this.#mark("message", event.data.content || `answered: ${event.data.action ?? "accept"}`);
    }
  }

  #finish(status: End["status"], text: string, data: unknown): void {
    this.#endWait();
    this.#tools.finish(this.at);
    for (const call of this.calls.values()) {
      if (call.kind === "model" && call.state === "running") {
        [call.state, call.to] = ["void", this.at];
        call.version += 1;
      }
    }
    this.end = { seq: this.seq, at: this.at, status, text, data };
  }

  /** A line about a task, which has the name of its agent in place of its id. */
  #markChild(taskId: string, sentence: string, isOfSpan: boolean): void {
    const agent = this.#tools.agentOf(taskId);
    const text =
      agent === null ? sentence : sentence.replace(`the task ${taskId}`, `the task of ${agent}`);
    this.#mark("child", text, taskId, isOfSpan);
  }

  #recall(data: Data<"memory.recalled">): void {
    const memories = [
      ...data.blocks.map(({ store, label: entry, content, trust }) => {
        return { store, entry, content, trust };
      }),
      ...data.items.map(({ store, memory_id: entry, content, trust }) => {
        return { store, entry, content, trust };
      }),
    ];
    const text = SENTENCES["memory.recalled"](data);
    const { seq, at } = this;
    this.items.push({ kind: "mark", id: `mark-${seq}`, seq, at, what: "memory", text, memories });
  }

  #mark(what: Mark["what"], text: string, taskId?: string, isOfSpan = false): void {
    this.items.push({
      kind: "mark",
      id: `mark-${this.seq}`,
      seq: this.seq,
      at: this.at,
      what,
      text,
      ...(taskId === undefined ? {} : { taskId }),
      ...(isOfSpan && { isOfSpan }),
    });
  }

  #attemptOf(callId: string, attempt: number) {
    const call = this.calls.get(callId);
    if (call?.kind !== "model") {
      return null;
    }
    const last = call.attempts.findLast((one) => one.attempt === attempt);
    return last === undefined ? null : { call, last };
  }
}
