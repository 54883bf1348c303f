/** Cassettes: a finished task as data, from which it can be simulated again. */
import { changeOf, logHash } from "../../sdk/src/cli/cassette-format.ts";
import type { Cassette, CassetteRequest, SimulatedEvent } from "./contract.ts";
import type { SentRequest } from "./model.ts";

/** Returns a run as a cassette. The requests are in the order of `model.requested`. */
export function writeCassette(
  events: readonly SimulatedEvent[],
  sent: readonly SentRequest[],
  outputs: Readonly<Record<string, string>>,
): Cassette {
  const requests: CassetteRequest[] = [];
  let before = "";
  for (const { type, data } of events) {
    if (type === "model.requested") {
      const body = bodyOf(textOf(data, "body_sha256"), sent);
      if (body !== null) {
        requests.push({ ...named(data), ...changeOf(before, body) });
        before = body;
      }
    }
  }
  const [first] = events;
  return {
    format: "opspawn-cassette/1",
    task_id: first === undefined ? "" : textOf(first.data, "task_id"),
    log_sha256: logHash(events),
    events,
    requests,
    outputs,
  };
}

function named(
  data: SimulatedEvent["data"],
): Pick<CassetteRequest, "call_id" | "attempt" | "body_sha256"> {
  return {
    call_id: textOf(data, "call_id"),
    attempt: Number(data["attempt"]),
    body_sha256: textOf(data, "body_sha256"),
  };
}

function textOf(data: SimulatedEvent["data"], name: string): string {
  const value = data[name];
  return typeof value === "string" ? value : "";
}

function bodyOf(sha256: string, sent: readonly SentRequest[]): string | null {
  return sent.find((request) => request.sha256 === sha256)?.body ?? null;
}
