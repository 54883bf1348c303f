/** Compares a config with the tenant, and applies the difference. */
import type { Opspawn } from "../../opspawn.ts";
import type { OwnedKind, TenantConfig } from "../../tenant-config.ts";
import { recordOf } from "../input.ts";
import { existingOf, wantedIn } from "./resources.ts";

/** One difference, and the request that removes it. */
export interface Step {
  readonly action: "create" | "update" | "delete";
  readonly kind: OwnedKind;
  /** Its name, URL or scope. */
  readonly key: string;
  /** The fields that differ, for an update. */
  readonly fields: readonly string[];
  /** Sends the request. Returns false if nothing was changed by it. */
  run(): Promise<boolean>;
}

/** The differences, and what is written although it cannot be compared. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Secrets that exist: the service notices the same value. */
  readonly opaque: readonly Step[];
}

/** Kinds in the order in which they are deleted: what refers to others comes first. */
const DELETED: readonly OwnedKind[] = [
  "concurrency",
  "budgets",
  "webhooks",
  "schedules",
  "agents",
  "mcp_servers",
  "tools",
  "secrets",
];

/**
 * Returns what has to change. Sends only reads.
 * @param valueOf returns the value of an environment variable
 * @param isPruning whether to delete what the config owns and does not list
 */
export async function planFor(
  config: TenantConfig,
  client: Opspawn,
  valueOf: (variable: string) => string,
  isPruning: boolean,
): Promise<Plan> {
  const steps: Step[] = [];
  const opaque: Step[] = [];
  const wanted = wantedIn(config, client, valueOf);
  for (const resource of wanted) {
    const { kind, key } = resource;
    const found = await resource.read();
    if (found === null) {
      steps.push({ action: "create", kind, key, fields: [], run: done(() => resource.create()) });
      continue;
    }
    const fields = differing(resource.fields, found.fields);
    const update = { action: "update", kind, key } as const;
    if (fields.length > 0) {
      steps.push({ ...update, fields, run: done(() => resource.update(found)) });
    } else if (resource.isOpaque === true) {
      const run = async () =>
        recordOf(await resource.update(found))["version"] !== found.fields["version"];
      opaque.push({ ...update, fields: ["value"], run });
    }
  }
  const deletions = isPruning ? await pruned(config, client, wanted) : [];
  return { steps: [...steps, ...deletions], opaque };
}

async function pruned(
  { owns = {} }: TenantConfig,
  client: Opspawn,
  wanted: readonly { readonly kind: OwnedKind; readonly key: string }[],
): Promise<Step[]> {
  const steps: Step[] = [];
  const listed = new Set(wanted.map(({ kind, key }) => `${kind} ${key}`));
  for (const kind of DELETED) {
    const patterns = owns[kind] ?? [];
    if (patterns.length === 0) {
      continue;
    }
    for await (const existing of existingOf(kind, client)) {
      const { key } = existing;
      if (!listed.has(`${kind} ${key}`) && patterns.some((pattern) => fits(pattern, key))) {
        steps.push({ action: "delete", kind, key, fields: [], run: done(() => existing.remove()) });
      }
    }
  }
  return steps;
}

/** Returns whether a text fits a pattern, in which `*` stands for any text. */
function fits(pattern: string, text: string): boolean {
  const literal = pattern.split("*").map((part) => part.replaceAll(/[^\w]/g, String.raw`\$&`));
  return new RegExp(`^${literal.join(".*")}$`, "s").test(text);
}

function done(send: () => Promise<unknown>): () => Promise<boolean> {
  return async () => {
    await send();
    return true;
  };
}

/** Returns the names of the fields whose values differ. */
function differing(
  wanted: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(wanted)
    .filter((name) => canonical(wanted[name]) !== canonical(found[name]))
    .toSorted();
}

/** Returns JSON that is the same for the same value. Absent fields and null are the same. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_name, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner)
            .filter(([, one]) => one !== undefined && one !== null)
            .toSorted(([a], [b]) => (a < b ? -1 : 1)),
        )
      : inner,
  );
}
