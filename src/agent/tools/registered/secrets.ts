/**
 * Secrets in the headers of registered tools: a definition names them, and what they stand for is
 * looked up when the tool is called. A value goes to the server and nowhere else: not into an event,
 * an error or a log, not even where the server sends it back.
 */
import { ToolStop } from "../../../run/value/failure.ts";
import { referencesOf, SECRET_REFERENCE, type Reference } from "../../../run/spec/header-defect.ts";

/** A secret of the deployment, and who may send it where; absent means anybody, anywhere. */
export interface Secret {
  readonly value: string;
  readonly tenants?: readonly string[];
  readonly hosts?: readonly string[];
}
export type Secrets = ReadonlyMap<string, Secret>;

/** A server's echo shorter than this is no leak, and hiding it would garble every answer. */
const MIN_HIDDEN_CHARS = 4;

/** Puts values in the place of their names, and hides them again. */
export interface Filler {
  /** @throws ToolStop `secret_missing`, which names the secret */
  readonly fill: (template: string) => string;
  /** Removes the filled-in values from a text. */
  readonly hide: (text: string) => string;
}

/** A filler for templates with such references. @param find null where there is none of this name */
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
 * A filler for the deployment's secrets as a tenant may use them.
 * @param host where they go, as a URL spells it
 */
export function secretFiller(secrets: Secrets, tenant: string, host: string): Filler {
  return fillerOf(SECRET_REFERENCE, (name) => secretFor(secrets.get(name), tenant, host));
}

/** Headers with their secrets. @throws ToolStop */
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

/** One answer for a secret that does not exist and one that is not for this tenant or server. */
function secretFor(secret: Secret | undefined, tenant: string, host: string): string | null {
  const { value, tenants, hosts } = secret ?? { value: null };
  const allowed = (tenants?.includes(tenant) ?? true) && (hosts?.includes(host) ?? true);
  return allowed ? value : null;
}

/** A text without the values of these secrets, by their names. */
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
