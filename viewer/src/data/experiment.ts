/**
 * What measuring costs the program, where that was tried: the JSON that `experiment/page.rs` writes.
 */

import { decodeAscii } from "./ascii.ts";
import { inflate } from "./inflate.ts";

export interface ExperimentData {
  /** The command that was tried, as it was typed. */
  subject: string;
  /** The picture, which `spanfire overhead -o OUT.svg` writes too. */
  svg: string;
  columns: string[];
  rows: string[][];
}

/** The experiment in this page, if it has one. */
export async function readExperiment(document: Document): Promise<ExperimentData | null> {
  const element = document.querySelector('script[type="application/x-spanfire-experiment"]');
  if (!element) return null;
  const bytes = await inflate(decodeAscii(element.textContent ?? ""));
  element.remove();
  return JSON.parse(new TextDecoder().decode(bytes)) as ExperimentData;
}
