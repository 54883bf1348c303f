/**
 * Folds a log into a state. `reduce` is total and pure, and the only source of a state. An
 * impossible log is rejected with a reason, never repaired.
 */
import { LogCorruption, versionOf, type NewEvent, type RunEvent } from "./event.ts";
import { expect, illegalEvent, updateTurnCall, windowOf, type EventOf } from "./fold.ts";
import { extend, newConversation } from "../value/message.ts";
import {
  approvalRequested,
  approvalSettled,
  expectRunning,
  outcomeOf,
  markUntrusted,
  toolRequested,
  toolSettled,
} from "./reduce-call.ts";
import {
  inputRequested,
  inputWithdrawn,
  mcpListed,
  messageReceived,
  toolSuspended,
} from "./reduce-input.ts";
import { childDelayed, childEnded, childStarted, childWaiting } from "./reduce-child.ts";
import { memoryRecalled, noteBlockEdit } from "./reduce-memory.ts";
import { countInterruption } from "./interruptions.ts";
import {
  memoryCompacted,
  modelCompleted,
  modelDelta,
  modelFailed,
  modelRequested,
  modelSuperseded,
  modelSwitched,
  stepPlanned,
  usageRecorded,
} from "./reduce-model.ts";
import { turnsOf } from "../spec/history.ts";
import { openingTurns, type RunLimits } from "../spec/spec.ts";
import { activeTime, type RunEnd, type RunState } from "./state.ts";

/**
 * Returns the state after one more event.
 * @throws LogCorruption if the event cannot follow
 */
export function reduce(state: RunState, event: RunEvent): RunState {
  if (event.seq !== state.seq + 1) {
    throw new LogCorruption(`seq ${event.seq} follows ${state.seq}`);
  }
  if (state.end !== null) {
    throw new LogCorruption(`${event.type} at seq ${event.seq} follows the end`);
  }
  if ((state.spec === null) !== (event.type === "run.created")) {
    throw new LogCorruption(`${event.type} cannot be event ${event.seq}`);
  }
  // An `at` before its predecessor's means that the clock was set back. Time in the state never
  // decreases.
  const at = Math.max(state.at, Date.parse(event.at));
  if (Number.isNaN(at)) {
    throw new LogCorruption(`seq ${event.seq} has no valid time`);
  }
  return { ...apply(state, event, at), seq: event.seq, at };
}

