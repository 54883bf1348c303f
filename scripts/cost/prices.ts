/** What Cloudflare asks on the paid plan of Workers: data with a date and a source. */

export interface Rate {
  /** Of a month, for the whole account; before anything is charged. */
  readonly included: number;
  /** Dollars for `per` more. */
  readonly price: number;
  readonly per: number;
}

const MILLION = 1_000_000;

export const PRICES = {
  read: "2026-11-24",
  sources: [
    "https://developers.cloudflare.com/workers/platform/pricing/",
    "https://developers.cloudflare.com/durable-objects/platform/pricing/",
    "https://developers.cloudflare.com/d1/platform/pricing/",
    "https://developers.cloudflare.com/queues/platform/pricing/",
  ],
  /** Dollars a month for the plan. */
  plan: 5,
  rates: {
    workerRequests: { included: 10 * MILLION, price: 0.3, per: MILLION },
    workerCpuMs: { included: 30 * MILLION, price: 0.02, per: MILLION },
    objectRequests: { included: MILLION, price: 0.15, per: MILLION },
    objectGbSeconds: { included: 400_000, price: 12.5, per: MILLION },
    objectRowsRead: { included: 25_000 * MILLION, price: 0.001, per: MILLION },
    objectRowsWritten: { included: 50 * MILLION, price: 1, per: MILLION },
    objectGb: { included: 5, price: 0.2, per: 1 },
    databaseRowsRead: { included: 25_000 * MILLION, price: 0.001, per: MILLION },
    databaseRowsWritten: { included: 50 * MILLION, price: 1, per: MILLION },
    databaseGb: { included: 5, price: 0.75, per: 1 },
    queueOperations: { included: MILLION, price: 0.4, per: MILLION },
  } satisfies Readonly<Record<string, Rate>>,
} as const;

export type Item = keyof typeof PRICES.rates;

/** Dollars for an amount in a month. */
export function priceOf(item: Item, amount: number): number {
  const { included, price, per }: Rate = PRICES.rates[item];
  return (Math.max(0, amount - included) / per) * price;
}
