/**
 * Decides from its text whether a URL may be fetched. The URL parser has already normalized every
 * spelling of a host (octal, hex, percent-encoded, full-width, other dots).
 */
import { ToolStop } from "../../run/value/failure.ts";
import { isAddress, isPublicAddress } from "./address.ts";

/** A deployment's rules, as they are in its settings. */
export interface HostLists {
  /** If not empty, only these hosts may be fetched. `*.` matches any subdomain. */
  readonly allow: readonly string[];
  /** Hosts that are always rejected. This list has precedence. */
  readonly deny: readonly string[];
  /** Private `host:port` pairs that may be fetched. The port `*` matches any port. */
  readonly open: readonly string[];
}

/** The destination of an allowed request. */
export interface Target {
  readonly url: URL;
  /** Without a trailing dot. */
  readonly host: string;
  /**
   * True if the host is a name that may resolve to a private address. The resolver must check it.
   */
  readonly toResolve: boolean;
}

/** Maximum length of a URL, in characters. */
const MAX_URL = 8192;

/** Names of the local machine or network. Their subdomains are also local. */
const LOCAL_SUFFIXES = ["localhost", "local", "internal", "home.arpa"];

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

export class HostRules {
  readonly #allow: readonly string[];
  readonly #deny: readonly string[];
  readonly #open: ReadonlySet<string>;

  constructor({ allow, deny, open }: HostLists) {
    this.#allow = allow.map(canonicalPattern);
    this.#deny = deny.map(canonicalPattern);
    this.#open = new Set(open.map(canonicalPair));
  }

  /** Returns why a URL may not be fetched; null if it may. */
  defect(address: string): string | null {
    try {
      this.check(address);
      return null;
    } catch (refusal) {
      return refusal instanceof Error ? refusal.message : "is refused";
    }
  }

  /** Returns the destination of an allowed URL. @throws ToolStop `url_refused`, with the reason */
  check(address: string | URL): Target {
    const url = address instanceof URL ? address : URL.parse(address);
    if (url === null || url.href.length > MAX_URL) {
      throw refused("it is not a URL that can be fetched");
    }
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      throw refused(`the scheme ${url.protocol.slice(0, 32)} is neither http: nor https:`);
    }
    if (url.username !== "" || url.password !== "") {
      throw refused("it holds credentials; send them as a header");
    }
    const host = url.hostname.replace(/\.$/, "");
    if (matchesAny(this.#deny, host)) {
      throw refused(`${host} is denied by this service`);
    }
    const port = url.port === "" ? DEFAULT_PORTS[url.protocol] : url.port;
    if (this.#open.has(`${host}:${port}`) || this.#open.has(`${host}:*`)) {
      return { url, host, toResolve: false };
    }
    const defect = isAddress(host)
      ? isPublicAddress(host)
        ? null
        : `${host} is not a public address`
      : nameDefect(host);
    if (defect !== null) {
      throw refused(defect);
    }
    if (this.#allow.length > 0 && !matchesAny(this.#allow, host)) {
      throw refused(`${host} is not among the hosts that this service allows`);
    }
    return { url, host, toResolve: !isAddress(host) };
  }
}

/** Returns why a host name cannot be public; null if it can. */
function nameDefect(host: string): string | null {
  const labels = host.split(".");
  if (!labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/.test(label))) {
    return "its host is not a host name";
  }
  if (labels.length === 1) {
    return `${host} is a name of one label, which only a local network knows`;
  }
  // The URL parser reads a trailing number as an address or rejects it. This check is for runtimes
  // whose parser does neither.
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) {
    return "its host ends in a number and is no address";
  }
  const local = LOCAL_SUFFIXES.find((suffix) => host === suffix || host.endsWith(`.${suffix}`));
  return local === undefined ? null : `names under ${local} are local`;
}

function matchesAny(patterns: readonly string[], host: string): boolean {
  return patterns.some((pattern) =>
    pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern,
  );
}

function canonicalPattern(pattern: string): string {
  return pattern.startsWith("*.") ? `*.${canonicalHost(pattern.slice(2))}` : canonicalHost(pattern);
}

function canonicalPair(pair: string): string {
  const colon = pair.lastIndexOf(":");
  const port = pair.slice(colon + 1);
  return `${canonicalHost(pair.slice(0, colon))}:${port === "*" ? port : Number(port)}`;
}

function canonicalHost(host: string): string {
  const name = URL.parse(`http://${host}/`)?.hostname ?? host.toLowerCase();
  return name.replace(/\.$/, "");
}

function refused(why: string): ToolStop {
  return new ToolStop("url_refused", `This address may not be fetched: ${why}.`);
}
