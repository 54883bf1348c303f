/**
 * Converts between the API's JSON and the messages of the service. Both use the same names, so
 * messages are converted through their JSON. This file handles only the differences.
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
 * Options for responses. Values of the log may reach the nesting limit of JSON, and one level takes
 * three messages. Fields of REST that the messages lack are ignored: they must never fail a call.
 */
const OURS = { recursionLimit: 1000, ignoreUnknownFields: true };

/** Returns a request as JSON with REST's names. @throws Problem for values that are not JSON */
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

/** Returns the message of a task. */
export function taskMessage(task: TaskJson): Task {
  return messageOf(TaskSchema, taskFields(task));
}

/** Returns the message of a page of tasks. */
export function pageMessage({ data, total, next_cursor }: TaskPage): ListTasksResponse {
  const page = {
    tasks: data.map(taskFields),
    ...(total === null ? {} : { total }),
    next_page_token: next_cursor ?? "",
  };
  return messageOf(ListTasksResponseSchema, page);
}

/** Returns the message of an event. */
export function eventMessage({ text }: FollowedEvent): Event {
  return messageOf(EventSchema, JSON.parse(text));
}

/** Returns REST's name of a status. Returns any other value unchanged. */
export function statusOf(name: JsonValue): JsonValue {
  return nameOf(name, STATUS);
}

/** Returns REST's name of an enum's value. Returns any other value unchanged. */
export function nameOf(name: JsonValue, prefix: string): JsonValue {
  return typeof name === "string" && name.startsWith(prefix)
    ? name.slice(prefix.length).toLowerCase()
    : name;
}

function messageOf<T extends DescMessage>(schema: T, json: object): MessageShape<T> {
  // The library's JSON type has no readonly arrays.
  return fromJson(schema, json as ProtobufJson, OURS);
}

function taskFields({ result, status, ...task }: TaskJson) {
  return {
    ...task,
    status: `${STATUS}${status.toUpperCase()}`,
    // A null would become a `Value` that holds null, so the field is omitted.
    ...(result === null ? {} : { result }),
  };
}
