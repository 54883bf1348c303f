/**
 * Schemas that several features share. Schemas validate requests and define the OpenAPI document.
 * Client input is strict: an unknown field is rejected by name.
 */
import { z } from "@hono/zod-openapi";
import type { JsonValue } from "../run/value/json.ts";
import { isTaskId } from "../run/value/id.ts";
import { PLAIN_TEXT } from "../run/value/plain-text.ts";

/** Any JSON. `body.ts` checks its nesting and text once for the whole body. */
export const freeValue: z.ZodType<JsonValue> = z
  .any()
  .openapi({ type: ["object", "array", "string", "number", "boolean", "null"], items: {} });
export const freeObject = z.record(z.string(), freeValue);
export const timestamp = z
  .string()
  .openapi({ format: "date-time", example: "2026-11-22T19:05:12.345Z" });
export const instant = z.iso.datetime({
  offset: true,
  error: "must be an RFC 3339 time, such as 2030-01-31T09:30:00Z",
});
export const taskIdText = z.string().refine(isTaskId, "must be the id of a task");
/** The name of a conversation: given by the client, or `conversation_<uuidv7>`. */
export const conversationName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/,
    "must be 1 to 128 letters, digits, and ._:@-, and begin with a letter or digit",
  );
/** No control characters: names are shown to people and in terminals. */
export const plainText = (max: number) =>
  z.string().max(max).regex(PLAIN_TEXT, "must not hold control characters");

export const TASK_STATUSES = [
  "pending",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
] as const;

/** Validates with `schema`, and documents the value as `document`: `schema` has no OpenAPI form. */
export function checkedBy<T extends z.core.$ZodType>(
  schema: T,
  document: object = { type: "array", items: { type: "object" } },
) {
  return z
    .any()
    .transform((value, ctx): z.output<T> => {
      const parsed = z.safeParse(schema, value);
      if (!parsed.success) {
        ctx.issues.push(...parsed.error.issues.map((issue) => ({ ...issue, input: value })));
        return z.NEVER;
      }
      return parsed.data;
    })
    .openapi(document);
}

export const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .openapi({ type: "integer", minimum: min, maximum: max });

/** Query parameters of every list. */
export const pageQuery = {
  limit: whole(1, 100).optional().openapi({
    description: "Maximum number of items on the page. Default: 20.",
  }),
  cursor: z.string().max(4096).optional().openapi({
    description: "The `next_cursor` of the previous page. Absent: the first page.",
  }),
};

/** The query of a list without filters. */
export const plainPageQuery = z.strictObject(pageQuery);
/** The validated page parameters of a query. */
export type PageQuery = z.output<typeof plainPageQuery>;

/** The envelope of every list. @param item the schema of one item */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item).describe("The items of the page, in the order of the list."),
    next_cursor: z.string().nullable().openapi({
      description: "`cursor` of the next page; null on the last one.",
    }),
  });
}

export const problem = z
  .object({
    type: z.string().openapi({
      description: "A URL that opens the explanation of `code`.",
      example: "https://opspawn.example.com/docs/errors#validation_failed",
    }),
    title: z.string().describe("What went wrong in general. The same for each code."),
    status: z.number().int().describe("The HTTP status of the response."),
    detail: z.string().describe("What went wrong in this request, for people."),
    code: z.string().openapi({
      description: "A stable code for programs; see the list of errors.",
      example: "validation_failed",
    }),
    request_id: z
      .string()
      .describe("The id of this HTTP request, as in `X-Request-Id` and the logs."),
    errors: z
      .array(
        z.object({
          pointer: z.string().describe("JSON Pointer to the value, or the parameter's name."),
          detail: z.string().describe("What is wrong with the value."),
        }),
      )
      .readonly()
      .optional()
      .describe("For `validation_failed`: every invalid value."),
  })
  .openapi("Problem", { description: "Why a request was rejected (RFC 9457)." });
