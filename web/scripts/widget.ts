// Builds the chat widget's files beside the pages: `widget/loader.js` (under /widget.js, a plain script for other sites)
// and the panel that it imports, with what the panel loads later; those names carry their hash. Sizes are checked.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin, type Rolldown } from "vite";

const LOADER_LIMIT = 2 * 1024;
const PANEL_LIMIT = 15 * 1024;
const source = (name: string) => fileURLToPath(new URL(`../widget/${name}`, import.meta.url));

interface Asset {
  fileName: string;
  code: string;
}

/** Build one entry; its file comes first, then what it loads later. */
async function bundle(entry: string, format: "iife" | "es", define: Record<string, string>): Promise<Asset[]> {
  const [built] = (await build({
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"', ...define },
    build: {
      write: false,
      target: "es2022",
      lib: { entry: source(entry), formats: [format], name: "SwitchboardWidget" }, // no helper for preloading
      rolldownOptions: {
        preserveEntrySignatures: "allow-extension",
        output: {
          minify: true,
          entryFileNames: "widget/[name]-[hash].js",
          chunkFileNames: "widget/[name]-[hash].js",
        },
      },
    },
  })) as Rolldown.RolldownOutput[];
  return (built?.output ?? []).flatMap((one) => (one.type === "chunk" ? [{ fileName: one.fileName, code: one.code }] : []));
}

function checkSize(name: string, { code }: Asset, limit: number): void {
  const bytes = gzipSync(code, { level: 9 }).length;
  if (bytes > limit) throw new Error(`${name} is ${bytes} bytes compressed; ${limit} are allowed`);
  console.log(`${name}: ${bytes} of ${limit} bytes compressed`);
}

/** Add the widget's files to a build. */
export function widget(): Plugin {
  return {
    name: "widget",
    apply: "build",
    async generateBundle() {
      const files = await bundle("panel.tsx", "es", {});
      const panel = files[0] as Asset;
      checkSize("the widget's panel", panel, PANEL_LIMIT);
      const [loader] = await bundle("loader.ts", "iife", { __PANEL__: JSON.stringify(`/static/${panel.fileName}`) });
      checkSize("the widget's loader", loader as Asset, LOADER_LIMIT);
      for (const { fileName, code } of files) this.emitFile({ type: "asset", fileName, source: code });
      this.emitFile({ type: "asset", fileName: "widget/loader.js", source: (loader as Asset).code });
    },
  };
}
