/**
 * Between the API's JSON and the messages of the service. Both have the same names, so a message is
 * read and written by its JSON; only what gRPC has other than REST is said here.
 */
import {
  fromJson,
  toJson,
  type DescMessage,
  type JsonObject as ProtobufJson,
  type MessageShape,
} from "@bufbuild/protobuf";
import type { TaskPage } from "../api/tasks/list.ts";
import { Problem } from "../api/http/problem.ts";
import type { TaskJson } from "../api/tasks/schemas.ts";
import type { FollowedEvent } from "../api/tasks/run-follower.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../run/value/json.ts";
import {
  EventSchema,
  ListTasksResponseSchema,
  TaskSchema,
  type Event,
  type ListTasksResponse,
  type Task,
} from "./gen/opspawn/v1/tasks_pb.ts";

const STATUS = "TASK_STATUS_";

/**
 * What the log holds may be nested as deep as JSON may be, three messages a level. What REST has and
 * the messages do not is left out: it must never fail a call.
 */
const OURS = { recursionLimit: 1000, ignoreUnknownFields: true };

/** The JSON of a request, by the names of REST. @throws Problem for values that JSON cannot have */
export function requestJson<T extends DescMessage>(
  schema: T,
  request: MessageShape<T>,
): JsonObject {
  try {
    const json: JsonValue = toJson(schema, request, { useProtoFieldName: true });
    return isJsonObject(json) ? json : {};
  } catch (error) {
    const why = error instanceof Error ? error.message : "it has no JSON";
    throw new Problem("validation_failed", `The request is invalid: ${why}.`);
  }
}

/** A task as the service gives it. */
export function taskMessage(task: TaskJson): Task {
  return messageOf(TaskSchema, taskFields(task));
}

/** A page of a list. */
export function pageMessage({ tasks, total, next_cursor }: TaskPage): ListTasksResponse {
  const page = { tasks: tasks.map(taskFields), total, next_page_token: next_cursor ?? "" };
  return messageOf(ListTasksResponseSchema, page);
}

/** An event as the service gives it. */
export function eventMessage({ text }: FollowedEvent): Event {
  return messageOf(EventSchema, JSON.parse(text));
}

/** The status that a name of the service stands for; any other is given back for what it is. */
export function statusOf(name: JsonValue): JsonValue {
  return typeof name === "string" && name.startsWith(STATUS)
    ? name.slice(STATUS.length).toLowerCase()
    : name;
}

function messageOf<T extends DescMessage>(schema: T, json: object): MessageShape<T> {
  // The library's own type of JSON knows no lists that are only read.
  return fromJson(schema, json as ProtobufJson, OURS);
}

function taskFields({ result, status, ...task }: TaskJson) {
  return {
    ...task,
    status: `${STATUS}${status.toUpperCase()}`,
    // Of a `Value`, null is a value.
    ...(result === null ? {} : { result }),
  };
}
