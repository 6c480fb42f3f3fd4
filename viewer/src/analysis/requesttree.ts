/**
 * The merged graph of one request: every logical stack in it once, with what was spent on it.
 *
 * Costs what the request has of spans, and a look at every life that descends from its root.
 */

import { familiesOf, firstPlace } from "../data/families.ts";
import { PARENT_LIFE, type Place, type Recording, inside } from "../data/recording.ts";
import { ALWAYS } from "../state/state.ts";
import { Grower, type MergedTree } from "./mergedtree.ts";
import { waited } from "./waiting.ts";

export function requestTree(recording: Recording, root: number): MergedTree {
  return new Collector(recording, root).finish();
}

class Collector {
  private readonly grown = new Grower();
  /** The node of each life of the request. */
  private readonly nodes = new Map<number, number>();

  constructor(
    private readonly recording: Recording,
    root: number,
  ) {
    const { lives } = recording;
    const families = familiesOf(recording);
    for (let life = root; life < lives.length; life++) {
      if (families.root[life] !== root) continue;
      const node = this.nodeOf(life);
      if (lives.selected[life]) this.grown.count[node]++;
      this.grown.idle[node] += waited(recording, families, life, ALWAYS);
      for (let at = 3 * lives.first[life]; at < 3 * lives.first[life + 1]; at += 3) {
        const [lane, depth, index] = lives.segments.subarray(at, at + 3);
        this.addSegment({ lane, depth, index }, node);
      }
    }
  }

  finish(): MergedTree {
    return this.grown.finish();
  }

  /** Lives stand after their parents. */
  private nodeOf(life: number): number {
    const known = this.nodes.get(life);
    if (known !== undefined) return known;
    const { lives } = this.recording;
    const around = lives.parentKind[life] === PARENT_LIFE ? (this.nodes.get(lives.parent[life]) ?? 0) : this.around(life);
    const node = this.grown.child(around, lives.site[life]);
    this.nodes.set(life, node);
    return node;
  }

  /** The node of what the first segment of a life is inside of. */
  private around(life: number): number {
    const place = firstPlace(this.recording, life);
    if (!place) return 0;
    const { rows } = this.recording.lanes[place.lane];
    const sites: number[] = [];
    let node = 0;
    let at = place.index;
    for (let above = place.depth - 1; above >= 0; above--) {
      at = rows[above + 1].parent[at];
      const around = rows[above].life?.[at] ?? -1;
      if (around >= 0) {
        node = this.nodes.get(around) ?? 0;
        break;
      }
      sites.push(rows[above].site[at]);
    }
    // Of another request, or of none: the root of this one is outermost.
    if (node === 0) return 0;
    return sites.reduceRight((node, site) => this.grown.child(node, site), node);
  }

  /** The self time of a segment goes to its node, and that of plain spans in it under that. */
  private addSegment(segment: Place, of: number): void {
    const lane = this.recording.lanes[segment.lane];
    const open = [{ depth: segment.depth, index: segment.index, node: of }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { depth, index, node } = next;
      const row = lane.rows[depth];
      const below = lane.rows[depth + 1];
      const [from, to] = inside(lane, depth, index);
      let self = row.end[index] - row.start[index];
      for (let child = from; child < to; child++) {
        self -= Math.min(below.end[child], row.end[index]) - below.start[child];
        if ((below.life?.[child] ?? -1) >= 0) continue;
        const under = this.grown.child(node, below.site[child]);
        this.grown.count[under]++;
        open.push({ depth: depth + 1, index: child, node: under });
      }
      this.grown.busy[node] += self;
    }
  }
}
