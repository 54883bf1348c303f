/**
 * A newcomer with a copy of the project who does what the documentation says, word for word: runs
 * its commands in one shell for each page, and puts what the last answers named where a page has an
 * ellipsis (`task_…`). What differs from their machine: the port, a `curl` that fails where the
 * service refuses, and the addresses that `stands` names.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve, sep } from "node:path";
import { parseEnv } from "node:util";
import { stampOf, workerFolder } from "../scripts/local/build.ts";
import { hashSources } from "../scripts/local/sources.ts";
import { freePort } from "./free-port.ts";

const ROOT = resolve(import.meta.dirname, "..");
const READY_MS = 180_000;
const COMMAND_MS = 540_000;
const SILENCE = (): string => "";
/** What stands for a name that the last answers had, and where it is found in them. */
const NAMES: Readonly<Record<string, RegExp>> = {
  "task_…": /\btask_[0-9a-f-]{36}\b/g,
  "call_…": /\bcall_\d+\b/g,
  "key_…": /\bkey_[0-9a-f-]{36}\b/g,
  "hook_…": /\bhook_[0-9a-f-]{36}\b/g,
  "webhook_…": /\bwebhook_[0-9a-f-]{36}\b/g,
};

export interface Ran {
  readonly exitCode: number | null;
  readonly output: string;
}

/** A project of their own, what serves it, and what its terminal shows. */
interface OwnProject {
  readonly folder: string;
  readonly port: number;
  service: ChildProcess | null;
  terminal: () => string;
}

