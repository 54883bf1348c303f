/** Sets the id of every request: the client's `X-Request-Id` if it is valid, else a new id. */
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";

const SANE = /^[A-Za-z0-9._:-]{1,128}$/;

export const requestId = createMiddleware<AppEnv>((c, next) => {
  const given = c.req.header("X-Request-Id");
  const id = given !== undefined && SANE.test(given) ? given : `req_${crypto.randomUUID()}`;
  c.set("requestId", id);
  c.header("X-Request-Id", id);
  return next();
});
