/** Use cases of runs that make schedules; see `run/schedule/desk.ts`. */
import { sha256Hex } from "../../crypto/sha256.ts";
import { readDefinition } from "../../run/schedule/definition.ts";
import {
  MAX_SCHEDULES_OF_RUN,
  MAX_SCHEDULES_OF_RUNS,
  type MadeSchedule,
  type ScheduleDesk,
  type ScheduleMaker,
  type WantedSchedule,
} from "../../run/schedule/desk.ts";
import { MAX_SCHEDULES, type ScheduleOrigin } from "../../run/schedule/spec.ts";
import { rootOf, scriptsFor } from "../../run/spec/child.ts";
import { goalOf } from "../../run/spec/spec.ts";
import { defined } from "../../run/value/defined.ts";
import { ToolStop, type ToolFailureCode } from "../../run/value/failure.ts";
import { idempotencyKey, isTaskId, newId, timeOfId } from "../../run/value/id.ts";
import { isJsonObject } from "../../run/value/json.ts";
import type { ScheduleState } from "../../durable/timetable/rpc.ts";
import { newActor } from "../../store/audit.ts";
import type { ApiDeps } from "../context.ts";
import { Problem, type ProblemCode } from "../http/problem.ts";
import { validationProblem } from "../http/validation.ts";
import { scheduleBody } from "./schemas.ts";
import { checkedInput, refused, scheduleJson } from "./use-cases.ts";

/** Maximum schedules that a run sees in a list. */
const MAX_LISTED = 50;
const CODES: Partial<Record<ProblemCode, ToolFailureCode>> = {
  too_many_schedules: "limit_reached",
  unavailable: "tool_error",
};

/** Returns the schedules of runs, over the use cases that clients have. */
export function scheduleDesk(depsOf: () => ApiDeps): ScheduleDesk {
  return {
    create: (maker, wanted) => orStop(depsOf(), (deps) => create(deps, maker, wanted)),
    list: (maker) => orStop(depsOf(), (deps) => list(deps, maker)),
    cancel: (maker, scheduleId) => orStop(depsOf(), (deps) => cancel(deps, maker, scheduleId)),
  };
}

async function create(
  deps: ApiDeps,
  maker: ScheduleMaker,
  wanted: WantedSchedule,
): Promise<MadeSchedule> {
  const { tenant_id, task_id } = maker.spec;
  const timetable = deps.timetable(tenant_id);
  const id = scheduleIdOf(maker);
  const earlier = await timetable.get(id);
  if (earlier !== null) {
    return madeOf(earlier);
  }
  await rejectChain(deps, maker);
  const parsed = scheduleBody.safeParse({
    name: wanted.name,
    spec: wanted.spec,
    action: { task: await taskOf(deps, maker, wanted) },
  });
  if (!parsed.success) {
    throw validationProblem(parsed.error, "body");
  }
  const input = await checkedInput(deps, tenant_id, id, parsed.data, originOf(maker));
  const most = { of_run: MAX_SCHEDULES_OF_RUN, of_runs: MAX_SCHEDULES_OF_RUNS };
  const actor = newActor(deps.now(), task_id);
  const written = await timetable.create({ ...input, most }, id, actor);
  return written.ok
    ? madeOf(written.schedule)
    : Promise.reject(refused(written, id, parsed.data.name));
}

async function list(deps: ApiDeps, maker: ScheduleMaker): Promise<MadeSchedule[]> {
  const all = await deps.timetable(maker.spec.tenant_id).list(null, MAX_SCHEDULES);
  return all
    .filter((state) => isVisible(state, maker))
    .slice(0, MAX_LISTED)
    .map(madeOf);
}

async function cancel(deps: ApiDeps, maker: ScheduleMaker, id: string): Promise<void> {
  const { tenant_id, task_id } = maker.spec;
  const timetable = deps.timetable(tenant_id);
  const state = await timetable.get(id);
  if (state === null && maker.attempt > 1) {
    // An earlier attempt has deleted it.
    return;
  }
  if (state === null || !isVisible(state, maker)) {
    throw stop("invalid_arguments", `${JSON.stringify(id)} is not a schedule of this agent.`);
  }
  const removed = await timetable.remove(id, null, newActor(deps.now(), task_id));
  if (!removed.ok && removed.reason !== "not_found") {
    throw refused(removed, id);
  }
}

