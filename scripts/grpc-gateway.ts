/**
 * `npm run grpc-gateway`: native gRPC for the service at OPSPAWN_URL. A Worker cannot send the
 * trailers that it needs; this program can. Ctrl-C or SIGTERM ends it: streams are asked to come
 * back, other calls are finished first.
 */
import { parseArgs } from "node:util";
import { exemptLoopback } from "../sdk/src/cli/loopback.ts";
import { startGateway, type Gateway } from "./grpc-server.ts";
import { onceOrphaned } from "./orphan.ts";

const USAGE = `Usage: npm run grpc-gateway

Settings come from the environment:
  OPSPAWN_URL   the service that calls are passed on to (default http://127.0.0.1:8787)
  GRPC_PORT     the port to listen on (default 50051; 0 takes a free one)
  GRPC_HOST     the address to listen on (default 127.0.0.1)

It speaks gRPC over HTTP/2 without TLS, and needs no key: callers send their own.`;

const DEFAULT_URL = "http://127.0.0.1:8787";
const DEFAULT_PORT = 50_051;

/** Wrong use; its text is all that is shown. */
class UsageError extends Error {}

exemptLoopback();
try {
  if (readHelp()) {
    console.log(USAGE);
  } else {
    await serve();
  }
} catch (error) {
  if (!(error instanceof UsageError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 2;
}

async function serve(): Promise<void> {
  const url = readUrl(process.env["OPSPAWN_URL"] || DEFAULT_URL);
  const host = process.env["GRPC_HOST"] || "127.0.0.1";
  const port = readPort(process.env["GRPC_PORT"]);
  const gateway = await startGateway(url, host, port).catch((error: unknown) => {
    throw new UsageError(`The gateway cannot listen on ${host}:${port}: ${String(error)}.`);
  });
  console.log(`gRPC at ${host}:${gateway.port}, for ${url}`);
  stopOnSignals(gateway);
}

function stopOnSignals(gateway: Gateway): void {
  let stopping = false;
  const stop = (): void => {
    if (!stopping) {
      stopping = true;
      console.log("Stopping …");
      // Connections to the service that are kept open must not hold it back.
      void gateway.stop().then(() => process.exit());
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, stop);
  }
  onceOrphaned(stop);
}

function readHelp(): boolean {
  try {
    const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
    return values.help === true;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`OPSPAWN_URL must be an address of the web, and it is ${text}.`);
  }
  return url.href.replace(/\/+$/, "");
}

function readPort(text: string | undefined): number {
  const port = text === undefined || text === "" ? DEFAULT_PORT : Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`GRPC_PORT must be a number from 0 to 65535, and it is ${text}.`);
  }
  return port;
}
