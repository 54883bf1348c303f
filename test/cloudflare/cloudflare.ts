/** An account behind an API that keeps a log of what it changed, and fails where a test says so. */
import { Account, type Asked } from "./account.ts";
import { writes } from "./database.ts";
import { Refusal } from "./refusal.ts";

/**
 * What becomes of a request that changes something: it is done and the answer is lost, it is not
 * done and there is no answer, or it is refused by a server that is ill.
 */
export type Fault = "answer lost" | "never arrived" | "status 500";

/** The caller gets no answer. */
export class ConnectionLost extends Error {}

export class Cloudflare {
  readonly account = new Account();
  /** What changed something, as `METHOD path subject`, ids left out. */
  readonly changes: string[] = [];
  /** Asked before each change, with how many there were. */
  faultAt: (change: string, before: number) => Fault | null = () => null;

  /** @throws Refusal, ConnectionLost */
  ask(asked: Asked): unknown {
    const change = changeOf(asked);
    const fault = change === null ? null : this.faultAt(change, this.changes.length);
    if (fault === "never arrived") {
      throw new ConnectionLost();
    }
    if (fault === "status 500") {
      throw new Refusal(500, 10_013, "An unknown error has occurred.");
    }
    const result = this.account.answer(asked);
    if (change !== null) {
      this.changes.push(change);
    }
    if (fault === "answer lost") {
      throw new ConnectionLost();
    }
    return result;
  }
}

/** What a request changes, or null where it only reads. */
function changeOf({ method, url, json }: Asked): string | null {
  const { sql } = json;
  if (method === "GET" || (isText(sql) && !writes(sql))) {
    return null;
  }
  const what = [json["name"], json["queue_name"], subjectOf(sql)].find(isText);
  const path = url.pathname.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "*");
  return `${method} ${path}${what === undefined ? "" : ` ${what}`}`;
}

/** The migration that SQL applies, or the table that it writes. */
function subjectOf(sql: unknown): string | undefined {
  const parts = /'(\d{4}_\w+\.sql)'|INTO (api_key)|TABLE IF NOT EXISTS "?(d1_migrations)/i;
  return isText(sql) ? parts.exec(sql)?.slice(1).find(isText) : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
