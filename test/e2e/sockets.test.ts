/** The live protocol from outside: how it greets, filters, obeys, refuses and ends. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import { logOf, scripted, storedLog, submit, type LogEvent } from "../tasks.ts";
import { SocketWatch, ticketFor } from "../watch.ts";

const NO_TASK = "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11";
const SUM = { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] };
const HOUR = { tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] };

let service: Service;
let reader: string;
let writer: string;
/** Of another tenant. */
let stranger: string;
let finished: string;
let stored: string[];

beforeAll(async () => {
  service = await Service.join();
  reader = (await service.mint("tasks:read")).key;
  writer = (await service.mint("tasks:write")).key;
  stranger = (await Service.join()).key;
  const body = scripted([SUM, { text: "Done." }]);
  finished = (await submit(service, body, { Prefer: "wait=30" })).task_id;
  stored = await storedLog(service, finished);
});
afterAll(() => service.stop());

/** A run that rests for an hour. */
async function resting(): Promise<string> {
  const task = await submit(service, scripted([HOUR, { text: "x" }]), { Prefer: "wait=30" });
  expect(task.status).toBe("waiting");
  return task.task_id;
}

const open = (id: string, query = "", key: string | null = service.key, protocols: string[] = []) =>
  SocketWatch.open(service, id, { query, key, protocols });

const bearer = (key: string): string[] => ["opspawn.v1", `bearer.${key}`];

const typeOf = (text: string): string => (JSON.parse(text) as LogEvent).type;

test("a socket says hello first, then the past, then that it has caught up, and closes with 1000 at the end", async () => {
  const socket = await open(finished, "?after=0");
  expect((await socket.closed).code).toBe(1000);
  const last_seq = stored.length;
  expect(socket.messages).toEqual([
    {
      type: "hello",
      task_id: finished,
      status: "completed",
      last_seq,
      now: expect.stringMatching(/^\d{4}-.*Z$/),
    },
    { type: "caught_up", seq: last_seq },
  ]);
  expect(socket.eventsBefore).toEqual([0, last_seq]);
  expect(socket.texts).toEqual(stored);
});

test("without a cursor a socket is silent until it subscribes, and answers pings meanwhile", async () => {
  const socket = await open(finished);
  socket.send("ping");
  await socket.until(() => socket.messages.includes("pong"));
  expect(socket.texts).toEqual([]);
  expect(socket.messages).toHaveLength(2);
  socket.send({ type: "subscribe", after: stored.length - 2, ref: "s1" });
  expect((await socket.closed).code).toBe(1000);
  expect(socket.texts).toEqual(stored.slice(-2));
  expect(socket.ofType("ok")).toEqual([{ type: "ok", ref: "s1" }]);
});

test("subscribing again in the middle of a run starts again at the new cursor", async () => {
  const id = await resting();
  const socket = await open(id, "?after=0");
  await socket.until(() => socket.ofType("caught_up").length === 1);
  const past = socket.texts.length;
  socket.send({ type: "subscribe", after: 2, ref: 7 });
  expect(await socket.answer(7)).toEqual({ type: "ok", ref: 7 });
  await socket.until(() => socket.ofType("caught_up").length === 2);
  socket.send({ type: "cancel" });
  expect((await socket.closed).code).toBe(1000);
  const log = await storedLog(service, id);
  expect(socket.texts).toEqual([...log.slice(0, past), ...log.slice(2)]);
});

test("a filter passes its types only, and the socket still closes at the end", async () => {
  for (const types of [["tool.requested", "tool.completed"], ["never.heard"], []]) {
    const socket = await open(finished);
    socket.send({ type: "subscribe", after: 0, types });
    expect((await socket.closed).code).toBe(1000);
    expect(socket.texts).toEqual(stored.filter((text) => types.includes(typeOf(text))));
    expect(socket.ofType("caught_up")).toEqual([{ type: "caught_up", seq: stored.length }]);
  }
});

test("a filter holds for what comes live as well", async () => {
  const id = await resting();
  const socket = await open(id);
  socket.send({ type: "subscribe", after: 0, types: ["run.started", "run.cancelled"] });
  await socket.until(() => socket.ofType("caught_up").length === 1);
  const all = await open(id, "?after=0");
  all.send({ type: "cancel", reason: "seen enough" });
  await Promise.all([socket.closed, all.closed]);
  expect(socket.texts.map(typeOf)).toEqual(["run.started", "run.cancelled"]);
  expect(all.texts).toEqual(await storedLog(service, id));
});

test("a cancel over the socket ends the run, is answered, and names who did it", async () => {
  const id = await resting();
  const socket = await open(id, "?after=0");
  socket.send({ type: "cancel", reason: "by socket", ref: { any: ["JSON"] } });
  expect((await socket.closed).code).toBe(1000);
  expect(socket.ofType("ok")).toEqual([{ type: "ok", ref: { any: ["JSON"] } }]);
  const log = await logOf(service, id);
  expect(log.at(-1)).toMatchObject({
    type: "run.cancelled",
    data: { reason: "by socket", by: service.keyId },
  });
});

