/**
 * `/api/v1/schedules`: tasks that the service submits by the clock. The tenant's timetable object
 * has them; see `src/durable/timetable/`.
 */
import { traceIn } from "../http/trace-context.ts";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { TRIGGERS } from "../../run/schedule/evaluate.ts";
import { preview } from "../../run/schedule/occurrences.ts";
import { timingOf } from "../../run/schedule/spec.ts";
import { readDefinition } from "../../run/schedule/definition.ts";
import type { StoredFiring } from "../../durable/timetable/rpc.ts";
import type { ApiHandler, AppEnv } from "../context.ts";
import { actorOf } from "../http/actor.ts";
import { cursorOf, DEFAULT_LIMIT, pageOf } from "../http/cursor.ts";
import { etagOf } from "../http/versioned.ts";
import * as operations from "./operations.ts";
import {
  backfillSchedule,
  checkSpec,
  createSchedule,
  firingsJson,
  occurrenceJson,
  refused,
  replaceSchedule,
  SCHEDULE,
  scheduleJson,
  setPaused,
  triggerSchedule,
} from "./use-cases.ts";

/** Adds the routes of schedules to an app. */
export function scheduleRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(operations.listRoute, list);
  app.openapi(operations.createScheduleRoute, create);
  app.openapi(operations.previewRoute, showPreview);
  app.openapi(operations.getRoute, get);
  app.openapi(operations.replaceRoute, replace);
  app.openapi(operations.removeRoute, remove);
  app.openapi(operations.pauseRoute, pause);
  app.openapi(operations.resumeRoute, resume);
  app.openapi(operations.triggerRoute, trigger);
  app.openapi(operations.backfillRoute, backfill);
  app.openapi(operations.firingsRoute, listFirings);
  app.openapi(operations.nextRoute, listNext);
}

const SCHEDULE_ID = /^schedule_/;
const FIRING = /^fire (-?\d{1,16}) ([a-z_]+) (\d{1,9})$/;
const NEXT = /^next \d{1,16} (?:\d{1,7}|-)$/;

const list: ApiHandler<typeof operations.listRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
  const before =
    cursor === undefined ? null : await cursorOf(deps, caller, cursor, { form: SCHEDULE_ID });
  const found = await deps.timetable(caller.tenantId).list(before, limit + 1);
  const { data, next_cursor } = await pageOf(
    deps,
    caller,
    found,
    limit,
    ({ schedule_id }) => schedule_id,
  );
  return c.json({ data: data.map(scheduleJson), next_cursor }, 200);
};

const create: ApiHandler<typeof operations.createScheduleRoute> = async (c) => {
  const schedule = await createSchedule(c.var, c.req.valid("json"));
  c.header("Location", `${operations.SCHEDULES}/${schedule.id}`);
  c.header("ETag", etagOf(schedule));
  return c.json(schedule, 201);
};

const showPreview: ApiHandler<typeof operations.previewRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { spec, name = "", after, limit } = c.req.valid("json");
  checkSpec(spec);
  const now = deps.now();
  const timing = timingOf(caller.tenantId, { name, spec }, now);
  const from = after === undefined ? now : Date.parse(after);
  const occurrences = preview(timing, from, limit, spec.max_fires);
  const data = occurrences.map((one) => occurrenceJson(spec, one));
  return c.json({ data, next_cursor: null }, 200);
};

const get: ApiHandler<typeof operations.getRoute> = async (c) => {
  const state = await SCHEDULE.current(c.var, c.req.valid("param").id);
  c.header("ETag", etagOf(state));
  return c.json(scheduleJson(state), 200);
};

const replace: ApiHandler<typeof operations.replaceRoute> = async (c) => {
  const { id } = c.req.valid("param");
  const ifMatch = c.req.header("If-Match");
  const schedule = await replaceSchedule(c.var, id, c.req.valid("json"), ifMatch);
  c.header("ETag", etagOf(schedule));
  return c.json(schedule, 200);
};

