/**
 * What a name stands for, asked over HTTPS: a Worker has no other way to know, and is not told which
 * address its own request goes to. `node:dns` in workerd asks the same way, of a fixed server.
 */
import { isJsonObject } from "../../run/value/json.ts";
import { ToolStop } from "../../run/value/failure.ts";
import { isPublicAddress } from "./address.ts";

/** Returns every address of a name; none if it does not exist. @throws if the lookup fails */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Record types, by what they are asked as and by their number in an answer. */
const RECORDS = [
  { name: "A", type: 1 },
  { name: "AAAA", type: 28 },
] as const;

/** Longest wait for one answer, milliseconds. */
const TIMEOUT_MS = 5000;

/**
 * Asks a server that speaks `application/dns-json`.
 * @param server its address, such as https://cloudflare-dns.com/dns-query
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

/** @throws ToolStop where a name stands for an address that is not public, or for none */
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
    // An unknown address is rejected: otherwise an attacker who breaks the resolver gets by.
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
