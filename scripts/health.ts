/** Whether the service can be started and is there: its port before, its health after. */
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A failure that the user can fix. Only its message is printed. */
export class StartError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = "StartError";
    this.exitCode = exitCode;
  }
}

/** How long a service is waited for, and how often it is asked. */
export interface Patience {
  readonly waitMs: number;
  /** How long after its first answer, where that is not a good one. */
  readonly unhealthyMs: number;
  readonly pollMs: number;
}

const LOCAL: Patience = { waitMs: 60_000, unhealthyMs: 15_000, pollMs: 100 };

/** Refuses a port that is taken: wrangler would serve at another in silence. @throws StartError */
export async function checkPort(port: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.ErrnoException | null>();
  const probe = createServer().once("error", resolve);
  probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
    probe.close(() => resolve(null));
  });
  const error = await promise;
  if (error?.code === "EADDRINUSE") {
    const next = port < 65_535 ? port + 1 : port - 1;
    throw new StartError(
      `Port ${port} is taken. Stop what uses it, or choose another: PORT=${next} npm start`,
    );
  }
  if (error !== null) {
    throw new StartError(`Port ${port} cannot be used: ${error.message}.`);
  }
}

/** Waits until `/health` says that all is well. @throws StartError */
export async function untilHealthy(
  url: string,
  signal: AbortSignal,
  { waitMs, unhealthyMs, pollMs }: Patience = LOCAL,
): Promise<void> {
  const startedAt = Date.now();
  let deadline = startedAt + waitMs;
  let answer = "";
  while (Date.now() < deadline) {
    try {
      const health = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) });
      if (health.status === 200) {
        return;
      }
      // What answers already and is not well will hardly get well by waiting.
      deadline = answer === "" ? Math.min(deadline, Date.now() + unhealthyMs) : deadline;
      answer = `: ${health.status} ${await health.text()}`;
    } catch {
      // It does not listen yet.
    }
    await sleep(pollMs, undefined, { signal });
  }
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  throw new StartError(`The service did not get healthy in ${seconds} s${answer}`);
}
