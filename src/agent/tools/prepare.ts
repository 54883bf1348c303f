/**
 * Checks a call before it runs. Returns its intent, an approval request, or its failure. Pure, and
 * never throws: every request of a model becomes an event.
 */
import { cut } from "../../run/value/cut.ts";
import type { NewEvent } from "../../run/log/event.ts";
import type { RunState, TurnCall } from "../../run/log/state.ts";
import {
  argumentsDenied,
  forbidden,
  judge,
  type Policy,
  type Standing,
  type Verdict,
} from "../../run/spec/policy.ts";
import type { AgentConfig } from "../../run/spec/spec.ts";
import { defined } from "../../run/value/defined.ts";
import { TOOL_FAILURES } from "../../run/value/failure.ts";
import { MAX_RUN_WRITES } from "../../run/memory/limits.ts";
import { idempotencyKey } from "../../run/value/id.ts";
import { jsonDefect, type JsonValue } from "../../run/value/json.ts";
import type { ToolCall } from "../../run/value/message.ts";
import { roundedDefect } from "../../run/decide/planner.ts";
import { toolFailed } from "./output.ts";
import { planTasks } from "./tasks/plan-tasks.ts";
import type { Toolbox } from "./registry.ts";
import { schemaFits } from "./schema/json-schema.ts";
import { effectOf, type Checked, type Tool } from "./tool.ts";

/**
 * Maximum size of arguments, in characters of JSON. Longer arguments are rejected without
 * validation.
 */
const MAX_ARGUMENTS_CHARS = 1_000_000;

/** The state of the run when a call is prepared. */
export interface Preparation {
  readonly taskId: string;
  readonly modelCallId: string;
  readonly config: AgentConfig;
  readonly standing: Standing & Partial<Pick<RunState, "memoryWrites">>;
  /** The run, for tools that start tasks. Absent for calls from code, which cannot use them. */
  readonly run?: Pick<RunState, "spec" | "children" | "childrenMade">;
  readonly now: number;
  /** The call whose code makes this call. */
  readonly parentCallId?: string;
}

/** Returns the intent of a call, an approval request, or its failure. */
export function prepareCall(
  { call: asked, approval }: Pick<TurnCall, "call" | "approval">,
  toolbox: Toolbox,
  preparation: Preparation,
): NewEvent {
  const { taskId, modelCallId, config, standing, now, parentCallId } = preparation;
  const call =
    approval === null ? asked : { ...asked, name: approval.name, arguments: approval.arguments };
  const { call_id } = call;
  const tool = toolbox.get(call.name);
  const name = call.name;
  const forbids = forbidden(config.policy, name);
  if (forbids?.kind === "deny") {
    return denied(call_id, forbids);
  }
  if (tool === undefined) {
    return config.tools?.includes(name) === true
      ? toolFailed(call_id, "tool_unavailable", unavailableTool(name), 0)
      : toolFailed(call_id, "unknown_tool", unknownTool(name, toolbox), 0);
  }
  const checked = checkArguments(call, tool);
  if (!checked.ok) {
    const message = `The arguments do not fit the tool ${tool.name}: ${checked.reason}.`;
    return toolFailed(call_id, "invalid_arguments", message, 0);
  }
  const meant = tool.standsFor?.(checked.value) ?? null;
  if (meant !== null) {
    return prepareCall({ call: { ...call, ...meant }, approval: null }, toolbox, preparation);
  }
  const after = (seconds: number | undefined) =>
    seconds === undefined ? undefined : new Date(now + seconds * 1000).toISOString();
  const effect = effectOf(tool, checked.value);
  const judged = {
    name,
    arguments: checked.value,
    // A task is under the same rules itself, and has read what its parent has read.
    acts:
      effect !== "pure" &&
      tool.kind !== "tasks" &&
      !(tool.kind === "run" && tool.callsTools === true),
    approved: approval !== null,
    asksAlways: tool.approval === "always",
  };
  if (tool.memory !== undefined && (standing.memoryWrites ?? 0) >= MAX_RUN_WRITES) {
    const message = `A run can write to its memory at most ${MAX_RUN_WRITES} times.`;
    return toolFailed(call_id, "limit_reached", message, 0);
  }
  const verdict = judge(config.policy, standing, judged, now, schemaFits);
  if (verdict.kind === "deny") {
    return denied(call_id, verdict);
  }
  if (verdict.kind === "approve") {
    return {
      type: "approval.requested",
      data: {
        call_id,
        name: tool.name,
        arguments: checked.value,
        reason: "policy",
        rule: verdict.rule,
        ...defined({ expires_at: after(config.waits?.approval_expires_s) }),
      },
    };
  }
  if (tool.memory === "edit" && standing.untrusted !== null && approval === null) {
    return toolFailed(call_id, "tainted", TOOL_FAILURES.tainted.message, 0);
  }
  const planned =
    tool.kind === "tasks" ? planTasks(tool, call_id, checked.value, preparation) : null;
  if (planned !== null && !planned.ok) {
    return toolFailed(call_id, planned.code, planned.reason, 0);
  }
  return {
    type: "tool.requested",
    data: {
      call_id,
      model_call_id: modelCallId,
      name: tool.name,
      arguments: checked.value,
      effect,
      idempotency_key: idempotencyKey(taskId, call_id),
      attempt: 1,
      ...defined({ parent_call_id: parentCallId }),
      ...(tool.kind === "timer"
        ? { until: new Date(tool.due(checked.value, now)).toISOString() }
        : {}),
      ...planned?.data,
      ...(tool.kind === "input"
        ? { wait: "input", ...defined({ until: after(config.waits?.input_expires_s) }) }
        : {}),
    },
  };
}

