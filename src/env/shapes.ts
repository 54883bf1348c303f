/** Forms that several settings share. */
import { z } from "zod";

/** A whole number with a default and both bounds. */
export const number = (fallback: number, min: number, max: number) =>
  z.coerce
    .number(`it must be a whole number from ${min} to ${max}`)
    .int(`it must be a whole number from ${min} to ${max}`)
    .min(min, `it must be at least ${min}`)
    .max(max, `it must be at most ${max}`)
    .default(fallback);

/** A text without white space around it; an empty one counts as not set. */
export const text = z
  .string()
  .transform((value) => (value.trim() === "" ? undefined : value.trim()));

export const url = text.pipe(z.url("it must be a URL").optional()).optional();

export const lowerCase = text.transform((value) => value?.toLowerCase());

/** A setting whose text is JSON of this form. */
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

/** Entries between commas; empty ones are dropped. @param what names the form of an entry in the message */
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

/** Host names; `*.` before one stands for every name below. */
export const hostPattern = () =>
  commaList(/^(?:\*\.)?(?:[^\s*:/@?#]+|\[[0-9A-Fa-f:.]+\])$/, "a host, or *. and a host");

/** The JSON of a text; null where it is none. */
export function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}
