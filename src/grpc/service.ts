/** The methods of the service. Each calls the same use case as its REST route. */
import type { ServiceImpl } from "@connectrpc/connect";
import { z } from "@hono/zod-openapi";
import { checkJson, numberProblem } from "../api/http/body.ts";
import { cancelTask } from "../api/tasks/commands.ts";
import { Problem } from "../api/http/problem.ts";
import * as schemas from "../api/tasks/schemas.ts";
import { submitTask } from "../api/tasks/submit.ts";
import { listTasks } from "../api/tasks/list.ts";
import { acceptedTask, settledTask, taskJson, taskOf } from "../api/tasks/view.ts";
import { validationProblem } from "../api/http/validation.ts";
import { callOf } from "./call.ts";
import {
  CreateTaskRequestSchema,
  ListTasksRequestSchema,
  type TaskService,
} from "./gen/opspawn/v1/tasks_pb.ts";
import { pageMessage, requestJson, statusOf, taskMessage } from "./messages.ts";
import { watchTask } from "./watch.ts";
import { defined } from "../run/value/defined.ts";
import { wellFormed } from "../run/value/json.ts";
import { unsafePlace } from "../run/value/whole-numbers.ts";

const MAX_WAIT_S = 60;

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
    const { wait_seconds: _wait, ...fields } = requestJson(CreateTaskRequestSchema, request);
    checkJson(fields);
    // The numbers of `Struct` are doubles: digits beyond 2^53 are lost before they arrive.
    const unsafe = unsafePlace(fields);
    if (unsafe !== null) {
      throw numberProblem(unsafe);
    }
    const body = valid(schemas.submitBody, wellFormed(fields));
    const { task, replayed } = await submitTask(deps, caller, body, { key: null });
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

  async *watchTask({ taskId, afterSeq }, context) {
    const { deps, caller } = callOf(context);
    const row = await taskOf(deps, caller, taskId);
    yield* watchTask(deps, row, caller, afterSeq, context.signal);
  },
};

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
