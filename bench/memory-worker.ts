/** The part of the measured Worker that has memory stores, and the floors beside them. */
import { TenantMemory as Memory } from "../src/index.ts";
import { memoryStub } from "../src/durable/memory/rpc.ts";
import type { MemoryWriter } from "../src/run/memory/port.ts";
import { countStorage, noCounts } from "./counting.ts";
import type { FloorRun } from "./floor.ts";

/** What one save asked of its object, and the bytes of the store after it. */
export interface SaveCost {
  readonly statements: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly bytes: number;
}

interface MemoryEnv {
  readonly MEMORIES: Env["MEMORIES"];
  readonly FLOORS: DurableObjectNamespace<FloorRun>;
}

const STORE = "tenant";
/** The tenant whose store counts: counting costs time. */
const COUNTED = "counted";

/** The service's object, counted where the name says so. */
export class TenantMemory extends Memory {
  readonly #counts = noCounts();

  constructor(ctx: DurableObjectState, env: Env) {
    const counts = noCounts();
    if (ctx.id.name?.startsWith(`${COUNTED}/`) === true) {
      countStorage(ctx.storage, counts, () => undefined);
    }
    super(ctx, env);
    this.#counts = counts;
  }

  /** What was asked since it was asked for last. */
  async taken(): Promise<SaveCost> {
    const { statements, rowsRead, rowsWritten } = this.#counts;
    Object.assign(this.#counts, noCounts());
    return { statements, rowsRead, rowsWritten, bytes: this.ctx.storage.sql.databaseSize };
  }
}

/** Answers a request of `bench/memory.ts`. */
export async function memoryBench(
  path: string,
  request: Request,
  env: MemoryEnv,
): Promise<Response> {
  const {
    texts = [],
    queries = [],
    limit = 0,
  } = await request.json<{
    texts?: readonly string[];
    queries?: readonly string[];
    limit?: number;
  }>();
  const floor = env.FLOORS.get(env.FLOORS.idFromName("memory"));
  const store = memoryStub(env.MEMORIES, "bench", STORE);
  switch (path) {
    case "/bench/memory/counted":
      return Response.json(await countedSaves(env, texts));
    case "/bench/memory/fill":
      for (const text of texts) {
        await store.save(STORE, item(text), writer());
      }
      await floor.index(texts);
      return Response.json(texts.length);
    case "/bench/memory/store":
      return Response.json(await each(queries, (query) => store.search(query, limit)));
    case "/bench/memory/floor":
      return Response.json(await each(queries, (query) => floor.find(query, limit)));
    case "/bench/memory/nothing":
      return Response.json(await each(queries, () => floor.nothing()));
    case "/bench/memory/bytes": {
      const taken = await counting(env, "bench").taken();
      return Response.json({ store: taken.bytes, floor: await floor.bytes() });
    }
    default:
      return new Response("no such part", { status: 404 });
  }
}

/** Asks one after the other. Returns how many were found. */
async function each(
  queries: readonly string[],
  find: (query: string) => Promise<readonly unknown[] | null>,
): Promise<number> {
  let found = 0;
  for (const query of queries) {
    found += (await find(query))?.length ?? 0;
  }
  return found;
}

async function countedSaves(env: MemoryEnv, texts: readonly string[]): Promise<SaveCost[]> {
  const store = memoryStub(env.MEMORIES, COUNTED, STORE);
  const costs: SaveCost[] = [];
  for (const text of texts) {
    await store.save(STORE, item(text), writer());
    costs.push(await counting(env, COUNTED).taken());
  }
  return costs;
}

function counting(env: MemoryEnv, tenant: string): Pick<TenantMemory, "taken"> {
  return memoryStub(env.MEMORIES, tenant, STORE) as unknown as Pick<TenantMemory, "taken">;
}

function item(content: string) {
  return { content, key: null, tags: [], version: null, expires_in_s: null };
}

function writer(): MemoryWriter {
  return { trust: "user", by: "bench", task_id: null, call_id: null, idem: null };
}
