/** Runs before each test file in workerd: its D1 starts with the schema and no rows. */
import { applyD1Migrations, reset, type D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { compileCode } from "../../src/agent/tools/code/compile-code.ts";

const { DB, TEST_MIGRATIONS } = env as typeof env & { TEST_MIGRATIONS: D1Migration[] };

// Files share a runtime and its modules, and no state.
await reset();
await applyD1Migrations(DB, TEST_MIGRATIONS);

// The compiler loads its parsers on first use. Here the first uses of two objects would share one
// loading, which the runtime forbids; in a bundle there is nothing to share.
await compileCode("const typed: number = 1");
