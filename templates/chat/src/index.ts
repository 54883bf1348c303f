import { createOpspawn } from "@opspawn/worker";
import { bookTable, concierge } from "./concierge.ts";
import { visitorIn, welcome } from "./visitor.ts";

const opspawn = createOpspawn<Env>({
  tools: [bookTable],
  agents: [concierge],
  // A visitor sees and submits own tasks. Requests without the cookie need an API key.
  authenticate: (request) => {
    const visitor = visitorIn(request);
    return visitor === null
      ? null
      : { tenant: visitor, scopes: ["tasks:read", "tasks:write"], name: "visitor" };
  },
});

export class AgentRun extends opspawn.AgentRun {}
export class TenantLedger extends opspawn.TenantLedger {}
export class TenantFeed extends opspawn.TenantFeed {}
export class Timetable extends opspawn.Timetable {}
export class TenantMemory extends opspawn.TenantMemory {}
export class TenantFile extends opspawn.TenantFile {}
export class ProviderGate extends opspawn.ProviderGate {}

export default {
  ...opspawn.handler,
  fetch: async (request, env, ctx) =>
    new URL(request.url).pathname === "/"
      ? welcome(request, await env.CONSOLE.fetch(request))
      : opspawn.handler.fetch(request, env, ctx),
} satisfies ExportedHandler<Env>;
