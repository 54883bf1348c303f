import { createOpspawn, defineAgent } from "@opspawn/worker";
import { plan } from "./plan.ts";

const support = defineAgent({
  name: "support",
  description: "Answers customers.",
  config: { model: "local/rules", tools: ["plan", "calculator"] },
});

const opspawn = createOpspawn<Env>({ tools: [plan], agents: [support] });

export class AgentRun extends opspawn.AgentRun {}
export class TenantLedger extends opspawn.TenantLedger {}
export class TenantFeed extends opspawn.TenantFeed {}

export default opspawn.handler;
