/** Files in real objects and in R2, and how they are deleted: with the last task that uses them. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { filesIn } from "../../src/compose/files.ts";
import { fileStub } from "../../src/durable/file/rpc.ts";
import { AttachmentStore, UNUSED_MS } from "../../src/store/attachments.ts";
import { newActor } from "../../src/store/audit.ts";
import { TaskBookkeeping } from "../../src/store/tasks/bookkeeping.ts";
import { TaskChanges } from "../../src/store/tasks/changes.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { MAX_TENANT_BYTES } from "../../src/run/value/attachment.ts";
import { newTask } from "./tasks.ts";

const store = new AttachmentStore(env.DB);
const tasks = new TaskStore(env.DB);
const NOW = Date.parse("2026-11-30T12:00:00Z");

function fileOf(digit: string) {
  return { sha256: digit.repeat(64), media_type: "text/plain", bytes: 5 };
}

async function uploaded(tenant: string, digit: string, now = NOW): Promise<string> {
  const file = fileOf(digit);
  expect(await store.begin(tenant, file, now)).toBe("begun");
  await filesIn(env).put(tenant, file.sha256, new TextEncoder().encode("hello"));
  expect(await store.complete(tenant, file.sha256, now)).not.toBeNull();
  return file.sha256;
}

async function taskWith(tenant: string, ...hashes: readonly string[]) {
  const attachments = hashes.map((sha256) => ({
    sha256,
    name: "a.txt",
    media_type: "text/plain",
    bytes: 5,
  }));
  const task = { ...newTask({ goal: "Read.", attachments }), tenant_id: tenant };
  return { task, inserted: await tasks.insert(task, null) };
}

/** What the reconciler does with files. */
async function sweep(now: number): Promise<string[]> {
  const [at, again] = [new Date(now).toISOString(), new Date(now + 60_000).toISOString()];
  const gone: string[] = [];
  for (const file of await store.takeUnchecked(at, again, 100)) {
    if (await store.condemnUnused(file)) {
      await filesIn(env).remove(file.tenant_id, file.sha256);
      await store.drop(file);
      gone.push(`${file.tenant_id} ${file.sha256.slice(0, 1)}`);
    }
  }
  return gone.toSorted();
}

async function end(tenant: string, taskId: string): Promise<void> {
  await env.DB.prepare(
    "UPDATE task SET status = 'completed', completed_at = ?3 WHERE tenant_id = ?1 AND task_id = ?2",
  )
    .bind(tenant, taskId, new Date(NOW).toISOString())
    .run();
}

test("a large file is stored in parts, and a deletion leaves nothing in its object", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(65_536));
  const large = new Uint8Array(2_500_000).map((_, at) => bytes[at % bytes.length] ?? 0);
  const files = filesIn(env);
  const hash = "c".repeat(64);
  expect(await files.read("large", hash)).toBeNull();
  await files.put("large", hash, large);
  await files.put("large", hash, new Uint8Array(1));
  expect(Buffer.compare((await files.read("large", hash)) ?? new Uint8Array(0), large)).toBe(0);
  expect(await files.read("other", hash)).toBeNull();
  await files.remove("large", hash);
  expect(await files.read("large", hash)).toBeNull();
  const stub = env.FILES.get(env.FILES.idFromName(`large/${hash}`));
  await runInDurableObject(stub, (_object, { storage }) => {
    const tables = storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'part'").toArray();
    expect(tables).toEqual([]);
  });
});

test("a file that no task uses is deleted after a day, an unfinished upload after an hour", async () => {
  await uploaded("idle", "1");
  expect(await store.begin("idle", fileOf("2"), NOW)).toBe("begun");
  expect(await sweep(NOW + 3_500_000)).toEqual([]);
  expect(await sweep(NOW + 3_700_000)).toEqual(["idle 2"]);
  expect(await store.begin("idle", fileOf("1"), NOW + UNUSED_MS - 1)).toBe("stored");
  expect(await sweep(NOW + UNUSED_MS + 1)).toEqual([]);
  expect(await sweep(NOW + 2 * UNUSED_MS)).toEqual(["idle 1"]);
  expect(await filesIn(env).read("idle", "1".repeat(64))).toBeNull();
});

