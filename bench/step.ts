/**
 * `npm run bench:step`: the CPU time of a step's own work, in one process and without a network. A
 * run of the real loop, on a log in memory, asks a model that is a function; the floor is a bare
 * loop over the same function that sends the whole conversation and writes four rows. The time
 * per step is shown along the run: it must not grow. With `node --cpu-prof bench/step.ts`, where it goes.
 */
import { endpointOf } from "../src/agent/llm/endpoint.ts";
import { openAiChat } from "../src/agent/llm/openai/chat.ts";
import { Harness, memoryStorage, specFor } from "../test/harness.ts";
import { toolResults, modelReply } from "./step-model.ts";

const STEPS = Number(process.env["BENCH_STEPS"] ?? 400);
const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 7);
/** Turns of the window; absent: the default. */
const WINDOW = process.env["BENCH_WINDOW"];

/** Marks the CPU time at each request, in microseconds. */
class Marks {
  readonly at: number[] = [];
  mark(): void {
    const { user, system } = process.cpuUsage();
    this.at.push(user + system);
  }
  /** Microseconds per step from one step to another. */
  between(from: number, to: number): number {
    return ((this.at[to] ?? 0) - (this.at[from] ?? 0)) / (to - from);
  }
}

/** The provider: counts the results in the body, and answers with one more call or the end. */
function serve(marks: Marks): void {
  let step = 0;
  globalThis.fetch = async (_url, init) => {
    marks.mark();
    const body = init?.body;
    const streamed = typeof body === "string" && body.includes('"stream":true');
    step += 1;
    return modelReply(step, step > STEPS, streamed);
  };
}

async function ours(): Promise<Marks> {
  const marks = new Marks();
  serve(marks);
  const harness = new Harness(
    specFor(
      {},
      {
        config: {
          model: "openai/bench",
          tools: ["add_numbers"],
          ...(WINDOW === undefined ? {} : { memory: { max_messages: Number(WINDOW) } }),
        },
        limits: { max_steps: STEPS + 10 },
      },
    ),
    { llm: openAiChat(endpointOf("openai", { apiKey: "k", baseUrl: "http://model.test/v1" })) },
  );
  await harness.drive();
  if (harness.log.state.usage.tool_calls !== STEPS) {
    throw new Error(`the run ended early: ${harness.types().at(-1)}`);
  }
  return marks;
}

async function floor(): Promise<Marks> {
  const marks = new Marks();
  serve(marks);
  const { sql } = memoryStorage();
  sql.exec("CREATE TABLE row (id INTEGER PRIMARY KEY, body TEXT)");
  const messages: unknown[] = [{ role: "user", content: "go" }];
  for (;;) {
    const response = await fetch("http://model.test/v1/chat/completions", {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: "Bearer k" },
      body: JSON.stringify({ model: "bench", messages }),
    });
    const message = toolResults(await response.json());
    messages.push(...message);
    for (let row = 0; row < 4; row += 1) {
      sql.exec("INSERT INTO row (body) VALUES (?)", JSON.stringify(message).padEnd(500, " "));
    }
    if (message.length === 1) {
      return marks;
    }
  }
}

const early = [Math.floor(STEPS / 8), Math.floor(STEPS / 4)] as const;
const late = [Math.floor((STEPS * 3) / 4), STEPS] as const;
const rounds = { ours: [] as Marks[], floor: [] as Marks[] };
await ours();
await floor();
for (let round = 0; round < ROUNDS; round += 1) {
  rounds.ours.push(await ours());
  rounds.floor.push(await floor());
}
const median = (all: readonly Marks[], [from, to]: readonly [number, number]): number =>
  Math.round(
    all.map((marks) => marks.between(from, to)).toSorted((a, b) => a - b)[
      Math.floor(all.length / 2)
    ] ?? 0,
  );
const us = median(rounds.ours, [early[0], STEPS]);
const floorUs = median(rounds.floor, [early[0], STEPS]);
const growth = median(rounds.ours, late) / median(rounds.ours, early);
console.log({
  steps: STEPS,
  us,
  floorUs,
  ratio: Math.round((us / floorUs) * 100) / 100,
  earlyUs: median(rounds.ours, early),
  lateUs: median(rounds.ours, late),
  growth: Math.round(growth * 100) / 100,
});
