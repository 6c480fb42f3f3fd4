// The viewer's modules without a page: what a report holds, read in node.

import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../src/analysis/analysis.ts", import.meta.url));
const built = await build({ entryPoints: [entry], bundle: true, write: false, format: "esm" });
export const viewer = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);

/** The recording in a report. */
export async function read(file) {
  const page = readFileSync(file, "utf8");
  async function* blocks() {
    for (const [, text] of page.matchAll(/<script type="application\/x-spanfire">([^]*?)<\/script>/g)) {
      yield await viewer.inflate(viewer.decodeAscii(text));
    }
  }
  return await viewer.readBlocks(blocks(), () => {});
}

/** A merged graph as folded stacks, in order. */
export function folded(recording, tree, weight) {
  const lines = [];
  for (let node = 1; node < tree.length; node++) {
    if (tree[weight][node] === 0) continue;
    const names = viewer.stackOf(tree, node).map((site) => recording.head.callsites[site].name);
    lines.push(`${names.reverse().join(";")} ${tree[weight][node]}`);
  }
  return lines.sort();
}
