// Builds the two single-page applications and the help centre's files into app/web/static/, which the service serves
// under /static/.
// Nothing is inlined into the pages, so that they work under a strict content security policy.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { publishTo, stagingFolder } from "./scripts/publish.ts";
import { widget } from "./scripts/widget.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const STATIC = at("../app/web/static");
const PAGES = ["console", "simulator"];
const service = process.env["SWITCHBOARD_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  root: at("."),
  base: "/static/",
  plugins: [react(), widget(), publishTo(STATIC)],
  build: {
    outDir: stagingFolder(STATIC),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    manifest: "manifest.json", // the service's own pages read from it which files to name
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: {
        ...Object.fromEntries(
          PAGES.map((page) => [page, at(`${page}/index.html`)]).filter(([, file]) => existsSync(file ?? "")),
        ),
        help: at("help/main.ts"),
      },
    },
  },
  worker: { format: "es" },
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      "/api": service,
      "/help": service,
      "/widget.js": service,
      "/simulator/config.json": service,
      "/ws": { target: service, ws: true },
    },
  },
  test: {
    projects: [
      { extends: true, test: { name: "pure", environment: "node", include: ["{console,shared,scripts,widget}/**/*.test.ts"] } },
      { extends: true, test: { name: "page", environment: "happy-dom", include: ["{help,simulator}/**/*.test.{ts,tsx}"] } },
    ],
  },
});
