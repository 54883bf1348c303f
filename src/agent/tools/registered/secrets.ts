/**
 * Secrets in the headers of registered tools. A definition references them by name, and their
 * values are looked up when the tool is called. A value is sent only to the server: it never
 * appears in an event, an error or a log, not even if the server echoes it.
 */
import { secretMissing, ToolStop } from "../../../run/value/failure.ts";
import { referencesOf, SECRET_REFERENCE, type Reference } from "../../../run/spec/header-defect.ts";
import { hidden } from "../redact.ts";

/**
 * A secret of the deployment, the tenants that may use it and the hosts it may be sent to. Absent:
 * any.
 */
export interface Secret {
  readonly value: string;
  readonly tenants?: readonly string[];
  readonly hosts?: readonly string[];
}
export type Secrets = ReadonlyMap<string, Secret>;

/** Replaces references with values, and hides the values again. */
export interface Filler {
  /** Replaces the references in a template. */
  readonly fill: (template: string) => string;
  /** Removes the inserted values from a text. */
  readonly hide: (text: string) => string;
}

/**
 * Returns a filler for templates with such references. It fills only these templates.
 * @param find returns null if there is no secret with this name
 * @throws ToolStop `secret_missing`, with the secret's name
 */
export async function fillerOf(
  templates: Iterable<string>,
  reference: Reference,
  find: (name: string) => Promise<string | null>,
): Promise<Filler> {
  const used = new Map<string, string>();
  for (const name of [...templates].flatMap((template) => referencesOf(template, reference))) {
    const found = await find(name);
    if (found === null) {
      throw secretMissing(name);
    }
    used.set(name, found);
  }
  return {
    fill: (template) =>
      template.replaceAll(reference.pattern, (match, name: string) => used.get(name) ?? match),
    hide: (text) => hidden(text, used),
  };
}

/** Returns headers with their secrets. @throws ToolStop */
export function filledHeaders(
  templates: Readonly<Record<string, string>>,
  { fill }: Filler,
): Headers {
  const headers = new Headers();
  for (const [name, template] of Object.entries(templates)) {
    const value = fill(template);
    try {
      headers.set(name, value);
    } catch {
      // The runtime's message quotes the value.
      throw new ToolStop("tool_error", `The header ${name} cannot be sent with its value.`);
    }
  }
  return headers;
}

/** Returns whether a header value references a secret. */
export function namesSecret(template: string): boolean {
  return referencesOf(template, SECRET_REFERENCE).length > 0;
}

/**
 * Returns the value of a secret of the deployment. Null both for a missing secret and for one that
 * this tenant or host may not use.
 * @param host absent if it is not sent to a host
 */
export function secretFor(
  secret: Secret | undefined,
  tenant: string,
  host?: string,
): string | null {
  const { value, tenants, hosts } = secret ?? { value: null };
  const isHost = host === undefined || (hosts?.includes(host) ?? true);
  return (tenants?.includes(tenant) ?? true) && isHost ? value : null;
}
