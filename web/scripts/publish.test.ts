import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { publish, stagingFolder } from "./publish.ts";

let target: string;
beforeEach(() => void (target = mkdtempSync(join(tmpdir(), "publish-"))));
afterEach(() => rmSync(target, { recursive: true }));

function write(folder: string, files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

describe("publishing a build", () => {
  it("replaces the pages, adds their files and removes those of the build before", () => {
    write(target, { "console/index.html": "old", "assets/old-1.js": "", ".stamp": "fingerprint of the old" });
    write(stagingFolder(target), { "console/index.html": "new", "assets/new-2.js": "" });
    publish(stagingFolder(target), target);
    expect(readFileSync(join(target, "console/index.html"), "utf8")).toBe("new");
    expect(readdirSync(join(target, "assets"))).toEqual(["new-2.js"]);
    expect(readdirSync(target).sort()).toEqual(["assets", "console"]);
  });

  it("leaves another build that is still being written alone", () => {
    write(target, { ".next-1/assets/half.js": "" });
    write(stagingFolder(target), { "console/index.html": "new" });
    publish(stagingFolder(target), target);
    expect(readdirSync(join(target, ".next-1/assets"))).toEqual(["half.js"]);
  });
});
