/** Conversations in the real database and objects: chains of tasks, one turn at a time. */
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { releaserOf } from "../../src/compose/turns.ts";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import { releaseTurn } from "../../src/queue/tasks/turns.ts";
import { TaskBookkeeping } from "../../src/store/tasks/bookkeeping.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { ConversationStore } from "../../src/store/conversations.ts";
import { newTask } from "./tasks.ts";
import { HELD, PATIENT, Tenant } from "./talking-tenant.ts";

const SLOW = 60_000;
const conversations = new ConversationStore(env.DB);

test("a turn knows what was said, whether the conversation has a name or continues a task", async () => {
  const tenant = await Tenant.new();
  const first = await tenant.said("My name is Ada.", { conversation: "c", subject: "ada" });
  const second = await tenant.said("Who am I?", { conversation: "c" });
  expect(await tenant.past(second)).toEqual([
    "user: My name is Ada.",
    "assistant: re: My name is Ada.",
  ]);
  const { spec } = await tenant.state(second);
  expect(spec?.conversation_id).toBe("c");
  expect(spec?.subject).toBe("ada");
  expect(spec?.history).toMatchObject({
    from_task_id: first,
    up_to_seq: (await tenant.state(first)).seq,
    sha256: sha256Hex(JSON.stringify(spec?.history?.turns)),
  });
  const { body } = await tenant.ask("GET", `/tasks/${second}`);
  expect(body).toMatchObject({ conversation_id: "c", turn: 2, continues_task_id: first });
  expect(body).not.toHaveProperty("history");

  const alone = await tenant.said("One.", {});
  const next = await tenant.said("Two.", { continues: alone });
  const third = await tenant.said("Three.", { continues: next });
  const id = alone.replace("task_", "conversation_");
  expect(await tenant.past(third)).toEqual([
    "user: One.",
    "assistant: re: One.",
    "user: Two.",
    "assistant: re: Two.",
  ]);
  const found = await tenant.ask("GET", `/conversations/${id}`);
  expect(found.body).toMatchObject({ id, turns: 3, head_task_id: third, status: "completed" });
  expect((found.body["data"] as { id: string }[]).map((turn) => turn.id)).toEqual([
    alone,
    next,
    third,
  ]);
  const list = await tenant.ask("GET", "/conversations");
  expect((list.body["data"] as { id: string }[]).map((one) => one.id)).toEqual([id, "c"]);
  const about = await tenant.ask("GET", "/conversations?subject=ada");
  expect(about.body["data"]).toMatchObject([{ id: "c", last_message: "Who am I?" }]);
});

test("continuing another turn than the newest one is a conversation of its own", async () => {
  const tenant = await Tenant.new();
  const first = await tenant.said("A", { conversation: "c" });
  const second = await tenant.said("B", { conversation: "c" });
  const branch = await tenant.said("C", { continues: first });
  expect(await tenant.past(branch)).toEqual(["user: A", "assistant: re: A"]);
  const { body } = await tenant.ask("GET", `/tasks/${branch}`);
  expect(body).toMatchObject({ turn: 1, continues_task_id: first });
  const own = await tenant.ask("GET", `/conversations/${String(body["conversation_id"])}`);
  expect(own.body).toMatchObject({ branched_from: first, turns: 1 });
  const before = await tenant.ask("GET", "/conversations/c");
  expect(before.body).toMatchObject({ head_task_id: second, turns: 2 });
});

test(
  "of a hundred turns at once, one is made for each head",
  async () => {
    const tenant = await Tenant.new();
    const head = await tenant.said("first", { conversation: "c" });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => tenant.say(`turn ${n}`, { conversation: "c" }, HELD)),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    const id = String(made[0]?.body["id"]);
    const others = answers.filter(({ status }) => status !== 201);
    expect(new Set(others.map(({ body }) => body["code"]))).toEqual(new Set(["conversation_busy"]));
    expect(others[0]?.headers.get("Location")).toBe(`/api/v1/tasks/${id}`);
    expect(await conversations.get(tenant.name, "c")).toMatchObject({ head_task_id: id, turns: 2 });
    const { spec } = await vi.waitFor(async () => {
      const state = await tenant.state(id);
      expect(state.spec).not.toBeNull();
      return state;
    }, PATIENT);
    expect(spec?.history?.from_task_id).toBe(head);
    // The same with the task in place of the name, by which a loser would make a branch.
    await tenant.ask("POST", `/tasks/${id}/cancel`, {});
    const again = await Promise.all(
      Array.from({ length: 20 }, () => tenant.say("again", { continues: id }, HELD)),
    );
    expect(again.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(again.filter(({ status }) => status === 409)).toHaveLength(19);
  },
  SLOW,
);

