/** Schedules that fire every ten seconds while the service is killed, of a tenant of their own. */
import type { Service } from "../service.ts";
import { pause } from "../tasks.ts";

const EVERY_S = 10;
/** Tasks of each schedule. */
const FIRES = 3;
const OVERLAPS = ["allow", "queue_one"] as const;

interface Fire {
  readonly occurrence_at: string;
  readonly status: string;
  readonly task_id: string | null;
}

interface Row {
  readonly task_id: string;
  readonly status: string;
}

export class Timetabled {
  readonly #service: Service;
  readonly #key: string;
  readonly #ids: readonly string[];

  private constructor(service: Service, key: string, ids: readonly string[]) {
    this.#service = service;
    this.#key = key;
    this.#ids = ids;
  }

  /** Creates the schedules. */
  static async begin(service: Service): Promise<Timetabled> {
    const scopes = "tasks:read tasks:write schedules:write admin";
    const { key } = await service.mint(scopes, "timetabled");
    const ids: string[] = [];
    for (const overlap of OVERLAPS) {
      const response = await service.request("/api/v1/schedules", {
        method: "POST",
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
        body: JSON.stringify({
          name: overlap,
          spec: { every_s: EVERY_S, max_fires: FIRES },
          action: {
            task: {
              input_data: { goal: "Go.", script: [{ text: "Done." }] },
              agent_config: { model: "local/script" },
            },
          },
          policy: { overlap, catch_up: "all" },
        }),
      });
      ids.push((await response.json<{ id: string }>()).id);
    }
    return new Timetabled(service, key, ids);
  }

  /** Waits until all tasks of all schedules are over. Returns what is wrong with them. */
  async breaches(deadline: number): Promise<string[]> {
    while (Date.now() < deadline && !(await this.#isOver())) {
      await pause(200);
    }
    const found: string[] = [];
    for (const id of this.#ids) {
      const fires = await this.#fires(id);
      const tasks = await this.#tasks(id);
      const started = fires.flatMap(({ task_id }) => task_id ?? []);
      const times = fires.map(({ occurrence_at }) => Date.parse(occurrence_at)).toReversed();
      const gaps = times.slice(1).map((at, i) => (at - (times[i] ?? 0)) / 1000);
      if (started.length !== FIRES || fires.length !== FIRES) {
        found.push(`${id} has ${fires.map(({ status }) => status).join(", ")}`);
      }
      if (gaps.some((gap) => gap !== EVERY_S)) {
        found.push(`${id} fired at ${times.map((at) => new Date(at).toISOString()).join(", ")}`);
      }
      const ids = tasks.map(({ task_id }) => task_id);
      if (ids.toSorted().join(" ") !== started.toSorted().join(" ")) {
        found.push(`${id} recorded ${started.join(", ")}, and there are ${ids.join(", ")}`);
      }
      const open = tasks.filter(({ status }) => status !== "completed");
      found.push(...open.map(({ task_id, status }) => `${task_id} of ${id} is ${status}`));
    }
    return found;
  }

  async #isOver(): Promise<boolean> {
    const all = await Promise.all(this.#ids.map((id) => this.#tasks(id)));
    return all.every(
      (tasks) => tasks.length >= FIRES && tasks.every(({ status }) => status === "completed"),
    );
  }

  #fires(id: string): Promise<readonly Fire[]> {
    return this.#list<Fire>(`/api/v1/schedules/${id}/fires?limit=100`);
  }

  #tasks(id: string): Promise<readonly Row[]> {
    return this.#list<Row>(`/api/v1/tasks?schedule_id=${id}&limit=100`);
  }

  async #list<T>(path: string): Promise<readonly T[]> {
    const headers = { Authorization: `Bearer ${this.#key}` };
    const response = await this.#service.request(path, { headers });
    return (await response.json<{ data: readonly T[] }>()).data;
  }
}
