import assert from "node:assert/strict";
import { test } from "node:test";
import { enumerate, expectEffects, expectSame, simulate } from "opspawn/testing";
import { bookTable, concierge } from "../src/concierge.ts";
import { visitorIn, welcome } from "../src/visitor.ts";

void test("a new visitor gets a cookie, and keeps it", () => {
  const url = "https://chat.example/";
  const response = welcome(new Request(url), new Response("page"));
  const [cookie = ""] = response.headers.getSetCookie();
  assert.match(cookie, /^visitor=visitor-[0-9a-f]{32}; .*HttpOnly; SameSite=Strict; Secure$/);
  const headers = { Cookie: cookie.split(";")[0] ?? "" };
  const again = new Request(url, { headers });
  assert.match(visitorIn(again) ?? "", /^visitor-/);
  assert.deepEqual(welcome(again, new Response("page")).headers.getSetCookie(), []);
  assert.equal(visitorIn(new Request(url, { headers: { Cookie: "visitor=acme" } })), null);
});

void test("a table is booked after approval, and no crash books it twice", async () => {
  const options = {
    script: [
      { tool_calls: [{ name: "book_table", arguments: { people: 2, time: "19:00" } }] },
      { text: "Booked." },
    ],
    tools: [bookTable],
    people: () => ({ decision: "approve" as const, after_s: 60 }),
  };
  const run = await simulate(concierge, options);
  expectEffects(run, { book_table: 1 });
  expectSame(await enumerate(concierge, options));
});
