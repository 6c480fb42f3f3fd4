/**
 * One colour per callsite, the same as in the command's pictures.
 *
 * The hue says the crate (or target, name, thread, as chosen), the shade says the name. The hues
 * are Paul Tol's "light" scheme, made to be told apart by colour-blind readers and to carry dark
 * text (https://personal.sron.nl/~pault/). On a dark page they are the same, a little dimmed.
 */

import type { Site } from "../data/head.ts";
import type { ColourBy } from "../state/state.ts";

export type Rgb = readonly [number, number, number];

const HUES: readonly Rgb[] = [
  [0x77, 0xaa, 0xdd],
  [0xee, 0x88, 0x66],
  [0x44, 0xbb, 0x99],
  [0xee, 0xdd, 0x88],
  [0xff, 0xaa, 0xbb],
  [0x99, 0xdd, 0xff],
  [0xbb, 0xcc, 0x33],
  [0xaa, 0xaa, 0x00],
];

/** How far a shade goes towards white, or below zero towards black, in percent. */
const SHADES = [0, 12, 24, -6, -12];

/** What a span dims to on a dark page. */
const DARK = 0.86;

/** The crate a callsite belongs to. */
export function crateOf(site: Site): string {
  return site.target.split("::", 1)[0];
}

/** The colour of every callsite. By thread, a callsite has none of its own: see `hueOf`. */
export function coloursOf(sites: readonly Site[], by: ColourBy, dark: boolean): Rgb[] {
  const crates = new Set(sites.filter((site) => !site.event).map(crateOf));
  return sites.map((site) => {
    const name = hash(site.name);
    const shade = SHADES[Number(name % 5n)];
    const byName = by === "name" || (by === "crate" && crates.size <= 1);
    const hue = byName ? HUES[Number((name / 5n) % 8n)] : hueOf(by === "target" ? site.target : crateOf(site));
    return dimmed(shaded(hue, shade), dark);
  });
}

/** The hue of a text. */
export function hueOf(text: string): Rgb {
  return HUES[Number(hash(text) % 8n)];
}

/** The colour of a thread. */
export function threadColour(label: string, dark: boolean): Rgb {
  return dimmed(hueOf(label), dark);
}

function dimmed(colour: Rgb, dark: boolean): Rgb {
  return dark ? [colour[0] * DARK, colour[1] * DARK, colour[2] * DARK] : colour;
}

function shaded(colour: Rgb, percent: number): Rgb {
  const towards = percent < 0 ? 0 : 255;
  const mix = (part: number) => part + Math.trunc(((towards - part) * Math.abs(percent)) / 100);
  return [mix(colour[0]), mix(colour[1]), mix(colour[2])];
}

/** FNV-1a with its bits mixed once more: the hash of the command's palette. */
function hash(text: string): bigint {
  const mask = 0xffff_ffff_ffff_ffffn;
  let fnv = 0xcbf2_9ce4_8422_2322n;
  for (const byte of new TextEncoder().encode(text)) fnv = ((fnv ^ BigInt(byte)) * 0x0000_0100_0000_01b3n) & mask;
  return (((fnv ^ (fnv >> 33n)) * 0xff51_afd7_ed55_8ccdn) & mask) >> 32n;
}

/** As a pixel of an `ImageData` seen as little-endian words. */
export function pixel([red, green, blue]: Rgb): number {
  return (0xff000000 | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}

/** `share` of `over` on `under`. */
export function blend(under: Rgb, over: Rgb, share: number): Rgb {
  const mix = (from: number, to: number) => from + (to - from) * share;
  return [mix(under[0], over[0]), mix(under[1], over[1]), mix(under[2], over[2])];
}
