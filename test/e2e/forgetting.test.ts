/**
 * What the disk has after a subject was deleted. A sentence is stored in many ways. Then the service
 * is stopped, and the bytes of all files of its state are read, with free pages and write-ahead logs.
 */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Service } from "../service.ts";
import { ended, getJson, pause, scripted, submit } from "../tasks.ts";

/** Words that nothing else says. The first half of each way in is its name. */
const CANARY = "quokka-marzipan-7319";
/** What is said about another subject. */
const OTHER = "wombat-nougat-4402";
const SUBJECT = "u1";
const STORE = `/api/v1/memory/${encodeURIComponent(`subject:${SUBJECT}`)}`;
/** More than the items from which on a store has a full-text index. */
const ITEMS = 80;

/** Each way in; the deletion is worth nothing for one that never reached the disk. */
const WAYS = [
  "block",
  "item 80",
  "changed item",
  "saved by a run",
  "attachment",
  "metadata",
  "goal",
  "answer",
  "next answer",
  "parent",
  "child 3",
  "child's answer",
  "parent's answer",
  "schedule",
  "scheduled answer",
  "question",
  "message",
];

const said = (way: string): string => `${way}: the secret of this person is ${CANARY}.`;

let service: Service;
beforeAll(async () => {
  service = await Service.start({ vars: { OPSPAWN_RECONCILE_AFTER_MS: "1" } });
});
afterAll(() => service.stop());

async function made(method: string, path: string, body: unknown): Promise<void> {
  const response = await service.send(method, path, body);
  expect(response.ok, await response.text()).toBe(true);
}

test("after a subject is deleted and the service started again, no file of the state has what was said about it", async () => {
  await remembered();
  const attachment = await uploaded();
  await talked(attachment);
  await delegated();
  await scheduled();
  await waiting();
  await aboutBob();
  for (const way of WAYS) {
    expect(await service.filesWith(said(way)), way).not.toEqual([]);
  }

  const asked = await service.send("DELETE", `/api/v1/subjects/${SUBJECT}?tasks=delete`);
  expect(asked.status, await asked.text()).toBe(202);
  await vi.waitUntil(
    async () => {
      const job = await getJson<{ status: string }>(
        service,
        `/api/v1/subjects/${SUBJECT}/deletion`,
      );
      return job.status === "completed";
    },
    { timeout: 60_000, interval: 100 },
  );
  await reconciled(attachment);
  await service.kill();
  // SQLite keeps deleted rows in free pages and in its log, where no row has them any more.
  const left = await service.filesWith(CANARY);
  expect(left.filter((file) => !/d1\/|opspawn-Timetable\//.test(file))).toEqual([]);
  await service.up();
  expect(await getJson(service, "/api/v1/tasks")).toMatchObject({ data: [{ subject: "bob" }] });
  await service.kill();
  expect(await service.filesWith(CANARY)).toEqual([]);
  expect(await service.filesWith(OTHER)).not.toEqual([]);
});

/** Items below and above the index, one that was changed and one that was deleted, and a block. */
async function remembered(): Promise<void> {
  await made("PUT", `${STORE}/blocks/profile`, { content: said("block") });
  for (let item = 1; item <= ITEMS; item += 1) {
    await made("POST", `${STORE}/items`, { content: said(`item ${item}`), key: `key-${item}` });
  }
  const { data } = await getJson<{ data: readonly { id: string }[] }>(service, `${STORE}/items`);
  await made("PUT", `${STORE}/items/${data[0]?.id}`, { content: said("changed item") });
  await made("DELETE", `${STORE}/items/${data[1]?.id}`, undefined);
}

async function uploaded(): Promise<string> {
  const response = await service.request("/api/v1/attachments", {
    method: "POST",
    headers: { "Content-Type": "text/plain" },
    body: said("attachment"),
  });
  return (await response.json<{ sha256: string }>()).sha256;
}

/** Two turns of a conversation, of which the first has a file. */
async function talked(sha256: string): Promise<void> {
  const goal = said("goal");
  const stores = [{ scope: "subject", access: "write" }];
  const config = { agent_config: { long_term_memory: { stores } } };
  const saves = [
    { tool_calls: [{ name: "memory_save", arguments: { content: said("saved by a run") } }] },
    { text: said("answer") },
  ];
  const about = {
    subject: SUBJECT,
    conversation: "about-u1",
    metadata: { note: said("metadata") },
  };
  const input = { goal, attachments: [{ sha256, name: "notes.txt" }] };
  const first = await submit(service, scripted(saves, { ...about, ...config }, input));
  expect(await ended(service, first.task_id)).toMatchObject({ status: "completed" });
  const second = await submit(service, scripted([{ text: said("next answer") }], about, { goal }));
  expect(await ended(service, second.task_id)).toMatchObject({ status: "completed" });
}

/** A task that starts others, whose goals and answers have it. */
async function delegated(): Promise<void> {
  const model = "local/script";
  for (const agent of [
    { name: "helper", config: { model } },
    { name: "lead", config: { model, agents: [{ agent: "helper" }] } },
  ]) {
    await made("POST", "/api/v1/agents", agent);
  }
  const calls = [1, 2, 3].map((n) => ({
    name: "agent_helper",
    arguments: { goal: said(`child ${n}`) },
  }));
  const { task_id } = await submit(service, {
    agent: "lead",
    subject: SUBJECT,
    input_data: {
      goal: said("parent"),
      script: [{ tool_calls: calls }, { text: said("parent's answer") }],
      script_agents: { helper: { script: [{ text: said("child's answer") }] } },
    },
  });
  expect(await ended(service, task_id)).toMatchObject({ status: "completed" });
}

/** A schedule about the subject that has fired. */
async function scheduled(): Promise<void> {
  const task = scripted(
    [{ text: said("scheduled answer") }],
    { subject: SUBJECT },
    { goal: said("schedule") },
  );
  const response = await service.send("POST", "/api/v1/schedules", {
    name: "about-u1",
    spec: { every_s: 86_400 },
    action: { task },
  });
  const { id } = await response.json<{ id: string }>();
  expect(response.status).toBe(201);
  await made("POST", `/api/v1/schedules/${id}/trigger`, {});
}

/** A task that waits for a person, and was sent a message. */
async function waiting(): Promise<void> {
  const asks = [{ tool_calls: [{ name: "ask_human", arguments: { question: said("question") } }] }];
  const { task_id } = await submit(service, scripted(asks, { subject: SUBJECT }));
  await made("POST", `/api/v1/tasks/${task_id}/messages`, { content: said("message") });
}

/** A task and a schedule about another subject, which stay. */
async function aboutBob(): Promise<void> {
  const task = scripted([{ text: OTHER }], { subject: "bob" });
  await ended(service, (await submit(service, task)).task_id);
  const spec = { every_s: 86_400 };
  await made("POST", "/api/v1/schedules", { name: "about-bob", spec, action: { task } });
}

/** Has the reconciler run until the file that no task uses is gone. */
async function reconciled(sha256: string): Promise<void> {
  for (;;) {
    await fetch(`${service.url}/cdn-cgi/local/scheduled`);
    const response = await service.request(`/api/v1/attachments/${sha256}`);
    if (response.status === 404) {
      return;
    }
    await pause(100);
  }
}
