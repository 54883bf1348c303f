/**
 * `/opspawn.v1.TaskService/…`: the service of `proto/opspawn/v1/tasks.proto` over Connect and
 * gRPC-Web. The first call loads the protocol code, so that it does not delay the Worker's start.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../api/context.ts";

/** Adds the service to an app. */
export function grpcRoutes(app: OpenAPIHono<AppEnv>): void {
  app.all("/opspawn.v1.TaskService/:method", async (c) => {
    const { serveGrpc } = await import("./endpoint.ts");
    return serveGrpc(c);
  });
}
