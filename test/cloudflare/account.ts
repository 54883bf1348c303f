/**
 * What an account at Cloudflare holds, as far as a deployment touches it, and what its API answers
 * to each request that wrangler makes. The requests were learned by writing down wrangler's own.
 */
import { randomUUID } from "node:crypto";
import { Database } from "./database.ts";
import { Refusal } from "./refusal.ts";
import { Worker, type Metadata, type Version } from "./worker.ts";

export interface Asked {
  readonly method: string;
  /** Below the account, with the query. */
  readonly url: URL;
  readonly json: Readonly<Record<string, unknown>>;
  readonly upload: Metadata | null;
  /** The hashes of the static files in the body. */
  readonly files?: readonly string[];
}

/** An upload of static files: what is to be served, and what the account does not have yet. */
interface AssetSession {
  readonly paths: readonly string[];
  readonly missing: Set<string>;
}

interface Consumer {
  readonly consumer_id: string;
  readonly type: "worker";
  readonly script: string;
  readonly settings: unknown;
  readonly dead_letter_queue: unknown;
}

interface Queue {
  readonly queue_id: string;
  readonly queue_name: string;
  readonly consumers: Consumer[];
}

type Answer = (asked: Asked, ...names: string[]) => unknown;

const notFound = (what: string): Refusal => new Refusal(404, 10007, `${what} does not exist.`);

export class Account {
  readonly databases: Database[] = [];
  readonly queues: Queue[] = [];
  readonly workers = new Map<string, Worker>();
  /** Hashes of the static files that were uploaded. */
  readonly assets = new Set<string>();
  readonly #sessions = new Map<string, AssetSession>();
  /** Null: nobody has chosen one yet. */
  subdomain: string | null = "example";
  paid = true;

  /** What the API answers under `/accounts/<id>`. @throws Refusal */
  answer(asked: Asked): unknown {
    for (const [method, pattern, answer] of this.#routes) {
      const match = method === asked.method ? pattern.exec(asked.url.pathname) : null;
      if (match !== null) {
        return answer(asked, ...match.slice(1).map(decodeURIComponent));
      }
    }
    throw new Refusal(404, 7000, `No route for ${asked.method} ${asked.url.pathname}`);
  }

