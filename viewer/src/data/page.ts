/**
 * The recordings in this page.
 *
 * A recording is a row of script elements that hold text, closed by an empty one: head, lives,
 * fields, lanes. A page that compares has two.
 */

import { decodeAscii } from "./ascii.ts";
import { readDiff } from "./diff.ts";
import type { Head } from "./head.ts";
import { inflate } from "./inflate.ts";
import { decodeLane } from "./lane.ts";
import { decodeFields, decodeLives } from "./lives.ts";
import type { Lane, Recording } from "./recording.ts";

const BLOCK = 'script[type="application/x-spanfire"]';
const END = "application/x-spanfire-end";

/** Reads every recording of the document; `progress` is told of the share that is done. */
export async function readPage(document: Document, progress: (share: number) => void): Promise<Recording[]> {
  const elements = [...document.querySelectorAll<HTMLScriptElement>(`${BLOCK}, script[type="${END}"]`)];
  const recordings: Recording[] = [];
  let blocks: HTMLScriptElement[] = [];
  for (const element of elements) {
    if (element.type !== END) {
      blocks.push(element);
      continue;
    }
    recordings.push(await readRecording(blocks, progress));
    blocks = [];
  }
  const diff = await readDiff(document);
  const last = recordings.at(-1);
  if (last && diff) last.diff = diff;
  if (blocks.length > 0) throw new Error("The data in this file ends too early.");
  return recordings;
}

async function readRecording(elements: HTMLScriptElement[], progress: (share: number) => void): Promise<Recording> {
  async function* blocks() {
    for (const element of elements) {
      const bytes = decodeAscii(element.textContent ?? "");
      // The text is not needed again, and is larger than all columns made of it.
      element.remove();
      yield await inflate(bytes);
    }
  }
  return await readBlocks(blocks(), progress);
}

/** A recording out of its blocks. */
export async function readBlocks(blocks: AsyncGenerator<Uint8Array>, progress: (share: number) => void): Promise<Recording> {
  const next = async () => {
    const { value } = await blocks.next();
    if (!value) throw new Error("The data in this file ends too early.");
    return value as Uint8Array;
  };
  const head = JSON.parse(new TextDecoder().decode(await next())) as Head;
  const lifeBlock = await next();
  const fieldBlock = await next();
  const lanes: Lane[] = [];
  while (lanes.length < head.lanes.length) {
    lanes.push(decodeLane(head, lanes.length, await next()));
    progress(lanes.length / head.lanes.length);
  }
  return {
    head,
    lanes,
    lives: decodeLives(head, lanes, lifeBlock),
    fields: decodeFields(head, fieldBlock),
    from: head.range_ns[0],
    to: Math.max(head.range_ns[1], head.range_ns[0] + 1),
    segments: lanes.reduce((sum, lane) => sum + lane.segments, 0),
  };
}
