/**
 * Security headers of every response: no sniffing, framing or caching. Set before the handler runs,
 * which may replace one; setting them afterwards would copy the response.
 */
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";

export const securityHeaders = createMiddleware<AppEnv>((c, next) => {
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "no-referrer");
  c.header("X-Frame-Options", "DENY");
  c.header("Strict-Transport-Security", "max-age=31536000");
  c.header("Cache-Control", "no-store");
  c.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  return next();
});