test("a file stays while a task uses it, and goes with the last one", async () => {
  const hash = await uploaded("used", "3");
  const first = await taskWith("used", hash);
  const second = await taskWith("used", hash);
  expect(first.inserted.stored).toBeDefined();
  expect(await sweep(NOW + 30 * UNUSED_MS)).toEqual([]);
  expect(await store.get("used", hash)).toMatchObject({ tasks: 2 });
  expect(await store.condemn("used", hash, newActor(NOW, "key"), NOW)).toBe(false);
  await end("used", first.task.task_id);
  await new TaskChanges(env.DB).delete(first.task, newActor(NOW, "key"));
  expect(await sweep(NOW + 30 * UNUSED_MS)).toEqual([]);
  expect(await store.get("used", hash)).toMatchObject({ tasks: 1 });
  await end("used", second.task.task_id);
  // The retention deletes the other one.
  const later = new Date(NOW + 1000).toISOString();
  await new TaskBookkeeping(env.DB).delete({ ...second.task, conversation_id: null }, later);
  expect(await sweep(NOW + 1000)).toEqual(["used 3"]);
  expect(await store.get("used", hash)).toBeNull();
});

test("a task is not inserted once its file is being deleted, and its uses are no one else's", async () => {
  const hash = await uploaded("racing", "4");
  expect(await store.condemn("racing", hash, newActor(NOW, "key"), NOW)).toBe(true);
  expect(await store.begin("racing", fileOf("4"), NOW)).toBe("deleting");
  expect(await store.complete("racing", hash, NOW)).toBeNull();
  const { inserted } = await taskWith("racing", hash);
  expect(inserted).toEqual({ outdated: true });
  const uses = await env.DB.prepare(
    "SELECT COUNT(*) AS n FROM attachment_use WHERE tenant_id = 'racing'",
  ).first("n");
  expect(uses).toBe(0);
  // What the deletion did not finish, the reconciler does.
  expect(await sweep(NOW + 1)).toEqual(["racing 4"]);
});

test("a tenant's files have a maximum together", async () => {
  const large = { ...fileOf("5"), bytes: MAX_TENANT_BYTES };
  expect(await store.begin("full", large, NOW)).toBe("begun");
  expect(await store.begin("full", large, NOW)).toBe("begun");
  expect(await store.begin("full", fileOf("6"), NOW)).toBe("full");
  expect(await store.begin("roomy", fileOf("6"), NOW)).toBe("begun");
});

test("with a bucket, files are in it, and those that are in objects are still read and deleted", async () => {
  const stored = new Map<string, Uint8Array<ArrayBuffer>>();
  const bucket = {
    put: async (key: string, bytes: Uint8Array) => void stored.set(key, new Uint8Array(bytes)),
    get: async (key: string) => {
      const bytes = stored.get(key);
      return bytes === undefined ? null : { arrayBuffer: async () => bytes.buffer };
    },
    delete: async (key: string) => void stored.delete(key),
  } as unknown as R2Bucket;
  const both = filesIn({ FILES: env.FILES, ATTACHMENTS: bucket });
  const [old, fresh] = ["d".repeat(64), "e".repeat(64)];
  const hello = new TextEncoder().encode("hello");
  await filesIn(env).put("r2", old, hello);
  await both.put("r2", fresh, hello);
  expect([...stored.keys()]).toEqual([`r2/${fresh}`]);
  expect(await fileStub(env.FILES, "r2", fresh).read()).toBeNull();
  for (const hash of [old, fresh]) {
    expect(new TextDecoder().decode((await both.read("r2", hash)) ?? undefined)).toBe("hello");
    await both.remove("r2", hash);
    expect(await both.read("r2", hash)).toBeNull();
  }
});
