/**
 * The service with faults, for chaos runs: its queue drops and doubles messages as the world (the
 * test's process) decides, and its runs have tools that act on the world. All else is the service.
 */
import { withTools } from "../../src/agent/tools/registry.ts";
import { runParts } from "../../src/compose/objects.ts";
import { buildDeps } from "../../src/compose/run.ts";
import type { Deps } from "../../src/durable/run/deps.ts";
import service, { AgentRun as Run } from "../../src/index.ts";
import { readMessage } from "../../src/queue/tasks/message.ts";
import { submitFrom } from "../submit-from.ts";
import type { Delivery, Fate } from "./world.ts";
import { worldTools } from "./world-tools.ts";

type ChaosEnv = Env & {
  /** Where the world answers. */
  readonly CHAOS_WORLD: string;
};

export {
  ProviderGate,
  TenantFeed,
  TenantFile,
  TenantLedger,
  TenantMemory,
  Timetable,
} from "../../src/index.ts";

export class AgentRun extends Run {
  constructor(ctx: DurableObjectState, env: ChaosEnv) {
    super(ctx, env, {
      ...runParts(env, submitFrom(env)),
      deps: () => withWorld(buildDeps(env, null, undefined, submitFrom(env)), env.CHAOS_WORLD),
    });
  }
}

/** The service's parts, its toolboxes with the world's tools added. */
function withWorld(deps: Deps, world: string): Deps {
  const tools = worldTools((act, authorization, signal) =>
    fetch(`${world}/act`, {
      method: "POST",
      headers: { Authorization: authorization },
      body: JSON.stringify(act),
      signal,
    }),
  );
  return {
    ...deps,
    toolsFor: (spec, scripted) => {
      const own = deps.toolsFor(spec, scripted);
      const more = { offered: tools, get: () => undefined };
      return { ...own, toolboxAt: (state) => withTools(own.toolboxAt(state), more) };
    },
  };
}

/** What befalls a message; for one that is not a task's, nothing. */
async function fateOf(message: Message, env: ChaosEnv): Promise<Fate> {
  const task = readMessage(message.body);
  const spec = JSON.parse(task?.spec ?? "{}") as { input_data?: { chaos?: number } };
  const delivery: Delivery = { chaos: spec.input_data?.chaos ?? null };
  const body = JSON.stringify(delivery);
  const response = await fetch(`${env.CHAOS_WORLD}/deliver`, { method: "POST", body });
  return (await response.json<{ fate: Fate }>()).fate;
}

async function handed(
  message: Message,
  queue: Pick<Queue, "send">,
  env: ChaosEnv,
): Promise<Message[]> {
  const fate = await fateOf(message, env);
  switch (fate) {
    case "drop":
      message.ack();
      return [];
    case "twice":
      return [message, message];
    case "again":
      await queue.send(message.body, { delaySeconds: 1 });
      return [message];
    case "pass":
      return [message];
    default:
      return fate satisfies never;
  }
}

export default {
  fetch: (request, env, ctx) => service.fetch(request, env, ctx),
  scheduled: (controller, env) => service.scheduled(controller, env),
  async queue(batch, env, ctx) {
    const queue = batch.queue.endsWith("-traces") ? env.TRACES : env.TASKS;
    const messages = await Promise.all(
      batch.messages.map((message) => handed(message, queue, env)),
    );
    const rest: MessageBatch = {
      queue: batch.queue,
      metadata: batch.metadata,
      messages: messages.flat(),
      ackAll: () => batch.ackAll(),
      retryAll: (options) => batch.retryAll(options),
    };
    await service.queue(rest, env, ctx);
  },
} satisfies ExportedHandler<ChaosEnv>;
