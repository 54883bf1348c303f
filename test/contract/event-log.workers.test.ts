import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { eventLogContract } from "./event-log.ts";

eventLogContract((check) =>
  runInDurableObject(env.RUNS.get(env.RUNS.newUniqueId()), (_run, { storage }) =>
    check({
      sql: storage.sql,
      transaction: (write) => {
        storage.transactionSync(write);
      },
    }),
  ),
);
