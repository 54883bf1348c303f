/**
 * The Worker: the Durable Object classes and the three handlers. A deployment adds its own agents,
 * providers and planners here, and its tools in `tools.ts`.
 */
import { createOpspawn } from "./library/index.ts";
import { tools } from "./tools.ts";

const opspawn = createOpspawn<Env>({ tools });

/** The object of one run, named `<tenant>/<task_id>`. */
export class AgentRun extends opspawn.AgentRun {}
/** The ledger of one tenant: its budgets and limits. */
export class TenantLedger extends opspawn.TenantLedger {}
/** The feed of one tenant: status changes of its tasks. */
export class TenantFeed extends opspawn.TenantFeed {}
/** The timetable of one tenant: its schedules. */
export class Timetable extends opspawn.Timetable {}

/** A memory store: of a tenant, an agent or a subject. */
export class TenantMemory extends opspawn.TenantMemory {}
/** An attached file, where no bucket is bound. */
export class TenantFile extends opspawn.TenantFile {}
/** The gate of a model provider's account. */
export class ProviderGate extends opspawn.ProviderGate {}

export default opspawn.handler;
