/** A run as an object: its text whatever is lost on the way, its questions, and its typed result. */
import fc from "fast-check";
import { expect, expectTypeOf, onTestFinished, test } from "vitest";
import type { WebSocket as ServerSocket } from "ws";
import { z } from "zod";
import {
  Opspawn,
  QuestionError,
  SchemaMismatchError,
  TaskFailedError,
  type TaskEvent,
} from "../../sdk/src/index.ts";
import { ReplyText } from "../../sdk/src/view/reply-text.ts";
import { fakeService, problem, type Answer, type Asked, type Fake } from "../fake-service.ts";
import { eventsOf, type Said } from "../task-events.ts";

const CREATED: Said = ["run.created", { task_id: "task_1", input_data: {}, config: {} }];
const asked = (attempt: number, call_id = "m1"): Said => [
  "model.requested",
  { call_id, attempt, step: 1, model: "m" },
];
const said = (text: string, attempt: number, call_id = "m1"): Said => [
  "model.delta",
  { call_id, attempt, text },
];
const replied = (text: string, attempt: number, call_id = "m1"): Said => [
  "model.completed",
  { call_id, attempt, text, tool_calls: [], finish_reason: "stop" },
];
const superseded = (attempt: number, call_id = "m1"): Said => [
  "model.superseded",
  { call_id, attempt },
];
const completed = (answer: string, data?: unknown): Said => [
  "run.completed",
  { result: { answer, ...(data !== undefined && { data }) } },
];

/** Sends events to a connection, from its cursor on. */
function send(socket: ServerSocket, events: readonly TaskEvent[], after: number): void {
  socket.send(JSON.stringify({ type: "hello", task_id: "task_1" }));
  for (const event of events.slice(after)) {
    socket.send(JSON.stringify({ type: "event", event }));
  }
}

/** A service with one task, whose log is cut after each of these events. */
async function serviceOf(
  events: readonly TaskEvent[],
  task: Readonly<Record<string, unknown>>,
  cuts: readonly number[] = [],
): Promise<Fake> {
  const from = [0, ...cuts];
  return fakeService(
    from.map((after, connection) => (socket) => {
      const until = cuts[connection];
      send(socket, events.slice(0, until), after);
      if (until !== undefined) {
        socket.terminate();
      }
    }),
    ({ line }) => answerTo(line, { id: "task_1", last_seq: events.length, ...task }),
  );
}

function answerTo(line: string, task: object): Answer {
  return line.endsWith("/ticket")
    ? { status: 201, body: { ticket: "t" } }
    : { status: 200, body: task };
}

function clientOf({ url }: Fake): Opspawn {
  return new Opspawn({ url, key: "opsk_test", backoff: { initial: 1, max: 5 }, maxRetries: 0 });
}

async function joined(texts: AsyncIterable<string>): Promise<string> {
  let whole = "";
  for await (const text of texts) {
    whole += text;
  }
  return whole;
}

/** What a reader of drafts has shown after each: it appends, and clears where it is told to. */
async function shownBy(drafts: ReturnType<Opspawn["tasks"]["stream"]>["drafts"]) {
  const shown: string[] = [];
  let text = "";
  for await (const draft of drafts) {
    text = draft.isReset ? draft.added : text + draft.added;
    expect(text).toBe(draft.text);
    shown.push(text);
  }
  return shown;
}

const LOST = eventsOf(
  CREATED,
  asked(1),
  said("The ans", 1),
  ["recovery.started", { epoch: 2, reason: "interrupted", open_calls: ["m1"] }],
  superseded(1),
  asked(2),
  said("It ", 2),
  said("is thr", 2),
  replied("It is three.", 2),
  completed("It is three."),
);

test("the text of a run is its answer, though an attempt was lost and the connection cut in it", async () => {
  const task = { status: "completed", result: { answer: "It is three." }, error: null };
  const fake = await serviceOf(LOST, task, [3, 7]);
  const run = clientOf(fake).tasks.stream("How much is 1 + 2?");
  const [text, shown, { answer }] = await Promise.all([
    joined(run.text),
    shownBy(run.drafts),
    run.result(),
  ]);
  expect([text, answer]).toEqual(["It is three.", "It is three."]);
  expect(shown).toEqual(["The ans", "", "It ", "It is thr", "It is three.", "It is three."]);
  expect(await run.id).toBe("task_1");
  expect(fake.requests[0]).toMatchObject({
    line: "POST /api/v1/tasks",
    body: { input_data: { goal: "How much is 1 + 2?" } },
  });
  // An iterator that is made later starts at the first event.
  const seen: string[] = [];
  for await (const { type } of run.events) {
    seen.push(type);
  }
  expect(seen).toEqual(LOST.map(({ type }) => type));
  expect(await joined(run.text)).toBe("It is three.");
});

