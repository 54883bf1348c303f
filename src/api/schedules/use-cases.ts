/** Use cases of schedules, for every transport. */
import type { TaskStatus } from "../../run/log/state.ts";
import { MAX_SCHEDULES_OF_RUN, MAX_SCHEDULES_OF_RUNS } from "../../run/schedule/desk.ts";
import { cut } from "../../run/value/cut.ts";
import { defined } from "../../run/value/defined.ts";
import { newId, newTaskId } from "../../run/value/id.ts";
import { isJsonObject } from "../../run/value/json.ts";
import { isoTime } from "../../run/value/time.ts";
import type { TraceContext } from "../../run/value/trace-context.ts";
import { readDefinition, taskBody } from "../../run/schedule/definition.ts";
import { nextOccurrence, type Occurrence } from "../../run/schedule/occurrences.ts";
import {
  MAX_SCHEDULES,
  specFaults,
  timingOf,
  type ScheduleAction,
  type ScheduleOrigin,
  type ScheduleSpec,
} from "../../run/schedule/spec.ts";
import { localText } from "../../run/schedule/zone.ts";
import type {
  ScheduleRefusal,
  ScheduleState,
  ScheduleWritten,
  StoredFiring,
} from "../../durable/timetable/rpc.ts";
import type { ApiDeps, RequestContext } from "../context.ts";
import { actorOf } from "../http/actor.ts";
import { fieldProblem, Problem, type Fault } from "../http/problem.ts";
import { invalid } from "../http/validation.ts";
import { ConditionalResource } from "../http/versioned.ts";
import { orderedTask } from "../tasks/submit-order.ts";
import type {
  BackfillBody,
  TriggerBody,
  FiringJson,
  OccurrenceJson,
  ScheduleBody,
  ScheduleJson,
} from "./schemas.ts";

/** Maximum characters of JSON of a schedule. */
const MAX_CHARS = 262_144;
/** Above this number of schedules at one instant, a jitter is suggested. */
const MANY = 100;
/** Fields of a submission that a schedule sets itself. */
const OWN_FIELDS = ["idempotency_key", "request_id", "scheduled_at", "agent_version"] as const;

/** Schedules as conditional resources. */
export const SCHEDULE = new ConditionalResource<ScheduleState>({
  noun: "a schedule",
  current: (deps, tenantId, id) => deps.timetable(tenantId).get(id),
});

/** Creates a schedule. @throws Problem if it is rejected */
export async function createSchedule(
  request: RequestContext,
  body: ScheduleBody,
): Promise<ScheduleJson> {
  const { deps, caller } = request;
  const id = newId("schedule", deps.now(), crypto.getRandomValues(new Uint8Array(16)));
  const input = await checkedInput(deps, caller.tenantId, id, body);
  const written = await deps.timetable(caller.tenantId).create(input, id, actorOf(request));
  return written.ok ? writtenJson(written) : Promise.reject(refused(written, id, body.name));
}

/** Replaces a schedule. @throws Problem if it is rejected */
export async function replaceSchedule(
  request: RequestContext,
  id: string,
  body: ScheduleBody,
  ifMatch: string | undefined,
): Promise<ScheduleJson> {
  const { deps, caller } = request;
  const expected = await SCHEDULE.expected(request, id, ifMatch);
  const input = await checkedInput(deps, caller.tenantId, id, body);
  const timetable = deps.timetable(caller.tenantId);
  const written = await timetable.replace(id, input, expected, actorOf(request));
  return written.ok ? writtenJson(written) : Promise.reject(refused(written, id, body.name));
}

/** Pauses or resumes a schedule. @throws Problem */
export async function setPaused(
  request: RequestContext,
  id: string,
  isPaused: boolean,
  note: string | null,
  ifMatch: string | undefined,
): Promise<ScheduleJson> {
  const { deps, caller } = request;
  const expected = await SCHEDULE.expected(request, id, ifMatch);
  const timetable = deps.timetable(caller.tenantId);
  const written = isPaused
    ? await timetable.pause(id, note, expected, actorOf(request))
    : await timetable.resume(id, note, expected, actorOf(request));
  return written.ok ? writtenJson(written) : Promise.reject(refused(written, id));
}

/**
 * Fires a schedule.
 * @param trace the caller's place in a trace, which the task continues
 * @throws Problem `not_found`
 */
