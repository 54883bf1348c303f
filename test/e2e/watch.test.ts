/** One log, one cursor: whoever watches, however and from wherever, sees the same bytes. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import { ended, scripted, storedLog, submit, type EventPage, getJson } from "../tasks.ts";
import { SocketWatch, SseWatch } from "../watch.ts";

/** Text that every framing could stumble over, one character an event. */
const SENT = `Ünïcödé 👩‍👧 \u2028\r\n\r\n\ndata: {"type":"event"} \ud800 id: 1\n\n${"streamed ".repeat(8)}`;
/** What is stored: the half of a character is replaced. */
const TEXT = SENT.toWellFormed();
const STREAM = { text: SENT, chunks: 120, delay_ms: 8 };
const SUM = { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] };
const FIRST_REST = { tool_calls: [{ name: "wait", arguments: { seconds: 0.7 } }] };

let service: Service;
/** A run that is over, watched while it streamed, and its log. */
let finished: string;
let stored: string[];

beforeAll(async () => {
  // The shared service writes one event for each chunk, so there are many places to be cut at.
  service = await Service.join();
  const body = scripted([SUM, { ...STREAM, chunks: 10 }]);
  finished = (await submit(service, body)).task_id;
  await (
    await SseWatch.open(service, finished)
  ).done;
  stored = await storedLog(service, finished);
});
afterAll(() => service.stop());

/** A watcher that asks for page after page until the run is over. */
async function pollPages(id: string, limit: number): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const query = `?${texts.length % 2 === 0 ? "after" : "cursor"}=${texts.length}&limit=${limit}`;
    const page = await getJson<EventPage>(service, `/api/v1/tasks/${id}/events${query}`);
    texts.push(...page.data.map((event) => JSON.stringify(event)));
    expect(page.data.length).toBeLessThanOrEqual(limit);
    expect(page.next_cursor).toBe(texts.length < page.last_seq ? String(texts.length) : null);
    if (page.next_cursor === null && page.status === "completed") {
      return texts;
    }
  }
}

/** Three watchers, one of each kind; what each saw, when the run is over. */
async function watchAll(id: string): Promise<{ seen: () => Promise<string[][]>; sse: SseWatch }> {
  const sse = await SseWatch.open(service, id);
  const socket = await SocketWatch.open(service, id, { query: "?after=0" });
  const pages = pollPages(id, 7);
  const seen = async (): Promise<string[][]> => {
    await sse.done;
    expect((await socket.closed).code).toBe(1000);
    return [await pages, sse.texts, socket.texts];
  };
  return { seen, sse };
}

test("watchers of each kind that come before, during and after a streamed run see the stored log", async () => {
  const { task_id } = await submit(service, scripted([FIRST_REST, STREAM]), { Prefer: "wait=9" });
  const before = await watchAll(task_id);
  await before.sse.until(() => before.sse.texts.some((text) => text.includes('"model.delta"')));
  const during = await watchAll(task_id);
  const sawWhileOthersSaw = during.sse.texts.length;
  const logs = [...(await before.seen()), ...(await during.seen())];
  logs.push(...(await (await watchAll(task_id)).seen()));
  const log = await storedLog(service, task_id);
  expect(logs).toHaveLength(9);
  for (const seen of logs) {
    expect(seen).toEqual(log);
  }
  expect(log.length).toBeGreaterThan(100);
  expect(sawWhileOthersSaw).toBeLessThan(log.length);
  const pieces = log.map((text) => JSON.parse(text) as { type: string; data: { text?: string } });
  const deltas = pieces.filter(({ type }) => type === "model.delta");
  expect(deltas.map(({ data }) => data.text).join("")).toBe(TEXT);
});

test("coming back with a cursor at every position gives exactly the rest, on every rendering", async () => {
  const path = `/api/v1/tasks/${finished}/events`;
  for (let after = 0; after <= stored.length; after += 1) {
    const rest = stored.slice(after);
    const query = `?after=${after}`;
    const page = await getJson<EventPage>(service, `${path}${query}`);
    const [sse, resumed, socket, subscribed] = await Promise.all([
      SseWatch.open(service, finished, { query }),
      SseWatch.open(service, finished, { headers: { "Last-Event-ID": String(after) } }),
      SocketWatch.open(service, finished, { query }),
      SocketWatch.open(service, finished),
    ]);
    subscribed.send({ type: "subscribe", after });
    await Promise.all([sse.done, resumed.done]);
    expect(await socket.closed).toMatchObject({ code: 1000 });
    expect(await subscribed.closed).toMatchObject({ code: 1000 });
    expect(page).toMatchObject({ last_seq: stored.length, next_cursor: null, status: "completed" });
    expect(page.data.map((event) => JSON.stringify(event))).toEqual(rest);
    expect([after, sse.texts, resumed.texts]).toEqual([after, rest, rest]);
    expect([after, socket.texts, subscribed.texts]).toEqual([after, rest, rest]);
  }
});

