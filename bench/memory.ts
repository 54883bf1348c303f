/**
 * `npm run bench -- memory`: what a memory store costs. First counts, which are the same on every
 * machine: statements, rows and bytes of a save below and above the 64th item. Then the time of a
 * search over 5,000 items, beside two floors in the same runtime: a bare object with the same index,
 * and an object that answers without a search. A time is the mean of the searches of one request.
 */
import { resolve } from "node:path";
import { Service } from "../test/service.ts";
import type { SaveCost } from "./memory-worker.ts";

const ITEMS = Number(process.env["BENCH_ITEMS"] ?? 5000);
/** Items of one request. */
const BATCH = 250;
/** Searches of one request, and how many requests are measured: the request itself is not the point. */
const SEARCHES = 20;
const ROUNDS = 60;
const WARM_UP = 10;
const LIMIT = 5;
/** Words of an item. */
const WORDS = 16;
/** Words that items are made of. */
const VOCABULARY = 4000;
const KINDS = ["store", "floor", "nothing"] as const;
type Kind = (typeof KINDS)[number];

/** The figures of a memory store. */
export async function memoryFigures() {
  const service = await Service.start({
    runner: "wrangler dev",
    config: resolve(import.meta.dirname, "wrangler.toml"),
  });
  try {
    const counted = await ask<readonly SaveCost[]>(service, "/bench/memory/counted", {
      texts: Array.from({ length: 100 }, (_, n) => itemText(n)),
    });
    for (let from = 0; from < ITEMS; from += BATCH) {
      const texts = Array.from({ length: BATCH }, (_, n) => itemText(from + n));
      await ask(service, "/bench/memory/fill", { texts });
    }
    const times = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));
    for (let n = 0; n < ROUNDS + WARM_UP; n += 1) {
      // Alternating, so that whatever slows the machine slows all of them.
      for (const kind of KINDS) {
        const begin = performance.now();
        const found = await ask<number>(service, `/bench/memory/${kind}`, {
          queries: Array.from({ length: SEARCHES }, (_, at) => queryText(n * SEARCHES + at)),
          limit: LIMIT,
        });
        if (n >= WARM_UP) {
          times.get(kind)?.push((performance.now() - begin) / SEARCHES);
        }
        if (kind !== "nothing" && found !== LIMIT * SEARCHES) {
          throw new Error(`the ${kind} found ${found} items`);
        }
      }
    }
    const bytes = await ask(service, "/bench/memory/bytes", {});
    const search = Object.fromEntries(
      [...times].map(([kind, all]) => [
        kind,
        { p50: quantile(all, 0.5), p95: quantile(all, 0.95) },
      ]),
    );
    return { items: ITEMS, save: { below: counted[10], above: counted.at(-1) }, search, bytes };
  } finally {
    await service.stop();
  }
}

async function ask<T>(service: Service, path: string, body: object): Promise<T> {
  const response = await service.request(path, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) {
    throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
  return response.json<T>();
}

/** A sentence of made-up words, some of which are much more frequent than others. */
function itemText(n: number): string {
  return Array.from({ length: WORDS }, (_, at) => wordAt(n * WORDS + at)).join(" ");
}

/** A question of four words. */
function queryText(n: number): string {
  return [7, 31, 101, 211].map((step) => wordAt(n * step + step)).join(" ");
}

function wordAt(n: number): string {
  // Squares make small numbers frequent.
  const share = ((n * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
  const word = Math.floor(share * share * VOCABULARY);
  return `w${word.toString(36).padStart(3, "x")}${"aeiou"[word % 5] ?? ""}n`;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return Number((sorted[at] ?? 0).toFixed(2));
}
