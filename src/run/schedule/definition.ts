/** The stored form of a schedule's definition, and the task that a firing submits. */
import { z } from "zod";
import { policySchema } from "../spec/policy.ts";
import { fill, type TemplateFault } from "../spec/template.ts";
import { UNTRUSTED } from "../value/trust.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../value/json.ts";
import { isoTime } from "../value/time.ts";
import { GAPS, OVERLAPS } from "./cron.ts";
import type { Trigger } from "./evaluate.ts";
import { CATCH_UPS, OVERLAP_POLICIES, type ScheduleDefinition } from "./spec.ts";

const json: z.ZodType<JsonValue> = z.json();

const definition = z.object({
  name: z.string(),
  spec: z.object({
    cron: z.array(z.string()).readonly().nullable(),
    every_s: z.number().nullable(),
    anchor: z.string().nullable(),
    timezone: z.string(),
    dst_gap: z.enum(GAPS),
    dst_overlap: z.enum(OVERLAPS),
    exclude: z.array(z.string()).readonly(),
    starts_at: z.string().nullable(),
    ends_at: z.string().nullable(),
    max_fires: z.number().nullable(),
    jitter_s: z.number(),
  }),
  action: z.object({
    task: z.record(z.string(), json),
    // Absent in definitions of older versions.
    agent_version: z.number().nullable().default(null),
  }),
  policy: z.object({
    overlap: z.enum(OVERLAP_POLICIES),
    catch_up: z.enum(CATCH_UPS),
    catch_up_window_s: z.number(),
    pause_after_failures: z.number().nullable(),
    pause_after_refusals: z.number().nullable(),
  }),
  origin: z.exactOptional(
    z.object({
      agent: z.string(),
      subject: z.string().nullable(),
      untrusted: z.enum(UNTRUSTED).nullable(),
      policy: policySchema.nullable(),
    }),
  ),
});

/** Parses a stored definition. @throws for a text that is not one */
export function readDefinition(text: string): ScheduleDefinition {
  return definition.parse(JSON.parse(text));
}

/** What a task knows of the firing that submitted it. Placeholders refer to it as `schedule`. */
export interface FiringContext {
  readonly schedule_id: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly occurrence_at: number;
  readonly previous_at: number | null;
  readonly trigger: Trigger;
}

/**
 * Returns the body of the submission of a firing: the placeholders of the task are filled, and
 * `input_data.schedule` holds the context.
 */
export function taskBody(
  task: JsonObject,
  context: FiringContext,
): { readonly body: JsonValue; readonly faults: readonly TemplateFault[] } {
  const schedule = {
    schedule_id: context.schedule_id,
    name: context.name,
    occurrence_at: isoTime(context.occurrence_at),
    previous_at: context.previous_at === null ? null : isoTime(context.previous_at),
    trigger: context.trigger,
  };
  const { value, faults } = fill(task, { schedule });
  const input = isJsonObject(value) ? value["input_data"] : undefined;
  return isJsonObject(value) && isJsonObject(input)
    ? { body: { ...value, input_data: { ...input, schedule } }, faults }
    : { body: value, faults };
}
