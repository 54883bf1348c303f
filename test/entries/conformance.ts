/**
 * The service as it is, with `/test/mcp` added: a mount of the MCP server that has the fixtures of
 * the protocol's conformance suite. It asks for no key, so it is no part of what is deployed.
 */
import { createApp, type Front } from "../../src/api/app.ts";
import { checkSource } from "../../src/api/mcp/guard.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { grpcRoutes } from "../../src/grpc/route.ts";
import service from "../../src/index.ts";
import { serveTestMount } from "./test-mount.ts";

export {
  AgentRun,
  TenantFeed,
  ProviderGate,
  TenantFile,
  TenantLedger,
  TenantMemory,
  Timetable,
} from "../../src/index.ts";

const testMount: Front = (app) => {
  app.all("/test/mcp", (c) => {
    checkSource(c.req.raw, c.var.deps.config);
    return serveTestMount(c);
  });
};

const app = createApp((env) => apiDeps(env), [grpcRoutes, testMount]);

export default {
  ...service,
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),
} satisfies ExportedHandler<Env>;