export class Newcomer {
  /** Where they have their projects. */
  readonly #home = mkdtempSync(join(tmpdir(), "opspawn-newcomer-"));
  /** The copy of the project. */
  readonly folder = join(this.#home, "opspawn");
  readonly #port: number;
  /** A project of their own that the page has led them to: what it serves ends with the page. */
  #own: OwnProject | null = null;
  readonly #stands: Readonly<Record<string, string>>;
  readonly #vars: Readonly<Record<string, string>>;
  readonly #names = new Map<string, string>();
  readonly #background: ChildProcess[] = [];
  #env: Readonly<Record<string, string>>;
  #service: ChildProcess | null = null;
  #terminal = SILENCE;

  private constructor(
    port: number,
    stands: Readonly<Record<string, string>>,
    vars: Readonly<Record<string, string>>,
  ) {
    this.#port = port;
    this.#stands = stands;
    this.#vars = vars;
    this.#env = this.#fresh();
  }

  /**
   * @param stands texts of the pages that stand for something else here: keys, addresses
   * @param vars what their shell has besides
   * @param isBuilt whether the Worker and the console are built already, as after a first `npm start`
   */
  static async arrive(
    stands: Readonly<Record<string, string>> = {},
    vars: Readonly<Record<string, string>> = {},
    isBuilt = false,
  ): Promise<Newcomer> {
    const one = new Newcomer(await freePort(), stands, vars);
    const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    for (const file of files.split("\0").filter((name) => name !== "")) {
      mkdirSync(dirname(join(one.folder, file)), { recursive: true });
      cpSync(join(ROOT, file), join(one.folder, file));
    }
    // One link for each package: whatever deletes the folder deletes links.
    mkdirSync(join(one.folder, "node_modules"));
    for (const entry of readdirSync(join(ROOT, "node_modules"))) {
      symlinkSync(join(ROOT, "node_modules", entry), join(one.folder, "node_modules", entry));
    }
    const built = process.env["OPSPAWN_WORKER"];
    if (isBuilt && built !== undefined) {
      const state = join(one.folder, ".wrangler", "state");
      cpSync(built, workerFolder(state), { recursive: true });
      writeFileSync(stampOf(state), hashSources());
      const console = join("console", "dist");
      cpSync(join(ROOT, console), join(one.folder, console), { recursive: true });
    }
    const bin = join(one.folder, ".newcomer");
    mkdirSync(bin);
    mkdirSync(join(one.folder, ".home"));
    const curl = execFileSync("sh", ["-c", "command -v curl"], { encoding: "utf8" }).trim();
    writeFileSync(join(bin, "curl"), `#!/bin/sh\nexec ${curl} --fail-with-body "$@"\n`);
    chmodSync(join(bin, "curl"), 0o755);
    const npm = execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim();
    writeFileSync(join(bin, "npm"), npmShim(npm, one.folder, bin));
    chmodSync(join(bin, "npm"), 0o755);
    // What a page runs with `node` runs in the Node of their machine, not in the bundled one.
    const node = machineNode();
    if (node !== null) {
      symlinkSync(node, join(bin, "node"));
    }
    return one;
  }

  /** Copies a folder that a build of the repository has made. */
  takeOver(path: string): void {
    cpSync(join(ROOT, path), join(this.folder, path), { recursive: true });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#own?.port ?? this.#port}`;
  }

  /** The folder that commands run in. */
  get cwd(): string {
    return this.#own?.folder ?? this.folder;
  }

  /** Goes to a project of their own, in another folder, until the page is turned. */
  async enter(folder: string): Promise<void> {
    const port = await freePort();
    this.#own = { folder: resolve(this.folder, folder), port, service: null, terminal: SILENCE };
    this.#env = this.#fresh();
  }

  /** What the terminal of `npm start` shows. */
  get terminal(): string {
    return (this.#own?.terminal ?? this.#terminal)();
  }

  /** What the service said of each change of its sources, in their order; `Reloaded.` if it runs with it. */
  get rebuilds(): readonly string[] {
    return this.terminal.match(/^(?:Reloaded\.|It does not build|The new Worker does not)/gm) ?? [];
  }

  /** The key that `npm start` made. */
  get key(): string {
    const vars = parseEnv(readFileSync(join(this.cwd, ".dev.vars"), "utf8"));
    return vars["OPSPAWN_LOCAL_KEY"] ?? "";
  }

  /** A new page is a new shell. Nothing of the last one but the service goes on. */
  async turnPage(): Promise<void> {
    this.#names.clear();
    const gone = this.#background.filter(({ exitCode }) => exitCode !== null);
    if (gone.length > 0) {
      throw new Error(
        `what was left running has ended: ${gone.map((one) => one.spawnargs.at(-1)).join("; ")}`,
      );
    }
    for (const child of this.#background.splice(0)) {
      await ended(child);
    }
    await ended(this.#own?.service ?? null);
    this.#own = null;
    this.#env = this.#fresh();
  }

  /** The text as it is on this machine, with what was named last in the place of each ellipsis. */
  read(text: string): string {
    let read = text.replaceAll("127.0.0.1:8787", new URL(this.url).host);
    const isServed = this.#own === null ? this.#service : this.#own.service;
    const own = isServed === null ? [] : [["opsk_…", this.key] as const];
    for (const [name, value] of [...Object.entries(this.#stands), ...this.#names, ...own]) {
      read = read.replaceAll(name, value);
    }
    return read;
  }

  /**
   * Does what a block of commands says. `npm start`, or `npm run dev` in a project, is left running, in
   * the place of an earlier one.
   */
  async run(text: string): Promise<Ran> {
    const command = this.read(text);
    return /^.*\bnpm (?:start|run dev)$/.test(command.trim())
      ? this.#start(command)
      : this.#shell(command);
  }

  /** Leaves a program running until the page is turned; resolves once it has said where it serves. */
  async leaveRunning(text: string): Promise<Ran> {
    const child = this.#spawn(this.read(text));
    this.#background.push(child);
    return untilSaid(child, /127\.0\.0\.1:\d+/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.turnPage();
    await ended(this.#service);
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }

  async #start(command: string): Promise<Ran> {
    await ended(this.#own === null ? this.#service : this.#own.service);
    const service = this.#spawn(command);
    if (this.#own === null) {
      this.#service = service;
      this.#terminal = collect(service);
    } else {
      this.#own.service = service;
      this.#own.terminal = collect(service);
    }
    return untilSaid(service, /Ctrl-C/);
  }

  async #shell(command: string): Promise<Ran> {
    const kept = join(this.folder, `.env-${randomUUID()}`);
    const child = this.#spawn(
      `set -aeo pipefail\n${command}\n{ export -p; declare -f; } > "${kept}"`,
    );
    const told = collect(child);
    const late = setTimeout(() => kill(child, "SIGKILL"), COMMAND_MS);
    const exitCode = await new Promise<number | null>((done) => {
      child.once("close", done);
    });
    clearTimeout(late);
    const output = told();
    for (const [name, pattern] of Object.entries(NAMES)) {
      const last = output.match(pattern)?.at(-1);
      if (last !== undefined) {
        this.#names.set(name, last);
      }
    }
    if (exitCode === 0) {
      this.#env = { ...this.#env, BASH_ENV: kept };
    }
    return { exitCode, output };
  }

  #spawn(command: string): ChildProcess {
    return spawn("bash", ["-c", command], {
      cwd: this.cwd,
      env: this.#env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  #fresh(): Readonly<Record<string, string>> {
    const { PATH = "" } = process.env;
    // A project of their own needs a newer Node than their machine may have.
    const node = this.#own === null ? [] : [dirname(process.execPath)];
    const path = [...node, join(this.folder, ".newcomer"), PATH].join(delimiter);
    return {
      PATH: path,
      HOME: join(this.folder, ".home"),
      // Their own settings of the clients are not to be read or written.
      XDG_CONFIG_HOME: join(this.folder, ".config"),
      PORT: new URL(this.url).port,
      OPSPAWN_URL: this.url,
      NO_COLOR: "1",
      // Each command starts the same program, in a Node that would compile it again.
      NODE_COMPILE_CACHE: join(ROOT, "node_modules", ".cache", "compile"),
      ...this.#vars,
    };
  }
}

/**
 * npm, except that it starts a script's program itself where npm has done that before, by
 * `npm run --silent NAME -- …`: npm takes longer than most commands of the pages, sixty times. And
 * it does not build the client again, whose sources no page changes.
 */
function npmShim(npm: string, folder: string, bin: string): string {
  const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    scripts: Readonly<Record<string, string>>;
  };
  const programs = Object.entries(scripts).flatMap(([name, script]) =>
    /^exec node scripts\/[\w-]+\.ts$/.test(script)
      ? [`    ${name}) shift 4; ${script} "$@" ;;`]
      : [],
  );
  return `#!/bin/sh
if [ "$PWD $1 $2 $4" = "${folder} run --silent --" ]; then
  if mkdir "${bin}/ran-$3" 2>/dev/null; then exec ${npm} "$@"; fi
  PATH="${folder}/node_modules/.bin:$PATH"
  export PATH npm_lifecycle_event="$3"
  case "$3" in
${programs.join("\n")}
  esac
fi
if [ "$PWD $*" = "${folder} run --silent sdk:build" ] && [ -d sdk/dist ]; then exit; fi
exec ${npm} "$@"
`;
}

/** The first Node on the PATH that is not of this project; null if there is none. */
function machineNode(): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const own = folders.find((folder) => !isOfPackages(folder) && existsSync(join(folder, "node")));
  return own === undefined ? null : join(own, "node");
}

function isOfPackages(folder: string): boolean {
  return folder.split(sep).includes("node_modules");
}

/** What a child says from now on; give the result back to read it. */
function collect(child: ChildProcess): () => string {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return () => output;
}

async function untilSaid(child: ChildProcess, what: RegExp): Promise<Ran> {
  const told = collect(child);
  const said = Promise.withResolvers<Ran>();
  const look = (): void => {
    if (what.test(told())) {
      said.resolve({ exitCode: 0, output: told() });
    }
  };
  child.stdout?.on("data", look);
  child.stderr?.on("data", look);
  child.once("close", (exitCode) => said.resolve({ exitCode: exitCode ?? 1, output: told() }));
  const late = setTimeout(() => said.resolve({ exitCode: null, output: told() }), READY_MS);
  return said.promise.finally(() => clearTimeout(late));
}

async function ended(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const over = new Promise((done) => {
    child.once("close", done);
  });
  kill(child, "SIGINT");
  const late = setTimeout(() => kill(child, "SIGKILL"), 10_000);
  await over;
  clearTimeout(late);
}

/** The whole group: a program that npm started is its grandchild. */
function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(pid ?? 0), signal);
  } catch {
    // Gone already.
  }
}
