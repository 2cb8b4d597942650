// Puts a finished build in place without a moment in which a page or its files are missing: files whose names
// carry their hash go first, the pages that name them last, and only then is the earlier build taken away.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Plugin } from "vite";

const STAGING = ".next-";
const LEFT_BEHIND_MS = 3_600_000; // a build that has not ended after an hour never will

/** A folder of this build's own, inside of `target` so that moving out of it is a rename. */
export const stagingFolder = (target: string) => join(target, `${STAGING}${process.pid}`);

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

const NAMES_OTHERS = ["manifest.json", "widget/loader.js"];

const isPage = (file: string) => file.endsWith(".html") || NAMES_OTHERS.includes(file);

/** Move the build in `staging` to `target` and remove what belongs to no build any more. */
export function publish(staging: string, target: string): void {
  const files = filesIn(staging).sort((a, b) => Number(isPage(a)) - Number(isPage(b)));
  for (const file of files) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    renameSync(join(staging, file), join(target, file));
  }
  rmSync(staging, { recursive: true });
  const current = new Set(files);
  for (const file of filesIn(target))
    if (!current.has(file) && !file.startsWith(STAGING)) rmSync(join(target, file), { force: true });
  for (const name of readdirSync(target)) {
    const left = join(target, name);
    if (name.startsWith(STAGING) && Date.now() - statSync(left).mtimeMs > LEFT_BEHIND_MS)
      rmSync(left, { recursive: true });
  }
}

/** Publish after every successful build. */
export function publishTo(target: string): Plugin {
  return {
    name: "publish",
    apply: "build",
    writeBundle: { order: "post", sequential: true, handler: () => publish(stagingFolder(target), target) },
  };
}
