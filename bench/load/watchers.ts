/** Many sockets on one object: what each takes up, and how soon all of them hear of an event. */
import { WebSocket } from "ws";
import { memoryOf } from "../../test/memory.ts";
import type { Service } from "../../test/service.ts";
import { rounded } from "./answers.ts";

export interface WatcherFigures {
  readonly watchers: number;
  readonly openedPerSecond: number;
  readonly kibEach: number;
  /** From the event's request to the last watcher that has it. */
  readonly toLastMs: number;
}

const WIDTH = 50;
const PATIENCE_MS = 60_000;

/**
 * @param path where sockets open; each is ready once it has had a message that holds `ready`
 * @param happen causes one event, which is a message that holds `event`
 */
export async function watchers(
  service: Service,
  watching: { path: string; ready: string; event: string; count: number },
  happen: () => Promise<Response>,
): Promise<WatcherFigures> {
  const { path, ready, event, count } = watching;
  const empty = memoryOf(service);
  let heard = 0;
  const all = Promise.withResolvers<number>();
  const open = (): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const headers = { Authorization: `Bearer ${service.key}` };
      const socket = new WebSocket(service.url.replace("http", "ws") + path, { headers });
      socket.on("error", reject);
      socket.on("message", (data: Buffer) => {
        const text = data.toString("utf8");
        if (text.includes(ready)) {
          resolve(socket);
        }
        if (text.includes(event)) {
          heard += 1;
          if (heard === count) {
            all.resolve(performance.now());
          }
        }
      });
    });
  let from = performance.now();
  const sockets: WebSocket[] = [];
  while (sockets.length < count) {
    sockets.push(...(await Promise.all(Array.from({ length: WIDTH }, open))));
  }
  const opening = performance.now() - from;
  const full = memoryOf(service);
  from = performance.now();
  await (await happen()).text();
  const patience = setTimeout(() => {
    all.reject(new Error(`only ${heard} of ${count} watchers heard of the event`));
  }, PATIENCE_MS);
  const toLastMs = (await all.promise.finally(() => clearTimeout(patience))) - from;
  for (const socket of sockets) {
    socket.terminate();
  }
  return {
    watchers: count,
    openedPerSecond: rounded((count * 1000) / opening),
    kibEach: Math.round((full - empty) / 1024 / count),
    toLastMs: Math.round(toLastMs),
  };
}