export async function triggerSchedule(
  request: RequestContext,
  id: string,
  { occurrence_at, overlap }: TriggerBody,
  trace: TraceContext | null,
): Promise<FiringJson> {
  const { deps, caller } = request;
  const trigger = {
    occurrence_at: typeof occurrence_at === "string" ? Date.parse(occurrence_at) : null,
    overlap: overlap ?? null,
    trace,
  };
  const timetable = deps.timetable(caller.tenantId);
  const answer = await timetable.trigger(id, trigger, actorOf(request));
  if (!answer.ok) {
    throw refused(answer, id);
  }
  const [json] = await firingsJson(deps, caller.tenantId, [answer.firing]);
  return json ?? firingJson(answer.firing, null);
}

/** Makes past occurrences. @throws Problem */
export async function backfillSchedule(request: RequestContext, id: string, body: BackfillBody) {
  const { deps, caller } = request;
  const [from, to] = [Date.parse(body.from), Date.parse(body.to)];
  if (to > deps.now()) {
    throw fieldProblem("validation_failed", "/to", "must not be in the future");
  }
  if (from >= to) {
    throw fieldProblem("validation_failed", "/to", "must be after from");
  }
  const { dry_run, overlap = null } = body;
  const timetable = deps.timetable(caller.tenantId);
  const answer = await timetable.backfill(id, { from, to, overlap, dry_run }, actorOf(request));
  if (!answer.ok && answer.reason === "too_many") {
    const detail = "The span has more than 1,000 occurrences; backfill a shorter one.";
    throw new Problem("too_many_occurrences", detail);
  }
  if (!answer.ok) {
    throw refused(answer, id);
  }
  const { occurrences } = answer;
  return { dry_run, count: occurrences.length, occurrences: occurrences.map(isoTime) };
}

/**
 * Returns a schedule as stored, with its task checked as a submission.
 * @param origin the run that makes it
 * @throws Problem
 */
export async function checkedInput(
  deps: ApiDeps,
  tenantId: string,
  id: string,
  { name, spec, action, policy }: ScheduleBody,
  origin?: ScheduleOrigin,
) {
  checkSpec(spec);
  const definition = { name, spec: utc(spec), action, policy, ...defined({ origin }) };
  const text = JSON.stringify(definition);
  if (text.length > MAX_CHARS) {
    throw fieldProblem("validation_failed", "", `is larger than ${MAX_CHARS} characters of JSON`);
  }
  const now = deps.now();
  if (nextOccurrence(timingOf(tenantId, definition, now), now) === null) {
    throw fieldProblem(
      "validation_failed",
      "/spec",
      "never fires: it has no occurrence from now on",
    );
  }
  await checkTask(deps, tenantId, id, { name, action });
  return { name, definition: text };
}

/** @throws Problem `validation_failed` */
export function checkSpec(spec: ScheduleSpec): void {
  const faults: Fault[] = specFaults(spec).map(({ pointer, detail }) => {
    return { pointer: `/spec${pointer}`, detail };
  });
  if (faults.length > 0) {
    throw invalid("body", faults);
  }
}

/** Checks the task as if the schedule fired now. @throws Problem */
async function checkTask(
  deps: ApiDeps,
  tenant_id: string,
  schedule_id: string,
  { name, action }: { readonly name: string; readonly action: ScheduleAction },
): Promise<void> {
  const { task, agent_version } = action;
  const own = OWN_FIELDS.find((field) => field in task);
  const input = task["input_data"];
  if (own !== undefined || (isJsonObject(input) && "schedule" in input)) {
    const pointer = own === undefined ? "/input_data/schedule" : `/${own}`;
    throw fieldProblem("validation_failed", `/action/task${pointer}`, "is set by the schedule");
  }
  const now = deps.now();
  const context = { schedule_id, name, occurrence_at: now, previous_at: now };
  const { body, faults } = taskBody(task, { ...context, trigger: "cron" });
  if (faults.length > 0) {
    throw invalid("body", faults.map(atTask));
  }
  try {
    const task_id = newTaskId(now, crypto.getRandomValues(new Uint8Array(16)));
    const version = agent_version === null ? {} : { agent_version };
    const checked = await orderedTask(deps, { tenant_id, task_id, body, ...version });
    if (agent_version !== null && checked.agent_version !== agent_version) {
      const detail = `The agent "${checked.agent}" has no version ${agent_version}.`;
      throw fieldProblem("unknown_agent", "/agent", detail);
    }
  } catch (error) {
    throw error instanceof Problem
      ? new Problem(error.code, error.detail, {
          faults: error.faults.map(atTask),
          headers: error.headers,
        })
      : error;
  }
}

