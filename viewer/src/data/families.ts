/**
 * Who descends from whom: what follows from the parents of all lives, made when first asked for.
 */

import { type Place, type Recording, PARENT_AROUND, PARENT_LIFE } from "./recording.ts";

export interface Families {
  /** The life that is each life's logical parent; -1 at roots, and where the parent is a plain span. */
  parent: Int32Array;
  /** The nearest life above each, its parent or further up; -1 at roots. */
  above: Int32Array;
  /** The root of each life's request. */
  root: Int32Array;
  /** The children of each life among lives: `children[first[life]…first[life + 1]]`, by creation. */
  first: Uint32Array;
  children: Uint32Array;
}

const known = new WeakMap<Recording, Families>();

export function familiesOf(recording: Recording): Families {
  const families = known.get(recording) ?? make(recording, null);
  known.set(recording, families);
  return families;
}

/** The same where spans of callsites with a 1 in `hide` are nobody's parents: those above them are. */
export function visibleFamilies(recording: Recording, hide: Uint8Array): Families {
  return hide.includes(1) ? make(recording, hide) : familiesOf(recording);
}

/** The first segment of a life; `null` if it never ran. */
export function firstPlace({ lives }: Recording, life: number): Place | null {
  return lives.first[life] === lives.first[life + 1] ? null : placeAt(lives.segments, 3 * lives.first[life]);
}

/** The last segment of a life; `null` if it never ran. */
export function lastPlace({ lives }: Recording, life: number): Place | null {
  return lives.first[life] === lives.first[life + 1] ? null : placeAt(lives.segments, 3 * lives.first[life + 1] - 3);
}

function placeAt(segments: Uint32Array, at: number): Place {
  return { lane: segments[at], depth: segments[at + 1], index: segments[at + 2] };
}

/** The nearest life that a segment is inside of, itself left out, and whether no visible plain span is between; -1 for none. */
function lifeAround({ lanes }: Recording, { lane, depth, index }: Place, hide: Uint8Array | null): { life: number; direct: boolean } {
  const { rows } = lanes[lane];
  let at = index;
  let direct = true;
  for (let above = depth - 1; above >= 0; above--) {
    at = rows[above + 1].parent[at];
    const life = rows[above].life?.[at] ?? -1;
    if (life >= 0) return { life, direct };
    if (hide?.[rows[above].site[at]] !== 1) direct = false;
  }
  return { life: -1, direct: false };
}

function make(recording: Recording, hide: Uint8Array | null): Families {
  const { lives } = recording;
  const families: Families = {
    parent: new Int32Array(lives.length).fill(-1),
    above: new Int32Array(lives.length).fill(-1),
    root: new Int32Array(lives.length),
    first: new Uint32Array(lives.length + 1),
    children: new Uint32Array(0),
  };
  const { parent, above, root, first } = families;
  for (let life = 0; life < lives.length; life++) {
    if (lives.parentKind[life] === PARENT_LIFE) above[life] = parent[life] = lives.parent[life];
    else if (lives.parentKind[life] === PARENT_AROUND) {
      const place = firstPlace(recording, life);
      const around = place ? lifeAround(recording, place, hide) : { life: -1, direct: false };
      above[life] = around.life;
      if (around.direct) parent[life] = around.life;
    }
    // Whoever is above a hidden one is known already.
    if (parent[life] >= 0 && hide?.[lives.site[parent[life]]] === 1) parent[life] = parent[parent[life]];
    if (hide?.[lives.site[life]] === 1) continue;
    if (parent[life] >= 0) first[parent[life] + 1]++;
  }
  // Lives stand in the order of creation, so whatever is above has its root already.
  for (let life = 0; life < lives.length; life++) {
    root[life] = above[life] >= 0 && above[life] < life ? root[above[life]] : life;
    first[life + 1] += first[life];
  }
  families.children = new Uint32Array(first[lives.length]);
  const next = first.slice(0, lives.length);
  parent.forEach((above, life) => {
    if (above >= 0 && hide?.[lives.site[life]] !== 1) families.children[next[above]++] = life;
  });
  return families;
}
