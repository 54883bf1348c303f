/**
 * The commands of wrangler that a deployment uses, without its start of a second each: the same
 * changes in the same order, at once. That they are the same is held by a test that asks the real
 * one too. An answer that is lost ends it, as a kill would.
 */
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unstable_readConfig as readConfig } from "wrangler";
import { migrationNames, MIGRATIONS } from "../../scripts/local-state.ts";
import type { Target } from "../../scripts/deploy/target.ts";
import type { Answer, Entry, Wrangler } from "../../scripts/deploy/wrangler.ts";
import type { Asked } from "./account.ts";
import type { Cloudflare } from "./cloudflare.ts";
import { Refusal } from "./refusal.ts";
import type { Metadata } from "./worker.ts";

interface Configured {
  readonly assets?: { readonly directory: string };
  readonly migrations: readonly { readonly tag: string }[];
  readonly triggers: { readonly crons: readonly string[] };
  readonly queues: {
    readonly producers: readonly { readonly binding: string; readonly queue: string }[];
    readonly consumers: readonly { readonly queue: string; readonly dead_letter_queue?: string }[];
  };
}

interface Row {
  readonly name: string;
}

interface QueueRow {
  readonly queue_id: string;
  readonly queue_name: string;
  readonly consumers: readonly { readonly consumer_id: string; readonly script: string }[];
}

export function wranglerDouble(cloudflare: Cloudflare, target: Target): Wrangler {
  const commands = new Commands(cloudflare, target);
  return async (args, stdin = "") => {
    try {
      const { stdout = "", entries = [] } = commands.run(args, stdin);
      return answer({ ok: true, stdout, entries });
    } catch (error) {
      if (error instanceof Refusal) {
        return answer({ ok: false, stderr: `${error.message} [code: ${error.code}]` });
      }
      throw error;
    }
  };
}

function answer(part: Partial<Answer>): Answer {
  return { ok: true, stdout: "", stderr: "", entries: [], ...part };
}

class Commands {
  readonly #cloudflare: Cloudflare;
  readonly #target: Target;

  constructor(cloudflare: Cloudflare, target: Target) {
    this.#cloudflare = cloudflare;
    this.#target = target;
  }

