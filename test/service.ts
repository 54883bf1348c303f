/**
 * A service for tests and benches, on a free port and a fresh state: one of a file's own, which can be
 * killed and configured, or a tenant of its own in the one that all files share.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import type { ServeJob } from "../scripts/local/serve.ts";
import { ensureConsole } from "../scripts/console-build.ts";
import { buildWorker, readWorker, type LocalWorker } from "../scripts/local/worker.ts";
import { freePort } from "./free-port.ts";
import { filesWith } from "./state-files.ts";

const ROOT = resolve(import.meta.dirname, "..");
const WRANGLER = join(ROOT, "node_modules", ".bin", "wrangler");
const SERVE = join(ROOT, "scripts", "local", "serve.ts");
const OWN_CONFIG = join(ROOT, "wrangler.toml");
/** States with the schema and nothing else, each by the hash of what it was made from. */
const PREPARED = join(ROOT, "node_modules", ".cache", "opspawn-prepared");
const ALL_SCOPES =
  "tasks:read tasks:write tools:write agents:write schedules:write memory:read memory:write admin platform";
const ENV = {
  ...process.env,
  WRANGLER_SEND_METRICS: "false",
  CI: "1",
  NO_COLOR: "1",
  // Half the time of a start is to compile Miniflare.
  NODE_COMPILE_CACHE: join(ROOT, "node_modules", ".cache", "compile"),
};

/**
 * Runs a command in the process group of this shell, and ends the group when the command ends or
 * when whoever started it is gone, which closes the pipe that `cat` reads. (`-s KILL`: after `-9`,
 * the shell of Debian does not take `--`.)
 */
const GUARD = '{ "$@"; kill -s KILL -- -$$; } & cat >/dev/null; kill -s KILL -- -$$';

export interface ServiceOptions {
  /** Path of the wrangler configuration; the project's own by default. */
  readonly config?: string;
  /** What serves it; Miniflare by default, on a bundle that was built beforehand. */
  readonly runner?: "miniflare" | "wrangler dev";
  readonly vars?: Readonly<Record<string, string>>;
  /** Keys besides the service's own. */
  readonly keys?: readonly ExtraKey[];
}

/** A key that a test brings along. */
export interface ExtraKey {
  readonly key: string;
  readonly tenant: string;
  readonly scopes: string;
  /** When it ends to be valid; never by default. */
  readonly expiresAt?: string;
  readonly revokedAt?: string;
}

const NOT_OWN = "Only a service that a test started itself can be stopped or changed.";
/** Environment variable by which files of tests find the service that they share. */
const SHARED = "OPSPAWN_SHARED_SERVICE";

/** Looks at an answer before the test has it. */
type Look = (asked: { method: string; url: string }, response: Response) => Promise<void>;

/** Stands between a test and its service. */
interface Proxy extends AsyncDisposable {
  request(path: string, init: RequestInit): Promise<Response | null>;
}

export class Service {
  /** What `request` goes through on its way to a service; nothing by default. */
  static through: ((url: string) => Promise<Proxy>) | null = null;
  /** What looks at every answer to `request`; nothing by default. */
  static look: Look | null = null;
  readonly url: string;
  readonly key: string;
  /** Names the key in logs. */
  keyId = "key_test";
  readonly #ownState: string | null;
  readonly #port: number;
  readonly #options: ServiceOptions;
  #worker: LocalWorker | null = null;
  #child: ChildProcess | null = null;
  #output = "";
  #proxy: Proxy | null = null;

  private constructor(port: number, state: string | null, key: string, options: ServiceOptions) {
    this.#port = port;
    this.#ownState = state;
    this.#options = options;
    this.url = `http://127.0.0.1:${port}`;
    this.key = key;
  }

