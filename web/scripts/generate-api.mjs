// Writes shared/api/generated/ from the service's OpenAPI document, which holds the socket messages too.
// Arguments: a document to generate from instead of asking the service; a folder to write to instead.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@hey-api/openapi-ts";

const web = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const root = resolve(web, "..");

function document() {
  const file = process.argv[2];
  if (file) return readFileSync(file, "utf8");
  const inVenv = join(root, ".venv/bin/python");
  const python = process.env.PYTHON ?? (existsSync(inVenv) ? inVenv : "python3");
  return execFileSync(python, ["-m", "app", "openapi"], { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 });
}

const work = mkdtempSync(join(tmpdir(), "switchboard-api-"));
try {
  const input = join(work, "openapi.json");
  writeFileSync(input, document());
  await createClient({
    input,
    output: { path: process.argv[3] ?? join(web, "shared/api/generated"), clean: true, entryFile: false },
    plugins: [{ name: "@hey-api/typescript", enums: false }],
    logs: { level: "warn" },
  });
} finally {
  rmSync(work, { recursive: true, force: true });
}
