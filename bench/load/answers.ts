/** What came back under load: how long each answer took, and of what kind it was. */

/** One request, as its client saw it. */
export interface Answer {
  readonly ms: number;
  /** The status of the response, or why there was none: `timeout`, `refused`. */
  readonly status: string;
  /** A success, or a refusal that says so and when to come back: never a 500, never silence. */
  readonly proper: boolean;
  readonly body: string;
}

/** Milliseconds after which a client takes a request for lost. */
const PATIENCE_MS = 15_000;

/** Sends a request and waits for the whole of its answer. Never rejects. */
export async function ask(send: (signal: AbortSignal) => Promise<Response>): Promise<Answer> {
  const from = performance.now();
  try {
    const response = await send(AbortSignal.timeout(PATIENCE_MS));
    const body = await response.text();
    const ms = performance.now() - from;
    return {
      ms,
      status: String(response.status),
      proper: response.ok || isBusy(response, body),
      body,
    };
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    const ms = performance.now() - from;
    return { ms, status: late ? "timeout" : "refused", proper: false, body: String(error) };
  }
}

/** A refusal for want of room: 429 or 503, as a problem document. */
function isBusy(response: Response, body: string): boolean {
  const { status, headers } = response;
  if (status !== 429 && status !== 503) {
    return false;
  }
  const document = headers.get("Content-Type") === "application/problem+json";
  return document && (JSON.parse(body) as { status?: unknown }).status === status;
}

export function succeeded({ status }: Answer): boolean {
  return status.startsWith("2");
}

/** The answers of one scenario in figures; milliseconds are those of successes. */
export interface Summary {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** How often there was each status. */
  readonly answers: Readonly<Record<string, number>>;
  /** Share of requests without success. */
  readonly errors: number;
  readonly improper: number;
}

export function summarise(answers: readonly Answer[], tookMs: number): Summary {
  const good = answers.filter(succeeded);
  const times = good.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const counts: Record<string, number> = {};
  for (const { status } of answers) {
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return {
    requests: answers.length,
    perSecond: rounded((good.length * 1000) / tookMs),
    p50: rounded(quantile(times, 0.5)),
    p95: rounded(quantile(times, 0.95)),
    p99: rounded(quantile(times, 0.99)),
    answers: counts,
    errors: answers.length === 0 ? 0 : rounded(1 - good.length / answers.length, 1000),
    improper: answers.filter(({ proper }) => !proper).length,
  };
}

/** The round whose rate is in the middle. */
export function middle(rounds: readonly Summary[]): Summary {
  const sorted = rounds.toSorted((a, b) => a.perSecond - b.perSecond);
  const found = sorted[Math.floor(sorted.length / 2)];
  if (found === undefined) {
    throw new Error("there was no round");
  }
  return found;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function rounded(value: number, to = 10): number {
  return Math.round(value * to) / to;
}