  /** The folder of the state. @throws Error for a shared service */
  get #state(): string {
    if (this.#ownState === null) {
      throw new Error(NOT_OWN);
    }
    return this.#ownState;
  }

  /** Starts a service on a new state; `key` is valid for the tenant `test`. */
  static async start(options: ServiceOptions = {}): Promise<Service> {
    const state = await mkdtemp(join(tmpdir(), "opspawn-"));
    const key = `opsk_${randomBytes(16).toString("hex")}`;
    const service = new Service(await freePort(), state, key, options);
    await service.#prepare();
    await service.up();
    service.#proxy = (await Service.through?.(service.url)) ?? null;
    return service;
  }

  /** Lets the processes that this one starts join the service. */
  share(): void {
    process.env[SHARED] = JSON.stringify({ port: this.#port, key: this.key });
  }

  /**
   * Joins the service that all files share, as a tenant of its own, whose key has every scope but
   * `platform`. `stop` leaves the service as it is.
   * @throws Error if no service is shared
   */
  static async join(): Promise<Service> {
    const shared = process.env[SHARED];
    if (shared === undefined) {
      throw new Error("No service is shared.");
    }
    const { port, key } = JSON.parse(shared) as { port: number; key: string };
    const tenant = `t-${randomBytes(8).toString("hex")}`;
    const platform = new Service(port, null, key, {});
    const own = await platform.mint(ALL_SCOPES.replace(" platform", ""), tenant);
    const service = new Service(port, null, own.key, {});
    service.keyId = own.id;
    service.#proxy = (await Service.through?.(service.url)) ?? null;
    return service;
  }

  /** Makes a key with these scopes, for the service's own tenant or, with `platform`, another one. */
  async mint(scopes: string, tenant?: string): Promise<{ key: string; id: string }> {
    const wanted = { name: "minted by a test", scopes: scopes.split(" "), tenant };
    const response = await this.send("POST", "/api/v1/keys", wanted);
    if (response.status !== 201) {
      throw new Error(`The key was refused: ${await response.text()}`);
    }
    return response.json<{ key: string; id: string }>();
  }

  /** Starts the process again, on the state it left. Resolves when it answers. */
  async up(): Promise<void> {
    this.#output = "";
    const command =
      this.#options.runner === "wrangler dev" ? this.#wranglerDev() : await this.#miniflare();
    const child = spawn("sh", ["-c", GUARD, "sh", ...command], {
      cwd: ROOT,
      env: ENV,
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child = child;
    const note = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-20_000);
    };
    child.stdout.on("data", note);
    child.stderr.on("data", note);
    const deadline = Date.now() + 60_000;
    while (!(await answers(`${this.url}/health`))) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
        throw new Error(`The service did not start:\n${this.#output}`);
      }
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  /** Ends the whole process tree at once, as a crash would. */
  async kill(): Promise<void> {
    if (this.#ownState === null) {
      throw new Error(NOT_OWN);
    }
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const gone = new Promise((done) => child.once("exit", done));
    process.kill(-child.pid, "SIGKILL");
    await gone;
    this.#child = null;
  }

  /** Ends the process and removes its state. */
  async stop(): Promise<void> {
    await this.#proxy?.[Symbol.asyncDispose]();
    if (this.#ownState === null) {
      return;
    }
    await this.kill();
    await rm(this.#state, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The process group that all of the service's processes are in. */
  get group(): number {
    return this.#child?.pid ?? 0;
  }

  /** What the process of a service of one's own printed last; for messages of failing tests. */
  get output(): string {
    return this.#output;
  }

  /** A request with the service's key. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has("Authorization")) {
      headers.set("Authorization", `Bearer ${this.key}`);
    }
    if (init.body !== undefined && !headers.has("Content-Type")) {
      headers.set("Content-Type", "application/json");
    }
    // The service ends a connection that was idle; a busy machine would meet that while it sends.
    headers.set("Connection", "close");
    const url = `${this.url}${path}`;
    const sent = { ...init, headers };
    const response = (await this.#proxy?.request(path, sent)) ?? (await fetch(url, sent));
    await Service.look?.({ method: init.method ?? "GET", url }, response);
    return response;
  }

  /** A request of JSON by a key, the service's own by default; headers of `undefined` are not sent. */
  send(
    method: string,
    path: string,
    content?: unknown,
    key = this.key,
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Response> {
    const sent = new Headers({ Authorization: `Bearer ${key}` });
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) {
        sent.set(name, value);
      }
    }
    return this.request(path, {
      method,
      headers: sent,
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    });
  }

  /** Changes the database of a service that is down. */
  async change(act: (database: DatabaseSync) => void): Promise<void> {
    const folder = join(this.#state, "v3", "d1", "miniflare-D1DatabaseObject");
    const file = (await readdir(folder)).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
    using database = new DatabaseSync(join(folder, file ?? "no database was made"));
    act(database);
  }

  /** Returns the names of the files of the state whose bytes have this text. */
  filesWith(text: string): Promise<string[]> {
    return filesWith(this.#state, text);
  }

  /** Changes the object of a run of a service that is down. @throws Error if none has its log */
  async changeRun(taskId: string, act: (database: DatabaseSync) => void): Promise<void> {
    const folder = join(this.#state, "v3", "do", "opspawn-AgentRun");
    for (const name of (await readdir(folder)).filter((file) =>
      /^[0-9a-f]{64}\.sqlite$/.test(file),
    )) {
      using database = new DatabaseSync(join(folder, name));
      const isRun = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'log'").get();
      const find = "SELECT 1 FROM log WHERE first_seq = 1 AND events LIKE ?";
      if (isRun !== undefined && database.prepare(find).get(`%"${taskId}"%`) !== undefined) {
        // In one transaction, since each one is written to the disk.
        database.exec("BEGIN");
        act(database);
        database.exec("COMMIT");
        return;
      }
    }
    throw new Error(`No object has the log of ${taskId}.`);
  }

  /** The schema, from a state that was prepared once, and the keys. */
  async #prepare(): Promise<void> {
    const prepared = await Service.prepared();
    await cp(prepared, this.#state, { recursive: true });
    await this.change((database) => this.#addKeys(database));
  }

  #addKeys(database: DatabaseSync): void {
    const insert = database.prepare(
      "INSERT INTO api_key VALUES (?, ?, ?, ?, ?, '2026-01-01T00:00:00.000Z', ?, ?)",
    );
    const own = { key: this.key, tenant: "test", scopes: ALL_SCOPES };
    for (const [i, extra] of [own, ...(this.#options.keys ?? [])].entries()) {
      const { key, tenant, scopes, expiresAt, revokedAt }: ExtraKey = extra;
      const hash = createHash("sha256").update(key).digest("hex");
      const id = i === 0 ? this.keyId : `${this.keyId}_${i}`;
      insert.run(id, tenant, id, hash, scopes, expiresAt ?? null, revokedAt ?? null);
    }
  }

  /**
   * A state with the schema; made by wrangler where there is none yet, which takes seconds. Every
   * configuration has the same database.
   */
  static async prepared(): Promise<string> {
    const folder = join(ROOT, "migrations");
    const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).toSorted();
    const [wrangler, config, ...migrations] = await Promise.all(
      [
        join(ROOT, "node_modules", "wrangler", "package.json"),
        OWN_CONFIG,
        ...files.map((file) => join(folder, file)),
      ].map((file) => readFile(file, "utf8")),
    );
    const made = JSON.stringify([wrangler, config, migrations]);
    const target = join(PREPARED, createHash("sha256").update(made).digest("hex").slice(0, 16));
    if (existsSync(target)) {
      return target;
    }
    await mkdir(PREPARED, { recursive: true });
    const draft = await mkdtemp(join(PREPARED, "draft-"));
    const script = join(draft, "schema.sql");
    await writeFile(script, migrations.join("\n"));
    await promisify(execFile)(
      WRANGLER,
      ["d1", "execute", "opspawn", "--local", `--persist-to=${draft}`, `--file=${script}`],
      { cwd: ROOT, env: ENV },
    );
    // Another process may have been faster: its state is as good.
    await rename(draft, target).catch(() => rm(draft, { recursive: true, force: true }));
    return target;
  }

  async #miniflare(): Promise<string[]> {
    this.#worker ??= await this.#built();
    const { vars = {} } = this.#options;
    const job: ServeJob = {
      worker: this.#worker,
      port: this.#port,
      state: this.#state,
      vars,
    };
    const file = join(this.#state, "job.json");
    writeFileSync(file, JSON.stringify(job));
    return [process.execPath, SERVE, file];
  }

  #wranglerDev(): string[] {
    const vars = Object.entries(this.#options.vars ?? {}).flatMap(([name, value]) => [
      "--var",
      `${name}:${value}`,
    ]);
    return [
      WRANGLER,
      "dev",
      "--ip=127.0.0.1",
      `--port=${this.#port}`,
      "--inspector-port=0",
      `--persist-to=${this.#state}`,
      "--show-interactive-dev-session=false",
      "--env-file=/dev/null",
      ...this.#config(),
      ...vars,
    ];
  }

  /** The project's own Worker is built once for all tests; another one is built here. */
  async #built(): Promise<LocalWorker> {
    const { config } = this.#options;
    const built = process.env["OPSPAWN_WORKER"];
    return config === undefined && built !== undefined
      ? readWorker(built)
      : builtWorker(resolve(ROOT, config ?? OWN_CONFIG), join(this.#state, "worker"));
  }

  #config(): string[] {
    return this.#options.config === undefined ? [] : [`--config=${this.#options.config}`];
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** Builds a Worker and the console that it serves. */
export async function builtWorker(config: string, folder: string): Promise<LocalWorker> {
  await ensureConsole();
  return buildWorker(config, folder);
}
