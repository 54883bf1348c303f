/** The commands of schedules: what they request, print and end with. */
import { expect, test } from "vitest";
import { cli, envOf } from "../cli.ts";
import { fakeService } from "../fake-service.ts";

test("a schedule is printed as JSON by its id or its name, and an unknown name is one", async () => {
  const schedule = { id: "schedule_1", name: "daily", state: "active", next_at: null };
  const fake = await fakeService([], ({ line }) => ({
    status: 200,
    body: line.includes("schedule_1") ? schedule : { data: [schedule], next_cursor: null },
  }));
  const env = envOf(fake);
  const byId = await cli(["schedules", "get", "schedule_1"], { env });
  expect([byId.code, JSON.parse(byId.out)]).toEqual([0, schedule]);
  expect(await cli(["schedules", "get", "daily"], { env })).toEqual(byId);
  const unknown = await cli(["schedules", "get", "weekly"], { env });
  expect([unknown.code, unknown.out, unknown.err]).toEqual([
    2,
    "",
    expect.stringContaining("There is no schedule named weekly."),
  ]);
  expect(fake.requests.map(({ line }) => line)).toEqual([
    "GET /api/v1/schedules/schedule_1",
    "GET /api/v1/schedules?limit=100",
    "GET /api/v1/schedules/schedule_1",
    "GET /api/v1/schedules?limit=100",
  ]);
});

test.each([
  ["started", "task_1", [0, "task_1\n", ""]],
  ["queued", null, [0, "queued\n", ""]],
  ["refused", null, [1, "refused\n", "The firing was not made: Unknown agent.\n"]],
])("the exit code of a trigger says whether it is made: %s", async (status, task_id, ended) => {
  const fake = await fakeService([], () => ({
    status: 201,
    body: { status, task_id, detail: status === "refused" ? "Unknown agent" : null },
  }));
  const trigger = ["schedules", "trigger", "schedule_1", "--overlap", "queue_one"];
  const { code, out, err } = await cli(trigger, { env: envOf(fake) });
  expect([code, out, err]).toEqual(ended);
  expect(fake.requests.map(({ line, body }) => [line, body])).toEqual([
    ["POST /api/v1/schedules/schedule_1/trigger", { overlap: "queue_one" }],
  ]);
});

test("occurrences of a preview are printed with the time of the zone and its note", async () => {
  const at = "2027-03-28T01:00:00.000Z";
  const local = "2027-03-28T03:00:00+02:00";
  const fake = await fakeService([], () => ({
    status: 200,
    body: { data: [{ occurrence_at: at, at, local, note: "moved_by_gap" }], next_cursor: null },
  }));
  const spec = { cron: ["30 2 * * *"], timezone: "Europe/Berlin" };
  const definition = JSON.stringify({ name: "night", spec, action: { task: {} } });
  const { code, out } = await cli(["schedules", "preview", "-"], {
    env: envOf(fake),
    stdin: definition,
  });
  expect([code, out]).toEqual([0, expect.stringMatching(`${at}.*moved_by_gap`)]);
  expect(out).toContain(local);
  expect(fake.requests.map(({ body }) => body)).toEqual([{ name: "night", spec, limit: 10 }]);
});
