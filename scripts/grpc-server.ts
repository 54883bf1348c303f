/**
 * The server of native gRPC: HTTP/2 without TLS, each call passed on to the Worker over Connect with
 * the caller's key, deadline and cancellation. It keeps nothing and decides nothing.
 */
import { Agent } from "node:http";
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import {
  Code,
  ConnectError,
  createClient,
  type CallOptions,
  type ConnectRouter,
  type HandlerContext,
} from "@connectrpc/connect";
import { connectNodeAdapter, createConnectTransport } from "@connectrpc/connect-node";
import { ErrorInfoSchema } from "../src/grpc/gen/google/rpc/error_details_pb.ts";
import {
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../src/grpc/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "../src/grpc/gen/grpc/reflection/v1/reflection_pb.ts";
import { TaskService } from "../src/grpc/gen/opspawn/v1/tasks_pb.ts";
import { reflectionOf } from "./grpc-reflection.ts";

/** As the Worker has it; what a client compressed counts for what it is. */
const MAX_MESSAGE_BYTES = 1_048_576;
/** Events may be nested as deep as JSON may be, three messages a level. */
const RECURSION = 1000;
/** Calls that are under way when the gateway ends have so long. */
const GRACE_MS = 5000;
const HEALTH_MS = 5000;
/** Metadata of the caller that is the Worker's to see. */
const PASSED_ON = ["authorization", "x-request-id", "traceparent", "tracestate"];

export interface Gateway {
  /** The port that it listens on. */
  readonly port: number;
  /** Takes no more calls, ends streams so that clients come back, and waits for the others. */
  stop(): Promise<void>;
}

/** Starts a gateway to the service at an address of the web. */
export async function startGateway(url: string, host: string, port: number): Promise<Gateway> {
  const stopping = new AbortController();
  const server = createServer(
    connectNodeAdapter({
      routes: routesTo(url, stopping.signal),
      grpcWeb: false,
      connect: false,
      readMaxBytes: MAX_MESSAGE_BYTES,
      binaryOptions: { recursionLimit: RECURSION },
    }),
  );
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  await listening(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise((done) => server.close(done));
      for (const session of sessions) {
        session.close();
      }
      stopping.abort(new ConnectError("The gateway stops; come back.", Code.Unavailable));
      const enough = setTimeout(() => sessions.forEach((session) => session.destroy()), GRACE_MS);
      await closed;
      clearTimeout(enough);
    },
  };
}

function isLoopback(url: string): boolean {
  return /^http:\/\/(?:127(?:\.\d+){3}|localhost|\[::1\])(?:[:/]|$)/.test(url);
}

function listening(server: Http2Server, host: string, port: number): Promise<void> {
  return new Promise((done, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      done();
    });
  });
}

function routesTo(url: string, stopping: AbortSignal): (router: ConnectRouter) => void {
  const client = createClient(
    TaskService,
    createConnectTransport({
      baseUrl: url,
      httpVersion: "1.1",
      binaryOptions: { recursionLimit: RECURSION },
      // Node's own agent reads the proxy variables once, when the program starts.
      nodeOptions: isLoopback(url) ? { agent: new Agent({ keepAlive: true }) } : {},
    }),
  );
  const reflection = reflectionOf([TaskService, Health, ServerReflection]);
  return (router) =>
    router
      .service(TaskService, {
        createTask: (request, context) =>
          passedOn(context.signal, client.createTask(request, optionsOf(context))),
        getTask: (request, context) =>
          passedOn(context.signal, client.getTask(request, optionsOf(context))),
        listTasks: (request, context) =>
          passedOn(context.signal, client.listTasks(request, optionsOf(context))),
        cancelTask: (request, context) =>
          passedOn(context.signal, client.cancelTask(request, optionsOf(context))),
        sendMessage: (request, context) =>
          passedOn(context.signal, client.sendMessage(request, optionsOf(context))),
        decideApproval: (request, context) =>
          passedOn(context.signal, client.decideApproval(request, optionsOf(context))),
        changeLimits: (request, context) =>
          passedOn(context.signal, client.changeLimits(request, optionsOf(context))),
        retryTask: (request, context) =>
          passedOn(context.signal, client.retryTask(request, optionsOf(context))),
        deleteTask: (request, context) =>
          passedOn(context.signal, client.deleteTask(request, optionsOf(context))),
        async *watchTask(request, context) {
          const signal = AbortSignal.any([context.signal, stopping]);
          try {
            yield* client.watchTask(request, { ...optionsOf(context), signal });
          } catch (error) {
            throw failureOf(signal, error);
          }
        },
      })
      .service(Health, {
        async check({ service }) {
          if (service !== "" && service !== TaskService.typeName) {
            throw new ConnectError("There is no such service here.", Code.NotFound);
          }
          const serving = !stopping.aborted && (await isHealthy(url));
          return { status: serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING };
        },
      })
      .service(ServerReflection, { serverReflectionInfo: reflection });
}

/** How a call is made for a caller. */
function optionsOf(context: HandlerContext): CallOptions {
  const headers = new Headers();
  for (const name of PASSED_ON) {
    const value = context.requestHeader.get(name);
    if (value !== null) {
      headers.set(name, value);
    }
  }
  const timeoutMs = context.timeoutMs();
  return {
    headers,
    signal: context.signal,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    onHeader: (answered) => {
      const id = answered.get("x-request-id");
      if (id !== null) {
        context.responseHeader.set("x-request-id", id);
      }
    },
  };
}

async function passedOn<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw failureOf(signal, error);
  }
}

/** What the Worker refused with, as it is; whatever else went wrong is the way to it. */
function failureOf(signal: AbortSignal, error: unknown): ConnectError {
  if (signal.aborted) {
    return ConnectError.from(signal.reason, Code.Canceled);
  }
  const failure = ConnectError.from(error, Code.Unavailable);
  if (failure.isWireError || failure.code === Code.DeadlineExceeded) {
    return failure;
  }
  return new ConnectError("The service cannot be reached.", Code.Unavailable, undefined, [
    {
      desc: ErrorInfoSchema,
      value: { reason: "UNAVAILABLE", domain: "opspawn", metadata: { code: "unavailable" } },
    },
  ]);
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(HEALTH_MS) })).ok;
  } catch {
    return false;
  }
}
