/** Builds what only exists in workerd: the parts of the Durable Objects, and work after a response. */
import { waitUntil } from "cloudflare:workers";
import { isolateOf } from "../durable/isolate/isolate.ts";
import type { RunParts } from "../durable/run/run-object.ts";
import { KeyStore } from "../store/keys.ts";
import { isTerminal } from "../run/decide/view.ts";
import { GateStore } from "../store/gates.ts";
import { FeedStore } from "../store/feeds.ts";
import { isoTime } from "../run/value/time.ts";
import { configOf } from "../env/config.ts";
import { limitsOfGate } from "../env/gates.ts";
import type { FeedParts } from "../durable/feed/feed.ts";
import type { GateParts } from "../durable/gate/gate.ts";
import { runStub } from "../durable/run/rpc.ts";
import type { MemoryParts } from "../durable/memory/memory.ts";
import { MemoryDirectory } from "../store/memory-stores.ts";
import type { TimetableParts } from "../durable/timetable/timetable.ts";
import type { ScheduleDesk } from "../run/schedule/desk.ts";
import type { SubmitOrder } from "../run/spec/task-order.ts";
import { AuditStore } from "../store/audit.ts";
import { specOf } from "../store/tasks/rows.ts";
import { TaskStore } from "../store/tasks/tasks.ts";
import { taskStatuses } from "../store/tasks/statuses.ts";
import { TimetableStore } from "../store/timetables.ts";
import { NO_EXTENSIONS, type Extensions } from "./extensions.ts";
import { buildDeps } from "./run.ts";

/**
 * Returns the parts of a run's object in the Worker.
 * @param submit submits a task
 * @param schedules makes schedules; by default the runs have none
 */
export function runParts(
  env: Env,
  submit: SubmitOrder,
  extensions: Extensions = NO_EXTENSIONS,
  schedules: ScheduleDesk | null = null,
): RunParts {
  return {
    deps: () => buildDeps(env, isolateOf(env.ISOLATES), extensions, submit, schedules),
    observer: extensions.observer(env),
  };
}

/** Continues work after the response of the current request. */
export function inBackground(work: Promise<void>): void {
  waitUntil(work);
}

const now = (): number => Date.now();

/** Returns the parts of a tenant's feed in the Worker. */
export function feedParts(env: Env): FeedParts {
  const keys = new KeyStore(env.DB);
  return {
    feeds: new FeedStore(env.DB),
    keys: {
      stillValid: (shown) => keys.stillValid(shown, isoTime(now())),
      everyMs: () => configOf(env).keyCacheMs,
      now,
    },
    now,
  };
}

/** Returns the parts of a provider's gate in the Worker. */
export function gateParts(env: Env, extensions: Extensions = NO_EXTENSIONS): GateParts {
  return {
    settings: (name) => {
      const { gates } = configOf(env);
      return {
        limits: limitsOfGate(gates, name),
        weightOf: (tenant) => gates.shares.get(tenant) ?? 1,
        breakerMs: gates.breakerMs,
        repeatMs: gates.askAgainMs,
      };
    },
    wake: async (tenantId, taskId) => {
      const order = JSON.stringify({ kind: "resume", by: "provider" });
      const answer = await runStub(env.RUNS, tenantId, taskId).command(order);
      return answer.ok && !isTerminal(answer.status);
    },
    directory: new GateStore(env.DB),
    announce: async (batch) => {
      await env.WEBHOOKS.send(batch);
    },
    observer: extensions.observer(env),
    now,
    random: () => Math.random(),
  };
}

/** Returns the parts of a memory store in the Worker. */
export function memoryParts(env: Env, extensions: Extensions = NO_EXTENSIONS): MemoryParts {
  return {
    directory: new MemoryDirectory(env.DB),
    audit: new AuditStore(env.DB),
    observer: extensions.observer(env),
    now,
    random: () => crypto.getRandomValues(new Uint8Array(16)),
  };
}

/** Returns the parts of a tenant's timetable in the Worker. @param submit submits a task */
export function timetableParts(
  env: Env,
  submit: SubmitOrder,
  extensions: Extensions = NO_EXTENSIONS,
): TimetableParts {
  const tasks = new TaskStore(env.DB);
  return {
    submit,
    cancel: async (tenantId, taskId, by) => {
      const task = await tasks.get(tenantId, taskId);
      if (task !== null) {
        const reason = "The next occurrence of its schedule is due.";
        const run = runStub(env.RUNS, tenantId, taskId);
        await run.cancel(JSON.stringify(specOf(task)), { reason, by });
      }
    },
    statuses: (tenantId, taskIds) => taskStatuses(env.DB, tenantId, taskIds),
    announce: async (batch) => {
      await env.WEBHOOKS.send(batch);
    },
    audit: new AuditStore(env.DB),
    net: new TimetableStore(env.DB),
    observer: extensions.observer(env),
    now,
  };
}
