/**
 * Speaks Connect and gRPC-Web for the service. A Worker cannot send the trailers of native gRPC:
 * that is what the gateway is for. Keys and scopes are judged before any of a body is read; what
 * was sent with a refused call is thrown away.
 */
import {
  createConnectRouter,
  createContextValues,
  type HandlerContext,
  type Interceptor,
} from "@connectrpc/connect";
import {
  assertByteStreamRequest,
  universalServerRequestFromFetch,
  universalServerResponseToFetch,
} from "@connectrpc/connect/protocol";
import { callerWith } from "../api/http/auth.ts";
import { bodyTooLarge, bounded, discarded } from "../api/http/body.ts";
import type { ApiContext } from "../api/context.ts";
import { Problem } from "../api/http/problem.ts";
import type { Scope } from "../store/keys.ts";
import { callerKey, sceneKey, sceneOf, type CallScene } from "./call.ts";
import { TaskService } from "./gen/opspawn/v1/tasks_pb.ts";
import { grpcErrorOf } from "./errors.ts";
import { taskService } from "./service.ts";

/** A level of JSON is three messages; deeper than JSON may be is refused with its own sentence. */
const RECURSION = 300;

const SCOPES: Readonly<Record<keyof typeof TaskService.method, Scope>> = {
  createTask: "tasks:write",
  getTask: "tasks:read",
  listTasks: "tasks:read",
  cancelTask: "tasks:write",
  watchTask: "tasks:read",
};
const scopes: ReadonlyMap<string, Scope> = new Map(Object.entries(SCOPES));

/** Lets a caller in before the first byte of the message is read. */
async function gate(context: HandlerContext): Promise<void> {
  const scene = sceneOf(context);
  const { method, requestHeader: headers, values } = context;
  try {
    const scope = scopes.get(method.localName) ?? "admin";
    const authorization = headers.get("Authorization") ?? undefined;
    values.set(callerKey, await callerWith(scene.deps, authorization, scope));
  } catch (error) {
    await scene.discard();
    throw grpcErrorOf(scene, error);
  }
}

/** What handlers throw, as the protocol says it. */
const refusing: Interceptor = (next) => async (request) => {
  const scene = sceneOf({ values: request.contextValues });
  try {
    const response = await next(request);
    return response.stream
      ? { ...response, message: refusingStream(scene, response.message) }
      : response;
  } catch (error) {
    throw grpcErrorOf(scene, error);
  }
};

async function* refusingStream<T>(scene: CallScene, messages: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    throw grpcErrorOf(scene, error);
  }
}

const { handlers } = createConnectRouter({
  grpc: false,
  requestGate: gate,
  interceptors: [refusing],
  // A field that is not known is refused by name, where it has one.
  jsonOptions: { ignoreUnknownFields: false },
  binaryOptions: { recursionLimit: RECURSION },
}).service(TaskService, taskService);
const byPath = new Map(handlers.map((handler) => [handler.requestPath, handler]));

/** Answers a call. @throws Problem `not_found` for a method that does not exist */
export async function serveGrpc(c: ApiContext): Promise<Response> {
  const handler = byPath.get(c.req.path);
  if (handler === undefined) {
    throw new Problem("not_found", "Unknown method.");
  }
  const request = universalServerRequestFromFetch(c.req.raw, {});
  assertByteStreamRequest(request);
  const { body: sent } = request;
  const scene: CallScene = {
    deps: c.var.deps,
    requestId: c.var.requestId,
    discard: () => discarded(sent),
  };
  const answer = await handler({
    ...request,
    body: bounded(sent, () => grpcErrorOf(scene, bodyTooLarge())),
    contextValues: createContextValues().set(sceneKey, scene),
  });
  if (answer.status >= 400) {
    await scene.discard();
  }
  const { body, status, headers } = universalServerResponseToFetch(answer);
  return new Response(body, { status, headers: [...c.res.headers, ...headers] });
}