  run(
    [first = "", second = "", third = "", ...more]: readonly string[],
    stdin: string,
  ): { stdout?: string; entries?: Entry[] } {
    switch (`${first} ${second}`) {
      case "d1 list":
        return { stdout: JSON.stringify(this.#ask("GET", "/d1/database?per_page=100")) };
      case "d1 create":
        this.#ask("POST", "/d1/database", { name: third });
        return {};
      case "d1 execute": {
        const sql = more.find((arg) => arg.startsWith("--command="))?.slice(10) ?? "";
        return { stdout: JSON.stringify(this.#query(third, sql)) };
      }
      case "d1 migrations":
        this.#migrate(more[0] ?? "");
        return {};
      case "queues list":
        return { stdout: this.#queueTable(third) };
      case "queues create":
        this.#ask("POST", "/queues", { queue_name: third });
        return {};
      case "secret list":
        return { stdout: JSON.stringify(this.#ask("GET", this.#script("/secrets"))) };
      case "secret bulk":
        this.#putSecrets(JSON.parse(stdin) as Record<string, string>);
        return {};
      case "deploy --minify":
        return { entries: [{ type: "deploy", targets: this.#deploy() }] };
      default:
        throw new Error(`a deployment does not use ${first} ${second}`);
    }
  }

  #ask(
    method: string,
    path: string,
    json: object = {},
    upload: Metadata | null = null,
    files: readonly string[] = [],
  ): unknown {
    const url = new URL(path, "http://cloudflare.test");
    return this.#cloudflare.ask({ method, url, json: json as Asked["json"], upload, files });
  }

  #script(path: string): string {
    return `/workers/scripts/${this.#target.worker}${path}`;
  }

  #query(database: string, sql: string): unknown {
    const { uuid } = this.#ask("GET", `/d1/database/${database}`) as { uuid: string };
    return this.#ask("POST", `/d1/database/${uuid}/query`, { sql });
  }

  #migrate(database: string): void {
    this.#query(
      database,
      `CREATE TABLE IF NOT EXISTS "d1_migrations"(
         id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE,
         applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`,
    );
    const [listed] = this.#query(database, "SELECT name FROM d1_migrations") as {
      results: Row[];
    }[];
    const applied = listed?.results.map(({ name }) => name) ?? [];
    for (const name of migrationNames().filter((file) => !applied.includes(file))) {
      const sql = readFileSync(join(MIGRATIONS, name), "utf8");
      this.#query(database, `${sql}\nINSERT INTO d1_migrations (name) VALUES ('${name}');`);
    }
  }

  #queueTable(page: string): string {
    const number = page.replace("--page=", "");
    const queues = this.#ask("GET", `/queues?page=${number}`) as QueueRow[];
    const rows = queues.map(({ queue_id, queue_name }) => `│ ${queue_id} │ ${queue_name} │`);
    return rows.length === 0 ? "" : ["│ id │ name │", ...rows].join("\n");
  }

  #putSecrets(texts: Readonly<Record<string, string>>): void {
    const entries = Object.entries(texts).map(([name, text]) => [name, { text }]);
    this.#ask("PATCH", this.#script("/secrets-bulk"), { secrets: Object.fromEntries(entries) });
  }

  #deploy(): string[] {
    const { config, environment, worker, database } = this.#target;
    const configured: Configured = readConfig({ config, env: environment });
    const { uuid } = this.#ask("GET", `/d1/database/${database}`) as { uuid: string };
    const bindings = [
      { type: "d1", name: "DB", id: uuid },
      ...configured.queues.producers.map(({ binding, queue }) => ({
        type: "queue",
        name: binding,
        queue_name: queue,
      })),
    ];
    const tag = configured.migrations.at(-1)?.tag ?? "";
    const isLater = this.#migrationTag() === tag;
    const assets = this.#uploadAssets(configured.assets?.directory ?? "");
    if (isLater) {
      const upload = { bindings, assets };
      const { id } = this.#ask("POST", this.#script("/versions"), {}, upload) as { id: string };
      this.#ask("POST", this.#script("/deployments"), { versions: [{ version_id: id }] });
      this.#ask("PATCH", this.#script("/script-settings"), { tags: [] });
    } else {
      this.#ask("PUT", this.#script(""), {}, { bindings, assets, migrations: { new_tag: tag } });
      this.#ask("PATCH", this.#script("/script-settings"), { tags: [] });
    }
    this.#ask("POST", this.#script("/subdomain"), { enabled: true });
    const crons = configured.triggers.crons.map((cron) => ({ cron }));
    this.#ask("PUT", this.#script("/schedules"), crons);
    for (const consumer of configured.queues.consumers) {
      this.#setConsumer(worker, consumer);
    }
    return [`https://${worker}.example.workers.dev`];
  }

  /** Uploads the static files that the account does not have. */
  #uploadAssets(directory: string): { jwt: string } {
    const files = globSync("**/*.*", { cwd: directory }).filter((file) => !file.startsWith("_"));
    const manifest = Object.fromEntries(
      files.map((file) => {
        const content = readFileSync(join(directory, file));
        const hash = createHash("sha256").update(content).digest("hex").slice(0, 32);
        return [`/${file}`, { hash, size: content.length }];
      }),
    );
    const begun = this.#ask("POST", this.#script("/assets-upload-session"), { manifest });
    const { jwt, buckets } = begun as { jwt: string; buckets: string[][] };
    return buckets.reduce(
      (last, bucket) => {
        const path = "/workers/assets/upload?base64=true";
        const ended = this.#ask("POST", path, {}, null, bucket) as { jwt?: string };
        return { jwt: ended.jwt ?? last.jwt };
      },
      { jwt },
    );
  }

  #migrationTag(): string | null {
    try {
      const service = this.#ask("GET", `/workers/services/${this.#target.worker}`) as {
        default_environment: { script: { migration_tag: string | null } };
      };
      return service.default_environment.script.migration_tag;
    } catch (error) {
      if (error instanceof Refusal) {
        return null;
      }
      throw error;
    }
  }

  #setConsumer(worker: string, consumer: Configured["queues"]["consumers"][number]): void {
    const { queue: name, dead_letter_queue, ...settings } = consumer;
    const [queue] = this.#ask("GET", `/queues?name=${name}`) as QueueRow[];
    const body = { script_name: worker, settings, dead_letter_queue };
    const own = queue?.consumers.find(({ script }) => script === worker);
    const path = `/queues/${queue?.queue_id}/consumers`;
    if (own === undefined) {
      this.#ask("POST", path, body);
    } else {
      this.#ask("PUT", `${path}/${own.consumer_id}`, body);
    }
  }
}
