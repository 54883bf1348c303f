/** The methods of the service. Each calls the same use case as its REST route. */
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { z } from "@hono/zod-openapi";
import { checkJson, numberProblem } from "../api/http/body.ts";
import { deleteTask } from "../api/tasks/changes.ts";
import { cancelTask, commandTask, decisionOf, limitsOf, messageOf } from "../api/tasks/commands.ts";
import { Problem } from "../api/http/problem.ts";
import * as schemas from "../api/tasks/schemas.ts";
import { retryTask, submitTask } from "../api/tasks/submit.ts";
import { listTasks } from "../api/tasks/list.ts";
import { acceptedTask, currentTask, settledTask, taskJson, taskOf } from "../api/tasks/view.ts";
import { traceIn } from "../api/http/trace-context.ts";
import { validationProblem } from "../api/http/validation.ts";
import { callOf } from "./call.ts";
import {
  ChangeLimitsRequestSchema,
  CreateTaskRequestSchema,
  DecideApprovalRequestSchema,
  ListTasksRequestSchema,
  RetryTaskRequestSchema,
  SendMessageRequestSchema,
  type TaskService,
} from "./gen/opspawn/v1/tasks_pb.ts";
import { nameOf, pageMessage, requestJson, statusOf, taskMessage } from "./messages.ts";
import { watchTask } from "./watch.ts";
import { defined } from "../run/value/defined.ts";
import { isJsonObject, wellFormed, type JsonObject, type JsonValue } from "../run/value/json.ts";
import { unsafePlace } from "../run/value/whole-numbers.ts";

const MAX_WAIT_S = 60;
const retryKey = schemas.submitBody.shape.idempotency_key;

const { cursor: page_token, ...filters } = schemas.listQuery.omit({ limit: true }).shape;
const listRequest = z.strictObject({
  ...filters,
  page_token,
  page_size: z.number().int().min(1).max(100).optional(),
  metadata: z.record(z.string().min(1, "needs a name"), z.string()).default({}),
});

export const taskService: ServiceImpl<typeof TaskService> = {
  async createTask(request, context) {
    const { deps, caller } = callOf(context);
    if (request.taskType === "") {
      const fault = { pointer: "/task_type", detail: "is required" };
      throw new Problem("validation_failed", "The task type must not be empty.", {
        faults: [fault],
      });
    }
    const { wait_seconds: _wait, ...fields } = fieldsOf(CreateTaskRequestSchema, request);
    const body = valid(schemas.submitBody, fields);
    const { task, replayed } = await submitTask(deps, caller, body, {
      key: null,
      trace: traceIn(context.requestHeader),
    });
    const row = await acceptedTask(deps, task, waitMs(request.waitSeconds));
    return { task: taskMessage(taskJson(row)), replayed };
  },

  async getTask({ taskId, waitSeconds }, context) {
    const { deps, caller } = callOf(context);
    const row = await taskOf(deps, caller, taskId);
    const task = await settledTask(deps, row, waitMs(waitSeconds));
    return { task: taskMessage(taskJson(task)) };
  },

  async listTasks(request, context) {
    const { deps, caller } = callOf(context);
    const { status, ...fields } = requestJson(ListTasksRequestSchema, request);
    const query = valid(listRequest, {
      ...fields,
      ...defined({ status: status === undefined ? undefined : statusOf(status) }),
    });
    const { page_size: limit, page_token: cursor, metadata, ...wanted } = query;
    const pairs = Object.entries(metadata).map(([key, value]) => ({ key, value }));
    const page = { ...wanted, limit, cursor, metadata: pairs };
    return pageMessage(await listTasks(deps, caller, page, "page_token"));
  },

  async cancelTask({ taskId, reason }, context) {
    const { deps, caller } = callOf(context);
    const body = valid(schemas.cancelBody, { reason });
    const task = await cancelTask(deps, caller, taskId, body.reason ?? null);
    return { task: taskMessage(taskJson(task)) };
  },

  async sendMessage(request, context) {
    const { deps, caller } = callOf(context);
    const { task_id: _id, action, ...fields } = fieldsOf(SendMessageRequestSchema, request);
    const body = valid(schemas.messageBody, { ...fields, ...named({ action }, "INPUT_ACTION_") });
    const task = await commandTask(deps, caller, request.taskId, messageOf(body));
    return { task: taskMessage(taskJson(task)) };
  },

  async decideApproval(request, context) {
    const { deps, caller } = callOf(context);
    const fields = fieldsOf(DecideApprovalRequestSchema, request);
    const { task_id: _id, call_id: _call, decision, ...rest } = fields;
    const body = valid(schemas.approvalBody, { ...rest, ...named({ decision }, "DECISION_") });
    const said = decisionOf(request.callId, body);
    const task = await commandTask(deps, caller, request.taskId, said);
    return { task: taskMessage(taskJson(task)) };
  },

  async changeLimits(request, context) {
    const { deps, caller } = callOf(context);
    const { limits = {} } = fieldsOf(ChangeLimitsRequestSchema, request);
    const said = limitsOf(valid(schemas.limitsBody, limits));
    const task = await commandTask(deps, caller, request.taskId, said);
    return { task: taskMessage(taskJson(task)) };
  },

  async retryTask(request, context) {
    const { deps, caller } = callOf(context);
    const { config: given } = fieldsOf(RetryTaskRequestSchema, request);
    const { config } = valid(schemas.retryBody, named({ config: given }, "RETRY_CONFIG_"));
    const key = valid(retryKey, request.idempotencyKey) ?? null;
    const origin = await currentTask(deps, await taskOf(deps, caller, request.taskId));
    const { task, replayed } = await retryTask(deps, caller, origin, config, key);
    const row = await acceptedTask(deps, task, waitMs(request.waitSeconds));
    return { task: taskMessage(taskJson(row)), replayed };
  },

  async deleteTask({ taskId }, context) {
    const { deps, caller } = callOf(context);
    await deleteTask(deps, caller, taskId);
    return {};
  },

  async *watchTask({ taskId, afterSeq }, context) {
    const { deps, caller } = callOf(context);
    const row = await taskOf(deps, caller, taskId);
    yield* watchTask(deps, row, caller, afterSeq, context.signal);
  },
};

/** Returns a request's fields by REST's names. @throws Problem for values that cannot be stored */
function fieldsOf<T extends DescMessage>(schema: T, request: MessageShape<T>): JsonObject {
  const fields = requestJson(schema, request);
  checkJson(fields);
  // The numbers of `Struct` are doubles: digits beyond 2^53 are lost before they arrive.
  const unsafe = unsafePlace(fields);
  if (unsafe !== null) {
    throw numberProblem(unsafe);
  }
  const formed = wellFormed(fields);
  return isJsonObject(formed) ? formed : {};
}

/** Returns a field with REST's name of its enum value; nothing if it is not set. */
function named(field: Readonly<Record<string, JsonValue | undefined>>, prefix: string): JsonObject {
  return Object.fromEntries(
    Object.entries(field).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, nameOf(value, prefix)] as const],
    ),
  );
}

/** Parses a value. @throws Problem `validation_failed` that lists each fault */
function valid<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw validationProblem(parsed.error, "request");
  }
  return parsed.data;
}

function waitMs(seconds: number): number {
  return Math.min(seconds, MAX_WAIT_S) * 1000;
}
