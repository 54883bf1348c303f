/** A message to a running turn by `on_busy: tell`, with a stop in the middle. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { Tenant } from "./talking-tenant.ts";

const SLOW = 60_000;

/** A process dies once, after the message of `tell` and before its idempotency key. */
class DyingTasks extends TaskStore {
  deaths = 0;

  override async claim(...args: Parameters<TaskStore["claim"]>): Promise<void> {
    if (this.deaths === 0) {
      this.deaths += 1;
      throw new Error("the process died");
    }
    await super.claim(...args);
  }
}

test(
  "a process that dies between the message of tell and its key makes the turn read it twice, and no more",
  async () => {
    const tasks = new DyingTasks(env.DB);
    const deps = { ...apiDeps(env, { count() {}, fault() {} }), tasks };
    const tenant = await Tenant.new(createApp(() => deps));
    const running = await tenant.holding("first", { conversation: "c" });
    const key = { "Idempotency-Key": "tell-and-die" };
    const tell = { conversation: "c", on_busy: "tell", input_data: { goal: "one more thing" } };
    expect((await tenant.ask("POST", "/tasks", tell, key)).status).toBe(500);
    const told = async () =>
      (await tenant.log(running)).filter(({ type }) => type === "message.received").length;
    expect([tasks.deaths, await told()]).toEqual([1, 1]);
    const again = await tenant.ask("POST", "/tasks", tell, key);
    expect([again.status, again.body["id"], await told()]).toEqual([200, running, 2]);
    const third = await tenant.ask("POST", "/tasks", tell, key);
    expect(third.headers.get("Idempotent-Replayed")).toBe("true");
    expect([third.body["id"], await told()]).toEqual([running, 2]);
  },
  SLOW,
);
