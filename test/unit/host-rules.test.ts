/** What the guard says of an address before anything is sent. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isPublicAddress } from "../../src/agent/fetch/address.ts";
import { HostRules } from "../../src/agent/fetch/host-rules.ts";
import { ToolStop } from "../../src/run/value/failure.ts";
import { forbiddenUrls, PUBLIC_URLS } from "../ssrf-corpus.ts";

const NONE = { allow: [], deny: [], open: [] };

test.each(forbiddenUrls(8080))("%j is refused", (url) => {
  expect(why(new HostRules(NONE), url)).toMatch(/^This address may not be fetched: /);
});

test.each(PUBLIC_URLS)("%j is public", (url) => {
  expect(why(new HostRules(NONE), url)).toBeNull();
});

test("the corpus has more than eighty spellings, each of them once", () => {
  const urls = forbiddenUrls(8080);
  expect(urls.length).toBeGreaterThan(150);
  expect(new Set(urls).size).toBe(urls.length);
});

test("every IPv4 address is judged the same in every spelling of it", () => {
  const rules = new HostRules(NONE);
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), (number) => {
      const parts = [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256);
      const [a = 0, b = 0] = parts;
      const octal = parts.map((part) => `0${part.toString(8)}`);
      const spellings = [
        parts.join("."),
        String(number),
        `0x${number.toString(16)}`,
        octal.join("."),
        `${a}.${b}.${number % 65_536}`,
      ];
      const verdicts = spellings.map((host) => why(rules, `http://${host}/`) === null);
      expect(new Set(verdicts).size).toBe(1);
      const embedded = `${Math.floor(number / 65_536).toString(16)}:${(number % 65_536).toString(16)}`;
      for (const v6 of [`::ffff:${embedded}`, `64:ff9b::${embedded}`, `2002:${embedded}::`]) {
        expect(isPublicAddress(v6)).toBe(false);
      }
    }),
  );
});

test("a name that ends like an allowed one is not allowed, and a denied one never is", () => {
  const rules = new HostRules({
    allow: ["api.example.com", "*.example.org", "bücher.example.net"],
    deny: ["evil.example.org", "*.evil.example.org"],
    open: [],
  });
  const allowed = [
    "api.example.com",
    "API.EXAMPLE.COM.",
    "a.b.example.org",
    "xn--bcher-kva.example.net",
  ];
  for (const host of allowed) {
    expect(why(rules, `https://${host}/`), host).toBeNull();
  }
  const refused = [
    "example.com",
    "x.api.example.com",
    "evilapi.example.com",
    "example.org",
    "notexample.org",
    "evil.example.org",
    "EVIL.example.org.",
    "deep.evil.example.org",
    "8.8.8.8",
  ];
  for (const host of refused) {
    expect(why(rules, `https://${host}/`), host).not.toBeNull();
  }
});

test("an opened pair opens its host at its port, in any spelling, and nothing else", () => {
  const rules = new HostRules({
    allow: ["example.com"],
    deny: ["10.0.0.9"],
    open: ["127.0.0.1:8080", "localhost:80", "[::1]:443", "10.0.0.9:80"],
  });
  for (const url of [
    "http://127.0.0.1:8080/",
    "https://2130706433:8080/",
    "http://localhost/",
    "http://localhost.:80/",
    "https://[0::1]/",
  ]) {
    expect(why(rules, url), url).toBeNull();
  }
  for (const url of [
    "http://127.0.0.1/",
    "http://127.0.0.1:8081/",
    "http://127.0.0.2:8080/",
    "https://localhost/",
    "http://[::1]/",
    "http://user@127.0.0.1:8080/",
    "http://10.0.0.9/",
  ]) {
    expect(why(rules, url), url).not.toBeNull();
  }
});

test("a host that is opened at any port is, and no other host", () => {
  const rules = new HostRules({ ...NONE, open: ["127.0.0.1:*", "localhost:*"] });
  for (const url of ["http://127.0.0.1/", "http://0x7f.1:9999/", "https://localhost.:1/"]) {
    expect(why(rules, url), url).toBeNull();
  }
  for (const url of ["http://127.0.0.2/", "http://app.localhost/", "http://[::1]/"]) {
    expect(why(rules, url), url).not.toBeNull();
  }
});

test("an address of more than eight thousand characters is refused", () => {
  const rules = new HostRules(NONE);
  expect(why(rules, `https://example.com/${"a".repeat(8000)}`)).toBeNull();
  expect(why(rules, `https://example.com/${"a".repeat(9000)}`)).not.toBeNull();
  expect(why(rules, `https://${"a.".repeat(5_000_000)}com/`)).not.toBeNull();
});

function why(rules: HostRules, url: string): string | null {
  try {
    rules.check(url);
    return null;
  } catch (thrown) {
    return thrown instanceof ToolStop && thrown.code === "url_refused"
      ? thrown.message
      : `not a refusal: ${String(thrown)}`;
  }
}
