/** The task service in plain Node: its messages against the API's JSON, and what it makes of faults. */
import { createClient, Code, ConnectError } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { PROBLEMS } from "../../src/api/http/problem.ts";
import { task } from "../../src/api/tasks/schemas.ts";
import {
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../../src/grpc/gen/google/rpc/error_details_pb.ts";
import { TaskSchema, TaskService } from "../../src/grpc/gen/opspawn/v1/tasks_pb.ts";
import { CODES } from "../../src/grpc/errors.ts";
import { grpcRoutes } from "../../src/grpc/route.ts";

test("a task has the fields of REST's, by their names", () => {
  const names = TaskSchema.fields.map(({ name }) => name);
  expect(names.toSorted()).toEqual(Object.keys(task.shape).toSorted());
});

test("what REST calls an error of the client is none of the service, and the other way round", () => {
  const OF_THE_SERVICE: ReadonlySet<Code> = new Set([Code.Internal, Code.Unavailable]);
  for (const [code, [status]] of Object.entries(PROBLEMS)) {
    const ofTheService = OF_THE_SERVICE.has(CODES[code as keyof typeof CODES]);
    expect(ofTheService, code).toBe(status >= 500);
  }
});

/** How a call is refused where the database fails in a way of its own. */
async function refusedBy(failure: Error): Promise<{ error: ConnectError; faults: unknown[] }> {
  const faults: unknown[] = [];
  const observer = { count() {}, fault: (_name: string, error: unknown) => faults.push(error) };
  const env = {
    DB: {
      prepare() {
        throw failure;
      },
    },
  } as unknown as Env;
  const app = createApp((given) => apiDeps(given, observer), [grpcRoutes]);
  const transport = createConnectTransport({
    baseUrl: "http://service.test",
    fetch: async (input, init) => app.fetch(new Request(input, init), env),
  });
  const call = createClient(TaskService, transport).getTask(
    { taskId: "task_x" },
    { headers: { Authorization: "Bearer opsk_x" } },
  );
  const error = await call.then(
    () => expect.fail("it was answered"),
    (reason: unknown) => ConnectError.from(reason),
  );
  return { error, faults };
}

test("a fault that nobody foresaw is INTERNAL, and only operators see what it was", async () => {
  const failure = new Error("a secret of the house");
  const { error, faults } = await refusedBy(failure);
  expect(error.code).toBe(Code.Internal);
  expect(JSON.stringify([error.message, error.details])).not.toContain("secret");
  expect(error.findDetails(ErrorInfoSchema)[0]?.metadata["code"]).toBe("internal_error");
  expect(faults).toEqual([failure]);
});

test("a database that is busy is UNAVAILABLE, and says when to come back", async () => {
  const { error, faults } = await refusedBy(new Error("D1_ERROR: timeout"));
  expect(error.code).toBe(Code.Unavailable);
  expect(error.findDetails(ErrorInfoSchema)[0]?.metadata["code"]).toBe("unavailable");
  expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).toBe(2n);
  expect(faults).toEqual([]);
});
