/**
 * Secrets in the headers of registered tools. A definition references them by name, and their
 * values are looked up when the tool is called. A value is sent only to the server: it never
 * appears in an event, an error or a log, not even if the server echoes it.
 */
import { ToolStop } from "../../../run/value/failure.ts";
import { referencesOf, SECRET_REFERENCE, type Reference } from "../../../run/spec/header-defect.ts";

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

/** A shorter echo is no leak, and hiding it would garble every response. */
const MIN_HIDDEN_CHARS = 4;

/** Replaces references with values, and hides the values again. */
export interface Filler {
  /**
   * Replaces the references in a template. @throws ToolStop `secret_missing`, with the secret's
   * name
   */
  readonly fill: (template: string) => string;
  /** Removes the inserted values from a text. */
  readonly hide: (text: string) => string;
}

/**
 * Returns a filler for templates with such references.
 * @param find returns null if there is no secret with this name
 */
export function fillerOf({ pattern }: Reference, find: (name: string) => string | null): Filler {
  const used = new Map<string, string>();
  return {
    fill: (template) =>
      template.replaceAll(pattern, (_match, name: string) => {
        const found = find(name);
        if (found === null) {
          throw new ToolStop("secret_missing", `The secret ${name} is not there for this tool.`);
        }
        used.set(name, found);
        return found;
      }),
    hide: (text) => hidden(text, used),
  };
}

/**
 * Returns a filler for the secrets that a tenant may use.
 * @param host the host they are sent to, in the form of `URL.host`
 */
export function secretFiller(secrets: Secrets, tenant: string, host: string): Filler {
  return fillerOf(SECRET_REFERENCE, (name) => secretFor(secrets.get(name), tenant, host));
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

/** Returns null both for a missing secret and for one that this tenant or host may not use. */
function secretFor(secret: Secret | undefined, tenant: string, host: string): string | null {
  const { value, tenants, hosts } = secret ?? { value: null };
  const allowed = (tenants?.includes(tenant) ?? true) && (hosts?.includes(host) ?? true);
  return allowed ? value : null;
}

/** Replaces the values of these secrets in a text with their names. */
export function hidden(text: string, used: ReadonlyMap<string, string>): string {
  let result = text;
  for (const [name, value] of used) {
    for (const form of new Set([value, JSON.stringify(value).slice(1, -1)])) {
      if (form.length >= MIN_HIDDEN_CHARS) {
        result = result.replaceAll(form, () => `[secret ${name}]`);
      }
    }
  }
  return result;
}
