import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { enumerate, expectEffects, expectSame, simulate } from "opspawn/testing";
import { decisionIn, post, question, replace, signedForm } from "../src/slack.ts";
import { refund, support } from "../src/support.ts";

const SECRET = "signing-secret-of-the-app";

/** A request as Slack sends it. */
function signed(body: string, { secret = SECRET, at = Date.now() } = {}): Request {
  const timestamp = String(Math.floor(at / 1000));
  const signature = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return new Request("https://agents.example/slack/commands", {
    method: "POST",
    headers: {
      "X-Slack-Request-Timestamp": timestamp,
      "X-Slack-Signature": `v0=${signature}`,
      "Content-Type": "application/x-www-form-urlencoded",
    },
    body,
  });
}

void test("only requests that Slack has signed are read", async () => {
  const form = await signedForm(signed("text=Refund+A-1"), SECRET);
  assert.equal(form?.get("text"), "Refund A-1");
  assert.equal(await signedForm(signed("text=x", { secret: "another" }), SECRET), null);
  assert.equal(await signedForm(signed("text=x", { at: Date.now() - 600_000 }), SECRET), null);
  assert.equal(
    await signedForm(new Request("https://agents.example", { method: "POST" }), SECRET),
    null,
  );
});

void test("a question has two buttons, and a press is a decision", async () => {
  const posted: { path: string | undefined; token: string | undefined; body: unknown }[] = [];
  // Slack's API, faked.
  const slack = createServer((request, response) => {
    const { url, headers } = request;
    void text(request).then((body) => {
      posted.push({ path: url, token: headers.authorization, body: JSON.parse(body) });
      response.end('{"ok":true}');
    });
  });
  await new Promise<void>((listening) => {
    slack.listen(0, "127.0.0.1", listening);
  });
  const SLACK_API = `http://127.0.0.1:${(slack.address() as AddressInfo).port}`;
  const env = { SLACK_API, SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: SECRET };
  const call = { task_id: "task_1", call_id: "call_2", tool: "refund" };
  const message = question({ ...call, arguments: { order: "`A-1` <!channel>" } });
  await post(env, "C1", message);
  assert.equal(posted[0]?.path, "/chat.postMessage");
  assert.equal(posted[0]?.token, "Bearer xoxb-1");
  const sent = JSON.stringify(posted[0]?.body);
  assert.match(sent, /"channel":"C1".*Approve refund\?.*task_1 call_2/);
  assert.doesNotMatch(sent, /<!channel>/);

  const press = {
    user: { id: "U7" },
    response_url: `${SLACK_API}/response`,
    actions: [{ action_id: "deny", value: "task_1 call_2" }],
  };
  const decided = decisionIn(new URLSearchParams({ payload: JSON.stringify(press) }));
  assert.ok(decided);
  assert.deepEqual(
    [decided.decision, decided.taskId, decided.callId, decided.user],
    ["deny", "task_1", "call_2", "U7"],
  );
  await replace(decided, "Denied by <@U7>.");
  assert.deepEqual(posted[1]?.body, { replace_original: true, text: "Denied by <@U7>." });
  slack.close();
});

void test("a refund waits for approval, and no crash repeats it", async () => {
  const options = {
    script: [
      { tool_calls: [{ name: "refund", arguments: { order: "A-1", reason: "lost" } }] },
      { text: "Refunded." },
    ],
    tools: [refund],
    people: () => ({ decision: "approve" as const, after_s: 86_400 }),
  };
  const run = await simulate(support, options);
  expectEffects(run, { refund: 1 });
  assert.equal(run.waits[0]?.for, "approval");
  expectSame(await enumerate(support, options));
});
