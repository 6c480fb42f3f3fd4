/**
 * The spans of one request in rows: children under their parent, and where they overlap in time
 * under one another, in rows that no other subtree uses at that time.
 */

import { familiesOf } from "../../data/families.ts";
import { type Recording, type Span, inside } from "../../data/recording.ts";
import { lifetimeOf, segmentsOf } from "../../data/span.ts";

/** More spans than this are more than a picture of rows can tell. */
const MOST = 20_000;

export interface RequestItem {
  span: Span;
  /** The index of its parent; -1 for the root. Parents stand before their children. */
  parent: number;
  start: number;
  end: number;
  row: number;
}

export interface RequestLayout {
  items: RequestItem[];
  rows: number;
  /** How many spans were left out: those that lived shortest. */
  left: number;
}

export function layOut(recording: Recording, root: number): RequestLayout {
  const all = gather(recording, root);
  const items = longest(all);
  return { items, rows: arrange(items), left: all.length - items.length };
}

/** All spans of a request, each parent before its children. */
function gather(recording: Recording, root: number): RequestItem[] {
  const families = familiesOf(recording);
  const { lives, lanes } = recording;
  const items: RequestItem[] = [];
  // The item of each span that is someone's parent.
  const known = new Map<string, number>();
  const add = (span: Span, parent: number) => {
    const [start, end] = lifetimeOf(recording, span);
    items.push({ span, parent, start, end, row: 0 });
    return items.length - 1;
  };
  // Plain spans inside a segment, down to where lives begin; these have their own turn.
  const addInside = (lane: number, depth: number, index: number, parent: number) => {
    const ways = [{ depth, index, parent }];
    for (let way = ways.pop(); way; way = ways.pop()) {
      const row = lanes[lane].rows[way.depth + 1];
      const [from, to] = inside(lanes[lane], way.depth, way.index);
      for (let child = from; child < to; child++) {
        if ((row.life?.[child] ?? -1) >= 0) {
          known.set(`${lane}.${way.depth + 1}.${child}`, way.parent);
          continue;
        }
        const item = add({ lane, depth: way.depth + 1, index: child }, way.parent);
        ways.push({ depth: way.depth + 1, index: child, parent: item });
      }
    }
  };
  for (let life = root; life < lives.length; life++) {
    if (families.root[life] !== root || (!lives.selected[life] && life !== root)) continue;
    const places = segmentsOf(recording, { life });
    const around = places[0] ? known.get(`${places[0].lane}.${places[0].depth}.${places[0].index}`) : undefined;
    const above = families.above[life];
    const parent = families.parent[life] < 0 && around !== undefined ? around : (known.get(`${above}`) ?? (life === root ? -1 : 0));
    const item = add({ life }, parent);
    known.set(`${life}`, item);
    for (const { lane, depth, index } of places) addInside(lane, depth, index, item);
  }
  return items;
}

/** The longest-lived, with all above them. */
function longest(items: RequestItem[]): RequestItem[] {
  if (items.length <= MOST) return items;
  const order = items.map((_, index) => index).sort((a, b) => items[b].end - items[b].start - (items[a].end - items[a].start));
  const kept = new Set<number>([0]);
  for (const index of order) {
    if (kept.size >= MOST) break;
    for (let at = index; at >= 0 && !kept.has(at); at = items[at].parent) kept.add(at);
  }
  const places = new Map([...kept].sort((a, b) => a - b).map((index, place) => [index, place]));
  return [...places.keys()].map((index) => ({ ...items[index], parent: places.get(items[index].parent) ?? -1 }));
}

/** Gives every item its row; says how many there are. From the last to the first, the blocks under an item are arranged. */
function arrange(items: RequestItem[]): number {
  const children: number[][] = items.map(() => []);
  items.forEach(({ parent }, index) => {
    if (parent >= 0) children[parent].push(index);
  });
  const ends = items.map((item) => item.end);
  const heights = items.map(() => 1);
  for (let index = items.length - 1; index >= 0; index--) {
    const free: number[] = [];
    for (const child of children[index].sort((a, b) => items[a].start - items[b].start)) {
      const row = firstFree(free, items[child].start, heights[child]);
      items[child].row = row + 1;
      for (let at = row; at < row + heights[child]; at++) free[at] = Math.max(ends[child], items[child].start);
      ends[index] = Math.max(ends[index], ends[child]);
    }
    heights[index] = free.length + 1;
  }
  for (const item of items) if (item.parent >= 0) item.row += items[item.parent].row;
  return heights[0] ?? 0;
}

/** The first of `height` rows that are free from `start` on; `free` has when each row is. */
function firstFree(free: readonly number[], start: number, height: number): number {
  let from = 0;
  for (let row = 0; row < free.length; row++) {
    if (free[row] > start) from = row + 1;
    else if (row + 1 - from === height) break;
  }
  return from;
}
