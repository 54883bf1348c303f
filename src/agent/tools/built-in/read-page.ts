/**
 * Web pages as text: fetches a page with the guarded `fetch` and converts it to Markdown. The
 * converter is loaded on first use.
 */
import { z } from "zod";
import { ToolStop } from "../../../run/value/failure.ts";
import { decodeText, readBody } from "../../fetch/body.ts";
import { isHtmlType, isTextType } from "../../fetch/content-type.ts";
import { defineTool } from "../tool.ts";

/** Maximum size of a page in bytes. Parsing needs many times the memory of the text. */
const MAX_PAGE_BYTES = 2_000_000;
const TIMEOUT_MS = 60_000;

/** Returns the content of a page as Markdown. */
export const readPage = defineTool({
  name: "read_page",
  description:
    "Fetches a public web page and gives what it says as Markdown, without navigation and advertising where it is an article. Other text is given as it is.",
  input: z.strictObject({
    url: z.string().min(1).max(8192).describe("An absolute http or https address."),
  }),
  output: z.looseObject({
    url: z.string(),
    title: z.string().nullable(),
    markdown: z.string(),
    /** The page was longer than the maximum. */
    truncated: z.boolean().optional(),
  }),
  effect: "pure",
  untrusted: "web",
  timeoutMs: TIMEOUT_MS,
  async run({ url }, { fetch, signal }) {
    const accept = "text/html,application/xhtml+xml,text/plain;q=0.8,*/*;q=0.1";
    const response = await fetch(url, { headers: { accept }, signal });
    const type = response.headers.get("content-type") ?? "text/html";
    if (!isTextType(type)) {
      void response.body?.cancel().catch(() => {});
      throw new ToolStop("unexpected_content", `The server sent ${type.slice(0, 100)}, no page.`);
    }
    const { bytes, truncated } = await readBody(response, MAX_PAGE_BYTES, signal);
    if (response.status >= 400) {
      throw new ToolStop("http_error", `The server answered with status ${response.status}.`);
    }
    const text = decodeText(bytes, type);
    const at = response.url === "" ? url : response.url;
    const cut = truncated ? { truncated } : {};
    if (!isHtmlType(type)) {
      return { url: at, title: null, markdown: text, ...cut };
    }
    const { pageMarkdown } = await import("./page-markdown.ts");
    return { url: at, ...pageMarkdown(text, at), ...cut };
  },
});
