/** Reads the file that `opspawn apply` applies: TypeScript, JavaScript or JSON. */
import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { TenantConfig } from "../../tenant-config.ts";
import { UsageError, type CliEnv } from "../cli-env.ts";
import { readInput, recordOf } from "../input.ts";

/** Lists of the config, and the fields that identify their items. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  tools: ["name"],
  mcp_servers: ["name"],
  agents: ["name"],
  schedules: ["name"],
  webhooks: ["url"],
  budgets: ["scope", "period"],
  concurrency: ["scope"],
};
const FIELDS = ["secrets", ...Object.keys(LISTS), "owns"];

/** Returns the config in a file. @throws UsageError if it cannot be read, or has not this form */
export async function configIn(cli: CliEnv, file: string): Promise<TenantConfig> {
  const config = file.endsWith(".json") ? await jsonIn(cli, file) : await defaultOf(file);
  const fields = recordOf(config);
  if (fields !== config) {
    throw new UsageError(`${file} must contain an object: {agents, tools, mcp_servers, …}.`);
  }
  for (const name of Object.keys(fields)) {
    if (!FIELDS.includes(name)) {
      throw new UsageError(
        `${file} has the unknown field ${name}. There are ${FIELDS.join(", ")}.`,
      );
    }
  }
  for (const [name, keys] of Object.entries(LISTS)) {
    checkList(`${file}: ${name}`, fields[name], keys);
  }
  checkSecrets(file, fields["secrets"]);
  checkOwned(file, fields["owns"]);
  // The service validates the rest.
  return fields;
}

async function jsonIn(cli: CliEnv, file: string): Promise<unknown> {
  const text = await readInput(cli, file);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`${file} is not JSON.`);
  }
}

async function defaultOf(file: string): Promise<unknown> {
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new UsageError(`Cannot read ${file}: there is no such file.`);
  }
  try {
    const loaded: unknown = await import(pathToFileURL(path).href);
    return recordOf({ ...recordOf(loaded) })["default"];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
      const detail = `this Node cannot read ${extname(file)}; use Node 22.18 or newer, or a .json or .mjs file`;
      throw new UsageError(`Cannot read ${file}: ${detail}.`);
    }
    throw new UsageError(`Cannot read ${file}: ${message}`);
  }
}

function checkList(at: string, list: unknown, keys: readonly string[]): void {
  if (list === undefined) {
    return;
  }
  if (!Array.isArray(list)) {
    throw new UsageError(`${at} must be a list.`);
  }
  const seen = new Set<string>();
  for (const [index, item] of (list as readonly unknown[]).entries()) {
    const fields = recordOf(item);
    const missing = keys.find((key) => typeof fields[key] !== "string");
    if (missing !== undefined) {
      throw new UsageError(`${at}[${index}] needs a ${missing}.`);
    }
    const id = keys.map((key) => String(fields[key])).join(" ");
    if (seen.has(id)) {
      throw new UsageError(`${at} has ${id} twice.`);
    }
    seen.add(id);
  }
}

function checkSecrets(file: string, secrets: unknown): void {
  for (const [name, reference] of Object.entries(recordOf(secrets))) {
    if (typeof recordOf(reference)["env"] !== "string") {
      const detail = `must be {"env": "NAME"}, the environment variable with its value`;
      throw new UsageError(`${file}: secrets.${name} ${detail}.`);
    }
  }
}

function checkOwned(file: string, owns: unknown): void {
  for (const [kind, patterns] of Object.entries(recordOf(owns))) {
    if (kind === "owns" || !FIELDS.includes(kind) || !Array.isArray(patterns)) {
      throw new UsageError(`${file}: owns.${kind} must be a list of patterns of a known kind.`);
    }
  }
}
