/**
 * Ports for services that others start: they get a number, and listen on it seconds later, or again
 * after a crash. So it is none that the system gives out meanwhile (to whoever asks for port 0, or
 * opens a connection), which it takes from 32,768 up on Linux; and each process of tests has a range
 * of its own.
 */
import { createServer } from "node:net";

const FIRST = 10_000;
const OF_EACH_PROCESS = 1_000;
const RANGES = 22;

const range = FIRST + (Number(process.env["VITEST_POOL_ID"] ?? 0) % RANGES) * OF_EACH_PROCESS;
/** Processes that come after each other do not start at the same place: what ended may linger. */
let next = process.pid;

/** A port of 127.0.0.1 that nobody listens on, and that nobody else is given. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < OF_EACH_PROCESS; tried += 1) {
    next += 1;
    const port = range + (next % OF_EACH_PROCESS);
    if (await isFree(port)) {
      return port;
    }
  }
  throw new Error(`No port is free from ${range} on`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once("error", () => resolve(false));
  server.listen(port, "127.0.0.1", () => {
    server.close(() => resolve(true));
  });
  return promise;
}
