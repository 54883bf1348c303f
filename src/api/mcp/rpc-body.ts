/** Reads the body of `POST /mcp`. A client learns about a bad argument from its own request. */
import { createMiddleware } from "hono/factory";
import { withTextDigits } from "../../run/value/whole-numbers.ts";
import type { ApiContext, AppEnv } from "../context.ts";
import { jsonBody } from "../http/body.ts";
import { Problem } from "../http/problem.ts";

/** `Invalid params` of JSON-RPC 2.0, section 5.1. */
const INVALID_PARAMS = -32_602;

/**
 * Requires a JSON body, as `jsonBody` does. A request whose values cannot be stored gets a JSON-RPC
 * error with its id, because MCP clients do not read problem documents. Without an id the problem
 * stays the response. @throws Problem
 */
export const rpcBody = createMiddleware<AppEnv>(async (c, next) => {
  try {
    await jsonBody(c, () => Promise.resolve());
  } catch (error) {
    const id =
      error instanceof Problem && error.code === "validation_failed" ? await idOf(c) : null;
    if (id === null || !(error instanceof Problem)) {
      throw error;
    }
    const data = { code: error.code, errors: error.faults };
    return c.json({
      jsonrpc: "2.0",
      error: { code: INVALID_PARAMS, message: error.detail, data },
      id,
    });
  }
  return next();
});

/** Returns the id of the request in the body; null if it has none or cannot be read again. */
async function idOf(c: ApiContext): Promise<string | number | null> {
  try {
    const message: unknown = JSON.parse(withTextDigits(await c.req.text()));
    const id = typeof message === "object" && message !== null && "id" in message && message.id;
    return typeof id === "string" || typeof id === "number" ? id : null;
  } catch {
    return null;
  }
}
