/**
 * Creates a project from a template: used by `opspawn init` and by the package `create-opspawn`,
 * which contain the same templates.
 */
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

/** Templates, by the name of their folder, with what each shows. */
export const TEMPLATES = {
  starter: "an agent with a tool of its own, and a test that crashes it",
  chat: "a chat page with React hooks",
  slack: "approvals in Slack",
} as const;

export type Template = keyof typeof TEMPLATES;

/** What a new project is made of. */
export interface NewProject {
  /** Its folder, which must be empty or missing. Its last part names the project and the Worker. */
  readonly folder: string;
  readonly template: Template;
  /** The folder with the templates. */
  readonly templates: string;
  /** Folder with packed archives to depend on; null for the published packages. */
  readonly archives: string | null;
}

/** A project that cannot be created. The message is one sentence for the user. */
export class CreateError extends Error {}

const NAME = /^[a-z0-9][a-z0-9-]{0,52}$/;

/** Our packages, by the beginning of the name of their archive. */
const ARCHIVES = { opspawn: "opspawn-", "@opspawn/worker": "opspawn-worker-" } as const;

/** Returns whether a text is the name of a template. */
export function isTemplate(text: string): text is Template {
  return Object.hasOwn(TEMPLATES, text);
}

/** Copies the template, and names the project after its folder. @throws CreateError */
export function createProject({ folder, template, templates, archives }: NewProject): void {
  const target = resolve(folder);
  const name = basename(target);
  if (!NAME.test(name)) {
    throw new CreateError(
      `The folder names the Worker, and ${name} is no valid name: use up to 53 lower-case letters, digits and -.`,
    );
  }
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new CreateError(`The folder ${target} is not empty.`);
  }
  const packages = archives === null ? {} : archivesIn(resolve(archives));
  cpSync(join(templates, template), target, { recursive: true });
  // npm leaves .gitignore out of packages.
  renameSync(join(target, "_gitignore"), join(target, ".gitignore"));
  edit(join(target, "wrangler.jsonc"), (text) =>
    text.replaceAll(`"opspawn-${template}`, `"${name}`),
  );
  edit(join(target, "package.json"), (text) => {
    const manifest = JSON.parse(text) as Manifest;
    return `${JSON.stringify(
      {
        ...manifest,
        name,
        dependencies: replaced(manifest.dependencies, packages),
        devDependencies: replaced(manifest.devDependencies, packages),
      },
      null,
      2,
    )}\n`;
  });
}

/** What to type next, as text for a terminal. */
export function nextSteps(folder: string): string {
  return `Created ${basename(resolve(folder))}. Next:\n\n  cd ${folder}\n  npm install\n  npm run dev\n\n`;
}

interface Manifest {
  readonly dependencies: Packages;
  readonly devDependencies: Packages;
}

type Packages = Readonly<Record<string, string>>;

/** @throws CreateError if one of the archives is missing */
function archivesIn(folder: string): Packages {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return Object.fromEntries(
    Object.entries(ARCHIVES).map(([name, start]) => {
      const file = files.find(
        (one) => one.startsWith(start) && /^\d[\w.-]*\.tgz$/.test(one.slice(start.length)),
      );
      if (file === undefined) {
        throw new CreateError(`The folder ${folder} has no archive of ${name}: ${start}….tgz.`);
      }
      return [name, `file:${join(folder, file)}`];
    }),
  );
}

function replaced(packages: Packages, others: Packages): Packages {
  return Object.fromEntries(
    Object.entries(packages).map(([name, version]) => [name, others[name] ?? version]),
  );
}

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, "utf8")));
}
