/** A small real server in the place of the service, which cuts, repeats, refuses and goes silent. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished } from "vitest";
import { WebSocketServer, type WebSocket as ServerSocket } from "ws";

/** What was asked. */
export interface Asked {
  /** Method and path, as in `POST /api/v1/tasks`. */
  readonly line: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON; a function answers by itself. */
  readonly body?: unknown;
  readonly by?: (response: ServerResponse) => void;
}

export interface Fake {
  readonly url: string;
  /** Each request, in order. */
  readonly requests: Asked[];
  /** The query of each upgrade, in order. */
  readonly upgrades: URLSearchParams[];
}

/** What each connection does; the last one goes for all further. */
type Connections = readonly ((socket: ServerSocket) => void)[];

const TICKET: Answer = { status: 201, body: { ticket: "t/1" } };

/** Starts it for the running test. */
export async function fakeService(
  connections: Connections = [],
  answer: (asked: Asked) => Answer = () => TICKET,
): Promise<Fake> {
  const requests: Asked[] = [];
  const upgrades: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      const { method, url, headers } = request;
      const body: unknown = text === "" ? null : JSON.parse(text);
      const asked = { line: `${method} ${url}`, headers, body };
      requests.push(asked);
      reply(response, answer(asked));
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, request) => {
    upgrades.push(new URL(request.url ?? "", "http://fake").searchParams);
    expect(socket.protocol).toBe("opspawn.v1");
    connections[Math.min(upgrades.length, connections.length) - 1]?.(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets.clients) {
      socket.terminate();
    }
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, upgrades };
}

/** A problem as the service words it. */
export function problem(
  status: number,
  code: string,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const body = { title: "No.", status, code, detail: "It was refused.", request_id: "r1", ...more };
  return { status, headers: { "Content-Type": "application/problem+json", ...headers }, body };
}

/** The connection ends without an answer. */
export const CUT: Answer = { status: 0, by: (response) => response.destroy() };

async function bodyOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat((await request.toArray()) as Buffer[]).toString();
}

function reply(response: ServerResponse, { status, headers = {}, body, by }: Answer): void {
  if (by !== undefined) {
    by(response);
    return;
  }
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body));
}
