/** The outbox: each receiver of changes fails on its own, and only what failed is sent again. */
import { expect, test } from "vitest";
import { Outbox, type OutboxStep } from "../../src/durable/run/outbox/outbox.ts";

/** A receiver that counts what it is sent, and fails while it is down. */
class Receiver implements OutboxStep {
  behind = true;
  sent = 0;
  down: boolean;

  constructor(down = false) {
    this.down = down;
  }

  async flush(): Promise<void> {
    this.sent += 1;
    await Promise.resolve();
    if (this.down) {
      throw new Error("down");
    }
    this.behind = false;
  }

  forget(): void {
    this.behind = true;
  }
}

test("a ledger that is down holds back neither D1 nor webhooks, which are not sent again", async () => {
  const [database, webhooks, slot] = [new Receiver(), new Receiver(), new Receiver()];
  const budgets = new Receiver(true);
  const outbox = new Outbox([[database, webhooks], [budgets], [slot]]);
  for (let tries = 0; tries < 3; tries += 1) {
    await expect(outbox.flush()).rejects.toThrow("down");
  }
  expect([database.sent, webhooks.sent, slot.sent]).toEqual([1, 1, 1]);
  expect(outbox.behind).toBe(true);
  budgets.down = false;
  await outbox.flush();
  expect(outbox.behind).toBe(false);
  expect([database.sent, webhooks.sent, budgets.sent, slot.sent]).toEqual([1, 1, 4, 1]);
});

test("a webhook is not announced before D1 has what it says", async () => {
  const database = new Receiver(true);
  const webhooks = new Receiver();
  const outbox = new Outbox([[database, webhooks]]);
  await expect(outbox.flush()).rejects.toThrow("down");
  expect(webhooks.sent).toBe(0);
  database.down = false;
  await outbox.flush();
  expect([database.sent, webhooks.sent]).toEqual([2, 1]);
});

test("flushes at the same time send once", async () => {
  const database = new Receiver();
  const outbox = new Outbox([[database]]);
  await Promise.all([outbox.flush(), outbox.flush(), outbox.flush()]);
  expect(database.sent).toBe(1);
});

test("what was forgotten is sent again", async () => {
  const database = new Receiver();
  const outbox = new Outbox([[database]]);
  await outbox.flush();
  outbox.forget();
  await outbox.flush();
  expect(database.sent).toBe(2);
});