test(
  "queued turns all end, in order, each with all turns before it",
  async () => {
    const tenant = await Tenant.new();
    const held = await tenant.say("held", { conversation: "c", on_busy: "queue" }, HELD);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        tenant.say(`turn ${n}`, { conversation: "c", on_busy: "queue" }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(201));
    expect(answers[0]?.body).toMatchObject({ status: "pending", waiting_for: "turn" });
    const one = String(answers[7]?.body["id"]);
    const shown = await tenant.ask("GET", `/tasks/${one}`);
    expect(shown.body).toMatchObject({ status: "pending", waiting_for: "turn" });
    const message = await tenant.ask("POST", `/tasks/${one}/messages`, { content: "hello" });
    expect(message.body["code"]).toBe("not_started");
    const [first, ...rest] = await conversations.turns(tenant.name, "c", 0, 1000);
    const last = rest.at(-1)?.task_id ?? "";
    expect(first?.task_id).toBe(held.body["id"]);
    expect(rest).toHaveLength(100);
    await tenant.ask("POST", `/tasks/${String(held.body["id"])}/cancel`, {});
    await tenant.ended(last);
    const past = await tenant.past(last);
    const asked = past.filter((text) => text.startsWith("user: turn"));
    const said = await tenant.messages("c");
    expect(asked).toEqual(said.filter((text) => text.startsWith("user: turn")).slice(0, -1));
    expect(new Set(asked).size).toBe(99);
    const turns = await conversations.turns(tenant.name, "c", 0, 1000);
    expect(turns.map(({ turn }) => turn)).toEqual(Array.from({ length: 101 }, (_, i) => i + 1));
    for (const [i, { created_at, completed_at }] of turns.entries()) {
      expect(completed_at, `turn ${i + 1} of ${created_at}`).not.toBeNull();
      expect((turns[i - 1]?.completed_at ?? "") <= (completed_at ?? "")).toBe(true);
    }
  },
  SLOW,
);

test(
  "a queued turn that was cancelled is passed over, and a lost end is found by the reconciler",
  async () => {
    const tenant = await Tenant.new();
    const held = await tenant.holding("held", { conversation: "c" });
    const queue = { conversation: "c", on_busy: "queue" };
    const second = String((await tenant.say("second", queue)).body["id"]);
    const third = String((await tenant.say("third", queue)).body["id"]);
    await tenant.ask("POST", `/tasks/${second}/cancel`, {});
    expect(await tenant.ended(second)).toBe("cancelled");
    // The first one still runs, so the third one waits on.
    expect((await tenant.ask("GET", `/tasks/${third}`)).body).toMatchObject({
      waiting_for: "turn",
    });
    await tenant.ask("POST", `/tasks/${held}/cancel`, {});
    await tenant.ended(held);
    // What the end of the first one does not see, since the second one follows it.
    const far = new Date(Date.now() + 3_600_000).toISOString();
    const due = await conversations.takeQueued(far, far, 1000);
    expect(due.map(({ task_id }) => task_id)).toContain(third);
    const release = releaserOf(env, { count() {}, fault() {} });
    await Promise.all([release(tenant.name, third), release(tenant.name, third)]);
    expect(await tenant.ended(third)).toBe("completed");
    expect(await tenant.past(third)).toEqual([
      "user: held",
      'notice: The tool wait was called: {"seconds":3000}',
      "notice: This turn was cancelled before it had an answer.",
    ]);
    const retried = await tenant.ask("POST", `/tasks/${second}/retry`, {});
    expect(retried.body["code"]).toBe("not_started");
    expect((await tenant.ask("GET", "/admin/invariants")).body["data"]).toEqual([]);
  },
  SLOW,
);

