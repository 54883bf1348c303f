/**
 * The service with faults, for chaos runs: its queue drops and doubles messages as the world (the
 * test's process) decides, and its runs have tools that act on the world. All else is the service.
 */
import { z } from "zod";
import { toolboxFor } from "../../src/agent/tools/registry.ts";
import { scriptTools } from "../../src/agent/tools/registered/script-tools.ts";
import { defineTool, type RunTool } from "../../src/agent/tools/tool.ts";
import { runParts } from "../../src/compose/objects.ts";
import { buildDeps } from "../../src/compose/run.ts";
import type { Deps } from "../../src/durable/run/deps.ts";
import service, { AgentRun as Run } from "../../src/index.ts";
import { readMessage } from "../../src/queue/tasks/message.ts";
import { EFFECTS, type Effect } from "../../src/run/value/effect.ts";
import type { Act, Delivery, Fate } from "./world.ts";

type ChaosEnv = Env & {
  /** Where the world answers. */
  readonly CHAOS_WORLD: string;
};

export { TenantFeed, TenantLedger } from "../../src/index.ts";

export class AgentRun extends Run {
  constructor(ctx: DurableObjectState, env: ChaosEnv) {
    super(ctx, env, {
      ...runParts(env),
      deps: () => withWorld(buildDeps(env), env.CHAOS_WORLD),
    });
  }
}

/** The service's parts, its toolboxes with the world's tools added. */
function withWorld(deps: Deps, world: string): Deps {
  // A tool that can be asked is the other chaos test's: here the world only takes orders.
  const tools = EFFECTS.filter((effect) => effect !== "probe").map((effect) =>
    worldTool(effect, world),
  );
  return {
    ...deps,
    toolsFor: (spec, scripted) => {
      const box = toolboxFor(spec.config.tools, [
        ...scriptTools(spec.input_data["script_tools"], scripted),
        ...tools,
      ]);
      return { ...deps.toolsFor(spec, scripted), toolboxAt: () => box };
    },
  };
}

function worldTool(effect: Effect, world: string): RunTool {
  return defineTool({
    name: `world_${effect}`,
    description: "Acts on the world outside.",
    input: z.strictObject({
      item: z.string(),
      hold_ms: z.number(),
      answer: z.enum(["receipt", "error", "hang_up"]),
    }),
    output: z.strictObject({ receipt: z.string() }),
    effect,
    run: async (input, { idempotencyKey, signal }) => {
      const act: Act = { key: idempotencyKey, effect, ...input };
      const response = await ask(`${world}/act`, act, signal);
      if (!response.ok) {
        throw new Error(await response.text());
      }
      return response.json<{ receipt: string }>();
    },
  });
}

/** What befalls a message; for one that is not a task's, nothing. */
async function fateOf(message: Message, env: ChaosEnv): Promise<Fate> {
  const task = readMessage(message.body);
  const spec = JSON.parse(task?.spec ?? "{}") as { input_data?: { chaos?: number } };
  const delivery: Delivery = { chaos: spec.input_data?.chaos ?? null };
  const response = await ask(`${env.CHAOS_WORLD}/deliver`, delivery);
  return (await response.json<{ fate: Fate }>()).fate;
}

function ask(url: string, body: Act | Delivery, signal?: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function handed(message: Message, env: ChaosEnv): Promise<Message[]> {
  const fate = await fateOf(message, env);
  switch (fate) {
    case "drop":
      message.ack();
      return [];
    case "twice":
      return [message, message];
    case "again":
      await env.TASKS.send(message.body, { delaySeconds: 1 });
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
    const messages = await Promise.all(batch.messages.map((message) => handed(message, env)));
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
