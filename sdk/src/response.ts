/** Tells responses of the service from those of another server. */

/** Browsers hide everything about a redirect that is not followed but that it is one. */
export function isRedirect({
  type,
  status,
}: {
  readonly type: string;
  readonly status: number;
}): boolean {
  return type === "opaqueredirect" || (status >= 300 && status < 400);
}

/** Where a redirect leads, as the URL to configure if only the server has changed. */
export function targetOf({ headers }: Response, address: string): string {
  const location = headers.get("Location");
  if (location === null || !URL.canParse(location, address)) {
    return "";
  }
  const { pathname, search } = new URL(address);
  const to = new URL(location, address);
  const end = `${pathname}${search}`;
  // A path of another kind, such as that of a login page, may come with secrets in its query.
  return ` to ${to.href.endsWith(end) ? to.href.slice(0, -end.length) : `${to.origin}${to.pathname}`}`;
}

/** Whether a response has the field that all responses of its operation have. */
export function hasField(value: unknown, field: string | null): boolean {
  if (field === null) {
    return value === undefined;
  }
  const name = field.replace("[]", "");
  const found =
    typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)[name]
      : undefined;
  return name === field ? found !== undefined && found !== null : Array.isArray(found);
}