test(
  "a turn can interrupt the running one, or become a message to it",
  async () => {
    const tenant = await Tenant.new();
    const first = await tenant.holding("first", { conversation: "c" });
    const queued = await tenant.say("queued", { conversation: "c", on_busy: "queue" });
    const more = { conversation: "c", on_busy: "interrupt" };
    const next = await tenant.said("now", more);
    expect(await tenant.ended(first)).toBe("cancelled");
    expect(await tenant.ended(String(queued.body["id"]))).toBe("cancelled");
    expect(await tenant.past(next)).toEqual([
      "user: first",
      'notice: The tool wait was called: {"seconds":3000}',
      "notice: This turn was cancelled before it had an answer.",
    ]);

    const asking = [
      { tool_calls: [{ name: "ask_human", arguments: { question: "Which?" } }] },
      { text: "ok" },
    ];
    const running = String((await tenant.say("pick", { conversation: "c" }, asking)).body["id"]);
    await vi.waitFor(
      async () => expect((await tenant.state(running)).wait?.for).toBe("input"),
      PATIENT,
    );
    const key = { "Idempotency-Key": "tell-1" };
    const tell = { conversation: "c", on_busy: "tell", input_data: { goal: "the red one" } };
    const told = await tenant.ask("POST", "/tasks", tell, key);
    expect(told.status, JSON.stringify(told.body)).toBe(200);
    expect(told.body["id"]).toBe(running);
    await tenant.ended(running);
    const again = await tenant.ask("POST", "/tasks", tell, key);
    expect(again.headers.get("Idempotent-Replayed")).toBe("true");
    expect(again.body["id"]).toBe(running);
    const told1 = (await tenant.log(running)).filter(({ type }) => type === "message.received");
    expect(told1).toHaveLength(1);
    // Nothing runs: the same is a turn of its own.
    const other = await tenant.ask("POST", "/tasks", tell);
    expect(other.status).toBe(201);
    expect(other.body["turn"]).toBe(5);
  },
  SLOW,
);

test(
  "a deleted turn is out of the conversation, and leaves the logs of later ones as they are",
  async () => {
    const tenant = await Tenant.new();
    const first = await tenant.said("one", { conversation: "c" });
    const second = await tenant.said("two", { conversation: "c" });
    const third = await tenant.said("three", { conversation: "c" });
    const before = await tenant.state(third);
    expect((await tenant.ask("DELETE", `/tasks/${first}`)).status).toBe(204);
    expect(await tenant.state(third)).toEqual(before);
    expect(await tenant.messages("c")).toEqual([
      "user: two",
      "assistant: re: two",
      "user: three",
      "assistant: re: three",
    ]);
    // Without its newest turn, a conversation goes on from the one before it.
    expect((await tenant.ask("DELETE", `/tasks/${third}`)).status).toBe(204);
    const fourth = await tenant.said("four", { conversation: "c" });
    const { body } = await tenant.ask("GET", `/tasks/${fourth}`);
    expect(body).toMatchObject({ turn: 4, continues_task_id: second });
    expect((await tenant.past(fourth)).at(-1)).toBe("assistant: re: two");

    const held = await tenant.say("five", { conversation: "c" }, HELD);
    expect((await tenant.ask("DELETE", "/conversations/c")).body["code"]).toBe("not_finished");
    await tenant.ask("POST", `/tasks/${String(held.body["id"])}/cancel`, {});
    await tenant.ended(String(held.body["id"]));
    expect((await tenant.ask("DELETE", "/conversations/c")).status).toBe(204);
    expect((await tenant.ask("GET", "/conversations/c")).status).toBe(404);
    expect((await tenant.ask("GET", `/tasks/${second}`)).status).toBe(404);
    expect((await tenant.ask("DELETE", "/conversations/c")).status).toBe(404);
  },
  SLOW,
);