const remove: ApiHandler<typeof operations.removeRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { id } = c.req.valid("param");
  const expected = await SCHEDULE.expected(c.var, id, c.req.header("If-Match"));
  const removed = await deps.timetable(caller.tenantId).remove(id, expected, actorOf(c.var));
  if (!removed.ok) {
    throw refused(removed, id);
  }
  return c.body(null, 204);
};

const pause: ApiHandler<typeof operations.pauseRoute> = async (c) => {
  const { id } = c.req.valid("param");
  const { note = null } = c.req.valid("json");
  const schedule = await setPaused(c.var, id, true, note, c.req.header("If-Match"));
  c.header("ETag", etagOf(schedule));
  return c.json(schedule, 200);
};

const resume: ApiHandler<typeof operations.resumeRoute> = async (c) => {
  const { id } = c.req.valid("param");
  const { note = null } = c.req.valid("json");
  const schedule = await setPaused(c.var, id, false, note, c.req.header("If-Match"));
  c.header("ETag", etagOf(schedule));
  return c.json(schedule, 200);
};

const trigger: ApiHandler<typeof operations.triggerRoute> = async (c) => {
  const { id } = c.req.valid("param");
  return c.json(
    await triggerSchedule(c.var, id, c.req.valid("json"), traceIn(c.req.raw.headers)),
    201,
  );
};

const backfill: ApiHandler<typeof operations.backfillRoute> = async (c) => {
  const { id } = c.req.valid("param");
  return c.json(await backfillSchedule(c.var, id, c.req.valid("json")), 200);
};

const listFirings: ApiHandler<typeof operations.firingsRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { id } = c.req.valid("param");
  const { status = null, limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
  const position =
    cursor === undefined ? "" : await cursorOf(deps, caller, cursor, { form: FIRING });
  const request = { status, before: keyIn(position), limit: limit + 1 };
  const found = await deps.timetable(caller.tenantId).firings(id, request);
  if (found === null) {
    throw SCHEDULE.notFound(id);
  }
  const page = await pageOf(deps, caller, found, limit, keyText);
  const data = await firingsJson(deps, caller.tenantId, page.data);
  return c.json({ data, next_cursor: page.next_cursor }, 200);
};

const listNext: ApiHandler<typeof operations.nextRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
  const state = await SCHEDULE.current(c.var, c.req.valid("param").id);
  const definition = readDefinition(state.definition);
  const timing = timingOf(caller.tenantId, definition, Date.parse(state.created_at));
  const { max_fires } = definition.spec;
  const start = {
    after: Math.max(state.watermark, state.state === "paused" ? deps.now() : 0),
    left: max_fires === null ? null : Math.max(0, max_fires - state.started),
  };
  const { after, left } =
    cursor === undefined ? start : nextIn(await cursorOf(deps, caller, cursor, { form: NEXT }));
  const found = preview(timing, after, limit + 1, left);
  const made = found.slice(0, limit).filter(({ excluded }) => !excluded).length;
  const { data, next_cursor } = await pageOf(
    deps,
    caller,
    found,
    limit,
    ({ occurrence_at }) => `next ${occurrence_at} ${left === null ? "-" : left - made}`,
  );
  const occurrences = data.map((one) => occurrenceJson(definition.spec, one));
  return c.json({ data: occurrences, next_cursor }, 200);
};

type FiringKey = Pick<StoredFiring, "occurrence_at" | "trigger" | "n">;

function keyText({ occurrence_at, trigger: by, n }: FiringKey): string {
  return `fire ${occurrence_at} ${by} ${n}`;
}

function keyIn(text: string): FiringKey | null {
  const [, at, by, n] = FIRING.exec(text) ?? [];
  const found = TRIGGERS.find((one) => one === by);
  return found === undefined ? null : { occurrence_at: Number(at), trigger: found, n: Number(n) };
}

function nextIn(text: string): { readonly after: number; readonly left: number | null } {
  const [, after, left] = text.split(" ");
  return { after: Number(after), left: left === "-" ? null : Number(left) };
}
