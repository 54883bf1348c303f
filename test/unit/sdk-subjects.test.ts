/** The client's export of a subject: records as they come, and no end that is not one. */
import { expect, test } from "vitest";
import { Opspawn, type SubjectRecord } from "../../sdk/src/index.ts";

async function exported(body: string, status = 200) {
  const requests: string[] = [];
  const answer: typeof fetch = (input, init) => {
    requests.push(
      `${new Headers(init?.headers).get("Accept")} ${new URL(input as string).pathname}`,
    );
    return Promise.resolve(new Response(body, { status }));
  };
  const records: SubjectRecord[] = [];
  const { subjects } = new Opspawn({ url: "http://here", key: "k", fetch: answer });
  const failure = await (async () => {
    for await (const record of subjects.export("anna@example.com")) {
      records.push(record);
    }
    return null;
  })().catch((error: unknown) => error);
  return { records, requests, failure };
}

const TASK = { kind: "task", id: "task_1" };

test("an export has the records before its end", async () => {
  const end = { kind: "end", records: 1 };
  const found = await exported(`${JSON.stringify(TASK)}\n${JSON.stringify(end)}\n`);
  expect(found).toEqual({
    records: [TASK],
    requests: ["application/x-ndjson /api/v1/subjects/anna%40example.com/export"],
    failure: null,
  });
});

test("an export that breaks off is no complete one", async () => {
  const { records, failure } = await exported(`${JSON.stringify(TASK)}\n`);
  expect(records).toEqual([TASK]);
  expect(String(failure)).toContain("the export is incomplete");
});

test("an unknown subject is a refusal of the service", async () => {
  const { failure } = await exported('{"code":"not_found","detail":"Nothing is stored."}', 404);
  expect(failure).toMatchObject({ code: "not_found", status: 404 });
});
