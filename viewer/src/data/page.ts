/**
 * The recordings in this page.
 *
 * A recording is a row of script elements that hold text, closed by an empty one: head, lives,
 * fields, lanes. A page that compares has two.
 */

import { decodeAscii } from "./ascii.ts";
import { readDiff } from "./diff.ts";
import { readExperiment } from "./experiment.ts";
import type { Head } from "./head.ts";
import { inflate } from "./inflate.ts";
import { decodeLane } from "./lane.ts";
import { decodeFields, decodeLives } from "./lives.ts";
import type { Lane, Lives, Recording } from "./recording.ts";
import { Varints } from "./streams.ts";

const BLOCK = 'script[type="application/x-spanfire"]';
const END = "application/x-spanfire-end";

/** So many blocks are inflated at once: each takes a turn of the browser's, however small it is. */
const AHEAD = 16;

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
  const experiment = await readExperiment(document);
  if (last && experiment) last.experiment = experiment;
  if (blocks.length > 0) throw new Error("The data in this file ends too early.");
  return recordings;
}

async function readRecording(elements: HTMLScriptElement[], progress: (share: number) => void): Promise<Recording> {
  const inflated = (element: HTMLScriptElement) => {
    const bytes = decodeAscii(element.textContent ?? "");
    // The text is not needed again, and is larger than all columns made of it.
    element.remove();
    const block = inflate(bytes);
    // Whoever waits for it is told; until then nobody is.
    block.catch(() => {});
    return block;
  };
  async function* blocks() {
    const waiting: Promise<Uint8Array>[] = [];
    let next = 0;
    while (next < elements.length || waiting.length > 0) {
      while (next < elements.length && waiting.length < AHEAD) waiting.push(inflated(elements[next++]));
      yield (await waiting.shift()) as Uint8Array;
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
    const group = new Varints(await next());
    while (!group.ended) lanes.push(decodeLane(head, lanes.length, firstMark(lanes), group.take(group.next())));
    progress(lanes.length / head.lanes.length);
  }
  const lives = decodeLives(head, lanes, lifeBlock);
  const { ofLives, ofMarks } = decodeFields(head, fieldBlock);
  return {
    head,
    lanes,
    lives,
    fields: ofLives,
    markFields: ofMarks,
    from: head.range_ns[0],
    to: Math.max(Math.min(head.range_ns[1], lastMoment(lanes, lives)), head.range_ns[0] + 1),
    segments: lanes.reduce((sum, lane) => sum + lane.segments, 0),
  };
}

/** The number of the first instant of the lane after these. */
function firstMark(lanes: readonly Lane[]): number {
  const last = lanes.at(-1);
  return last ? last.firstMark + last.marks.at.length : 0;
}

/** When the last thing ends: a recorder may have gone on long after that. */
function lastMoment(lanes: Lane[], lives: Lives): number {
  const rows = lanes.flatMap(({ rows }) => rows).map(({ end, length }) => end[length - 1]);
  const marks = lanes.map(({ marks: { at } }) => at[at.length - 1] ?? 0);
  const last = (times: Iterable<number>) => [...times].reduce((last, time) => Math.max(last, time), 0);
  return Math.max(last(rows), last(marks), lives.end.reduce((last, time) => Math.max(last, time), 0));
}
