/** The stream of a tree of tasks, from the real objects. */
import { expect, test } from "vitest";
import { give, refersTo, Tenant } from "./tree-tenant.ts";

const SLOW = [{ text: "found", chunks: 2, delay_ms: 20 }];

/** An event of a stream, with the id that it came with. */
interface Streamed {
  readonly id: string;
  readonly task_id: string;
  readonly seq: number;
  readonly type: string;
}

/** Reads a live stream of a tree until it ends, or up to a number of events and then cuts it. */
async function treeStream(
  tenant: Tenant,
  root: string,
  after: string | null,
  most: number,
): Promise<{ readonly events: Streamed[]; readonly isWhole: boolean }> {
  const response = await tenant.open(`/tasks/${root}/tree/events`, {
    Accept: "text/event-stream",
    ...(after === null ? {} : { "Last-Event-ID": after }),
  });
  expect(response.status).toBe(200);
  const reader = (response.body ?? new Blob([]).stream())
    .pipeThrough(new TextDecoderStream())
    .getReader();
  const events: Streamed[] = [];
  for (let rest = ""; ;) {
    const { done, value } = await reader.read();
    if (done) {
      return { events, isWhole: true };
    }
    const messages = (rest + value).split("\n\n");
    rest = messages.pop() ?? "";
    for (const message of messages) {
      const [, id, data] = /^id: (.+)\nevent: .+\ndata: (.+)$/.exec(message) ?? [];
      if (id === undefined || data === undefined) {
        continue;
      }
      if (events.length === most) {
        await reader.cancel();
        return { events, isWhole: false };
      }
      events.push({ ...(JSON.parse(data) as Omit<Streamed, "id">), id });
    }
  }
}

test("the stream of a tree has the log of each of its tasks, however often it is cut", async () => {
  const tenant = await Tenant.of({
    lead: { config: refersTo("middle") },
    middle: { config: refersTo("worker") },
    worker: {},
  });
  const scripts = {
    lead: { script: [give("middle", "a", "b"), give("middle", "c"), { text: "done" }] },
    middle: { script: [give("worker", "x", "y"), { text: "half" }] },
    worker: { script: SLOW },
  };
  const root = await tenant.submit("lead", scripts);
  const seen: Streamed[] = [];
  // While it runs: each connection reads a few events more than the one before.
  for (let most = 1; ; most += 1) {
    const { events, isWhole } = await treeStream(tenant, root, seen.at(-1)?.id ?? null, most);
    seen.push(...events);
    if (isWhole) {
      break;
    }
  }
  const rows = await tenant.below(root);
  expect(rows).toHaveLength(9);
  for (const id of [root, ...rows.map(({ task_id }) => task_id)]) {
    const log = await tenant.log(id);
    expect(
      seen.filter(({ task_id }) => task_id === id).map(({ seq, type }) => [seq, type]),
    ).toEqual(log.map(({ seq, type }) => [seq, type]));
  }
  // Pages have the same, and the subtree of a task has only its own.
  const paged: Streamed[] = [];
  for (let query = "?limit=7"; query !== "";) {
    const { body } = await tenant.ask("GET", `/tasks/${root}/tree/events${query}`);
    const { data, next_cursor, over } = body as unknown as {
      readonly data: Streamed[];
      readonly next_cursor: string | null;
      readonly over: boolean;
    };
    paged.push(...data);
    expect(over).toBe(next_cursor === null);
    query = next_cursor === null ? "" : `?limit=7&cursor=${next_cursor}`;
  }
  const keyOf = ({ task_id, seq }: Streamed) => `${task_id} ${String(seq).padStart(4, "0")}`;
  expect(paged.map(keyOf).toSorted()).toEqual(seen.map(keyOf).toSorted());
  const middle = rows.find(({ depth }) => depth === 1)?.task_id ?? "";
  const part = await tenant.ask(
    "GET",
    `/tasks/${middle}/tree/events?types=run.created&outline=1&limit=1000`,
  );
  const { data: created, over } = part.body as unknown as { data: Streamed[]; over: boolean };
  expect(over).toBe(true);
  expect(created.map(({ task_id, type }) => `${task_id} ${type}`).toSorted()).toEqual([
    `${middle} run.created`,
    ...rows
      .filter(({ parent_task_id }) => parent_task_id === middle)
      .map(({ task_id }) => `${task_id} run.created`),
  ]);
  // A cursor opens nothing outside the tree.
  const foreign = await tenant.ask(
    "GET",
    `/tasks/${middle}/tree/events?after=${seen.at(5)?.id ?? ""}`,
  );
  const ids = new Set((foreign.body as unknown as { data: Streamed[] }).data.map((e) => e.task_id));
  expect(ids).not.toContain(root);
  expect(await tenant.ask("GET", `/tasks/${root}/tree/events?after=zzz`)).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: "/after" }] },
  });
}, 180_000);
