import { createOpspawn } from "@opspawn/worker";
import { plan } from "./plan.ts";
import { research, researcher } from "./research.ts";
import { support } from "./support.ts";

const opspawn = createOpspawn<Env>({ tools: [plan], agents: [support, research, researcher] });

export class AgentRun extends opspawn.AgentRun {}
export class TenantLedger extends opspawn.TenantLedger {}
export class TenantFeed extends opspawn.TenantFeed {}
export class Timetable extends opspawn.Timetable {}
export class TenantMemory extends opspawn.TenantMemory {}
export class TenantFile extends opspawn.TenantFile {}
export class ProviderGate extends opspawn.ProviderGate {}

export default opspawn.handler;
