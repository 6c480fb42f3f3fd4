/**
 * Which requests are of one kind: those that could be expected to take alike.
 *
 * A kind is the root's callsite with those of its text fields that tell routes apart: few different
 * values among all requests, each of them common. Numbers and names of single things are no kind.
 */

import type { Recording } from "../data/recording.ts";
import type { RequestRow } from "./requests.ts";

/** A field with more values than this tells single things apart. */
const VALUES_MAX = 64;
/** And so does one whose values occur less often than this, on average. */
const USES_MIN = 4;

/** The kind of each request, in words. */
export function kindsOf(recording: Recording, rows: readonly RequestRow[]): string[] {
  const kinds = rows.map((row) => recording.head.callsites[row.site].name);
  const index = new Map(rows.map((row, at) => [row.life, at]));
  recording.fields.forEach((column, number) => {
    if (recording.head.fields[number]?.kind !== "text") return;
    const values = new Map<number, string>();
    column.lives.forEach((life, at) => {
      const row = index.get(life);
      if (row !== undefined) values.set(row, String(column.values[at]));
    });
    const different = new Set(values.values()).size;
    if (different < 2 || different > VALUES_MAX || values.size < different * USES_MIN) return;
    for (const [row, value] of values) kinds[row] += ` ${value}`;
  });
  return kinds;
}

/** The request whose lifetime is in the middle of its kind's; the lower of two. */
export function medianOf(rows: readonly RequestRow[], kinds: readonly string[], kind: string): RequestRow | undefined {
  const alike = rows.filter((_, at) => kinds[at] === kind).sort((a, b) => a.lifetime - b.lifetime || a.number - b.number);
  return alike[Math.floor((alike.length - 1) / 2)];
}
