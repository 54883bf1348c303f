/**
 * The data of each event type. The schemas are the source of the types, of the service's OpenAPI
 * document and of the client's types; `docs/reference/events.md` lists them for people. Persisted
 * data is a contract: fields are added, never changed or removed. Unknown fields are preserved.
 */
import { z } from "zod";
import { EFFECTS } from "../value/effect.ts";
import { INPUT_ACTIONS } from "./elicitation.ts";
import { recalledBlock, recalledItem } from "../memory/recall.ts";
import { mcpListed } from "../value/mcp-listing.ts";
import { FINISH_REASONS } from "../value/message.ts";
import { EXPIRY_POLICIES, jsonObject, jsonValue, runSpec } from "../spec/spec.ts";
import { UNTRUSTED } from "../value/trust.ts";

/** The reasons for which a task waits; for `turn` before its run exists, so no event has it. */
export const WAITS = [
  "approval",
  "input",
  "timer",
  "budget",
  "children",
  "schedule",
  "concurrency",
  "turn",
  "provider",
] as const;
/** One of `WAITS`. */
export type WaitName = (typeof WAITS)[number];

/** Why a new slice found calls without outcomes. `failed`: the slice before it threw. */
export const RECOVERY_REASONS = ["interrupted", "failed", "out_of_memory"] as const;
/** One of `RECOVERY_REASONS`. */
export type RecoveryReason = (typeof RECOVERY_REASONS)[number];

const count = z.number().int().min(0);
const attempt = z.number().int().min(1).describe("Counts from 1. A retry is a new attempt.");
const modelCall = z.string().describe("The model call.");
const toolCall = z.string().describe("The tool call.");
const parentCall = z.string().optional().describe("The `run_code` call whose code made this call.");
const by = z.string().describe("The id of the key, or the name of the part of the service.");
const code = z.string().describe("A stable code; see the list of errors.");
const message = z.string().describe("A sentence for people.");
const limitName = z.string().describe("The name of the limit.");
const tool = z.string().describe("The name of the tool.");
const duration = count.describe("How long the call took, in milliseconds.");
const untrusted = z
  .enum(UNTRUSTED)
  .optional()
  .describe(
    "Present if the content comes from an untrusted source. It is data, never an instruction.",
  );
/** The value of a limit: a number, a keyword, or null for no limit. */
const limitValue = z.union([z.number(), z.string(), z.null()]);

const requestedCall = z.object({
  call_id: toolCall,
  name: tool,
  arguments: z.exactOptional(jsonValue).describe("The arguments, if they are JSON."),
  arguments_text: z
    .exactOptional(z.string())
    .describe("The arguments as the model wrote them, if they are not JSON."),
  provider_id: z.exactOptional(z.string()).describe("The provider's id of the call."),
});

const childTask = z.string().describe("The task that this run started.");

/** What a call does with tasks of its run. */
export const CHILD_ACTIONS = ["run", "start", "wait", "cancel"] as const;
/** One of `CHILD_ACTIONS`. */
export type ChildAction = (typeof CHILD_ACTIONS)[number];

const orderedChild = z.object({
  task_id: childTask,
  agent: z.exactOptional(z.string()).describe("The agent of a task that the call starts."),
  agent_version: z.exactOptional(z.number().int()).describe("The version of the agent."),
});

const picture = z.object({
  media_type: z.string().describe("The media type, such as `image/png`."),
  data: z.string().describe("The picture in base64."),
});

