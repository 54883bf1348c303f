/** The `Event` of the OpenAPI document: one schema per type, made from those that validate the log. */
import { z } from "@hono/zod-openapi";
import { EVENT_DATA, EVENT_TYPES, type EventType } from "../../run/log/event-data.ts";
import { taskIdText, timestamp } from "../schemas.ts";

const envelope = {
  seq: z.number().int().min(1).openapi({
    description: "Counts from 1 without gaps. Defines the order and serves as the cursor.",
  }),
  at: timestamp.openapi({
    description: "When it was written. Several events can have the same time.",
  }),
  v: z.number().int().openapi({ description: "The version of the form of `data`." }),
  task_id: taskIdText.optional().openapi({
    description: "In the events of a tree: the task whose log has the event.",
  }),
  bytes: z.number().int().optional().openapi({
    description: "With `outline=1`: the size of the whole event as JSON in UTF-8.",
  }),
  truncated: z.literal(true).optional().openapi({
    description: "With `outline=1`: present if `data` is not complete.",
  }),
};

/** A list of event types, separated by commas. */
export const eventTypes = z
  .string()
  .transform((text) => text.split(","))
  .pipe(z.array(z.enum(EVENT_TYPES)).max(64));

/** An event of a run, by its type. */
export const event = z.discriminatedUnion("type", unionOf(EVENT_DATA)).openapi("Event", {
  description: "One event of a run. Ignore unknown types: there will be more.",
});

/** Returns the schemas of all types. */
function unionOf(all: typeof EVENT_DATA) {
  const { "run.created": _first, ...others } = all;
  const schemas = Object.keys(others).filter((type): type is EventType => type in others);
  return [eventSchema("run.created"), ...schemas.map(eventSchema)] as const;
}

function eventSchema(type: EventType) {
  const { description = "", properties, required } = dataDocument(type);
  const data: object = {
    description: "The data of the event; depends on `type`.",
    properties,
    required,
  };
  return z
    .object({
      ...envelope,
      type: z.literal(type).openapi({ description: "The type of the event." }),
      data: z.object({}).openapi(data),
    })
    .openapi(`${pascal(type)}Event`, { description });
}

/** Returns the JSON Schema of an event's data. Further fields are allowed: there will be more. */
function dataDocument(type: EventType) {
  return z.toJSONSchema(EVENT_DATA[type], {
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      const { additionalProperties, minimum, maximum } = jsonSchema;
      if (additionalProperties === false || isEmpty(additionalProperties)) {
        delete jsonSchema.additionalProperties;
      }
      // Bounds that every whole number has in JSON.
      if (minimum === Number.MIN_SAFE_INTEGER) {
        delete jsonSchema.minimum;
      }
      if (maximum === Number.MAX_SAFE_INTEGER) {
        delete jsonSchema.maximum;
      }
    },
  });
}

function isEmpty(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && Object.keys(schema).length === 0;
}

/** `tool.outcome_unknown` becomes `ToolOutcomeUnknown`. */
function pascal(type: EventType): string {
  return type
    .split(/[._]/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
}
