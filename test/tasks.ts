/** What black-box tests do with tasks: submit one, follow it to its end, read its log. */
import { expect } from "vitest";
import type { Service } from "./service.ts";

/** The part of a task's JSON that tests look at. */
export interface Task {
  readonly task_id: string;
  readonly parent_task_id: string | null;
  readonly root_task_id: string;
  readonly depth: number;
  readonly status: string;
  readonly waiting_for: string | null;
  readonly waiting_until: string | null;
  readonly waiting: Readonly<Record<string, unknown>> | null;
  readonly limits: Readonly<Record<string, unknown>>;
  readonly result: { readonly answer: string } | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details?: Record<string, unknown>;
  } | null;
  readonly usage: { readonly steps: number; readonly model_calls: number; tool_calls: number };
  readonly planner: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly last_seq: number;
  readonly created_at: string;
  readonly completed_at: string | null;
}

export interface LogEvent {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface EventPage {
  readonly data: readonly LogEvent[];
  readonly next_cursor: string | null;
  readonly last_seq: number;
  readonly status: string;
}

export interface TaskPage {
  readonly data: readonly Task[];
  readonly total: number | null;
  readonly next_cursor: string | null;
}

type Body = Readonly<Record<string, unknown>>;

const TERMINAL = new Set(["completed", "failed", "cancelled"]);

/** Submits a task; anything but 201 fails the test with what was answered. */
export async function submit(service: Service, body: Body, headers = {}): Promise<Task> {
  const response = await service.request("/api/v1/tasks", {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  const text = await response.text();
  expect(response.status, text).toBe(201);
  return JSON.parse(text) as Task;
}

/** Submits a task and gives it as it is at its end. */
export async function play(service: Service, body: Body): Promise<Task> {
  return ended(service, (await submit(service, body, { Prefer: "wait=30" })).task_id);
}

/** A task that `local/script` plays. */
export function scripted(script: readonly Body[], more: Body = {}, input: Body = {}): Body {
  const { agent_config = {}, ...rest } = more as { agent_config?: Body };
  return {
    input_data: { goal: "Play the script.", script, ...input },
    agent_config: { model: "local/script", ...agent_config },
    ...rest,
  };
}

/** The task once it is over. */
export async function ended(service: Service, id: string): Promise<Task> {
  for (;;) {
    const task = await getTask(service, id, { Prefer: "wait=30" });
    if (TERMINAL.has(task.status)) {
      return task;
    }
    await pause(50);
  }
}

export async function getTask(service: Service, id: string, headers = {}): Promise<Task> {
  return getJson<Task>(service, `/api/v1/tasks/${id}`, headers);
}

/** A page of the list, which is read from D1 alone and wakes no run. */
export async function listTasks(service: Service, query = ""): Promise<TaskPage> {
  return getJson<TaskPage>(service, `/api/v1/tasks${query}`);
}

/** The task as D1 has it once `wanted` is true of it. Wakes no run. */
export async function listed(
  service: Service,
  id: string,
  wanted: (task: Task) => boolean,
): Promise<Task> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const task = (await listTasks(service, "?limit=100")).data.find((one) => one.task_id === id);
    if (task !== undefined && wanted(task)) {
      return task;
    }
    if (Date.now() > deadline) {
      throw new Error(`The list never showed it; last: ${JSON.stringify(task)}\n${service.output}`);
    }
    await pause(25);
  }
}

/** The exact text of every event in a log, in order. */
export async function storedLog(service: Service, id: string): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const path = `/api/v1/tasks/${id}/events?limit=1000&after=${texts.length}`;
    const response = await service.request(path);
    const text = await response.text();
    expect(response.status, text).toBe(200);
    const page = JSON.parse(text) as EventPage;
    const events = page.data.map((event) => JSON.stringify(event));
    // Each text is what was sent, not only what it means.
    expect(text.startsWith(`{"data":[${events.join(",")}],"next_cursor":`)).toBe(true);
    texts.push(...events);
    expect(page.next_cursor).toBe(page.last_seq === texts.length ? null : String(texts.length));
    if (page.next_cursor === null) {
      return texts;
    }
  }
}

/** Every event in a log, in order, its `seq` without gap or duplicate. */
export async function logOf(service: Service, id: string): Promise<LogEvent[]> {
  const events = (await storedLog(service, id)).map((text) => JSON.parse(text) as LogEvent);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
  return events;
}

/** The data of all events of a type. */
export function ofType(log: readonly LogEvent[], type: string): LogEvent["data"][] {
  return log.filter((event) => event.type === type).map((event) => event.data);
}

export async function getJson<T>(service: Service, path: string, headers = {}): Promise<T> {
  const response = await service.request(path, { headers });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return JSON.parse(text) as T;
}

/** Between two looks at something that nobody announces. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
