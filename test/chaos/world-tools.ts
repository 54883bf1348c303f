/** The tools that act on the world: in the service, and in replays of what they did there. */
import { z } from "zod";
import { defineTool, type RunTool } from "../../src/agent/tools/tool.ts";
import { EFFECTS, type Effect } from "../../src/run/value/effect.ts";
import type { Act } from "./world.ts";

/** The secret with which the tools sign in to the world. */
export const CANARY = { name: "CANARY", value: "canary-7c1f-of-the-world" };

/** Sends an act to the world. */
export type Ask = (act: Act, authorization: string, signal: AbortSignal) => Promise<Response>;

/** Returns a tool for each effect, except that none can be asked: here the world only takes orders. */
export function worldTools(ask: Ask): RunTool[] {
  return EFFECTS.filter((effect) => effect !== "probe").map((effect) => worldTool(effect, ask));
}

function worldTool(effect: Effect, ask: Ask): RunTool {
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
    run: async (input, { idempotencyKey, secret, signal }) => {
      const act: Act = { key: idempotencyKey, effect, ...input };
      const response = await ask(act, `Bearer ${await secret(CANARY.name)}`, signal);
      if (!response.ok) {
        throw new Error(await response.text());
      }
      return response.json<{ receipt: string }>();
    },
  });
}
