/** Reads further parts of a truncated output, so that a model can use long outputs. */
import { z } from "zod";
import { ToolStop } from "../../../run/value/failure.ts";
import { defineTool } from "../tool.ts";

/**
 * Maximum characters of a page. A page must itself fit in an event, even if its characters are
 * escaped in JSON.
 */
const MAX_LIMIT = 10_000;
const DEFAULT_LIMIT = 8_000;

/**
 * Returns a part of a stored output. The output may be from any source, so it is as untrusted as
 * the web.
 */
export const readOutput = defineTool({
  name: "read_output",
  description:
    "Reads on in an output of a tool that was shortened: one that has `output_sha256` and `next_offset`. Gives a part of its text, and `next_offset` for the following part, which is null at the end.",
  input: z.strictObject({
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "must be the output_sha256 of a shortened output")
      .describe("The output_sha256 of the shortened output."),
    offset: z.number().int().min(0).optional().describe("Where to begin, in characters; 0."),
    limit: z.number().int().min(1).max(MAX_LIMIT).optional().describe("Characters; 8,000."),
  }),
  output: z.strictObject({
    text: z.string(),
    offset: z.number(),
    total: z.number(),
    next_offset: z.number().nullable(),
  }),
  effect: "pure",
  untrusted: "web",
  run: ({ sha256, offset = 0, limit = DEFAULT_LIMIT }, { kept }) => {
    const page = kept(sha256, offset, limit);
    if (page === null) {
      throw new ToolStop("tool_error", "This run has no shortened output of that name.");
    }
    const end = offset + page.text.length;
    const next_offset = end < page.total && page.text !== "" ? end : null;
    return { text: page.text, offset, total: page.total, next_offset };
  },
});
