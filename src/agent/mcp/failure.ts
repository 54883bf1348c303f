/** Maps failures of requests to MCP servers to codes. */
import { clipMessage, ToolStop } from "../../run/value/failure.ts";
import { TimedOut } from "../../timing.ts";
import type { Hide } from "../tools/redact.ts";
import { loadedSdk } from "./sdk.ts";

/**
 * Returns the failure of a request, with a code: from an error of the SDK, or from the reason why
 * the connection broke.
 * @param signal the connection's signal
 * @param hide removes secrets from messages before they are truncated
 */
export function stopOf(
  thrown: unknown,
  signal?: AbortSignal,
  hide: Hide = (text) => text,
): ToolStop {
  const reason: unknown = signal?.aborted === true ? signal.reason : null;
  const known = [reason, thrown].find((one) => one instanceof ToolStop);
  if (known !== undefined) {
    return known;
  }
  if (thrown instanceof TimedOut) {
    return new ToolStop("tool_timeout", "The server did not answer in time.");
  }
  const loaded = loadedSdk();
  if (loaded === null || !(thrown instanceof Error)) {
    return new ToolStop("mcp_protocol_error");
  }
  if (thrown instanceof loaded.http.StreamableHTTPError) {
    return httpStop(thrown.code ?? 0, hide(thrown.message));
  }
  if (thrown instanceof loaded.auth.UnauthorizedError) {
    return new ToolStop("unauthorized");
  }
  if (thrown instanceof loaded.errors.OAuthError) {
    const said = clipMessage(hide(`${thrown.errorCode}. ${thrown.message}`.trim()));
    return new ToolStop("authorization_failed", `The authorization server said: ${said}`);
  }
  if (thrown instanceof loaded.types.McpError) {
    return mcpStop(thrown.code, hide(thrown.message));
  }
  const unreadable = thrown instanceof SyntaxError || "issues" in thrown;
  const what = unreadable ? "It is not what the protocol has." : hide(thrown.message);
  return new ToolStop(
    "mcp_protocol_error",
    clipMessage(`The server's answer cannot be understood. ${what}`),
  );
}

/** The SDK's own errors use codes that servers also use. Their messages distinguish them. */
function mcpStop(code: number, message: string): ToolStop {
  if (code === -32_001 && message.endsWith(": Request timed out")) {
    return new ToolStop("tool_timeout", "The server did not answer in time.");
  }
  if (code === -32_000 && message.endsWith(": Connection closed")) {
    return new ToolStop("server_unreachable", "The connection to the server was closed.");
  }
  return new ToolStop("mcp_error", clipMessage(`The server answered with an error: ${message}`));
}

function httpStop(status: number, message: string): ToolStop {
  if (status === 401 || status === 403) {
    return new ToolStop("unauthorized", `The server answered with status ${status}.`);
  }
  if (status >= 400) {
    // The start of the server's message, unless it is HTML.
    const text = /^Streamable HTTP error: Error POSTing to endpoint: ([^<]{1,300})/s.exec(
      message,
    )?.[1];
    const said = `The server answered with status ${status}. ${text ?? ""}`;
    return new ToolStop("http_error", clipMessage(said.trim()));
  }
  const what = /Unexpected content type: (.*)$/s.exec(message)?.[1];
  return new ToolStop(
    "mcp_protocol_error",
    what === undefined
      ? `The server answered with status ${status}, which the protocol does not have here.`
      : clipMessage(`The server sent ${what.slice(0, 100)}, which no MCP server sends.`),
  );
}
