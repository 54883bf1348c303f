/** What an account has already of what a deployment needs. */
import { isAbsent, refusalOf } from "./refusal.ts";
import type { Target } from "./target.ts";
import type { Wrangler } from "./wrangler.ts";

export interface Found {
  readonly database: boolean;
  readonly queues: ReadonlySet<string>;
  /** Names of the Worker's secrets; null where there is no such Worker. */
  readonly secrets: ReadonlySet<string> | null;
}

/** Asks, and changes nothing. @throws DeployError */
export async function look(wrangler: Wrangler, { database, queues }: Target): Promise<Found> {
  // First and alone: it shows whether there is a login.
  const databases = await listDatabases(wrangler);
  const [found, secrets] = await Promise.all([findQueues(wrangler, queues), listSecrets(wrangler)]);
  return { database: databases.includes(database), queues: found, secrets };
}

async function listDatabases(wrangler: Wrangler): Promise<string[]> {
  const answer = await wrangler(["d1", "list", "--json"]);
  if (!answer.ok) {
    throw refusalOf("Listing the databases", answer);
  }
  return (JSON.parse(answer.stdout) as { name: string }[]).map(({ name }) => name);
}

/** Names of the migrations that a database has; none for a new one. @throws DeployError */
export async function appliedMigrations(wrangler: Wrangler, database: string): Promise<string[]> {
  const command = "--command=SELECT name FROM d1_migrations";
  const answer = await wrangler(["d1", "execute", database, "--remote", "--json", command]);
  if (answer.ok) {
    const [first] = JSON.parse(answer.stdout) as { results: { name: string }[] }[];
    return first?.results.map(({ name }) => name) ?? [];
  }
  if (`${answer.stdout}${answer.stderr}`.includes("no such table")) {
    return [];
  }
  throw refusalOf("Reading the migrations of the database", answer);
}

/** Names of the Worker's secrets, or null where there is no such Worker. @throws DeployError */
export async function listSecrets(wrangler: Wrangler): Promise<ReadonlySet<string> | null> {
  const answer = await wrangler(["secret", "list", "--format=json"]);
  if (answer.ok) {
    const secrets = JSON.parse(answer.stdout) as { name: string }[];
    return new Set(secrets.map(({ name }) => name));
  }
  if (isAbsent(answer)) {
    return null;
  }
  throw refusalOf("Listing the secrets", answer);
}

/**
 * Those of the wanted queues that exist. Wrangler lists queues as a table, a page at a time; what is
 * overlooked here is found when it is to be created.
 */
async function findQueues(
  wrangler: Wrangler,
  wanted: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let page = 1; found.size < wanted.length; page += 1) {
    const answer = await wrangler(["queues", "list", `--page=${page}`]);
    if (!answer.ok) {
      throw refusalOf("Listing the queues", answer);
    }
    const cells = new Set(answer.stdout.split(/[│|\n]/).map((cell) => cell.trim()));
    if (!cells.has("name")) {
      break;
    }
    for (const queue of wanted.filter((name) => cells.has(name))) {
      found.add(queue);
    }
  }
  return found;
}
