/** The setting OPSPAWN_OTLP: where the traces of all tenants are sent. */
import { z } from "zod";
import { TRACE_CONTENTS } from "../run/trace/content.ts";
import { EXPORT_FORMATS } from "../run/trace/export-message.ts";
import { compileSampling } from "../run/trace/sampling.ts";
import { parseJson, text } from "./shapes.ts";

const target = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }),
    metrics_url: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null),
    headers: z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), headerValue()).default({}),
    format: z.enum(EXPORT_FORMATS).default("protobuf"),
    content: z.enum(TRACE_CONTENTS).default("none"),
    sampling: z.string().nullable().default(null),
  })
  .transform(({ metrics_url: metricsUrl, ...rest }) => ({ ...rest, metricsUrl }));

const SHAPE =
  "it must be a JSON object {url, metrics_url?, headers?, format?: protobuf or json, content?: none, messages or all, sampling?}";

/** Error messages never quote the value: headers are secret. */
export const otlp = text
  .transform((value, ctx) => {
    if (value === undefined) {
      return undefined;
    }
    const parsed = target.safeParse(parseJson(value));
    if (!parsed.success) {
      ctx.issues.push({ code: "custom", message: SHAPE, input: undefined });
      return z.NEVER;
    }
    const { sampling } = parsed.data;
    const compiled = sampling === null ? null : compileSampling(sampling);
    if (compiled?.ok === false) {
      const message = `its sampling is no expression: ${compiled.reason}`;
      ctx.issues.push({ code: "custom", message, input: undefined });
      return z.NEVER;
    }
    return parsed.data;
  })
  .optional();

function headerValue() {
  return z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/);
}
