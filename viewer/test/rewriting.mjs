// Reports whose names, fields and labels are other than what was recorded.

import { readFileSync, writeFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { viewer } from "./columns.mjs";

const ESCAPED = new Map([[0, "0"], [13, "r"], [60, "l"], [92, "e"]]);

/** The text of a block. */
function encoded(bytes) {
  let text = "";
  let bits = 0;
  let held = 0;
  const push = (group) => (text += ESCAPED.has(group) ? `\\${ESCAPED.get(group)}` : String.fromCharCode(group));
  for (const byte of bytes) {
    bits |= byte << held;
    for (held += 8; held >= 7; held -= 7) {
      push(bits & 127);
      bits >>>= 7;
    }
  }
  if (held > 0) push(bits);
  return text;
}

/** Changes what `change` does to the JSON of every head, and of the diff if there is one. */
export async function rewrite(file, change) {
  const page = readFileSync(file, "utf8");
  const blocks = [...page.matchAll(/<script type="application\/x-spanfire(|-end|-diff)">([^]*?)<\/script>/g)];
  let isHead = true;
  let out = page;
  for (const [whole, kind, text] of blocks) {
    if ((kind === "" && isHead) || kind === "-diff") {
      const json = JSON.parse(new TextDecoder().decode(await viewer.inflate(viewer.decodeAscii(text))));
      change(json);
      const block = encoded(deflateRawSync(JSON.stringify(json)));
      out = out.replace(whole, () => `<script type="application/x-spanfire${kind}">${block}</script>`);
    }
    isHead = kind !== "";
  }
  writeFileSync(file, out);
  return file;
}
