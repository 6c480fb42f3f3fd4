// Builds the viewer into one page with a place for the data, beside the Rust code that fills it.
//
//   node build.mjs [OUT]     the same sources give the same bytes, on any machine
//
// The page's policy names its script and its style by their hashes, so they stand here as LF text.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = process.argv[2] ?? here("../crates/spanfire-render/src/html/viewer.html");

async function bundled(entry) {
  const result = await build({
    entryPoints: [here(entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["chrome110", "firefox115", "safari16.4"],
    charset: "ascii",
    legalComments: "none",
  });
  const text = result.outputFiles[0].text.trim();
  if (/<\/(script|style)/i.test(text) || text.includes("\r")) throw new Error(`${entry}: cannot stand in a page`);
  return text;
}

const [page, script, style] = await Promise.all([
  readFile(here("src/page.html"), "utf8"),
  bundled("src/main.ts"),
  bundled("src/theme.css"),
]);
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;
const parts = { policy, style, script };
const built = page.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
await writeFile(out, built);
