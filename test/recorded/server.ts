/**
 * Serves the recordings byte for byte, in pieces of several kinds, to adapters that run in workerd.
 * `/list` tells what there is and what each must come to; `/play/<id>/<exchange>/<cut>/…` is a
 * provider's address; `/sent/<id>/<exchange>/<cut>` gives the body that was sent there last.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { expectedOf, type Expected } from "./expected.ts";
import { sampleHashes } from "./samples.ts";
import { modelRequest, readRecordings, type Recording } from "./recordings.ts";
import type { JsonObject } from "../../src/run/value/json.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the recordings are served; null where there are none. */
    recordings: string | null;
    /** Hashes of the bodies that Node makes of `samples.ts`. */
    bodyHashes: string[];
  }
}

/** What a test is told of a recording. */
export interface Listed {
  readonly id: number;
  readonly file: string;
  readonly provider: string;
  readonly api: string;
  readonly exchanges: readonly {
    readonly url: string;
    /** The recorded request, where it is one to a model. */
    readonly request: JsonObject | null;
    /** Null for what is no model's exchange. */
    readonly expected: Expected | null;
  }[];
}

/** How an answer is cut: at once, in odd pieces (also inside a character), or byte by byte. */
export const CUTS = ["whole", "odd", "bytes"] as const;
const ODD_SIZES = [1, 2, 3, 700, 1, 5, 4096, 11];
/** So many single bytes; the rest comes in pieces, or the large ones would take minutes. */
const SINGLE_BYTES = 1500;

/** Starts the server before the tests. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide("bodyHashes", sampleHashes());
  const recordings = readRecordings();
  if (recordings === null) {
    project.provide("recordings", null);
    return async () => {};
  }
  const sent = new Map<string, string>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const [, kind, id = "", at = "", cut = ""] = path.split("/");
    const key = `${id}/${at}/${cut}`;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (kind === "list") {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(recordings.map(listed)));
      } else if (kind === "sent") {
        response.end(sent.get(key) ?? "");
      } else {
        sent.set(key, Buffer.concat(chunks).toString());
        void play(recordings[Number(id)], Number(at), cut, response);
      }
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo;
  project.provide("recordings", `http://127.0.0.1:${port}`);
  return async () => {
    server.closeAllConnections();
    await new Promise((done) => {
      server.close(done);
    });
  };
}

function listed(recording: Recording, id: number): Listed {
  const { file, provider, api, exchanges } = recording;
  return {
    id,
    file,
    provider,
    api,
    exchanges: exchanges.map((exchange, at) => ({
      url: exchange.request.url,
      request: modelRequest(exchange),
      expected: exchange.request.method === "POST" ? expectedOf(recording, at) : null,
    })),
  };
}

async function play(
  recording: Recording | undefined,
  at: number,
  cut: string,
  response: ServerResponse,
): Promise<void> {
  const recorded = recording?.exchanges[at]?.response;
  if (recorded === undefined) {
    response.writeHead(500).end();
    return;
  }
  response.writeHead(recorded.status, recorded.headers);
  const body = Buffer.from(recorded.body_text);
  let from = 0;
  for (let n = 0; from < body.length; n += 1) {
    const odd = ODD_SIZES[n % ODD_SIZES.length] ?? 1;
    const size = cut === "whole" ? body.length : cut === "bytes" && n < SINGLE_BYTES ? 1 : odd;
    response.write(body.subarray(from, from + size));
    from += size;
    // A turn of the event loop, so that the pieces leave one by one.
    await new Promise((next) => {
      setImmediate(next);
    });
  }
  response.end();
}
