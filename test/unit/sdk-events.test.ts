/** The client's event types are those that the service writes: each narrows, and none is missing. */
import { expect, expectTypeOf, test } from "vitest";
import type { EventOf, TaskEvent } from "../../sdk/src/index.ts";
import type * as log from "../../src/run/log/event-data.ts";
import { EVENT_DATA, EVENT_TYPES } from "../../src/run/log/event-data.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import { writtenDocument, type Schema } from "../openapi-document.ts";

/** A type as JSON carries it: what is undefined is not there. */
type Sent<Type> = Type extends JsonValue
  ? Type
  : Type extends object
    ? { [Name in keyof Type]: Sent<Exclude<Type[Name], undefined>> }
    : Type;

/** The types whose data, as the service validates it, is not what the client is promised. */
type Misfits = {
  [Type in log.EventType]: Sent<log.EventData<Type>> extends EventOf<Type>["data"] ? never : Type;
}[log.EventType];

/** Says of each type what its data is; checked by the compiler. */
function narrowed(event: TaskEvent): unknown {
  switch (event.type) {
    case "run.created":
      return expectTypeOf(event.data.config.model).toEqualTypeOf<string>();
    case "run.started":
      return expectTypeOf(event.data.epoch).toEqualTypeOf<number>();
    case "run.waiting":
      return expectTypeOf(event.data.for).toEqualTypeOf<log.WaitName>();
    case "run.resumed":
      return expectTypeOf(event.data.from).toEqualTypeOf<log.WaitName>();
    case "run.completed":
      return expectTypeOf(event.data.result.answer).toEqualTypeOf<string>();
    case "run.failed":
      return expectTypeOf(event.data.code).toEqualTypeOf<string>();
    case "run.cancelled":
      return expectTypeOf(event.data.by).toEqualTypeOf<string>();
    case "model.requested":
      return expectTypeOf(event.data.purpose).toEqualTypeOf<"compact" | undefined>();
    case "model.delta":
      return expectTypeOf(event.data.text).toEqualTypeOf<string | undefined>();
    case "model.completed":
      return expectTypeOf(event.data.tool_calls[0]?.arguments).toEqualTypeOf<unknown>();
    case "usage.recorded":
      return expectTypeOf(event.data.cost_micro_usd).toEqualTypeOf<number>();
    case "model.failed":
      return expectTypeOf(event.data.retry_in_ms).toEqualTypeOf<number | null>();
    case "model.superseded":
      return expectTypeOf(event.data.attempt).toEqualTypeOf<number>();
    case "model.switched":
      return expectTypeOf(event.data.to).toEqualTypeOf<string>();
    case "tool.requested":
      return expectTypeOf(event.data.wait).toEqualTypeOf<
        "timer" | "input" | "children" | undefined
      >();
    case "child.started":
      return expectTypeOf(event.data.task_id).toEqualTypeOf<string>();
    case "child.delayed":
      return expectTypeOf(event.data.retry_in_ms).toEqualTypeOf<number>();
    case "child.waiting":
      return expectTypeOf(event.data.for).toEqualTypeOf<log.WaitName>();
    case "child.ended":
      return expectTypeOf(event.data.status).toEqualTypeOf<"completed" | "failed" | "cancelled">();
    case "step.planned":
      return expectTypeOf(event.data.calls[0]?.step).toEqualTypeOf<string | undefined>();
    case "tool.progressed":
      return expectTypeOf(event.data.total).toEqualTypeOf<number | undefined>();
    case "tool.logged":
      return expectTypeOf(event.data.data).toEqualTypeOf<unknown>();
    case "input.requested":
      return expectTypeOf(event.data.url).toEqualTypeOf<string | undefined>();
    case "input.withdrawn":
      return expectTypeOf(event.data.key).toEqualTypeOf<string>();
    case "tool.suspended":
      return expectTypeOf(event.data.call_id).toEqualTypeOf<string>();
    case "mcp.listed":
      return expectTypeOf(event.data.error?.code).toEqualTypeOf<string | undefined>();
    case "tool.completed":
      return expectTypeOf(event.data.untrusted).toEqualTypeOf<
        "web" | "mcp" | "memory" | "task" | undefined
      >();
    case "tool.failed":
      return expectTypeOf(event.data.rule).toEqualTypeOf<string | undefined>();
    case "tool.outcome_unknown":
      return expectTypeOf(event.data.held).toEqualTypeOf<boolean | undefined>();
    case "approval.requested":
      return expectTypeOf(event.data.reason).toEqualTypeOf<"policy" | "outcome_unknown">();
    case "approval.decided":
      return expectTypeOf(event.data.decision).toEqualTypeOf<"approve" | "deny">();
    case "approval.expired":
      return expectTypeOf(event.data.policy).toEqualTypeOf<"deny" | "fail" | "continue">();
    case "message.received":
      return expectTypeOf(event.data.content).toEqualTypeOf<string>();
    case "memory.compacted":
      return expectTypeOf(event.data.kind).toEqualTypeOf<"outputs" | "turns">();
    case "memory.recalled":
      return expectTypeOf(event.data.query).toEqualTypeOf<string>();
    case "limit.reached":
      return expectTypeOf(event.data.value).toEqualTypeOf<number>();
    case "limit.changed":
      return expectTypeOf(event.data.to).toEqualTypeOf<number | string | null>();
    case "loop.detected":
      return expectTypeOf(event.data.action).toEqualTypeOf<"nudge" | "stop">();
    case "recovery.started":
      return expectTypeOf(event.data.open_calls).toEqualTypeOf<readonly string[]>();
    default:
      return expectTypeOf(event).toEqualTypeOf<never>();
  }
}

test("a check of the type narrows the data of every event type", () => {
  expectTypeOf<TaskEvent["type"]>().toEqualTypeOf<log.EventType>();
  expectTypeOf<Misfits>().toBeNever();
  expect(narrowed).toBeTypeOf("function");
});

test("the document has one described schema for each type, chosen by `type`, with described fields", () => {
  const { schemas } = writtenDocument().components;
  const { oneOf, discriminator } = schemas["Event"] as {
    oneOf: { $ref: string }[];
    discriminator: { propertyName: string; mapping: Record<string, string> };
  };
  expect(discriminator.propertyName).toBe("type");
  expect(Object.keys(discriminator.mapping)).toEqual(EVENT_TYPES);
  expect(oneOf.map(({ $ref }) => $ref)).toEqual(Object.values(discriminator.mapping));
  for (const type of EVENT_TYPES) {
    const schema = schemas[discriminator.mapping[type]?.split("/").at(-1) ?? ""] ?? {};
    const { data } = schema["properties"] as { data: { properties: Record<string, Schema> } };
    expect(schema["description"], type).toBe(EVENT_DATA[type].description);
    expect(Object.keys(data.properties), type).toEqual(Object.keys(EVENT_DATA[type].shape));
    for (const [name, field] of Object.entries(data.properties)) {
      expect(field["description"], `${type}: ${name}`).toBeTypeOf("string");
    }
  }
});