function atTask({ pointer, detail }: Fault): Fault {
  return { pointer: `/action/task${pointer}`, detail };
}

/** Returns a spec with its times in UTC, as they are stored. */
function utc(spec: ScheduleSpec): ScheduleSpec {
  const { anchor, starts_at, ends_at } = spec;
  return { ...spec, anchor: inUtc(anchor), starts_at: inUtc(starts_at), ends_at: inUtc(ends_at) };
}

function inUtc(time: string | null): string | null {
  return time === null ? null : isoTime(Date.parse(time));
}

/** Returns the problem of a refused write. */
export function refused(refusal: ScheduleRefusal, id: string, name = ""): Problem {
  switch (refusal.reason) {
    case "not_found":
      return SCHEDULE.notFound(id);
    case "exists":
      return new Problem(
        "schedule_exists",
        `A schedule named ${JSON.stringify(cut(name, 128))} exists already.`,
      );
    case "full":
      return new Problem(
        "too_many_schedules",
        `A tenant can have at most ${MAX_SCHEDULES} schedules.`,
      );
    case "run_full":
      return new Problem(
        "too_many_schedules",
        `A run can have at most ${MAX_SCHEDULES_OF_RUN} schedules, and all runs of a tenant ${MAX_SCHEDULES_OF_RUNS}.`,
      );
    case "changed":
      return SCHEDULE.changed(id, refusal.current);
    default:
      return refusal satisfies never;
  }
}

function writtenJson({ schedule, sharing }: ScheduleWritten & { ok: true }): ScheduleJson {
  const json = scheduleJson(schedule);
  return sharing <= MANY || json.spec.jitter_s > 0
    ? json
    : {
        ...json,
        warnings: [
          `${sharing} other schedules fire at the same instant; jitter_s would spread them.`,
        ],
      };
}

/** Returns the JSON of a schedule. */
export function scheduleJson(state: ScheduleState): ScheduleJson {
  const { name, spec, action, policy } = readDefinition(state.definition);
  const { schedule_id: id, next_at, note, paused_by, started, skipped } = state;
  const { created_by, version, created_at, updated_at } = state;
  return {
    id,
    name,
    state: state.state === "paused" ? "paused" : next_at === null ? "ended" : "active",
    spec: { ...spec, cron: spec.cron === null ? null : [...spec.cron], exclude: [...spec.exclude] },
    action,
    policy,
    note,
    paused_by,
    next_at: next_at === null ? null : isoTime(next_at),
    started,
    skipped,
    created_by,
    version,
    created_at,
    updated_at,
  };
}

/** Returns the JSON of firings, with the status of their tasks. */
export async function firingsJson(
  deps: ApiDeps,
  tenantId: string,
  firings: readonly StoredFiring[],
): Promise<FiringJson[]> {
  const taskIds = firings.flatMap(({ task_id }) => task_id ?? []);
  const statuses =
    taskIds.length === 0
      ? new Map<string, TaskStatus>()
      : await deps.taskStatuses(tenantId, taskIds);
  return firings.map((firing) => firingJson(firing, statuses.get(firing.task_id ?? "") ?? null));
}

function firingJson(firing: StoredFiring, task_status: FiringJson["task_status"]): FiringJson {
  const { occurrence_at, until, count, trigger, status, task_id, reason, detail, at } = firing;
  return {
    occurrence_at: isoTime(occurrence_at),
    until: isoTime(until),
    count,
    trigger,
    status,
    task_id,
    task_status,
    reason,
    detail,
    at: isoTime(at),
  };
}

/** Returns the JSON of an occurrence. */
export function occurrenceJson(
  { timezone }: Pick<ScheduleSpec, "timezone">,
  { occurrence_at, at, note, excluded }: Occurrence,
): OccurrenceJson {
  return {
    occurrence_at: isoTime(occurrence_at),
    at: isoTime(at),
    local: localText(at, timezone),
    note: excluded ? "excluded" : note,
  };
}
