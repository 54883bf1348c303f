/**
 * Submitting, reading, listing and watching by `autocannon`, a client that others know, each in
 * turns with a Worker that does the least: what one connection after the other gets answered.
 */
import autocannon, { type Options, type Result } from "autocannon";
import { Service } from "../../test/service.ts";
import { ended, storedLog, submit } from "../../test/tasks.ts";
import { rounded } from "./answers.ts";
import { quiet } from "./machine.ts";

const ROUNDS = 3;
const CONNECTIONS = 10;
const ROUND_S = 5;
const LISTED = 20;

type Asked = Pick<Options, "method" | "body"> & { readonly path: string };

/** @param drained resolves once no task is open, so that no round pays for the one before it */
export async function byAutocannon(config: string, drained: (service: Service) => Promise<void>) {
  const service = await Service.start({ runner: "wrangler dev", config });
  try {
    await service.send("POST", "/bench/prepare", {});
    const goal = { input_data: { goal: "What is 17% of 2,340?" } };
    const ids = await Promise.all(Array.from({ length: LISTED }, () => idOf(service, goal)));
    await Promise.all(ids.map((id) => ended(service, id)));
    const [id = ""] = ids;
    const log = (await storedLog(service, id)).join("\n");
    await service.send("POST", "/bench/log", { text: log });
    const pairs: Readonly<Record<string, readonly [ours: Asked, floor: Asked]>> = {
      submit: [
        { method: "POST", path: "/api/v1/tasks", body: JSON.stringify(goal) },
        {
          method: "POST",
          path: "/bench/floor2",
          body: JSON.stringify({ id: "[<id>]", steps: 0, modelUrl: "" }),
        },
      ],
      get: [read(`/api/v1/tasks/${id}`), read("/bench/rows?tenant=test&limit=1")],
      list: [
        read(`/api/v1/tasks?limit=${LISTED}`),
        read(`/bench/rows?tenant=test&limit=${LISTED}`),
      ],
      watch: [read(`/api/v1/tasks/${id}/events?after=0`), read("/bench/log")],
    };
    const rows = [];
    for (const [what, [ours, floor]] of Object.entries(pairs)) {
      const results: { readonly us: Result; readonly least: Result }[] = [];
      let busy = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        busy = Math.max(busy, await quiet());
        const least = await fire(service, floor);
        await drained(service);
        const us = await fire(service, ours);
        await drained(service);
        results.push({ us, least });
      }
      rows.push({ what, ...middleOf(results), busy });
    }
    return rows;
  } finally {
    await service.stop();
  }
}

function read(path: string): Asked {
  return { method: "GET", path };
}

async function idOf(service: Service, body: Readonly<Record<string, unknown>>): Promise<string> {
  return (await submit(service, body)).task_id;
}

function fire(service: Service, { path, ...asked }: Asked): Promise<Result> {
  return autocannon({
    ...asked,
    url: service.url + path,
    connections: CONNECTIONS,
    duration: ROUND_S,
    idReplacement: true,
    headers: {
      Authorization: `Bearer ${service.key}`,
      "Content-Type": "application/json",
      Accept: path.includes("/events") ? "text/event-stream" : "application/json",
    },
  });
}

/** The round whose ratio is in the middle. */
function middleOf(rounds: readonly { readonly us: Result; readonly least: Result }[]) {
  const sorted = rounds
    .map(({ us, least }) => ({
      perSecond: us.requests.average,
      p50: us.latency.p50,
      p99: us.latency.p99,
      floorPerSecond: least.requests.average,
      floorP50: least.latency.p50,
      ratio: rounded(us.requests.average / least.requests.average, 100),
      failed: us.non2xx + us.errors + us.timeouts,
    }))
    .toSorted((a, b) => a.ratio - b.ratio);
  const middle = sorted[Math.floor(sorted.length / 2)];
  const failed = sorted.reduce((sum, one) => sum + one.failed, 0);
  return { ...middle, failed, ratios: sorted.map(({ ratio }) => ratio).join(", ") };
}
