/**
 * Waits as a tool: a durable timer, so that a run that waits a month uses no resources until then.
 */
import { z } from "zod";
import { defineTimer } from "../tool.ts";

const MAX_SECONDS = 31_536_000;
const instant = z.iso.datetime({ offset: true });

/** Waits for a duration, or until a date and time. */
export const wait = defineTimer({
  name: "wait",
  description:
    "Waits before the task continues: either a number of seconds (up to a year) or until a date and time, a year ahead at most. Give exactly one of the two.",
  input: z
    .strictObject({
      seconds: z.number().min(0).max(MAX_SECONDS).optional(),
      until: z
        .string()
        .refine((text) => instant.safeParse(text).success, "is not an RFC 3339 date and time")
        .optional()
        .describe("RFC 3339 with an offset, such as 2026-11-22T19:05:00Z"),
    })
    .refine(
      ({ seconds, until }) => (seconds === undefined) !== (until === undefined),
      "give either `seconds` or `until`",
    ),
  output: z.strictObject({ waited_until: z.string() }),
  effect: "pure",
  due: ({ seconds, until }, now) =>
    until === undefined
      ? now + Math.round((seconds ?? 0) * 1000)
      : Math.min(Date.parse(until), now + MAX_SECONDS * 1000),
});