test("Last-Event-ID wins over after, since it is what the client really had last", async () => {
  const headers = { "Last-Event-ID": "3" };
  const watch = await SseWatch.open(service, finished, { query: "?after=1", headers });
  await watch.done;
  expect(watch.texts).toEqual(stored.slice(3));
});

test.for([1, 2, 3, 5, 1000])("pages of %i events add up to the log", async (limit) => {
  expect(await pollPages(finished, limit)).toEqual(stored);
});

test.for([0, 1, 1000])(
  "a cursor %i events beyond the end ends at once, in order",
  async (beyond) => {
    const query = `?after=${stored.length + beyond}`;
    const page = await getJson<EventPage>(service, `/api/v1/tasks/${finished}/events${query}`);
    expect(page).toMatchObject({ data: [], next_cursor: null, last_seq: stored.length });
    const sse = await SseWatch.open(service, finished, { query });
    await sse.done;
    expect(sse.texts).toEqual([]);
    const socket = await SocketWatch.open(service, finished, { query });
    expect(await socket.closed).toMatchObject({ code: 1000 });
    expect(socket.texts).toEqual([]);
    expect(socket.messages).toMatchObject([{ type: "hello" }, { type: "caught_up" }]);
  },
);

/** The texts of a page, a stream and a socket with the same query. */
async function renderings(query: string): Promise<{ texts: string[][]; skipped: number[] }> {
  const page = await getJson<EventPage>(service, `/api/v1/tasks/${finished}/events${query}`);
  expect(page.next_cursor).toBeNull();
  const sse = await SseWatch.open(service, finished, { query });
  const socket = await SocketWatch.open(service, finished, { query: `${query}&after=0` });
  await Promise.all([sse.done, socket.closed]);
  const texts = [page.data.map((event) => JSON.stringify(event)), sse.texts, socket.texts];
  return { texts, skipped: sse.skipped };
}

test("types select events on every rendering, and a stream's cursor passes the others", async () => {
  const chosen = stored.filter((text) => /"type":"(tool.completed|run.completed)"/.test(text));
  expect(chosen.length).toBeGreaterThan(1);
  const { texts, skipped } = await renderings("?types=tool.completed,run.completed");
  expect(texts).toEqual([chosen, chosen, chosen]);
  expect(skipped).toHaveLength(stored.length - chosen.length);
  const pages: string[] = [];
  for (let cursor: string | null = "0"; cursor !== null;) {
    const query = `?types=tool.completed,run.completed&limit=1&cursor=${cursor}`;
    const page: EventPage = await getJson(service, `/api/v1/tasks/${finished}/events${query}`);
    expect(page.data.length).toBeLessThanOrEqual(1);
    pages.push(...page.data.map((event) => JSON.stringify(event)));
    cursor = page.next_cursor;
  }
  expect(pages).toEqual(chosen);
});

test("an outline has every event with its size and the beginning of its texts", async () => {
  const { texts } = await renderings("?outline=1");
  const [page = [], sse, socket] = texts;
  expect([sse, socket]).toEqual([page, page]);
  expect(page).toHaveLength(stored.length);
  for (const [i, text] of page.entries()) {
    const { bytes, truncated, ...event } = JSON.parse(text) as Record<string, unknown>;
    expect(bytes).toBe(Buffer.byteLength(stored[i] ?? ""));
    expect(JSON.stringify(event) === stored[i]).toBe(truncated === undefined);
    expect(event).toMatchObject({ seq: i + 1 });
  }
  const reply = page.find((text) => text.includes('"finish_reason":"stop"')) ?? "{}";
  const { data } = JSON.parse(reply) as { data: { text: string } };
  expect(TEXT.length).toBeGreaterThan(100);
  expect(TEXT.startsWith(data.text)).toBe(true);
});