test("a key that may only read cannot cancel, by header, subprotocol or ticket", async () => {
  const id = await resting();
  const key = reader;
  const headers = { Authorization: `Bearer ${key}` };
  const init = { method: "POST", headers };
  const response = await service.request(`/api/v1/tasks/${id}/ticket`, init);
  const { ticket } = await response.json<{ ticket: string }>();
  for (const socket of [
    await open(id, "", key),
    await open(id, "", null, bearer(key)),
    await open(id, `?ticket=${ticket}`, null),
  ]) {
    socket.send({ type: "cancel", ref: 1 });
    expect(await socket.answer(1)).toMatchObject({ type: "error", code: "forbidden" });
    socket.drop();
  }
  const log = await logOf(service, id);
  expect(log.at(-1)?.type).toBe("run.waiting");
});

const refusedCommands: [what: string, command: Record<string, unknown>, code: string][] = [
  ["an unknown command", { type: "dance" }, "unknown_command"],
  ["a subscription without cursor", { type: "subscribe" }, "validation_failed"],
  ["a negative cursor", { type: "subscribe", after: -1 }, "validation_failed"],
  ["a cursor of text", { type: "subscribe", after: "1" }, "validation_failed"],
  ["a broken cursor", { type: "subscribe", after: 1.5 }, "validation_failed"],
  ["types of text", { type: "subscribe", after: 0, types: "run.started" }, "validation_failed"],
  ["a reason that is no text", { type: "cancel", reason: 5 }, "validation_failed"],
];

test.for(refusedCommands)("%s is answered with an error, and the socket stays", async (row) => {
  const [, command, code] = row;
  const socket = await open(finished);
  socket.send({ ...command, ref: "r" });
  const answer = await socket.answer("r");
  expect(answer).toMatchObject({ type: "error", ref: "r", code });
  expect(answer["message"]).toEqual(expect.stringMatching(/\w/));
  socket.send("ping");
  await socket.until(() => socket.messages.includes("pong"));
  socket.drop();
});

test.for(["hello", "{", "[]", "null", "{}", '{"type":5}', ""])(
  "the message '%s' closes the socket with 4400",
  async (message) => {
    const socket = await open(finished);
    socket.send(message);
    expect((await socket.closed).code).toBe(4400);
  },
);

test("a binary message closes the socket with 4400", async () => {
  const socket = await open(finished);
  socket.sendBytes(Buffer.from('{"type":"subscribe","after":0}'));
  expect((await socket.closed).code).toBe(4400);
});

test("a socket opens by subprotocol or ticket as well, and is told which subprotocol it speaks", async () => {
  const byProtocol = await open(finished, "?after=0", null, bearer(service.key));
  expect(byProtocol.protocol).toBe("opspawn.v1");
  const ticket = await ticketFor(service, finished);
  const byTicket = await open(finished, `?after=0&ticket=${ticket}`, null);
  expect(byTicket.protocol).toBe("");
  const both = await open(finished, `?after=0&ticket=${ticket}`, null, ["opspawn.v1"]);
  expect(both.protocol).toBe("opspawn.v1");
  for (const socket of [byProtocol, byTicket, both]) {
    expect((await socket.closed).code).toBe(1000);
    expect(socket.texts).toEqual(stored);
  }
});

test("a browser's socket that is refused learns it by its close code", async () => {
  const otherTicket = await ticketFor(service, await resting());
  const cases: [code: number, id: string, query: string, protocols: string[]][] = [
    [4401, finished, "", bearer("opsk_nobody")],
    [4401, finished, "", bearer(writer)],
    [4401, finished, "?ticket=abc.def", []],
    [4401, finished, `?ticket=${otherTicket}`, ["opspawn.v1"]],
    [4404, NO_TASK, "", bearer(service.key)],
    [4404, "task_x", "", bearer(service.key)],
    [4404, finished, "", bearer(stranger)],
  ];
  for (const [code, id, query, protocols] of cases) {
    const socket = await open(id, query, null, protocols);
    expect([await socket.closed, query, protocols]).toMatchObject([{ code }, query, protocols]);
    expect(socket.messages).toEqual([]);
    expect(socket.texts).toEqual([]);
  }
});

test("a socket with a key in its header that is refused gets an HTTP status", async () => {
  const cases: [status: number, id: string, query: string, key: string | null][] = [
    [401, finished, "", null],
    [401, finished, "", "opsk_nobody"],
    [403, finished, "", writer],
    [404, NO_TASK, "", service.key],
    [404, "task_x", "", service.key],
    [404, finished, "", stranger],
    [422, finished, "?after=x", service.key],
  ];
  for (const [status, id, query, key] of cases) {
    await expect(open(id, query, key)).rejects.toThrow(`refused with ${status}`);
  }
});

test("fifty watchers of one run all see its end", async () => {
  const id = await resting();
  const sockets = await Promise.all(Array.from({ length: 50 }, () => open(id, "?after=0")));
  sockets[0]?.send({ type: "cancel" });
  const codes = await Promise.all(sockets.map(async (socket) => (await socket.closed).code));
  expect(codes).toEqual(Array(50).fill(1000));
  const log = await storedLog(service, id);
  for (const socket of sockets) {
    expect(socket.texts).toEqual(log);
  }
});
