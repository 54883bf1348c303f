/** Pure: which route an address belongs to. */

/** Values of the named parts of a path. */
export type Params = Readonly<Record<string, string>>;

/** What a view gets: the named parts of its path. */
export interface ViewProps {
  readonly params: Params;
}

/** Where the console is served. */
export const BASE = "/console";

/**
 * Matches a path with a pattern such as `/runs/:id`. Returns the named parts, or null if it does not
 * match; a part that is not well encoded matches nothing.
 */
export function match(pattern: string, path: string): Params | null {
  const wanted = partsOf(pattern);
  const given = partsOf(path);
  if (wanted.length !== given.length) {
    return null;
  }
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const text = decoded(given[i] ?? "");
    if (text === null || (!part.startsWith(":") && part !== text)) {
      return null;
    }
    if (part.startsWith(":")) {
      params[part.slice(1)] = text;
    }
  }
  return params;
}

/** The path within the console of an address; null if it is outside of it. */
export function innerPath(pathname: string): string | null {
  if (pathname === BASE) {
    return "/";
  }
  return pathname.startsWith(`${BASE}/`) ? pathname.slice(BASE.length) : null;
}

/** The address of a view: its parts are encoded, and empty values of the query are left out. */
export function hrefTo(
  parts: readonly string[],
  query: Readonly<Record<string, string | number | null | undefined>> = {},
): string {
  const path = parts.map((part) => encodeURIComponent(part)).join("/");
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === null || value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  const text = new URLSearchParams(given).toString();
  return `${BASE}/${path}${text === "" ? "" : `?${text}`}`;
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