test.for([
  "types=nothing",
  "types=",
  "types=run.started,",
  "outline=2",
  "outline=true",
  "outline=",
])("%s is refused", async (query) => {
  const response = await service.request(`/api/v1/tasks/${finished}/events?${query}`);
  expect(response.status).toBe(422);
  const [name] = query.split("=");
  const { errors } = await response.json<{ errors: { pointer: string }[] }>();
  expect(errors[0]?.pointer).toMatch(new RegExp(`^/${name}(/|$)`));
});

test("a prompt is what the model saw, with the body that was sent and its tag", async () => {
  const path = `/api/v1/tasks/${finished}/calls/call_1/prompt`;
  const response = await service.request(path);
  const prompt = await response.json<Record<string, unknown>>();
  expect(prompt).toMatchObject({ call_id: "call_1", attempt: 1, matches: true });
  expect(prompt["turns"]).toEqual([{ role: "user", text: "Play the script." }]);
  const headers = { "If-None-Match": response.headers.get("ETag") ?? "" };
  expect((await service.request(path, { headers })).status).toBe(304);
  const statuses = [
    "call_1/prompt?attempt=2",
    "call_2/prompt",
    "x/prompt",
    "call_1/prompt?attempt=0",
  ];
  const answers = await Promise.all(
    statuses.map((end) => service.request(`/api/v1/tasks/${finished}/calls/${end}`)),
  );
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 422, 422]);
});

/** Numbers that are the same in every run of this file. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

async function stitched(kind: "sse" | "socket", id: string, seed: number): Promise<string[]> {
  const next = numbers(seed);
  const texts: string[] = [];
  for (let cuts = 0; cuts < 500; cuts += 1) {
    const query = `?after=${texts.length}`;
    const watch =
      kind === "sse"
        ? await SseWatch.open(service, id, { query })
        : await SocketWatch.open(service, id, { query });
    const patience = next(25);
    await watch.count(patience).catch(() => undefined);
    watch.drop();
    await (watch instanceof SseWatch ? watch.done.catch(() => undefined) : watch.closed);
    texts.push(...watch.texts);
    if (texts.at(-1)?.includes('"type":"run.completed"') === true) {
      return texts;
    }
  }
  throw new Error(`Still not at the end after 500 cuts and ${texts.length} events`);
}

test("watchers that are cut off at random and come back miss nothing and see nothing twice", async () => {
  const { task_id } = await submit(service, scripted([FIRST_REST, STREAM, STREAM]));
  const kinds = ["sse", "socket", "sse", "socket", "sse", "socket"] as const;
  const logs = await Promise.all(kinds.map((kind, i) => stitched(kind, task_id, i + 1)));
  const log = await storedLog(service, task_id);
  for (const seen of logs) {
    expect(seen).toEqual(log);
  }
});

test("a log of more than a thousand events reaches a late watcher whole, page by page", async () => {
  const chatter = { text: "x".repeat(1100), chunks: 1100, delay_ms: 1 };
  const { task_id } = await submit(service, scripted([FIRST_REST, chatter]));
  const early = await SocketWatch.open(service, task_id, { query: "?after=0" });
  await early.count(500);
  const late = await SocketWatch.open(service, task_id, { query: "?after=0" });
  const stream = await SseWatch.open(service, task_id, { query: "?after=3" });
  await Promise.all([early.closed, late.closed, stream.done]);
  const log = await storedLog(service, task_id);
  expect(log.length).toBeGreaterThan(1100);
  expect(early.texts).toEqual(log);
  expect(late.texts).toEqual(log);
  expect(stream.texts).toEqual(log.slice(3));
});

test("a quiet stream is kept open by comments, and ends with the run", async () => {
  const hour = { tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] };
  const { task_id } = await submit(service, scripted([hour]), { Prefer: "wait=9" });
  const watch = await SseWatch.open(service, task_id);
  await watch.until(() => watch.pings >= 3, "there were three pings");
  await service.request(`/api/v1/tasks/${task_id}/cancel`, { method: "POST" });
  await watch.done;
  expect(watch.texts).toEqual(await storedLog(service, task_id));
  expect(watch.texts.at(-1)).toContain('"type":"run.cancelled"');
});

test("a run that nobody watches keeps its whole reply, without deltas", async () => {
  const { task_id } = await submit(service, scripted([{ ...STREAM, delay_ms: 0 }]));
  const { result } = await ended(service, task_id);
  expect(result?.answer).toBe(TEXT);
  const log = await storedLog(service, task_id);
  expect(log.filter((text) => text.includes('"model.delta"'))).toEqual([]);
});
