/**
 * Folded stacks, `frame;frame weight`: what `spanfire export --to folded` writes.
 */

import type { Site } from "../data/head.ts";
import type { Frames } from "./layout.ts";
import { NO_SPAN } from "./words.ts";

/** A line for each stack that has weight of its own. */
export function folded(frames: Frames, own: Float64Array, sites: readonly Site[]): string {
  const words = wordsOf(frames, sites);
  const stacks: string[] = [""];
  let text = "";
  for (let node = 1; node < frames.length; node++) {
    const around = stacks[frames.parent[node]];
    const word = words.get(frames.site[node]) ?? NO_SPAN;
    stacks[node] = around === "" ? word : `${around};${word}`;
    if (own[node] > 0) text += `${stacks[node]} ${own[node]}\n`;
  }
  return text;
}

/** A word for each callsite of a graph that no other of its callsites has. */
function wordsOf(frames: Frames, sites: readonly Site[]): Map<number, string> {
  const used = [...new Set(Array.from({ length: frames.length - 1 }, (_, node) => frames.site[node + 1]))];
  const known = used.filter((site) => site >= 0).sort((a, b) => a - b);
  const uses = new Map<string, number>();
  for (const site of known) uses.set(foldedWord(sites[site].name), (uses.get(foldedWord(sites[site].name)) ?? 0) + 1);
  const taken = new Set([NO_SPAN]);
  const words = new Map<number, string>();
  for (const site of known) {
    const { name, file, line } = sites[site];
    const alone = uses.get(foldedWord(name)) === 1 || file === undefined || line === undefined;
    const wanted = alone ? foldedWord(name) : foldedWord(`${name} (${file}:${line})`);
    let word = wanted;
    for (let number = 2; taken.has(word); number++) word = `${wanted} #${number}`;
    taken.add(word);
    words.set(site, word);
  }
  return words;
}

/** A label as a frame that every reader of the format takes for one frame. */
export function foldedWord(label: string): string {
  if (label === "") return "(unnamed)";
  return (
    label
      .replace(/[\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu, escaped)
      .replace(/[\ufffe\uffff]/gu, "\ufffd")
      .replaceAll(";", ":")
      // A reader would take a number after the last space for the weight.
      .replace(/\s(?=\s*[\d.]*$)/u, (space, at: number, all: string) => (/\s/u.test(all.slice(at + 1)) ? space : "␣"))
      .replace(/^\s+|\s+$/gu, (spaces) => "␣".repeat(spaces.length))
      .replace(/^# /, "#␣")
      .replace(/_\[(.)\]$/u, "_($1)")
  );
}

function escaped(char: string): string {
  const short: Record<string, string> = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };
  return short[char] ?? `\\u{${char.codePointAt(0)?.toString(16)}}`;
}
