/** Looks at a project: its configuration, its entry, and the database of its deployment. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { unstable_readConfig as readConfig } from "wrangler";
import { appliedMigrations } from "../deploy/account.ts";
import { readTarget } from "../deploy/target.ts";
import { wranglerFor } from "../deploy/wrangler.ts";
import { ROOT } from "../local-key.ts";
import {
  findings,
  missingExports,
  missingMigrations,
  type Finding,
  type ProjectConfig,
} from "./doctor.ts";
import { entryExports } from "./entry-exports.ts";
import type { Requirements } from "./requirements.ts";
import { startProblems } from "./start-check.ts";

/** A project, and what the installed version needs. */
export interface Project {
  /** Path of the wrangler configuration. */
  readonly config: string;
  readonly needs: Requirements;
  /** Where the version has its migrations, as the configuration names it; absent: the package. */
  readonly migrations?: string;
  /** Folders whose code is not the project's: a stack that begins there is followed out of it. */
  readonly notOwn: RegExp;
}

/**
 * Returns what the configuration and the entry of the Worker lack; empty if nothing. Takes a moment:
 * nothing is started.
 */
export async function diagnose(
  { config, needs, migrations }: Project,
  environment: string,
): Promise<Finding[]> {
  const has: ProjectConfig & { readonly main?: string } = readConfig({ config, env: environment });
  const found = findings(needs, has, basename(config), migrations);
  const exported = has.main === undefined ? null : await entryExports(has.main);
  const entry = relative(ROOT, has.main ?? "");
  return exported === null ? found : [...found, ...missingExports(needs, entry, exported)];
}

/** Returns what the database of the deployment lacks. @throws DeployError */
export async function diagnoseRemote(project: Project, environment: string): Promise<Finding[]> {
  const { config, needs } = project;
  const target = readTarget(config, environment);
  const applied = await appliedMigrations(wranglerFor(target), target.database);
  const named = environment === "" ? "" : ` --env ${environment}`;
  return missingMigrations(needs, target.database, applied, `opspawn deploy${named}`);
}

/** Starts the Worker once. Returns why it does not start; empty if it does. */
export async function diagnoseStart({
  config,
  notOwn,
}: Pick<Project, "config" | "notOwn">): Promise<Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), "opspawn-check-"));
  try {
    return await startProblems({ config, folder, notOwn });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
