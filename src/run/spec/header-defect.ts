/**
 * Validates the headers of a definition (a registered tool's, an MCP server's). Definitions are
 * shown to readers and stored in logs, so header values refer to secrets and never contain them.
 */

/** Headers that control the transport or claim a sender. Only the transport sets them. */
export const TRANSPORT_HEADERS =
  /^(?:host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-length|forwarded|via|x-real-ip|x-forwarded-.*|proxy-.*|cf-.*)$/i;

/** Headers whose names imply a secret value. */
const SECRET_HEADERS = /^(?:authorization|cookie|.*(?:api-?key|token|secret|password).*)$/i;

/** The syntax by which a value refers to something that is inserted when it is sent. */
export interface Reference {
  readonly pattern: RegExp;
  /** The syntax as error messages show it. */
  readonly written: string;
}

/** A secret of the deployment that tenants may refer to. */
export const SECRET_REFERENCE: Reference = {
  pattern: /\$\{secret:([A-Za-z0-9_.-]{1,64})\}/g,
  written: "${secret:NAME}",
};

/** A variable or secret of the Worker. Only the deployment's own settings may refer to it. */
export const VARIABLE_REFERENCE: Reference = {
  pattern: /\$\{([A-Za-z_][A-Za-z0-9_]{0,127})\}/g,
  written: "${NAME}",
};

/** Returns the names that a template refers to. */
export function referencesOf(template: string, { pattern }: Reference): string[] {
  return Array.from(template.matchAll(pattern), (match) => match[1] ?? "");
}

/**
 * Returns why a header cannot be sent with a value, or null. The text completes a sentence about
 * the header.
 * @param ours headers that the service sets itself
 */
export function headerDefect(
  name: string,
  value: string,
  reference: Reference,
  ours: RegExp,
): string | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name)) {
    return "is not a valid header name";
  }
  if (TRANSPORT_HEADERS.test(name) || ours.test(name)) {
    return "is set by the service";
  }
  if (!/^[\t\x20-\x7e]*$/.test(value)) {
    return "must contain only printable ASCII";
  }
  const { pattern, written } = reference;
  if (value.replaceAll(pattern, "").includes("${")) {
    const characters = reference === SECRET_REFERENCE ? "digits, _ . and -" : "digits and _";
    return `must refer to a secret as ${written}, with letters, ${characters}`;
  }
  return SECRET_HEADERS.test(name) && referencesOf(value, reference).length === 0
    ? `must refer to its secret as ${written}: header values are shown and logged`
    : null;
}
