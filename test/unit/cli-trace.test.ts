/** `opspawn tasks trace`. */
import { expect, test } from "vitest";
import { cli, envOf } from "../cli.ts";
import { fakeService } from "../fake-service.ts";

test("prints the trace of a task as OTLP JSON, with the content that is asked for", async () => {
  const trace = { resourceSpans: [] };
  const fake = await fakeService([], () => ({ status: 200, body: trace }));
  const plain = await cli(["tasks", "trace", "t"], { env: envOf(fake) });
  expect([plain.code, plain.out]).toEqual([0, `${JSON.stringify(trace, null, 2)}\n`]);
  const all = await cli(["tasks", "trace", "t", "--content", "all"], { env: envOf(fake) });
  expect(all.code).toBe(0);
  expect(fake.requests.map(({ line }) => line)).toEqual([
    "GET /api/v1/tasks/t/trace",
    "GET /api/v1/tasks/t/trace?content=all",
  ]);
  const wrong = await cli(["tasks", "trace", "t", "--content", "some"], { env: envOf(fake) });
  expect(wrong.code).not.toBe(0);
  expect(fake.requests).toHaveLength(2);
});
