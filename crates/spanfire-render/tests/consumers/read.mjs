// What a consumer's own reader makes of files: `node read.mjs READER FILE…` prints a line of JSON for each,
// `{"read": …}` or `{"refused": "…"}`.
//
// Readers are the consumers themselves, run in chromium without a network: a page of each is served
// from this process, given the file, and asked what it holds.

import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

const [name, ...files] = process.argv.slice(2);
const { read } = await import(`./readers/${name}.mjs`);

const server = createServer((asked, answer) => {
  const path = normalize(join(HERE, decodeURIComponent(new URL(asked.url, "http://here").pathname)));
  if (!path.startsWith(HERE) || !existsSync(path)) {
    answer.writeHead(404).end();
    return;
  }
  answer.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(answer);
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  for (const file of files) {
    const context = await browser.newContext({ acceptDownloads: true });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    let line;
    try {
      line = { read: await read(page, origin, file) };
    } catch (refused) {
      line = { refused: String(refused?.message ?? refused) };
    }
    console.log(JSON.stringify(line));
    await context.close();
  }
} finally {
  await browser.close();
  server.close();
}
