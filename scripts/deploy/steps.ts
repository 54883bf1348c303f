/**
 * The steps of a deployment, in order. Each finds its resource or creates it, so an interrupted run
 * is completed by the next one. The database comes first: a Worker without it belongs to another
 * project. Secrets come after the Worker: wrangler refuses to put one while an uploaded version is
 * not the active one, which an interrupted run may leave.
 */
import { listSecrets, type Found } from "./account.ts";
import { DeployError } from "./deploy-error.ts";
import { hasAdminKey, newAdminKey, store } from "./first-key.ts";
import type { Options } from "./options.ts";
import { isTaken, refusalOf } from "./refusal.ts";
import { missingSecrets } from "./secrets.ts";
import type { Target } from "./target.ts";
import type { Answer, Wrangler } from "./wrangler.ts";

/** What the steps use of the world. */
export interface World {
  readonly wrangler: Wrangler;
  readonly env: Readonly<Record<string, string | undefined>>;
  say(line: string): void;
  /** Resolves when the service at this address is well. */
  untilHealthy(url: string): Promise<void>;
}

/** Makes all of it. @returns the address of the service. @throws DeployError */
export async function deploy(
  target: Target,
  found: Found,
  providerKeys: readonly string[],
  options: Options,
  world: World,
): Promise<string> {
  await ensureDatabase(target, found, world);
  await ensureQueues(target, found, world);
  await migrate(target, world);
  const address = await upload(world);
  await ensureSecrets(providerKeys, world);
  const url = options.url ?? address;
  if (url === null) {
    throw new DeployError(
      "The Worker is deployed, and wrangler names no address of it: run again with --url, the address of its route.",
    );
  }
  world.say(`Waiting for ${url}/health …`);
  await world.untilHealthy(url);
  await ensureKey(target, options, world);
  return url;
}

/** A Worker of this name that is no deployment of ours is not replaced. @throws DeployError */
export function refuseForeign({ worker, database }: Target, found: Found): void {
  if (found.secrets !== null && !found.database) {
    throw new DeployError(
      `There is a Worker ${worker} in this account already, without the database ${database}: it is something else. Choose another name in wrangler.toml, or delete it.`,
    );
  }
}

async function ensureDatabase({ database }: Target, found: Found, world: World): Promise<void> {
  if (!found.database) {
    world.say(`Making the database ${database} …`);
    await make(world, `Making the database ${database}`, ["d1", "create", database]);
  }
}

async function ensureQueues({ queues }: Target, found: Found, world: World): Promise<void> {
  for (const queue of queues.filter((name) => !found.queues.has(name))) {
    world.say(`Making the queue ${queue} …`);
    await make(world, `Making the queue ${queue}`, ["queues", "create", queue]);
  }
}

async function migrate({ database }: Target, world: World): Promise<void> {
  world.say("Applying the database's migrations …");
  const args = ["d1", "migrations", "apply", database, "--remote"];
  succeeded("Applying the migrations", await world.wrangler(args));
}

/** Uploads and serves the Worker. @returns where, or null where only routes lead to it */
async function upload(world: World): Promise<string | null> {
  world.say("Building and deploying the Worker …");
  const { entries } = succeeded(
    "Deploying the Worker",
    await world.wrangler(["deploy", "--minify"]),
  );
  return addressIn(entries.find(({ type }) => type === "deploy")?.targets ?? []);
}

/** The first of wrangler's targets that is an address and no pattern. */
export function addressIn(targets: readonly string[]): string | null {
  for (const target of targets) {
    const name = /^(?:https?:\/\/)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?: \(custom domain.*\))?$/i.exec(
      target,
    )?.[1];
    if (name !== undefined) {
      return `https://${name}`;
    }
  }
  return null;
}

/** Lists the secrets again: another deployment may have set some since the first check. */
async function ensureSecrets(providerKeys: readonly string[], world: World): Promise<void> {
  const there = (await listSecrets(world.wrangler)) ?? new Set();
  const secrets = missingSecrets(there, providerKeys, world.env);
  const names = Object.keys(secrets);
  if (names.length > 0) {
    world.say(`Putting ${names.join(", ")} …`);
    const put = await world.wrangler(["secret", "bulk"], JSON.stringify(secrets));
    succeeded("Putting the secrets", put);
  }
}

/**
 * Shows the key before storing it: an interruption in between leaves a key that is shown but void,
 * and the next run creates another. The other way round, a valid key would never have been shown.
 */
async function ensureKey(
  { database }: Target,
  { key: wanted, tenant }: Options,
  world: World,
): Promise<void> {
  if (wanted === "none") {
    return;
  }
  if (wanted === "first" && (await hasAdminKey(world.wrangler, database))) {
    world.say("There is a key that may make others; no other is made.");
    return;
  }
  const made = newAdminKey(tenant);
  world.say(
    `The key of the tenant ${tenant}, shown only here, and valid once the next line says so:`,
  );
  world.say(`\n  ${made.key}\n`);
  const stored = await store(world.wrangler, database, made, wanted === "new");
  world.say(
    stored
      ? "The key is valid."
      : "Another deployment created a key at the same moment; this one is void.",
  );
}

/** Creates something, for which it is no failure that it is there. @throws DeployError */
async function make({ wrangler }: World, what: string, args: readonly string[]): Promise<void> {
  const answer = await wrangler(args);
  if (!answer.ok && !isTaken(answer)) {
    throw refusalOf(what, answer);
  }
}

function succeeded(what: string, answer: Answer): Answer {
  if (!answer.ok) {
    throw refusalOf(what, answer);
  }
  return answer;
}