test("a turn of a failed one goes on from what was said; a repeated request makes one turn", async () => {
  const tenant = await Tenant.new();
  await tenant.said("one", { conversation: "c" }, [{ error: { class: "refused" } }]);
  const body = { conversation: "c", input_data: { goal: "two", script: [{ text: "2" }] } };
  const request = { ...body, agent_config: { model: "local/script" } };
  const key = { "Idempotency-Key": "k" };
  const answers = await Promise.all(
    [1, 2, 3].map(() => tenant.ask("POST", "/tasks", request, key)),
  );
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  const ids = new Set(answers.map(({ body: { id } }) => String(id)));
  expect(ids.size).toBe(1);
  const [id = ""] = ids;
  await tenant.ended(id);
  expect(await tenant.past(id)).toEqual([
    "user: one",
    expect.stringMatching(/^notice: This turn failed without an answer: /),
  ]);
});

test.for([
  ["a name with a slash", { conversation: "a/b" }, "/conversation"],
  [
    "both a name and a task",
    { conversation: "c", continues: "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11" },
    "/continues",
  ],
  ["a policy without a conversation", { on_busy: "queue" }, "/on_busy"],
  [
    "a task that is not there",
    { continues: "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11" },
    "/continues",
  ],
] as const)("a turn with %s is refused", async ([, more, pointer]) => {
  const tenant = await Tenant.new();
  const { status, body } = await tenant.say("go", more);
  expect(status).toBe(422);
  expect(body["errors"]).toMatchObject([{ pointer }]);
});

test(
  "a process that dies while it starts a queued turn leaves it to the next one",
  async () => {
    const observer = { count() {}, fault() {} };
    const tasks = new TaskStore(env.DB);
    const lost: string[] = [];
    for (let cut = 1; ; cut += 1) {
      const tenant = await Tenant.new();
      const first = await tenant.said("one", { conversation: "c" });
      // A queued turn whose earlier turn has ended, as a submission leaves it that dies at once.
      const task = newTask({ goal: "two", script: [{ text: "re: two" }] });
      const second = task.task_id;
      const turn = { conversation_id: "c", continues_task_id: first, waiting_for: "turn" } as const;
      const place = { head: first, queued: true, first: null, branchedFrom: null };
      await tasks.insert({ ...task, ...turn, tenant_id: tenant.name }, null, null, {
        conversationId: "c",
        ...place,
      });
      let steps = 0;
      const stops = <T>(step: string, work: () => Promise<T>): Promise<T> => {
        steps += 1;
        if (steps === cut) {
          lost.push(step);
          throw new Error("the process died");
        }
        return work();
      };
      const dispatched: string[] = [];
      const around = {
        tasks: { get: (t: string, id: string) => stops("read", () => tasks.get(t, id)) },
        conversations: {
          before: (t: string, id: string, n: number) => conversations.before(t, id, n),
          release: (...args: Parameters<ConversationStore["release"]>) =>
            stops("before the release", async () => {
              const row = await conversations.release(...args);
              return stops("after the release", async () => row);
            }),
        },
        observer,
        run: (t: string, id: string) => ({
          past: () => stops("past", () => runStub(env.RUNS, t, id).past()),
        }),
        dispatch: async ({ task_id }: { readonly task_id: string }) => {
          dispatched.push(task_id);
        },
        now: () => Date.now(),
      };
      const died = await releaseTurn(around, tenant.name, second).then(
        () => false,
        () => true,
      );
      // The next process: what waits is started, and what has lost its message is sent again.
      const far = new Date(Date.now() + 3_600_000).toISOString();
      await conversations.takeQueued(far, far, 1000);
      await releaserOf(env, observer)(tenant.name, second);
      for (const { task: row } of await new TaskBookkeeping(env.DB).takeForgotten(far, far, 1000)) {
        await runStub(env.RUNS, row.tenant_id, row.task_id).start(JSON.stringify(specOf(row)));
      }
      expect(await tenant.ended(second)).toBe("completed");
      expect(await tenant.past(second)).toEqual(["user: one", "assistant: re: one"]);
      expect((await tenant.state(second)).spec?.history?.from_task_id).toBe(first);
      expect((await tenant.log(second)).filter(({ type }) => type === "run.created")).toHaveLength(
        1,
      );
      expect(dispatched).toEqual(died ? [] : [second]);
      if (!died) {
        break;
      }
    }
    expect(lost).toEqual(["read", "read", "past", "before the release", "after the release"]);
  },
  SLOW,
);
