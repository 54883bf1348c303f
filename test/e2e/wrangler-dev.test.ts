/**
 * The service by `wrangler dev`, straight from `wrangler.toml` and the sources: the other tests start
 * Miniflare on a bundle, and both have to serve the same.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import { ended, getJson, getTask, play, scripted, submit } from "../tasks.ts";

let service: Service;

beforeAll(async () => {
  service = await Service.start({
    runner: "wrangler dev",
    vars: { OPSPAWN_PROVIDERS: JSON.stringify({ shelf: { base_url: "http://127.0.0.1:9/v1" } }) },
  });
});
afterAll(() => service.stop());

test("a task runs to its answer, through the queue and its object", async () => {
  const task = await play(service, { input_data: { goal: "What is 17% of 2,340?" } });
  expect(task).toMatchObject({ status: "completed", error: null });
  expect(task.result?.answer).toContain("397.8");
});

test("settings reach it", async () => {
  expect(await getJson(service, "/health")).toMatchObject({ models: ["local", "shelf"] });
});

test("code runs in an isolate of its own", async () => {
  const call = { name: "run_code", arguments: { code: "return 6 * 7" } };
  const task = await play(service, scripted([{ tool_calls: [call] }, { text: "Done." }]));
  expect(task).toMatchObject({ status: "completed", usage: { tool_calls: 1 } });
});

test("a killed service comes back on its state, and a due alarm resumes the run", async () => {
  const wait = { name: "wait", arguments: { seconds: 2 } };
  const body = scripted([{ tool_calls: [wait] }, { text: "Woken." }]);
  const { task_id, status } = await submit(service, body, { Prefer: "wait=30" });
  expect(status).toBe("waiting");
  await service.kill();
  await service.up();
  expect((await getTask(service, task_id)).task_id).toBe(task_id);
  expect((await ended(service, task_id)).result?.answer).toBe("Woken.");
});
