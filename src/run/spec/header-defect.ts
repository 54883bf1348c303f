/**
 * What the headers of a definition (a registered tool's, an MCP server's) may be. A definition is shown
 * to readers and kept in logs, so its values name secrets and hold none.
 */

/** What decides how a request travels, or claims who sent it: the transport's business. */
export const TRANSPORT_HEADERS =
  /^(?:host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-length|forwarded|via|x-real-ip|x-forwarded-.*|proxy-.*|cf-.*)$/i;

/** Headers that are secret by their name. */
const SECRET_HEADERS = /^(?:authorization|cookie|.*(?:api-?key|token|secret|password).*)$/i;

/** How a value names what is put in its place when it is sent. */
export interface Reference {
  readonly pattern: RegExp;
  /** For people. */
  readonly written: string;
}

/** A secret of the deployment's that tenants may name. */
export const SECRET_REFERENCE: Reference = {
  pattern: /\$\{secret:([A-Za-z0-9_.-]{1,64})\}/g,
  written: "${secret:NAME}",
};

/** A variable or secret of the Worker, which only the deployment's own settings may name. */
export const VARIABLE_REFERENCE: Reference = {
  pattern: /\$\{([A-Za-z_][A-Za-z0-9_]{0,127})\}/g,
  written: "${NAME}",
};

/** Names of what a template refers to. */
export function referencesOf(template: string, { pattern }: Reference): string[] {
  return Array.from(template.matchAll(pattern), (match) => match[1] ?? "");
}

/**
 * Why a header cannot be sent with a value, or null.
 * @param ours headers that the service sets itself
 */
export function headerDefect(
  name: string,
  value: string,
  reference: Reference,
  ours: RegExp,
): string | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name)) {
    return "is no name of a header";
  }
  if (TRANSPORT_HEADERS.test(name) || ours.test(name)) {
    return "is set by the service";
  }
  if (!/^[\t\x20-\x7e]*$/.test(value)) {
    return "must hold printable ASCII only";
  }
  const { pattern, written } = reference;
  if (value.replaceAll(pattern, "").includes("${")) {
    const characters = reference === SECRET_REFERENCE ? "digits, _ . and -" : "digits and _";
    return `names a secret as ${written}, with letters, ${characters}`;
  }
  return SECRET_HEADERS.test(name) && referencesOf(value, reference).length === 0
    ? `must name its secret as ${written}: what is written here is shown and logged`
    : null;
}
