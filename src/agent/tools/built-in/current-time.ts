/** The current time, which a model does not know. Read each time the tool runs, also on a retry. */
import { z } from "zod";
import { defineTool } from "../tool.ts";

/** Returns the date and the time, in UTC or in a named time zone. */
export const currentTime = defineTool({
  name: "current_time",
  description:
    "Returns the current date, time and weekday, in UTC or in the given time zone. `iso` and `unix_ms` are the instant itself.",
  input: z.strictObject({
    timezone: z
      .string()
      .refine(isTimeZone, "is not a known IANA time zone")
      .optional()
      .describe("IANA name such as Europe/Berlin; UTC by default"),
  }),
  output: z.strictObject({
    iso: z.string(),
    date: z.string(),
    time: z.string(),
    weekday: z.string(),
    timezone: z.string(),
    unix_ms: z.number(),
  }),
  effect: "pure",
  run: ({ timezone = "UTC" }) => timeIn(timezone, Date.now()),
});

function timeIn(timezone: string, now: number) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    hourCycle: "h23",
    weekday: "long",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const parts = format.formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((candidate) => candidate.type === type)?.value ?? "";
  return {
    iso: new Date(now).toISOString(),
    date: `${part("year")}-${part("month")}-${part("day")}`,
    time: `${part("hour")}:${part("minute")}:${part("second")}`,
    weekday: part("weekday"),
    timezone,
    unix_ms: now,
  };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