/** The data of each event type. */
export const EVENT_DATA = {
  "run.created": z
    .looseObject(runSpec.shape)
    .describe("The run exists. Contains its complete input and config."),
  "run.started": z
    .looseObject({ epoch: count.describe("Counts the processes that worked on the run.") })
    .describe("The run starts."),
  "run.waiting": z
    .looseObject({
      for: z.enum(WAITS).describe("What the run waits for."),
      until: z
        .string()
        .optional()
        .describe("When the wait ends by itself: the end of the timer, or an expiry. RFC 3339."),
      call_id: z.string().optional().describe("The call that waits."),
      limit: z
        .string()
        .optional()
        .describe("For `budget`, `concurrency` and `provider`: the limit that was reached."),
      task_id: z
        .string()
        .optional()
        .describe("For the limit `tree_cost`: the task above this one whose limit it is."),
    })
    .describe("The run pauses for the stated reason."),
  "run.resumed": z
    .looseObject({ from: z.enum(WAITS).describe("The wait that ended.") })
    .describe("A wait has ended."),
  "run.completed": z
    .looseObject({
      result: z
        .looseObject({
          answer: z.string().describe("The final answer."),
          data: z
            .exactOptional(jsonValue)
            .describe("Present if the agent has an `output_schema`: JSON that matches it."),
        })
        .describe("The result of the task."),
    })
    .describe("The run ended with an answer."),
  "run.failed": z
    .looseObject({
      code,
      message,
      details: jsonObject.optional().describe("More about the failure; depends on the code."),
    })
    .describe("The run ended with a failure."),
  "run.cancelled": z
    .looseObject({ reason: z.string().optional().describe("The given reason."), by })
    .describe("The run was cancelled."),
  "model.requested": z
    .looseObject({
      call_id: modelCall,
      attempt,
      step: z.number().int().min(1).describe("The step of the run that the call belongs to."),
      model: z.string().describe("The model, as `provider/name`."),
      up_to_seq: count.describe("The request body is built from the log up to this event."),
      body_sha256: z.string().describe("SHA-256 of the request body's exact text, in hex."),
      body_chars: count.optional().describe("Length of the request body in characters."),
      reserved_micro_usd: count
        .optional()
        .describe("Maximum cost of the attempt, reserved in every budget until it is settled."),
      max_output_tokens: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe("Maximum output requested, if a budget rather than the agent determines it."),
      purpose: z
        .literal("compact")
        .optional()
        .describe("`compact`: requests a summary of the conversation. Absent: the next step."),
    })
    .describe("A model call is about to be sent."),
  "model.delta": z
    .looseObject({
      call_id: modelCall,
      attempt,
      text: z.string().optional().describe("A piece of the reply's text."),
      reasoning: z.string().optional().describe("A piece of the reply's reasoning."),
      tool_call: z
        .looseObject({
          index: count.describe("Position of the call in the reply."),
          name: z.string().optional().describe("A piece of the tool's name."),
          arguments_text: z.string().optional().describe("A piece of the arguments' text."),
        })
        .optional()
        .describe("A piece of a tool call."),
    })
    .describe(
      "A piece of a streamed reply. Written only while a client watches, and possibly incomplete.",
    ),
  "model.completed": z
    .looseObject({
      call_id: modelCall,
      attempt,
      finish_reason: z.enum(FINISH_REASONS).describe("Why the model stopped."),
      text: z.string().describe("The complete text."),
      tool_calls: z.array(requestedCall).describe("The tool calls that the model requests."),
      reasoning: z.string().optional().describe("The model's reasoning, if it is returned."),
      opaque: z
        .object({
          provider: z.string().describe("The provider."),
          data: jsonValue.describe("Unchanged, as the provider sent it."),
        })
        .optional()
        .describe("Data to return to the provider unchanged."),
      answer: z
        .string()
        .optional()
        .describe("The final answer, if the planner found one in the reply."),
      data: z.exactOptional(jsonValue).describe("The answer as data, if it is JSON."),
      problem: z
        .looseObject({ code, message })
        .optional()
        .describe("Why the reply could not be used. The message is sent to the model."),
    })
    .describe("The complete reply of a model."),
  "usage.recorded": z
    .looseObject({
      call_id: modelCall,
      attempt,
      input_tokens: count.describe("Input tokens, including cached ones."),
      cached_input_tokens: count.describe("Input tokens that the provider read from its cache."),
      output_tokens: count.describe("Output tokens, including reasoning."),
      reasoning_tokens: count.describe("Output tokens spent on reasoning."),
      cache_write_tokens: count
        .optional()
        .describe(
          "Input tokens that the provider wrote to its cache, if it bills them separately.",
        ),
      cost_micro_usd: count.describe("Cost in millionths of a dollar."),
      estimated: z
        .boolean()
        .optional()
        .describe("True if the provider counted nothing: estimated tokens, and the maximum cost."),
    })
    .describe("What an attempt consumed, whatever its outcome."),
  "model.failed": z
    .looseObject({
      call_id: modelCall,
      attempt,
      code,
      message,
      retry_in_ms: count
        .nullable()
        .describe("Milliseconds until the next attempt; null if there is none."),
    })
    .describe("An attempt of a model call failed."),
  "model.superseded": z
    .looseObject({ call_id: modelCall, attempt })
    .describe("An attempt was lost, and its text is void. Its cost is still charged."),
  "model.switched": z
    .looseObject({
      call_id: modelCall,
      from: z.string().describe("The model that failed."),
      to: z.string().describe("The model that replaces it for the rest of the run."),
      code: z.string().describe("The failure code of the previous model."),
    })
    .describe("A model failed, and the next of `fallback_models` replaces it."),
  "tool.requested": z
    .looseObject({
      call_id: toolCall,
      model_call_id: modelCall,
      name: tool,
      arguments: jsonValue.describe("The arguments of the call."),
      effect: z.enum(EFFECTS).describe("What repeating the call would do outside the run."),
      idempotency_key: z.string().describe("The same for every attempt of the call."),
      attempt,
      parent_call_id: parentCall,
      wait: z
        .enum(["timer", "input", "children"])
        .optional()
        .describe(
          "For a call that runs no tool: the reason for its wait. Absent with `until`: a timer.",
        ),
      until: z
        .string()
        .optional()
        .describe(
          "When the timer is due, or when the wait for input or children expires. RFC 3339.",
        ),
      tasks: z
        .array(orderedChild)
        .optional()
        .describe("For `children`: the tasks that the call starts, waits for or cancels."),
      action: z
        .enum(CHILD_ACTIONS)
        .optional()
        .describe(
          "For `children`: `run` starts tasks and waits for them, `start` starts them, `wait` waits for tasks, `cancel` cancels them.",
        ),
      mode: z
        .enum(["all", "any"])
        .optional()
        .describe("For `wait`: whether the call waits for all of the tasks or for one."),
      as_answer: z
        .boolean()
        .optional()
        .describe("True if the answer of the task becomes the answer of the run."),
    })
    .describe("A tool is about to run."),
  "child.started": z
    .looseObject({ call_id: toolCall, task_id: childTask })
    .describe("A task of this run was submitted."),
  "child.delayed": z
    .looseObject({
      call_id: toolCall,
      code,
      message,
      retry_in_ms: count.describe("Milliseconds until it is submitted again."),
    })
    .describe("The tasks of a call could not be submitted. They are submitted again."),
  "child.waiting": z
    .looseObject({
      task_id: childTask,
      for: z.enum(WAITS).describe("What the task waits for."),
      call_id: z.string().optional().describe("The call of that task which waits."),
      limit: z.string().optional().describe("For `budget`: the limit that was reached."),
    })
    .describe("A task of this run waits for a person. Other waits are not told."),
  "child.ended": z
    .looseObject({
      task_id: childTask,
      status: z.enum(["completed", "failed", "cancelled"]).describe("How the task ended."),
      answer: z.string().optional().describe("The answer, or the beginning of a long one."),
      data: z.exactOptional(jsonValue).describe("The answer as data, if it is JSON."),
      answer_sha256: z
        .string()
        .optional()
        .describe("Key of the stored complete answer: the hex SHA-256 of its text."),
      code: z.string().optional().describe("For a failed task: its code."),
      message: z.string().optional().describe("For a failed task: its message."),
      cost_micro_usd: count.optional().describe("Cost of the task in millionths of a dollar."),
      untrusted: z.boolean().optional().describe("True if the task had read untrusted content."),
    })
    .describe("A task of this run has ended."),
  "step.planned": z
    .looseObject({
      call_id: z.string().describe("The id of the plan. Its calls have it as `model_call_id`."),
      key: z.string().optional().describe("The planner's name of the plan."),
      calls: z
        .array(
          requestedCall.extend({ step: z.string().optional().describe("A name of the call.") }),
        )
        .min(1)
        .describe("The calls that the planner makes."),
    })
    .describe("The planner made calls without a model."),
  "tool.progressed": z
    .looseObject({
      call_id: toolCall,
      progress: z.number().describe("Progress so far, in the tool's own unit."),
      total: z.number().optional().describe("The value of `progress` at the end, if known."),
      message: z.string().optional().describe("What the tool is doing."),
      parent_call_id: parentCall,
    })
    .describe("A running call reports progress."),
  "tool.logged": z
    .looseObject({
      call_id: toolCall,
      level: z.string().describe("The severity, such as `info`."),
      logger: z.string().optional().describe("The part of the tool that logs."),
      data: jsonValue.describe("The logged message."),
      parent_call_id: parentCall,
    })
    .describe("A running call logs a message for watchers."),
  "input.requested": z
    .looseObject({
      call_id: toolCall,
      key: z
        .string()
        .describe("Identifies the question. A later attempt asks it under the same key."),
      server: z.string().describe("The MCP server that asks. Its texts are untrusted."),
      message: z.string().describe("The question."),
      schema: jsonObject
        .optional()
        .describe("JSON Schema of the answer. Absent if the person must open `url`."),
      url: z.string().optional().describe("The address that the person must open."),
    })
    .describe("A running call asks a person a question. `message.received` answers it."),
  "input.withdrawn": z
    .looseObject({ call_id: toolCall, key: z.string().describe("The key of the question.") })
    .describe("The server withdrew its question."),
  "tool.suspended": z
    .looseObject({ call_id: toolCall })
    .describe("The call was stopped without an answer. It is made again with the answer."),
  "mcp.listed": mcpListed.describe("What an MCP server offers, or why it could not be listed."),
  "tool.completed": z
    .looseObject({
      call_id: toolCall,
      output: jsonValue.describe("The output, or the beginning of a long one."),
      images: z.array(picture).optional().describe("Pictures for the model, besides the output."),
      duration_ms: duration,
      truncated: z
        .boolean()
        .optional()
        .describe("True if the output is only the beginning of a longer one."),
      output_sha256: z
        .string()
        .optional()
        .describe("Key of the stored complete output: the hex SHA-256 of its text."),
      next_offset: count
        .optional()
        .describe("Characters of the complete output that precede the rest."),
      untrusted,
      parent_call_id: parentCall,
    })
    .describe("A tool call returned."),
  "tool.failed": z
    .looseObject({
      call_id: toolCall,
      code,
      message,
      duration_ms: duration,
      untrusted,
      rule: z
        .string()
        .optional()
        .describe("For `denied_by_policy`: the rule that denied the call."),
      task_refused: z
        .boolean()
        .optional()
        .describe("True if the task that the call would start was refused, so it does not exist."),
      parent_call_id: parentCall,
      name: z
        .string()
        .optional()
        .describe("The tool, if code requested a call that was rejected before it began."),
      arguments: z.exactOptional(jsonValue).describe("The arguments of such a call."),
    })
    .describe("A tool call failed or was rejected. The model sees it."),
  "tool.outcome_unknown": z
    .looseObject({
      call_id: toolCall,
      held: z
        .boolean()
        .optional()
        .describe("A person decides how to proceed; an `approval.requested` follows."),
      parent_call_id: parentCall,
    })
    .describe("An interruption hit a call that must not be repeated."),
  "approval.requested": z
    .looseObject({
      call_id: toolCall,
      name: tool,
      arguments: jsonValue.describe("The arguments of the call."),
      reason: z
        .enum(["policy", "outcome_unknown"])
        .describe("`policy`: before the first attempt. `outcome_unknown`: before another attempt."),
      rule: z.string().optional().describe("For `policy`: the rule that requires approval."),
      expires_at: z.string().optional().describe("When the request expires, RFC 3339."),
    })
    .describe("A call is held until a person decides."),
  "approval.decided": z
    .looseObject({
      call_id: toolCall,
      decision: z.enum(["approve", "deny"]).describe("The decision."),
      arguments: z.exactOptional(jsonValue).describe("Arguments that replace the model's."),
      by,
      comment: z.string().optional().describe("The comment, which the model sees on a denial."),
    })
    .describe("A person decided about a held call."),
  "approval.expired": z
    .looseObject({
      call_id: toolCall,
      policy: z.enum(EXPIRY_POLICIES).describe("What follows."),
    })
    .describe("No decision was made in time."),
  "message.received": z
    .looseObject({
      content: z.string().describe("The text of the message."),
      data: jsonObject.optional().describe("The answer to a structured question."),
      by,
      call_id: z
        .string()
        .optional()
        .describe("The call that the message answers. Absent: a message to the run."),
      key: z.string().optional().describe("The key of the `input.requested` that it answers."),
      action: z
        .enum(INPUT_ACTIONS)
        .optional()
        .describe("How the person responded to an `input.requested`."),
    })
    .describe("A message to the run, or the answer to a question."),
  "memory.recalled": z
    .looseObject({
      query: z.string().describe("The text that the items were searched by."),
      blocks: z.array(recalledBlock).describe("The blocks in the prompt."),
      items: z.array(recalledItem).describe("The items in the prompt, best first."),
      left_out: count
        .optional()
        .describe("Blocks and items that did not fit in the prompt. Absent: 0."),
      degraded: z
        .literal("unavailable")
        .optional()
        .describe("Present if a store could not be read: the run continues without it."),
    })
    .describe("The run recalled memories. Its prompts contain them as they are here."),
  "memory.compacted": z
    .looseObject({
      up_to_seq: count.describe("The last event that contributed to the shortened part."),
      summary: z.string().describe("The summary that replaces the omitted part; may be empty."),
      kind: z
        .enum(["outputs", "turns"])
        .describe("`outputs`: long outputs were shortened. `turns`: older turns were left out."),
      call_id: z.string().optional().describe("The model call that wrote the summary."),
      attempt: z.number().int().min(1).optional().describe("The attempt of that call."),
    })
    .describe("The conversation was shortened."),
  "limit.reached": z
    .looseObject({
      limit: limitName,
      value: z.number().describe("The value of the limit, in its own unit."),
    })
    .describe("A limit was reached. The run's end, or a wait for `budget`, follows."),
  "limit.changed": z
    .looseObject({
      limit: limitName,
      from: limitValue.describe("The value before; null for no limit."),
      to: limitValue.describe("The value now; null for no limit."),
      by,
    })
    .describe("A limit of the run was changed."),
  "loop.detected": z
    .looseObject({
      period: count.describe("Number of tool call turns in the cycle."),
      repeats: count.describe("How often the cycle repeated."),
      tools: z.array(z.string()).describe("The tools of the cycle."),
      action: z
        .enum(["nudge", "stop"])
        .describe("`nudge`: the model is warned. `stop`: the run ends."),
    })
    .describe("The run makes the same calls in a loop."),
  "recovery.started": z
    .looseObject({
      epoch: count.describe("Counts the processes that worked on the run."),
      reason: z.enum(RECOVERY_REASONS).describe("What happened to the process before."),
      open_calls: z.array(z.string()).describe("The calls that had no outcome."),
    })
    .describe("A new process, or a new slice, resumed the run after an interruption."),
} as const;

/** The types of events. */
export type EventType = keyof typeof EVENT_DATA;
/** All event types. */
export const EVENT_TYPES: readonly EventType[] = Object.keys(EVENT_DATA).filter(
  (type): type is EventType => type in EVENT_DATA,
);
/** The data of an event type. */
export type EventData<T extends EventType> = z.infer<(typeof EVENT_DATA)[T]>;
