/**
 * The viewer's start: read what the page holds, then show it.
 */

import { Shell } from "./app/shell.ts";
import { readPage } from "./data/page.ts";
import type { Recording } from "./data/recording.ts";
import { Server } from "./data/served.ts";

/** Says that the data is where the page came from. */
const SERVED = 'script[type="application/x-spanfire-served"]';

async function readFile(message: HTMLElement): Promise<Recording[]> {
  return await readPage(document, (share) => {
    message.textContent = `Reading the recording: ${Math.round(100 * share)} %`;
  });
}

async function readServer(message: HTMLElement): Promise<Recording> {
  message.textContent = "Asking for the recording";
  const server = await Server.open(Math.ceil(window.innerWidth * window.devicePixelRatio));
  return server.recording();
}

async function start(): Promise<void> {
  const root = document.getElementById("viewer");
  const message = document.getElementById("message");
  if (!root || !message) return;
  try {
    const recordings = document.querySelector(SERVED) ? [await readServer(message)] : await readFile(message);
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
