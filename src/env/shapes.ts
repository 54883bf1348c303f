/** Schemas shared by several settings. */
import { z } from "zod";

/** An integer with a default, a minimum and a maximum. */
export const number = (fallback: number, min: number, max: number) =>
  z.coerce
    .number(`it must be a whole number from ${min} to ${max}`)
    .int(`it must be a whole number from ${min} to ${max}`)
    .min(min, `it must be at least ${min}`)
    .max(max, `it must be at most ${max}`)
    .default(fallback);

/** A trimmed string. Blank strings count as not set. */
export const text = z
  .string()
  .transform((value) => (value.trim() === "" ? undefined : value.trim()));

export const url = text.pipe(z.url("it must be a URL").optional()).optional();

export const lowerCase = text.transform((value) => value?.toLowerCase());

/** A JSON setting that matches the schema. */
export function json<T extends z.ZodType>(schema: T) {
  return text
    .transform((value, context): unknown => {
      try {
        return value === undefined ? undefined : JSON.parse(value);
      } catch {
        context.addIssue({ code: "custom", message: "it must be JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema.optional())
    .optional();
}

/**
 * A comma-separated list. Empty entries are dropped.
 * @param what describes a valid entry, for the error message
 */
export const commaList = (entry: RegExp, what: string) =>
  z
    .string()
    .default("")
    .transform((value) =>
      value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(z.string().regex(entry, `each entry must be ${what}`)));

/** A list of host names. The prefix `*.` matches every subdomain. */
export const hostPattern = () =>
  commaList(/^(?:\*\.)?(?:[^\s*:/@?#]+|\[[0-9A-Fa-f:.]+\])$/, "a host, or *. and a host");

/** Parses JSON. Returns null if the text is invalid. */
export function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}
