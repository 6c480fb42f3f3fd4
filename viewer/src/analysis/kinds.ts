/**
 * Which requests are of one kind: those that could be expected to take alike.
 *
 * A kind is the root's callsite with those of its text fields that tell routes apart: few different
 * values among all requests, each of them common. Numbers and names of single things are no kind.
 */

import type { Recording } from "../data/recording.ts";
import { type RequestRow, requestFields } from "./requests.ts";

/** A field with more values than this tells single things apart. */
const VALUES_MAX = 64;
/** And so does one whose values occur less often than this, on average. */
const USES_MIN = 4;

/** The kind of each request, in words. */
export function kindsOf(recording: Recording, rows: readonly RequestRow[]): string[] {
  const kinds = rows.map((row) => recording.head.callsites[row.site].name);
  // By the field's name: the requests that have it, and its text in each.
  const columns = new Map<string, Map<number, string>>();
  rows.forEach((row, at) => {
    for (const { name, value } of requestFields(recording, row)) {
      if (typeof value !== "string") continue;
      const column = columns.get(name) ?? new Map<number, string>();
      column.set(at, value);
      columns.set(name, column);
    }
  });
  for (const column of columns.values()) {
    const different = new Set(column.values()).size;
    if (different < 2 || different > VALUES_MAX || column.size < different * USES_MIN) continue;
    for (const [at, value] of column) kinds[at] += ` ${value}`;
  }
  return kinds;
}

/** The request whose lifetime is in the middle of its kind's; the lower of two. */
export function medianOf(rows: readonly RequestRow[], kinds: readonly string[], kind: string): RequestRow | undefined {
  const alike = rows.filter((_, at) => kinds[at] === kind).sort((a, b) => a.lifetime - b.lifetime || a.number - b.number);
  return alike[Math.floor((alike.length - 1) / 2)];
}
