/**
 * Resolves host names over HTTPS. A Worker has no other way to resolve a name, and cannot see which
 * address its own request goes to. `node:dns` in workerd works the same way, with a fixed server.
 */
import { isJsonObject } from "../../run/value/json.ts";
import { ToolStop } from "../../run/value/failure.ts";
import { isPublicAddress } from "./address.ts";

/**
 * Returns all addresses of a name. Empty if the name does not exist.
 * @throws if the lookup fails
 */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Record types: the name to query and the number in an answer. */
const RECORDS = [
  { name: "A", type: 1 },
  { name: "AAAA", type: 28 },
] as const;

/** Timeout of one query, in milliseconds. */
const TIMEOUT_MS = 5000;

/**
 * Creates a resolver that queries a server with the `application/dns-json` API.
 * @param server its URL, such as https://cloudflare-dns.com/dns-query
 */
export function dnsOverHttps(server: string): Resolve {
  return async (host, signal) => {
    const answers = await Promise.all(
      RECORDS.map(async ({ name, type }) => {
        const url = new URL(server);
        url.searchParams.set("name", host);
        url.searchParams.set("type", name);
        const response = await fetch(url, {
          headers: { accept: "application/dns-json" },
          signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        });
        const answer: unknown = await response.json();
        if (!response.ok || !isJsonObject(answer)) {
          throw new Error(`The resolver answered ${response.status}.`);
        }
        const { Answer: records } = answer;
        return (Array.isArray(records) ? records : []).flatMap((record) =>
          isJsonObject(record) && record["type"] === type && typeof record["data"] === "string"
            ? [record["data"]]
            : [],
        );
      }),
    );
    return answers.flat();
  };
}

/**
 * Checks that a name resolves only to public addresses.
 * @throws ToolStop if it resolves to a non-public address or to none, or if the lookup fails
 */
export async function checkResolved(
  host: string,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<void> {
  let addresses: readonly string[];
  try {
    addresses = await resolve(host, signal);
  } catch {
    signal.throwIfAborted();
    // An unresolved name is rejected. Otherwise an attacker who breaks the resolver bypasses the
    // check.
    throw new ToolStop("server_unreachable", `The name ${host} could not be looked up.`);
  }
  if (addresses.length === 0) {
    throw new ToolStop("server_unreachable", `The name ${host} has no address.`);
  }
  if (!addresses.every(isPublicAddress)) {
    throw new ToolStop(
      "url_refused",
      `This address may not be fetched: ${host} stands for an address that is not public.`,
    );
  }
}
