/**
 * The viewer's start: read what the page holds, then show it.
 */

import { Shell } from "./app/shell.ts";
import { readPage } from "./data/page.ts";

async function start(): Promise<void> {
  const root = document.getElementById("viewer");
  const message = document.getElementById("message");
  if (!root || !message) return;
  try {
    const recordings = await readPage(document, (share) => {
      message.textContent = `Reading the recording: ${Math.round(100 * share)} %`;
    });
    if (recordings.length === 0) throw new Error("There is no recording in this file.");
    document.title = `${recordings.map((recording) => recording.head.title).join(" → ")} – spanfire`;
    new Shell(root, recordings);
    document.documentElement.dataset["ready"] = performance.now().toFixed(0);
  } catch (error) {
    message.textContent = error instanceof Error ? error.message : String(error);
    throw error;
  }
}

void start();
