// Runs all tests, as many files at once as there are processors, with one browser for all.
//
//   node test/run.mjs [NOUN…]     those of some files alone, such as flame

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { BROWSER } from "./harness.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const asked = process.argv.slice(2).map((noun) => `${noun}.test.mjs`);
const files = readdirSync(here(".")).filter((name) => (asked.length > 0 ? asked.includes(name) : name.endsWith(".test.mjs")));
const browser = await chromium.launchServer(BROWSER);
const words = ["--test", `--test-concurrency=${availableParallelism()}`, ...files.map(here)];
const tests = spawn(process.execPath, words, { stdio: "inherit", env: { ...process.env, SPANFIRE_BROWSER: browser.wsEndpoint() } });
const status = await new Promise((done) => tests.on("exit", done));
await browser.close();
process.exitCode = status ?? 1;