/** Returns the id of the schedule that a call makes: the same for every attempt of the call. */
function scheduleIdOf({ spec, callId }: ScheduleMaker): string {
  const digest = sha256Hex(idempotencyKey(spec.task_id, callId));
  const random = Uint8Array.from(Buffer.from(digest.slice(0, 32), "hex"));
  return newId("schedule", timeOfId(spec.task_id), random);
}

/**
 * Rejects a run that a schedule of a run submitted, and all below it: schedules would make schedules
 * without end.
 */
async function rejectChain(deps: ApiDeps, { spec }: ScheduleMaker): Promise<void> {
  const { tenant_id, task_id, parent } = spec;
  const root = rootOf(task_id, parent);
  const schedule_id =
    root === task_id ? spec.schedule_id : (await deps.tasks.get(tenant_id, root))?.schedule_id;
  if (schedule_id === undefined || schedule_id === null) {
    return;
  }
  const state = await deps.timetable(tenant_id).get(schedule_id);
  if (state === null || isTaskId(state.created_by)) {
    throw stop("limit_reached", "A task of a schedule that an agent made can make no schedules.");
  }
}

/** Returns the task that the schedule submits: the run's own agent keeps what the run overrides. */
async function taskOf(deps: ApiDeps, { spec }: ScheduleMaker, wanted: WantedSchedule) {
  const { tenant_id, task_id, subject, input_data, agents = [] } = spec;
  const { agent = spec.agent, goal, context } = wanted;
  const isOwn = agent === spec.agent;
  if (!isOwn && !agents.some((one) => one.agent === agent)) {
    const detail = `${JSON.stringify(agent)} is neither your own agent (${spec.agent}) nor one of your agents.`;
    throw stop("invalid_arguments", detail);
  }
  const row = await deps.tasks.get(tenant_id, task_id);
  const { config, limits } = (isOwn ? row?.overrides : null) ?? { config: {}, limits: {} };
  return {
    agent,
    input_data: { goal, ...defined({ context }), ...scriptsFor(input_data, agent) },
    ...(Object.keys(config).length === 0 ? {} : { agent_config: config }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(row === null || row.priority === 0 ? {} : { priority: row.priority }),
    ...defined({ subject }),
  };
}

function originOf({ spec, untrusted }: ScheduleMaker): ScheduleOrigin {
  const { agent, subject = null, config } = spec;
  return { agent, subject, untrusted, policy: config.policy ?? null };
}

function isVisible({ definition, created_by }: ScheduleState, { spec }: ScheduleMaker): boolean {
  const { origin } = readDefinition(definition);
  const { agent, subject = null, task_id } = spec;
  return created_by === task_id || (origin?.agent === agent && origin.subject === subject);
}

function madeOf(schedule: ScheduleState): MadeSchedule {
  const { id, name, state, next_at, spec, action } = scheduleJson(schedule);
  const { input_data, agent } = action.task;
  const { cron, every_s, timezone } = spec;
  return {
    id,
    name,
    state,
    next_at,
    goal: isJsonObject(input_data) ? goalOf(input_data) : "",
    agent: typeof agent === "string" ? agent : "default",
    spec: { cron, every_s, timezone },
  };
}

/** Returns the answer of a use case. A failure becomes one of the tool. */
async function orStop<T>(deps: ApiDeps, work: (deps: ApiDeps) => Promise<T>): Promise<T> {
  try {
    return await work(deps);
  } catch (error) {
    if (error instanceof ToolStop) {
      throw error;
    }
    if (error instanceof Problem) {
      const faults = error.faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join("; ");
      const message = faults === "" ? error.detail : faults;
      throw stop(CODES[error.code] ?? "invalid_arguments", message);
    }
    deps.observer.fault("run.schedules", error);
    throw stop("tool_error", "The schedules could not be reached. Try again.");
  }
}

function stop(code: ToolFailureCode, message: string): ToolStop {
  return new ToolStop(code, message, { unsent: true });
}