/** The fold of new events onto a state. */
export interface Folded {
  readonly before: RunState;
  readonly after: RunState;
  /** When the events are appended, milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Folds new events as if they were appended at `now`, milliseconds since the epoch.
 * @throws LogCorruption if an event cannot follow
 */
export function foldNew(state: RunState, events: readonly NewEvent[], now: number): RunState {
  const at = new Date(now).toISOString();
  let folded = state;
  for (const event of events) {
    folded = reduce(folded, { ...event, seq: folded.seq + 1, at, v: versionOf(event.type) });
  }
  return folded;
}

function apply(state: RunState, event: RunEvent, at: number): RunState {
  switch (event.type) {
    case "run.created": {
      const { history, input_data } = event.data;
      const untrusted = event.data.untrusted ?? history?.untrusted ?? null;
      return {
        ...state,
        spec: event.data,
        untrusted,
        untrustedAt: untrusted === null ? null : at,
        createdAt: at,
        conversation: newConversation(openingTurns(input_data), turnsOf(history)),
      };
    }
    case "run.started":
      expect(state.status === "pending", event);
      return {
        ...state,
        status: "running",
        epoch: event.data.epoch,
        startedAt: at,
        activeSince: at,
        statusSeq: event.seq,
      };
    case "run.waiting":
      expect(
        event.data.for === "schedule"
          ? state.status === "pending"
          : state.status === "running" && state.model?.phase !== "in_flight",
        event,
      );
      return {
        ...state,
        status: "waiting",
        wait: {
          for: event.data.for,
          since: at,
          seq: event.seq,
          until: event.data.until === undefined ? null : Date.parse(event.data.until),
          call_id: event.data.call_id ?? null,
          limit: event.data.limit ?? null,
          task_id: event.data.task_id ?? null,
          changed: false,
        },
        providerSince:
          event.data.for === "provider" ? (state.providerSince ?? at) : state.providerSince,
        childrenHeardAt: state.turn === null ? state.childrenHeardAt : at,
        activeMs: activeTime(state, at),
        activeSince: null,
        statusSeq: event.seq,
        questionSeq: event.data.for === "budget" ? event.seq : state.questionSeq,
      };
    case "run.resumed":
      expect(state.status === "waiting" && state.wait?.for === event.data.from, event);
      // A scheduled run has not started yet: `run.started` follows.
      return event.data.from === "schedule"
        ? { ...state, status: "pending", wait: null }
        : { ...state, status: "running", wait: null, activeSince: at, statusSeq: event.seq };
    case "run.completed":
      expect(state.status === "running" && state.model === null && state.turn === null, event);
      return ended(state, event, at, { status: "completed", result: event.data.result });
    case "run.failed": {
      const { code, message, details } = event.data;
      const error = details === undefined ? { code, message } : { code, message, details };
      return ended(state, event, at, { status: "failed", error });
    }
    case "run.cancelled":
      return ended(state, event, at, { status: "cancelled", reason: event.data.reason ?? null });
    case "model.requested":
      return modelRequested(state, event);
    case "model.delta":
      return modelDelta(state, event);
    case "usage.recorded":
      return usageRecorded(state, event, at);
    case "model.completed":
      return modelCompleted(state, event);
    case "model.failed":
      return modelFailed(state, event, at);
    case "model.superseded":
      return modelSuperseded(state, event, at);
    case "model.switched":
      return modelSwitched(state, event, at);
    case "memory.compacted":
      return memoryCompacted(state, event, at);
    case "tool.requested":
      return toolRequested(state, event, at);
    case "memory.recalled":
      return memoryRecalled(state, event, at);
    case "tool.completed":
      return toolSettled(
        markUntrusted(noteBlockEdit(state, event), event, at),
        event,
        outcomeOf(event),
      );
    case "tool.failed":
      return toolSettled(markUntrusted(state, event, at), event, outcomeOf(event));
    case "tool.outcome_unknown":
      return event.data.held === true
        ? updateTurnCall(state, event, (call) => {
            expect(call.result === null && call.request !== null && !call.request.held, event);
            return { ...call, request: { ...call.request, held: true } };
          })
        : toolSettled(state, event, outcomeOf(event));
    case "child.started":
      return childStarted(state, event, at);
    case "child.delayed":
      return childDelayed(state, event, at);
    case "child.waiting":
      return childWaiting(state, event);
    case "child.ended":
      return childEnded(state, event, at);
    case "step.planned":
      return stepPlanned(state, event);
    case "tool.progressed":
    case "tool.logged":
      expectRunning(state, event);
      return state;
    case "input.requested":
      return inputRequested(state, event, at);
    case "input.withdrawn":
      return inputWithdrawn(state, event);
    case "tool.suspended":
      return toolSuspended(state, event, at);
    case "mcp.listed":
      return mcpListed(state, event, at);
    case "approval.requested":
      return approvalRequested(state, event, at);
    case "approval.decided": {
      const { decision, comment = null } = event.data;
      return approvalSettled(state, event, { kind: decision, comment }, event.data.arguments);
    }
    case "approval.expired":
      return approvalSettled(state, event, { kind: "expired", policy: event.data.policy });
    case "message.received":
      return messageReceived(state, event);
    case "limit.reached":
      return state;
    case "limit.changed":
      return limitChanged(state, event);
    case "loop.detected":
      return event.data.action === "stop"
        ? state
        : {
            ...state,
            repeats: { ...state.repeats, nudged: true },
            conversation: extend(
              state.conversation,
              { role: "notice", text: nudge(event.data) },
              windowOf(state),
            ),
          };
    case "recovery.started":
      expect(state.status !== "pending" && event.data.epoch > state.epoch, event);
      return {
        ...state,
        epoch: event.data.epoch,
        recoveries: state.recoveries + 1,
        interruptions: countInterruption(state.interruptions, event.data.reason, at),
      };
    default:
      return event satisfies never;
  }
}

function ended(state: RunState, event: RunEvent, at: number, end: RunEnd): RunState {
  return {
    ...state,
    status: end.status,
    end,
    wait: null,
    model: null,
    turn: null,
    activeMs: activeTime(state, at),
    activeSince: null,
    endedAt: at,
    statusSeq: event.seq,
  };
}

function limitChanged(state: RunState, event: EventOf<"limit.changed">): RunState {
  const { limit, to } = event.data;
  if (state.spec === null) {
    throw illegalEvent(event);
  }
  const kept = Object.entries(state.spec.limits).filter(([name]) => name !== limit);
  const entries = to === null ? kept : [...kept, [limit, to] as const];
  // The command that changes a limit validates it. The log is trusted.
  const limits = Object.fromEntries(entries) as RunLimits;
  return {
    ...state,
    spec: { ...state.spec, limits },
    wait: state.wait === null ? null : { ...state.wait, changed: true },
    statusSeq: event.seq,
  };
}

function nudge({ tools, repeats }: EventOf<"loop.detected">["data"]): string {
  return `You have made the same calls (${tools.join(", ")}) ${repeats} times in a row with the same arguments. Doing it again will not change anything: use what you know, try another way, or answer.`;
}
