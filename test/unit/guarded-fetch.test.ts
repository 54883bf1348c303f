/** The guarded fetch against a real server on loopback, opened as a single pair where it may be reached. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { guardedFetch, type GuardConfig } from "../../src/agent/fetch/guarded-fetch.ts";
import { HostRules } from "../../src/agent/fetch/host-rules.ts";
import { dnsOverHttps } from "../../src/agent/fetch/resolver.ts";
import { ToolStop } from "../../src/run/value/failure.ts";
import { forbiddenRedirects, forbiddenUrls } from "../ssrf-corpus.ts";
import { flood, json, redirect, Target } from "../target.ts";

let open: Target;
let closed: Target;

beforeEach(async () => {
  [open, closed] = await Promise.all([Target.start(), Target.start()]);
});

afterEach(async () => {
  await Promise.all([open.stop(), closed.stop()]);
});

test("no forbidden address is reached, neither at once nor by a redirect from an allowed one", async () => {
  const fetch = guard();
  for (const url of forbiddenUrls(closed.port)) {
    expect(await refusal(fetch(url)), url).toBe("url_refused");
  }
  for (const url of forbiddenRedirects(closed.port)) {
    open.answers.set("/go", redirect(url));
    expect(await refusal(fetch(open.url("/go"))), url).toBe("url_refused");
  }
  expect(closed.visits).toEqual([]);
});

test("a redirect is followed by hand, five times and not six", async () => {
  for (const n of [1, 2, 3, 4, 5]) {
    open.answers.set(`/${n}`, redirect(`/${n - 1}`));
  }
  open.answers.set("/6", redirect("/5"));
  const fetch = guard();
  expect(await (await fetch(open.url("/5"))).json()).toEqual({ ok: true });
  expect(open.visits.map(({ url }) => url)).toEqual(["/5", "/4", "/3", "/2", "/1", "/0"]);
  expect(await refusal(fetch(open.url("/6")))).toBe("too_many_redirects");
  open.answers.set("/round", redirect("/round"));
  expect(await refusal(fetch(open.url("/round")))).toBe("too_many_redirects");
});

test.each([
  [301, "POST", "GET", ""],
  [302, "POST", "GET", ""],
  [303, "PUT", "GET", ""],
  [301, "PUT", "PUT", "body"],
  [307, "POST", "POST", "body"],
  [308, "PATCH", "PATCH", "body"],
  [303, "HEAD", "HEAD", ""],
])("after a %i a %s becomes a %s, with the body %j", async (status, method, becomes, body) => {
  open.answers.set("/from", redirect("/to", status));
  await guard()(open.url("/from"), { method, ...(method === "HEAD" ? {} : { body: "body" }) });
  expect(open.to("/to")).toMatchObject([{ method: becomes, body }]);
  expect("content-type" in (open.to("/to")[0]?.headers ?? {})).toBe(body !== "");
});

test("another origin is not told what the first was told", async () => {
  const fetch = guard({ open: [open.host, closed.host] });
  open.answers.set("/same", redirect("/here"));
  open.answers.set("/other", redirect(closed.url("/there"), 307));
  const headers = {
    authorization: "Bearer s3cret",
    cookie: "session=s3cret",
    "x-api-key": "s3cret",
    "x-anything": "s3cret",
    accept: "application/json",
  };
  await fetch(open.url("/same"), { headers });
  expect(open.to("/here")[0]?.headers).toMatchObject(headers);
  await fetch(open.url("/other"), { method: "POST", body: "x", headers });
  expect(JSON.stringify(closed.visits)).not.toContain("s3cret");
  expect(closed.visits[0]?.headers).toMatchObject({ accept: "application/json" });
});

test("nobody can pose as the transport: its headers are not taken", async () => {
  await guard()(open.url("/"), {
    headers: {
      host: "metadata.google.internal",
      "x-forwarded-for": "127.0.0.1",
      "cf-connecting-ip": "127.0.0.1",
      forwarded: "for=127.0.0.1",
      upgrade: "websocket",
    },
  });
  expect(open.visits[0]?.headers).toMatchObject({ host: open.host });
  for (const name of ["x-forwarded-for", "cf-connecting-ip", "forwarded", "upgrade"]) {
    expect(open.visits[0]?.headers).not.toHaveProperty(name);
  }
});

test("a body that is too long fails at the cap, and the rest is not read", async () => {
  open.answers.set("/flood", flood(200_000_000));
  const response = await guard({ maxBytes: 100_000 })(open.url("/flood"));
  let size = 0;
  const read = async (): Promise<void> => {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
    }
  };
  await expect(read()).rejects.toMatchObject({ code: "response_too_large" });
  expect(size).toBe(100_000);
});

test("a server that never answers is given up in time, and a caller may give up sooner", async () => {
  open.answers.set("/hang", () => {});
  expect(await refusal(guard({ timeoutMs: 50 })(open.url("/hang")))).toBe("tool_timeout");
  const own = new AbortController();
  const asked = guard()(open.url("/hang"), { signal: own.signal });
  own.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
});

test("a server that is not there, or hangs up, is unreachable, and no address is told", async () => {
  const { port } = closed;
  await closed.stop();
  const fetch = guard({ open: [open.host, `127.0.0.1:${port}`] });
  expect(await refusal(fetch(`http://127.0.0.1:${port}/`))).toBe("server_unreachable");
  open.answers.set("/cut", (_visit, response) => response.destroy());
  expect(await refusal(fetch(open.url("/cut")))).toBe("server_unreachable");
  closed = await Target.start();
});

test("an SDK may give a Request, and have redirects shown instead of followed", async () => {
  open.answers.set("/from", redirect("/to", 307));
  const fetch = guard();
  const request = new Request(open.url("/from"), { method: "POST", body: "said" });
  expect(await (await fetch(request)).json()).toEqual({ ok: true });
  expect(open.to("/to")).toMatchObject([{ method: "POST", body: "said" }]);
  expect((await fetch(open.url("/from"), { redirect: "manual" })).status).toBe(307);
  expect(await refusal(fetch(open.url("/from"), { redirect: "error" }))).toBe("too_many_redirects");
});

test("a name is looked up, and refused if any of its addresses is not public", async () => {
  const records: Record<string, { type: number; data: string }[]> = {
    "one.example.com": [{ type: 1, data: "127.0.0.1" }],
    "two.example.com": [
      { type: 5, data: "cdn.example.com" },
      { type: 1, data: "8.8.8.8" },
      { type: 1, data: "10.0.0.7" },
    ],
    "six.example.com": [
      { type: 1, data: "8.8.8.8" },
      { type: 28, data: "::ffff:169.254.169.254" },
    ],
    "odd.example.com": [{ type: 1, data: "not an address" }],
    "none.example.com": [],
  };
  closed.answers.set("/dns-query", ({ url }, response) => {
    const query = new URL(url, "http://localhost").searchParams;
    const type = query.get("type") === "A" ? 1 : 28;
    const all = records[query.get("name") ?? ""] ?? [];
    json({ Status: 0, Answer: all.filter((one) => one.type === type || one.type === 5) })(
      { method: "", url, headers: {}, body: "" },
      response,
    );
  });
  const fetch = guard({ resolve: dnsOverHttps(closed.url("/dns-query")) });
  for (const name of ["one", "two", "six", "odd"]) {
    expect(await refusal(fetch(`http://${name}.example.com:${open.port}/`)), name).toBe(
      "url_refused",
    );
  }
  expect(await refusal(fetch("http://none.example.com/"))).toBe("server_unreachable");
  // Not to know is not to go.
  closed.answers.set("/dns-query", json({}, 500));
  expect(await refusal(fetch("http://one.example.com/"))).toBe("server_unreachable");
  expect(open.visits).toEqual([]);
});

function guard({
  open: pairs = [open.host],
  ...more
}: Partial<GuardConfig> & { open?: string[] } = {}) {
  return guardedFetch({
    rules: new HostRules({ allow: [], deny: [], open: pairs }),
    resolve: null,
    maxBytes: 1_000_000,
    timeoutMs: 5000,
    ...more,
  });
}

async function refusal(promise: Promise<Response>): Promise<string> {
  return promise.then(
    (response) => `status ${response.status}`,
    (thrown: unknown) => (thrown instanceof ToolStop ? thrown.code : String(thrown)),
  );
}
