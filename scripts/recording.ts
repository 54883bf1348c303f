/**
 * `npm run recording`: makes docs/recording.svg, the picture in the README. Starts a real service,
 * submits a task with `opspawn run`, kills every process of the service with SIGKILL while a tool
 * call is in flight, and starts the service again. The picture shows the output of the terminals at
 * the moments at which it came. The model's replies are scripted, and the payments API that the
 * tool calls is a small server of this program. Linux only.
 */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LLMock } from "@copilotkit/aimock";
import { Opspawn } from "../sdk/src/index.ts";
import { checkPort, untilHealthy } from "./health.ts";
import { localKey } from "./local-key.ts";
import { Film } from "./recording/film.ts";
import { PaymentsApi } from "./recording/payments-api.ts";
import { svg, type Lamp } from "./recording/svg.ts";
import { Terminal } from "./recording/terminal.ts";
import { DEFAULT_PORT } from "./welcome.ts";

const OUTPUT = resolve(import.meta.dirname, "..", "docs", "recording.svg");
const COLUMNS = 84;
const ROWS = { run: 18, service: 4, api: 2 };
const URL_OF_SERVICE = `http://127.0.0.1:${DEFAULT_PORT}`;
const GOAL = "Charge order 1042 and confirm it.";
const ANSWER = "Order 1042 was charged once (ch_1).";

/** How long the payments API takes to answer a charge, and each piece of the model's reply. */
const CHARGE_MS = 3000;
const MODEL_MS = 300;
/** From the charge to the kill. */
const KILL_AFTER_MS = 1300;
/** What a viewer needs to read a line, and the end. */
const READ_MS = 900;
const HOLD_MS = 5000;

const folder = mkdtempSync(join(tmpdir(), "opspawn-recording-"));
const model = new LLMock({ port: 0, latency: 5 });
const api = new PaymentsApi(ROWS.api, CHARGE_MS);
const rcFile = join(folder, "rc");
const stopping = new AbortController();
let service: ChildProcess | null = null;
const terminals: Terminal[] = [];
try {
  await checkPort(DEFAULT_PORT);
  const env = await prepare();
  service = spawn("npm", ["start", "--", "--no-demo"], { env, stdio: "ignore" });
  await untilHealthy(URL_OF_SERVICE, stopping.signal);
  const picture = await record(service, env);
  writeFileSync(OUTPUT, picture);
  console.log(`${relative(process.cwd(), OUTPUT)}: ${Math.ceil(picture.length / 1024)} KiB`);
} finally {
  for (const terminal of terminals) {
    await terminal.close();
  }
  service?.kill("SIGINT");
  api.close();
  await model.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Starts what the service calls. @returns the environment of the service and the terminals */
async function prepare(): Promise<NodeJS.ProcessEnv> {
  for (const [turn, name] of ["charge", "find_charges"].entries()) {
    const toolCalls = [{ name, arguments: '{"order":"1042"}' }];
    model.onTurn(turn, /1042/, { toolCalls }, { latency: MODEL_MS });
  }
  model.onTurn(2, /1042/, { content: ANSWER }, { latency: MODEL_MS });
  await model.start();
  writeFileSync(rcFile, `PS1='$ '\nopspawn() { node scripts/opspawn.ts "$@"; }\n`);
  const { NO_COLOR: _, ...env } = process.env;
  return {
    ...env,
    TERM: "xterm-256color",
    OPSPAWN_STATE: join(folder, "state"),
    OPSPAWN_PROVIDERS: JSON.stringify({ demo: { base_url: `${model.url}/v1` } }),
    OPSPAWN_ALLOWED_PRIVATE_HOSTS: "127.0.0.1:*",
  };
}

/** Plays the scene. @returns the picture */
async function record(running: ChildProcess, env: NodeJS.ProcessEnv): Promise<string> {
  await registerTools(await api.listen());
  const run = new Terminal(COLUMNS, ROWS.run, rcFile, env);
  const shell = new Terminal(COLUMNS, ROWS.service, rcFile, env);
  terminals.push(run, shell);
  await Promise.all([run.until("$ "), shell.until("$ ")]);

  const startedAt = Date.now();
  const now = (): number => Date.now() - startedAt;
  const films = [run, shell, api].map((source) => {
    const film = new Film();
    film.take(source.screen.rows, 0);
    source.onOutput = () => film.take(source.screen.rows, now());
    return film;
  });
  const lamp: Lamp[] = [{ at: 0, isUp: true }];

  await sleep(READ_MS);
  await run.type(`opspawn run --agent billing "${GOAL}"`);
  await api.charged;
  await sleep(KILL_AFTER_MS);
  const died = once(running, "exit");
  await shell.type(`kill -9 ${treeOf(running.pid ?? 0).join(" ")}`);
  await died;
  lamp.push({ at: now(), isUp: false });
  await sleep(READ_MS);
  await shell.type("npm start -- --no-demo | grep ready");
  await untilHealthy(URL_OF_SERVICE, stopping.signal);
  lamp.push({ at: now(), isUp: true });
  await run.until("completed after");
  await sleep(READ_MS);

  const duration = now() + HOLD_MS;
  const [runShots = [], shellShots = [], apiShots = []] = films.map((film) => film.end(duration));
  const apiTitle = `Log of the payments API, which takes ${CHARGE_MS / 1000} s to answer a charge`;
  return svg({
    title: "A run whose service is killed in the middle of a tool call",
    description: `The first terminal shows a task live. In the second, every process of the service is killed with SIGKILL while the tool charge is in flight, and the service is started again. The run resumes by itself: it does not charge again, it looks up the charge, and it answers: ${ANSWER}`,
    columns: COLUMNS,
    duration,
    panes: [
      { title: "Terminal 1: the run, live", lines: ROWS.run, shots: runShots, lamp: [] },
      { title: "Terminal 2: the service", lines: ROWS.service, shots: shellShots, lamp },
      { title: apiTitle, lines: ROWS.api, shots: apiShots, lamp: [] },
    ],
  });
}

/** The tools and the agent of the scene: `charge` declares that it must not run twice. */
async function registerTools(address: URL): Promise<void> {
  const opspawn = new Opspawn({ url: URL_OF_SERVICE, key: localKey() ?? "" });
  const common = {
    kind: "http",
    input_schema: { type: "object", properties: { order: { type: "string" } } },
  } as const;
  await opspawn.tools.register({
    ...common,
    name: "charge",
    description: "Charges an order.",
    effect: "once",
    http: { method: "POST", url: address.href },
  });
  await opspawn.tools.register({
    ...common,
    name: "find_charges",
    description: "Lists the charges of an order.",
    effect: "pure",
    http: { method: "GET", url: address.href },
  });
  await opspawn.agents.create({
    name: "billing",
    config: { model: "demo/scripted", tools: ["charge", "find_charges"] },
  });
}

/** A process and everything below it, the lowest first. */
function treeOf(root: number): readonly number[] {
  const table = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" });
  const parents = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (pid: number): number[] => [
    ...parents.filter(([, parent]) => parent === pid).flatMap(([child = 0]) => below(child)),
    pid,
  ];
  return below(root);
}
