/**
 * The state as a URL's hash, and back.
 *
 * `#page=flame&range=1200-3400`. A hash comes from a link, so it may say anything: what does not
 * fit is passed over.
 */

import { CHOICES, DEFAULTS, type Range, type State } from "./state.ts";

/** What differs from the default. */
export function toHash(state: State): string {
  const words = new URLSearchParams();
  for (const key of Object.keys(DEFAULTS) as (keyof State)[]) {
    const text = write(state[key]);
    if (text !== write(DEFAULTS[key])) words.set(key, text);
  }
  const hash = words.toString();
  return hash === "" ? "" : `#${hash}`;
}

/** The state that `hash` stands for. */
export function fromHash(hash: string): State {
  const state: Record<string, unknown> = { ...DEFAULTS };
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (!Object.hasOwn(DEFAULTS, key)) continue;
    const value = read(key as keyof State, text);
    if (value !== undefined) state[key] = value;
  }
  return state as unknown as State;
}

function write(value: State[keyof State]): string {
  if (value === null) return "";
  return Array.isArray(value) ? value.join("-") : String(value);
}

function read(key: keyof State, text: string): State[keyof State] | undefined {
  const standard = DEFAULTS[key];
  if (typeof standard === "boolean") return text === "true";
  if (typeof standard === "number") return Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (key === "view" || key === "range" || key === "lengths") return readRange(text);
  const choices = CHOICES[key] as readonly string[] | undefined;
  if (choices && !choices.includes(text)) return undefined;
  return text as State[keyof State];
}

function readRange(text: string): Range | undefined {
  const [from, to] = text.split("-").map(Number);
  return from >= 0 && to > from ? [from, to] : undefined;
}
