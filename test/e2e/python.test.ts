/** The Python client, by its own tests, against the service. Skipped where there is no Python. */
import { execFile, spawnSync } from "node:child_process";

import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";

const CLIENT = resolve(import.meta.dirname, "../../clients/python");
const PYTHON = "python3";
const version = spawnSync(PYTHON, ["-c", "import sys; print(sys.version_info >= (3, 11))"], {
  encoding: "utf8",
}).stdout;
const hasPython = version?.trim() === "True";

let service: Service;
beforeAll(async () => {
  service = await Service.join();
});
afterAll(() => service.stop());

test.skipIf(!hasPython)("the Python client passes its tests", async () => {
  const { stderr } = await promisify(execFile)(
    PYTHON,
    ["-W", "error", "-m", "unittest", "discover", "-v", "-s", "tests"],
    {
      cwd: CLIENT,
      timeout: 180_000,
      env: {
        ...process.env,
        OPSPAWN_URL: service.url,
        OPSPAWN_KEY: service.key,
        PYTHONPATH: CLIENT,
        PYTHONDONTWRITEBYTECODE: "1",
      },
    },
  );
  expect(stderr).toMatch(/Ran [1-9]\d* tests[\s\S]*\nOK/);
});
