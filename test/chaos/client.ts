/** A client of a chaos run: it submits one task, again where an answer was lost, and may cancel it. */
import type { Service } from "../service.ts";
import { pause, type Task } from "../tasks.ts";
import { Refusal, type Outages } from "./outage.ts";
import type { PlannedTask } from "./plan.ts";

/** A client and what it knows. */
export interface Client {
  readonly planned: PlannedTask;
  /** The tasks that it was told of. */
  readonly accepted: Set<string>;
  /** What the answer to its cancellation said of the task. */
  cancelledAs: string | null;
  readonly complaints: string[];
}

/** What all clients and watchers share. */
export interface Scene {
  readonly seed: string;
  readonly service: Service;
  readonly outages: Outages;
}

/**
 * Does what is planned for a client.
 * @param watchFrom told of each task as soon as it is accepted
 */
export async function act(
  { seed, service, outages }: Scene,
  client: Client,
  watchFrom: (id: string) => void,
): Promise<void> {
  const { chaos, body, client: plan } = client.planned;
  const headers: Record<string, string> = {
    ...(plan.keyed ? { "Idempotency-Key": `${seed}-${chaos}` } : {}),
    ...(plan.prefer === null ? {} : { Prefer: plan.prefer }),
  };
  const submit = async (): Promise<string> => {
    const id = await outages.insist(async () => {
      const task = await post(service, "/api/v1/tasks", 201, body, headers);
      return task.task_id;
    });
    if (!client.accepted.has(id)) {
      client.accepted.add(id);
      watchFrom(id);
    }
    return id;
  };
  try {
    await pause(plan.submitAtMs);
    const [id] = await Promise.all(Array.from({ length: plan.hasty ? 2 : 1 }, submit));
    if (plan.cancelAfterMs !== null && id !== undefined) {
      await pause(plan.cancelAfterMs);
      const path = `/api/v1/tasks/${id}/cancel`;
      const task = await outages.insist(() => post(service, path, 202, { reason: "chaos" }));
      client.cancelledAs = task.status;
    }
  } catch (error) {
    client.complaints.push(`task ${chaos}: ${String(error)}`);
  }
}

async function post(
  service: Service,
  path: string,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Task> {
  const response = await service.request(path, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status !== status) {
    throw new Refusal(path, response.status, text);
  }
  return JSON.parse(text) as Task;
}