  readonly #routes: readonly (readonly [string, RegExp, Answer])[] = [
    ["GET", /^\/d1\/database$/, ({ url }) => paged(this.databases, url).map(shown)],
    ["POST", /^\/d1\/database$/, ({ json }) => this.#createDatabase(String(json["name"]))],
    ["GET", /^\/d1\/database\/([^/]+)$/, (_, name = "") => shown(this.#database(name))],
    [
      "POST",
      /^\/d1\/database\/([^/]+)\/query$/,
      ({ json }, id = "") => this.#database(id).query(String(json["sql"])),
    ],
    ["GET", /^\/queues$/, ({ url }) => this.#listQueues(url)],
    ["POST", /^\/queues$/, ({ json }) => this.#createQueue(String(json["queue_name"]))],
    [
      "POST",
      /^\/queues\/([^/]+)\/consumers$/,
      ({ json }, id = "") => this.#addConsumer(this.#queue(id), json),
    ],
    [
      "PUT",
      /^\/queues\/([^/]+)\/consumers\/([^/]+)$/,
      ({ json }, id = "", consumer = "") => this.#setConsumer(this.#queue(id), consumer, json),
    ],
    ["GET", /^\/workers\/services\/([^/]+)$/, (_, name = "") => this.#service(name)],
    ["PUT", /^\/workers\/scripts\/([^/]+)$/, ({ upload }, name = "") => this.#upload(name, upload)],
    [
      "POST",
      /^\/workers\/scripts\/[^/]+\/assets-upload-session$/,
      ({ json }) => this.#beginAssets(json["manifest"] as Record<string, { hash: string }>),
    ],
    ["POST", /^\/workers\/assets\/upload$/, ({ files = [] }) => this.#addAssets(files)],
    [
      "POST",
      /^\/workers\/scripts\/([^/]+)\/versions$/,
      ({ upload }, name = "") => this.#addVersion(this.#worker(name), upload),
    ],
    [
      "GET",
      /^\/workers\/scripts\/([^/]+)\/deployments$/,
      (_, name = "") => ({ deployments: deployments(this.#worker(name)) }),
    ],
    [
      "POST",
      /^\/workers\/scripts\/([^/]+)\/deployments$/,
      ({ json }, name = "") => {
        const [first] = json["versions"] as readonly { version_id: string }[];
        this.#worker(name).deployed = first?.version_id ?? null;
        return { id: randomUUID() };
      },
    ],
    [
      "GET",
      /^\/workers\/scripts\/([^/]+)\/settings$/,
      (_, name = "") => ({ bindings: this.#worker(name).serving?.bindings ?? [] }),
    ],
    [
      "PATCH",
      /^\/workers\/scripts\/([^/]+)\/script-settings$/,
      ({ json }, name = "") => {
        this.#worker(name).tags = json["tags"] as string[];
        return {};
      },
    ],
    [
      "GET",
      /^\/workers\/scripts\/([^/]+)\/secrets$/,
      (_, name = "") =>
        [...this.#worker(name).secrets.keys()].map((one) => ({ name: one, type: "secret_text" })),
    ],
    [
      "PATCH",
      /^\/workers\/scripts\/([^/]+)\/secrets-bulk$/,
      ({ json }, name = "") => this.#setSecrets(this.#worker(name), json),
    ],
    [
      "PUT",
      /^\/workers\/scripts\/([^/]+)\/schedules$/,
      ({ json }, name = "") => {
        const crons = json as unknown as readonly { cron: string }[];
        this.#worker(name).crons = crons.map(({ cron }) => cron);
        return {};
      },
    ],
    [
      "GET",
      /^\/workers\/workers\/([^/]+)$/,
      (_, name = "") => ({ name, subdomain: this.#onSubdomain(name) }),
    ],
    [
      "POST",
      /^\/workers\/scripts\/([^/]+)\/subdomain$/,
      ({ json }, name = "") => {
        this.#worker(name).onSubdomain = json["enabled"] === true;
        return this.#onSubdomain(name);
      },
    ],
    [
      "GET",
      /^\/workers\/subdomain$/,
      () => {
        if (this.subdomain === null) {
          throw new Refusal(404, 10007, "There is no subdomain.");
        }
        return { subdomain: this.subdomain };
      },
    ],
  ];

  /** Whether a token is one of an upload of static files, which has no other. */
  isAssetToken(token: string): boolean {
    return this.#sessions.has(token);
  }

  #beginAssets(manifest: Readonly<Record<string, { hash: string }>>): object {
    const hashes = Object.values(manifest).map(({ hash }) => hash);
    const missing = new Set(hashes.filter((hash) => !this.assets.has(hash)));
    const jwt = this.#newSession({ paths: Object.keys(manifest), missing });
    return { jwt, buckets: missing.size === 0 ? [] : [[...missing]] };
  }

  #addAssets(files: readonly string[]): object {
    const ended = [...this.#sessions.values()].find(({ missing }) =>
      files.every((hash) => missing.has(hash)),
    );
    if (ended === undefined) {
      throw new Refusal(400, 100_303, "Some files are of no upload.");
    }
    for (const hash of files) {
      this.assets.add(hash);
      ended.missing.delete(hash);
    }
    return ended.missing.size === 0 ? { jwt: this.#newSession(ended) } : {};
  }

  /** Wrangler reads in the token when it expires. */
  #newSession(session: AssetSession): string {
    const payload = { exp: Math.floor(Date.now() / 1000) + 3600, id: randomUUID() };
    const token = `e30.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.x`;
    this.#sessions.set(token, session);
    return token;
  }

  #createDatabase(name: string): object {
    if (this.databases.some((one) => one.name === name)) {
      throw new Refusal(400, 7502, `A database with the name '${name}' already exists`);
    }
    const made = new Database(randomUUID(), name);
    this.databases.push(made);
    return shown(made);
  }

  #database(idOrName: string): Database {
    const found = this.databases.find(({ uuid, name }) => uuid === idOrName || name === idOrName);
    if (found === undefined) {
      throw new Refusal(404, 7404, `The database ${idOrName} could not be found`);
    }
    return found;
  }

  #listQueues(url: URL): object[] {
    const names = url.searchParams.getAll("name");
    const named = this.queues.filter(
      ({ queue_name }) => names.length === 0 || names.includes(queue_name),
    );
    return paged(named, url).map(({ queue_id, queue_name, consumers }) => ({
      queue_id,
      queue_name,
      consumers,
      created_on: "2026-11-01T00:00:00Z",
      modified_on: "2026-11-01T00:00:00Z",
      producers_total_count: 0,
      consumers_total_count: consumers.length,
    }));
  }

  #createQueue(name: string): Queue {
    if (this.queues.some(({ queue_name }) => queue_name === name)) {
      throw new Refusal(
        409,
        11009,
        `Queue name '${name}' is already taken. Please use a different name and try again.`,
      );
    }
    const made = { queue_id: randomUUID(), queue_name: name, consumers: [] };
    this.queues.push(made);
    return made;
  }

  #queue(id: string): Queue {
    const found = this.queues.find(({ queue_id }) => queue_id === id);
    if (found === undefined) {
      throw new Refusal(404, 11000, `The queue ${id} does not exist`);
    }
    return found;
  }

  #addConsumer({ queue_name, consumers }: Queue, json: Asked["json"]): Consumer {
    if (consumers.length > 0) {
      throw new Refusal(409, 11004, `Queue '${queue_name}' already has a consumer.`);
    }
    return this.#putConsumer(consumers, randomUUID(), json);
  }

  #setConsumer({ consumers }: Queue, id: string, json: Asked["json"]): Consumer {
    consumers.length = 0;
    return this.#putConsumer(consumers, id, json);
  }

  #putConsumer(consumers: Consumer[], consumer_id: string, json: Asked["json"]): Consumer {
    const { script_name: script, settings, dead_letter_queue } = json;
    if (typeof dead_letter_queue === "string" && !this.#hasQueue(dead_letter_queue)) {
      throw new Refusal(400, 11005, `The queue ${dead_letter_queue} does not exist`);
    }
    const made = { consumer_id, script: String(script), settings, dead_letter_queue };
    consumers.push({ ...made, type: "worker" });
    return { ...made, type: "worker" };
  }

  #hasQueue(name: string | undefined): boolean {
    return this.queues.some(({ queue_name }) => queue_name === name);
  }

  #worker(name: string): Worker {
    const found = this.workers.get(name);
    if (found === undefined) {
      throw notFound("This Worker");
    }
    return found;
  }

  #service(name: string): object {
    const { tag, tags, migrationTag } = this.#worker(name);
    return {
      id: name,
      default_environment: {
        environment: "production",
        script: {
          id: name,
          tag,
          tags,
          migration_tag: migrationTag,
          last_deployed_from: "wrangler",
        },
      },
    };
  }

  #upload(name: string, metadata: Metadata | null): object {
    this.#check(metadata);
    const worker = this.workers.get(name) ?? new Worker();
    const version = worker.upload(metadata ?? {}, this.#assetsOf(metadata));
    worker.deployed = version.id;
    this.workers.set(name, worker);
    return { id: name, etag: "etag", deployment_id: version.id, startup_time_ms: 20 };
  }

  #addVersion(worker: Worker, metadata: Metadata | null): object {
    this.#check(metadata);
    const { id } = worker.upload(metadata ?? {}, this.#assetsOf(metadata));
    return { id, startup_time_ms: 20, resources: { script: { etag: "etag" } } };
  }

  #check(metadata: Metadata | null): void {
    if (!this.paid && metadata?.limits !== undefined) {
      throw new Refusal(
        400,
        100_328,
        "CPU limits are not supported for the Free plan. Please upgrade to Workers Paid.",
      );
    }
    for (const { type, id, name, queue_name } of metadata?.bindings ?? []) {
      if (type === "d1" && !this.databases.some(({ uuid }) => uuid === id)) {
        const message = `binding ${name} of type d1 must have a valid \`id\` specified`;
        throw new Refusal(400, 10_021, message);
      }
      if (type === "queue" && !this.#hasQueue(queue_name)) {
        throw new Refusal(400, 10_021, `the queue ${queue_name} of ${name} does not exist`);
      }
    }
  }

  /** The paths that an upload serves. @throws Refusal while files of it are missing */
  #assetsOf(metadata: Metadata | null): readonly string[] {
    const session = this.#sessions.get(metadata?.assets?.jwt ?? "");
    if (metadata?.assets !== undefined && session?.missing.size !== 0) {
      throw new Refusal(400, 100_303, "The upload of static files is not complete.");
    }
    return session?.paths ?? [];
  }

