/** A live conversation in the terminal: turns, approvals in place, and Ctrl-C. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runCli } from "../../sdk/src/cli/cli.ts";
import { cli, cliEnvOf } from "../cli.ts";
import { Service } from "../service.ts";

let service: Service;
beforeAll(async () => {
  service = await Service.join();
});
afterAll(() => service.stop());

const env = () => ({
  OPSPAWN_URL: service.url,
  OPSPAWN_KEY: service.key,
  NO_COLOR: "1",
  TERM: "xterm",
});

test("each line is a turn, what a run asks is asked in place, and the conversation goes on later", async () => {
  const approve = ["--config", '{"policy":{"approve":["calculator"]}}'];
  const stdin = "What is 17 + 4?\ny\nWhat is 3 + 4?\nno, thanks\n";
  const first = await cli(["chat", "c1", ...approve], { env: env(), stdin });
  expect(first.err).toContain("Conversation c1.");
  expect(first.code).toBe(0);
  expect(first.out).toContain('· calculator {"expression":"17 + 4"}');
  expect(first.out).toMatch(/\b21\b/);
  expect(first.out).toContain("no, thanks");
  expect(first.out).not.toMatch(/\b7\b/);

  const next = await cli(["chat", "c1"], { env: env(), stdin: "What is 5 + 4?\n/exit\nnever\n" });
  expect(next.err).toContain("Conversation c1, 2 turns.");
  expect(next.err).toContain("> What is 3 + 4?");
  expect(next.out).toMatch(/\b9\b/);
  const said = await cli(["conversations", "messages", "c1"], { env: env() });
  const asked = said.out.split("\n").filter((line) => line.startsWith("> "));
  expect(asked).toEqual(["> What is 17 + 4?", "> What is 3 + 4?", "> What is 5 + 4?"]);
  const list = await cli(["conversations"], { env: env() });
  expect(list.out).toMatch(/c1\s+3\s+default\s+completed/);
  expect((await cli(["conversations", "delete", "c1"], { env: env() })).code).toBe(0);
  expect((await cli(["conversations", "get", "c1"], { env: env() })).code).toBe(2);
});

test("Ctrl-C cancels the turn that runs, and a failed turn is the exit code of a pipe", async () => {
  const interrupts: (() => void)[] = [];
  const around = cliEnvOf({
    env: env(),
    stdin: "Wait for 600 seconds.\n",
    onInterrupt: (act) => {
      interrupts.push(act);
    },
  });
  const over = runCli(["chat", "c2"], around.env);
  await vi.waitFor(() => expect(around.written.out).toContain("· wait"), { timeout: 60_000 });
  interrupts[0]?.();
  expect(await over).toBe(1);
  expect(around.written.err).toContain("Cancelling");
  expect(around.written.out).toContain("cancelled");
});
