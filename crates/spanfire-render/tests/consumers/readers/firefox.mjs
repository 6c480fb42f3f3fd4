// The Firefox Profiler: its own code, as its command line has it, loads the file and is asked about each
// thread.

import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const CLI = fileURLToPath(
  new URL("../node_modules/@firefox-devtools/profiler-cli/dist/profiler-cli.js", import.meta.url),
);
const WAIT_MS = 60_000;

export async function read(_page, _origin, file) {
  const folder = await mkdtemp(join(tmpdir(), "spanfire-profiler-"));
  const env = { ...process.env, PROFILER_CLI_SESSION_DIR: folder };
  let daemon;
  let ended;
  // What its `load` starts; but that gives up after half a second, which a busy machine takes.
  const restart = async () => {
    daemon?.kill();
    await ended;
    daemon = spawn(process.execPath, [CLI, "--daemon", resolve(file), "--session", "one"], { env, stdio: "ignore" });
    ended = new Promise((end) => daemon.on("exit", end));
  };
  const asked = async (...words) => {
    const options = { env, maxBuffer: 1 << 28, timeout: WAIT_MS };
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...words, "--session", "one", "--json"], options);
    return JSON.parse(stdout);
  };
  try {
    const list = await loaded(folder, restart, () => asked("thread", "list", "--limit", "0"));
    const threads = [];
    for (const { threadHandle, name, cpuMs } of list.threads) {
      const of = ["--thread", threadHandle, "--limit", "0"];
      const functions = await asked("thread", "functions", ...of, "--include-idle");
      const markers = await asked("thread", "markers", ...of);
      const all = ["--include-idle", "--max-lines", "1000"];
      const tree = await asked("thread", "samples-top-down", "--thread", threadHandle, ...all);
      threads.push({ name, cpuMs, functions: functions.functions, tree: tree.regularCallTree, markers: markers.byType });
    }
    return { threads };
  } finally {
    daemon.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

/** The answer, when the profile is loaded; the reason, when it cannot be. */
async function loaded(folder, restart, ask) {
  for (let tries = 1; ; tries++) {
    await restart();
    // A question that comes before this file is there makes the profiler tidy the session away.
    const until = Date.now() + WAIT_MS;
    while (!existsSync(join(folder, "one.json")) && Date.now() < until) {
      await new Promise((later) => setTimeout(later, 50));
    }
    try {
      return await ask();
    } catch (error) {
      const why = String(error.stderr ?? error);
      if (why.includes("load failed") || tries === 5) throw new Error(why);
    }
  }
}