  #setSecrets(worker: Worker, json: Asked["json"]): object {
    if (worker.versions.at(-1)?.id !== worker.deployed) {
      throw new Refusal(400, 10_215, "The latest version of this Worker is not deployed.");
    }
    const secrets = json["secrets"] as Record<string, { text: string }>;
    for (const [name, { text }] of Object.entries(secrets)) {
      worker.secrets.set(name, text);
    }
    return {};
  }

  #onSubdomain(name: string): object {
    const url = `https://${name}.${this.subdomain ?? ""}.workers.dev`;
    return { enabled: this.#worker(name).onSubdomain, previews_enabled: false, url };
  }
}

function shown({ uuid, name }: Database): { uuid: string; name: string } {
  return { uuid, name };
}

function paged<T>(all: readonly T[], url: URL): T[] {
  const size = Number(url.searchParams.get("per_page") ?? 20);
  const page = Number(url.searchParams.get("page") ?? 1);
  return all.slice((page - 1) * size, page * size);
}

function deployments({ deployed }: Worker): object[] {
  const versions: Pick<Version, "id">[] = deployed === null ? [] : [{ id: deployed }];
  return versions.map(({ id }) => ({
    id: randomUUID(),
    source: "wrangler",
    versions: [{ version_id: id, percentage: 100 }],
  }));
}
