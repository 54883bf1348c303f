/** Zod schemas of telemetry; see `schemas.ts`. No response has the value of a header. */
import { z } from "@hono/zod-openapi";
import { TRACE_CONTENTS } from "../../run/trace/content.ts";
import { EXPORT_FORMATS } from "../../run/trace/export-message.ts";
import { compileSampling, MAX_SAMPLING_CHARS, SAMPLING_NAMES } from "../../run/trace/sampling.ts";
import { AT, type Examples } from "../openapi/examples.ts";
import { timestamp } from "../schemas.ts";

/** Maximum headers. */
const MAX_HEADERS = 20;
const RESERVED = /^(?:content-.*|host|user-agent|transfer-encoding|connection|traceparent)$/i;

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, "must be the name of a header")
  .refine((name) => !RESERVED.test(name), "is set by the service");

const sampling = z
  .string()
  .max(MAX_SAMPLING_CHARS)
  .superRefine((text, ctx) => {
    const compiled = compileSampling(text);
    if (!compiled.ok) {
      ctx.addIssue({ code: "custom", message: `is no expression: ${compiled.reason}` });
    }
  });

const SAMPLING = `Which traces are sent, decided when the run has ended: comparisons of ${SAMPLING_NAMES.join(", ")}, with \`and\`, \`or\`, \`not\` and parentheses. \`random\` is from 0 to 1, the same for every export of a trace. null: all, unless the caller's \`traceparent\` is not sampled.`;

const fields = {
  url: z.url({ protocol: /^https?$/ }).openapi({
    description: "The OTLP/HTTP address for traces, which usually ends in `/v1/traces`.",
    example: "https://api.honeycomb.io/v1/traces",
  }),
  metricsUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .openapi({
      description:
        "The OTLP/HTTP address for metrics, which usually ends in `/v1/metrics`; null if none are sent.",
      example: "https://api.honeycomb.io/v1/metrics",
    }),
  format: z.enum(EXPORT_FORMATS),
  content: z.enum(TRACE_CONTENTS),
};

export const setBody = z
  .strictObject({
    url: fields.url,
    metrics_url: fields.metricsUrl.optional(),
    headers: z
      .record(
        headerName,
        z
          .string()
          .max(4096)
          .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "must be text"),
      )
      .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, {
        message: `must have ${MAX_HEADERS} headers or fewer`,
      })
      .optional()
      .openapi({
        description:
          "Headers of each request, such as a key. Stored encrypted, and never returned.",
        example: { "x-honeycomb-team": "hcaik_0123" },
      }),
    format: fields.format.optional().openapi({
      description: "The encoding. Default: `protobuf`, which every receiver takes.",
    }),
    content: fields.content.optional().openapi({
      description: "How much content the spans have. Default: `none`.",
    }),
    sampling: sampling.nullish().openapi({
      description: SAMPLING,
      example: 'status != "completed" or cost_usd > 0.5 or random < 0.05',
    }),
  })
  .openapi("SetTelemetry");

export const telemetry = z
  .object({
    url: fields.url,
    metrics_url: fields.metricsUrl,
    header_names: z.array(z.string()).describe("Names of the headers, without their values."),
    format: fields.format.describe("The encoding."),
    content: fields.content.describe("How much content the spans have."),
    sampling: z.string().nullable().describe("Which traces are sent; null for all."),
    created_at: timestamp.describe("When traces were first sent."),
    updated_at: timestamp.describe("When the settings were changed last."),
    failed_exports: z
      .number()
      .int()
      .describe("Exports that were given up since the last change. A trace can be sent again."),
    rejected_spans: z
      .number()
      .int()
      .describe("Spans that the receiver rejected since the last change."),
    last_error: z.string().nullable().describe("The class of the last failure; null for none."),
    last_failed_at: timestamp.nullable().describe("When it happened; null for never."),
  })
  .openapi("Telemetry", { description: "Where the tenant's traces are sent." });
export type TelemetryJson = z.output<typeof telemetry>;

export const exportQueued = z
  .object({ task_id: z.string().describe("The task whose trace is sent.") })
  .openapi("TraceExport");

/** Examples by schema name. */
export const examples: Examples = {
  SetTelemetry: {
    url: "https://api.honeycomb.io/v1/traces",
    headers: { "x-honeycomb-team": "hcaik_example" },
  },
  Telemetry: {
    url: "https://api.honeycomb.io/v1/traces",
    metrics_url: null,
    header_names: ["x-honeycomb-team"],
    format: "protobuf",
    content: "none",
    sampling: null,
    created_at: AT,
    updated_at: AT,
    failed_exports: 0,
    rejected_spans: 0,
    last_error: null,
    last_failed_at: null,
  },
  TraceExport: { task_id: "task_0198f0a2-7c2e-7d3a-9b54-0f6f0c3c1a11" },
};