function denied(call_id: string, verdict: Extract<Verdict, { kind: "deny" }>): NewEvent {
  const event = toolFailed(call_id, "denied_by_policy", verdict.message, 0);
  return { ...event, data: { ...event.data, rule: verdict.rule } };
}

/**
 * Returns why a tool or the agent's policy rejects these arguments, or null. Used for arguments
 * that a person has changed.
 */
export function argumentsDefect(
  name: string,
  args: JsonValue,
  toolbox: Toolbox,
  policy?: Policy,
): string | null {
  const tool = toolbox.get(name);
  if (tool === undefined) {
    return unknownTool(name, toolbox);
  }
  const checked = checkArguments({ call_id: "", name, arguments: args }, tool);
  if (!checked.ok) {
    return checked.reason;
  }
  const verdict = argumentsDenied(policy, name, args, schemaFits);
  return verdict?.kind === "deny" ? verdict.message : null;
}

function unavailableTool(name: string): string {
  return `The agent selects the tool ${JSON.stringify(cut(name, 128))}, but it is not available.`;
}

function unknownTool(name: string, { names }: Toolbox): string {
  const known = names.length === 0 ? "There are none." : `The tools are: ${names.join(", ")}.`;
  return `Unknown tool ${JSON.stringify(cut(name, 128))}. ${known}`;
}

function checkArguments(call: ToolCall, tool: Tool): Checked {
  if (call.arguments === undefined) {
    return { ok: false, reason: textDefect(call.arguments_text ?? "") };
  }
  const defect = jsonDefect(call.arguments);
  if (defect !== null) {
    return { ok: false, reason: defect };
  }
  return JSON.stringify(call.arguments).length > MAX_ARGUMENTS_CHARS
    ? { ok: false, reason: `they have more than ${MAX_ARGUMENTS_CHARS} characters` }
    : tool.checkInput(call.arguments);
}

/** Returns why arguments could not be parsed: they are not JSON, or JSON that cannot be stored. */
function textDefect(text: string): string {
  try {
    const defect = jsonDefect(JSON.parse(text));
    return roundedDefect(text) ?? defect ?? "they must be a JSON object";
  } catch (error) {
    return `they are not valid JSON (${error instanceof Error ? error.message : "unreadable"})`;
  }
}