/** A run of model calls, each of them with attempts that are lost, fail, or have gaps. */
const attempts = fc.array(
  fc.record({
    pieces: fc.array(fc.string({ maxLength: 5 }), { maxLength: 5 }),
    gap: fc.boolean(),
    end: fc.constantFrom("superseded", "failed", "completed", "lost"),
    stray: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

test("whatever is lost, repeated or missing, the drafts end with the answer, piece by piece", () => {
  fc.assert(
    fc.property(attempts, fc.string(), (played, answer) => {
      const log: Said[] = played.flatMap(({ pieces, gap, end, stray }, index): Said[] => {
        const attempt = index + 1;
        const failure = { call_id: "m1", attempt, code: "x", message: "x", retry_in_ms: 0 };
        const ends: Record<typeof end, Said[]> = {
          superseded: [superseded(attempt)],
          failed: [["model.failed", failure]],
          completed: [replied(pieces.join(""), attempt)],
          lost: [],
        };
        return [
          asked(attempt),
          ...pieces.slice(gap ? 1 : 0).map((piece) => said(piece, attempt)),
          ...(stray ? [said("of another attempt", attempt - 1), said("other", 1, "m0")] : []),
          ...ends[end],
        ];
      });
      const reply = new ReplyText();
      const drafts = eventsOf(...log, completed(answer)).flatMap((event) => {
        const draft = reply.observe(event);
        return draft === null ? [] : [draft];
      });
      let shown = "";
      for (const { text, added, isReset } of drafts) {
        shown = isReset ? added : shown + added;
        expect(shown).toBe(text);
      }
      expect(drafts.at(-1)).toMatchObject({ text: answer, isFinal: true });
      expect(drafts.filter(({ isFinal }) => isFinal)).toHaveLength(1);
    }),
  );
});

test("a summary of the conversation is not text of the run", () => {
  const reply = new ReplyText();
  const compacting: Said = [
    "model.requested",
    { call_id: "m2", attempt: 1, step: 1, model: "m", purpose: "compact" },
  ];
  const events = eventsOf(compacting, said("summary", 1, "m2"), replied("summary", 1, "m2"));
  expect(events.map((event) => reply.observe(event))).toEqual([null, null, null]);
});

const WAITING = eventsOf(
  CREATED,
  ["approval.requested", { call_id: "c1", name: "pay", arguments: { usd: 1 }, reason: "policy" }],
  ["run.waiting", { for: "approval", call_id: "c1" }],
  ["approval.decided", { call_id: "c1", decision: "approve", by: "key_1" }],
  ["run.resumed", { from: "approval" }],
  completed("Paid.", { paid: 1 }),
);

/** A service whose run waits for approval until it is given. */
async function waitingService(events: readonly TaskEvent[]): Promise<Fake> {
  let decided = false;
  let socket: ServerSocket | null = null;
  return fakeService(
    [
      (one) => {
        socket = one;
        send(one, decided ? events : events.slice(0, 3), 0);
      },
    ],
    ({ line }: Asked) => {
      if (line.includes("/approvals/") || line.endsWith("/messages")) {
        decided = true;
        setTimeout(() => {
          for (const event of events.slice(3)) {
            socket?.send(JSON.stringify({ type: "event", event }));
          }
        }, 5);
      }
      const end = events.at(-1);
      const result = end?.type === "run.completed" ? end.data.result : null;
      return answerTo(
        line,
        decided
          ? { id: "task_1", status: "completed", last_seq: 6, result, error: null }
          : { id: "task_1", status: "waiting", waiting_for: "approval", last_seq: 3 },
      );
    },
  );
}

test("a run that waits says for what, is approved by its one call, and gives a typed result", async () => {
  const fake = await waitingService(WAITING);
  const schema = z.object({ paid: z.number() });
  const run = clientOf(fake).tasks.stream("Pay.", { schema });
  expect(run.waiting).toBeNull();
  expect(await run.wait()).toMatchObject({ status: "waiting" });
  expect(run.waiting).toMatchObject({
    for: "approval",
    until: null,
    questions: [{ kind: "approval", callId: "c1", tool: "pay", arguments: { usd: 1 } }],
  });
  await expect(run.answer("yes")).rejects.toThrow(QuestionError);
  await expect(run.approve({ callId: "c9" })).rejects.toMatchObject({ code: "no_question" });
  await run.approve({ comment: "Go." });
  expect(run.waiting).toBeNull();
  const { data, answer } = await run.result();
  expectTypeOf(data).toEqualTypeOf<{ paid: number }>();
  expect([data, answer]).toEqual([{ paid: 1 }, "Paid."]);
  expect(await run.wait()).toMatchObject({ status: "completed" });
  const sent = fake.requests.map(({ line, body }) => [line, body] as const);
  expect(sent).toContainEqual([
    "POST /api/v1/tasks/task_1/approvals/c1",
    { decision: "approve", comment: "Go." },
  ]);
  expect(sent[0]?.[1]).toMatchObject({
    agent_config: {
      output_schema: { type: "object", properties: { paid: { type: "number" } } },
    },
  });
});

test("a form of a server is answered under its key", async () => {
  const asking: Said = [
    "input.requested",
    { call_id: "c1", key: "k1", server: "shop", message: "Size?", schema: { type: "object" } },
  ];
  const [created, , , , resumed, end] = WAITING;
  const [, form, wait] = eventsOf(CREATED, asking, ["run.waiting", { for: "input" }]);
  const [, , , received] = eventsOf(CREATED, CREATED, CREATED, [
    "message.received",
    { content: "", by: "key_1", call_id: "c1", key: "k1" },
  ]);
  const events = [created, form, wait, received, resumed, end].filter((one) => one !== undefined);
  const fake = await waitingService(events);
  const run = clientOf(fake).tasks.attach("task_1");
  await run.wait();
  expect(run.waiting?.questions).toMatchObject([{ kind: "form", question: "Size?" }]);
  await expect(run.deny()).rejects.toThrow(QuestionError);
  await run.answer({ data: { size: 3 } });
  expect(fake.requests.at(-1)?.body).toEqual({ data: { size: 3 }, call_id: "c1", key: "k1" });
  expect((await run.result()).answer).toBe("Paid.");
});

test("data that does not fit the schema, and a run without an answer, are errors with the task", async () => {
  const misfit = await serviceOf(eventsOf(CREATED, completed("x", { paid: "much" })), {
    status: "completed",
    result: { answer: "x", data: { paid: "much" } },
    error: null,
  });
  const schema = z.object({ paid: z.number() });
  const result = clientOf(misfit).tasks.stream("Pay.", { schema }).result();
  await expect(result).rejects.toThrow(SchemaMismatchError);
  const error = { code: "limit_reached", message: "No steps left." };
  const failing = await serviceOf(eventsOf(CREATED, ["run.failed", error]), {
    status: "failed",
    result: null,
    error,
  });
  const run = clientOf(failing).tasks.attach("task_1");
  await expect(run.result()).rejects.toMatchObject({ name: "TaskFailedError", ...error });
  await expect(joined(run.text)).rejects.toThrow(TaskFailedError);
  expect(await shownBy(run.drafts)).toEqual([]);
  expect(await run.wait()).toMatchObject({ status: "failed" });
});

test("a JSON Schema is sent as it is, and a schema without one is the caller's mistake", async () => {
  const task = { status: "completed", result: { answer: "1", data: 1 }, error: null };
  const fake = await serviceOf(eventsOf(CREATED, completed("1", 1)), task);
  const { tasks } = clientOf(fake);
  const run = tasks.stream(
    { input_data: { goal: "Add." }, agent_config: { model: "local/rules" } },
    { schema: { type: "integer" }, idempotencyKey: "once" },
  );
  expectTypeOf((await run.result()).data).toEqualTypeOf<unknown>();
  expect(fake.requests[0]).toMatchObject({
    headers: { "idempotency-key": "once" },
    body: { agent_config: { model: "local/rules", output_schema: { type: "integer" } } },
  });
  const bare = {
    "~standard": { version: 1, vendor: "bare", validate: (value: unknown) => ({ value }) },
  } as const;
  expect(() => tasks.stream("Add.", { schema: bare })).toThrow(/^The schema of bare cannot make/);
  const given = tasks.stream("Add.", { schema: bare, jsonSchema: { type: "integer" } });
  expect((await given.result()).data).toBe(1);
});

test("a task that is refused fails whatever is read, and is no unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  const fake = await fakeService([], () => problem(422, "validation_failed"));
  const run = clientOf(fake).tasks.stream("");
  for (const read of [run.id, run.result(), run.wait(), joined(run.text), shownBy(run.drafts)]) {
    await expect(read).rejects.toMatchObject({ code: "validation_failed" });
  }
  expect(unhandled).toEqual([]);
});

test("a stream that is closed, or whose signal aborts, ends what reads it", async () => {
  const [created] = WAITING;
  const fake = await serviceOf(created === undefined ? [] : [created], {});
  const closed = clientOf(fake).tasks.attach("task_1");
  const reading = closed.result();
  closed.close();
  await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  const stop = new AbortController();
  const aborted = clientOf(fake).tasks.attach("task_1", { signal: stop.signal }).result();
  stop.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
});
