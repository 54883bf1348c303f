/**
 * Checks the source of MCP requests. A browser sends the page's origin in `Origin`. With DNS
 * rebinding, the page's own host name arrives in `Host`. The MCP specification requires both
 * checks (2025-11-25, transports, security warning).
 */
import type { Config } from "../../env/config.ts";
import { Problem } from "../http/problem.ts";

type Allowed = Pick<Config, "corsOrigins" | "hosts">;

/** @throws Problem `foreign_host` or `foreign_origin` */
export function checkSource(request: Request, { corsOrigins, hosts }: Allowed): void {
  const url = new URL(request.url);
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  const names = [url.hostname, `${url.hostname}:${port}`];
  if (hosts.length > 0 && !names.some((name) => hosts.includes(name))) {
    throw new Problem("foreign_host", "This host name is not allowed.");
  }
  const origin = request.headers.get("Origin");
  if (origin !== null && origin !== url.origin && !corsOrigins.includes(origin)) {
    throw new Problem("foreign_origin", "This origin is not allowed.");
  }
}
