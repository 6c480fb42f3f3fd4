/**
 * The stacks of spans under focus, ignore and hide: hidden frames are in none.
 */

import { firstPlace } from "../data/families.ts";
import { type Place, type Recording, PARENT_AROUND, PARENT_LIFE } from "../data/recording.ts";
import type { Rules } from "./narrowing.ts";

export interface Stack {
  /** What patterns say of its frames together. */
  readonly marks: number;
  /** Its number, 0 where nobody numbers stacks. */
  readonly node: number;
}

export class Ancestry {
  /** The stack without frames. */
  readonly empty: Stack;
  private readonly logical: Stack[];
  /** Stacks are few, and asked for often: one more frame on one that is known. */
  private readonly known = new Map<Stack, (Stack | undefined)[]>();

  /** `child` numbers stacks. */
  constructor(
    private readonly recording: Recording,
    private readonly rules: Rules,
    private readonly child: ((parent: number, site: number) => number) | undefined,
  ) {
    this.empty = { marks: rules.empty, node: 0 };
    const { lives } = recording;
    this.logical = [];
    // Lives stand after their parents.
    for (let life = 0; life < lives.length; life++) this.logical.push(this.below(this.above(life), lives.site[life]));
  }

  /** A life's logical stack. */
  of(life: number): Stack {
    return this.logical[life];
  }

  /** The stack with one more frame, or the same if that is hidden. */
  below(stack: Stack, site: number): Stack {
    if (this.rules.hide[site] === 1) return stack;
    const children = this.known.get(stack) ?? [];
    if (children.length === 0) this.known.set(stack, children);
    return (children[site] ??= {
      marks: stack.marks | this.rules.marks[site],
      node: this.child?.(stack.node, site) ?? 0,
    });
  }

  /** The physical stack on which a segment was entered. */
  on({ lane, depth, index }: Place): Stack {
    const { rows } = this.recording.lanes[lane];
    const entered = rows[depth].start[index];
    const sites = [rows[depth].site[index]];
    let at = index;
    for (let above = depth - 1; above >= 0; above--) {
      const end = rows[above + 1].end[at];
      at = rows[above + 1].parent[at];
      const gone = rows[above].end[at] < end && rows[above].end[at] <= entered;
      if (!gone) sites.push(rows[above].site[at]);
    }
    return sites.reduceRight((stack, site) => this.below(stack, site), this.empty);
  }

  /** The logical stack around a life. */
  private above(life: number): Stack {
    const { lives, lanes } = this.recording;
    if (lives.parentKind[life] === PARENT_LIFE) return this.logical[lives.parent[life]] ?? this.empty;
    const place = lives.parentKind[life] === PARENT_AROUND ? firstPlace(this.recording, life) : null;
    if (!place) return this.empty;
    const { rows } = lanes[place.lane];
    const sites: number[] = [];
    let stack = this.empty;
    let at = place.index;
    for (let above = place.depth - 1; above >= 0; above--) {
      at = rows[above + 1].parent[at];
      const around = rows[above].life?.[at] ?? -1;
      if (around >= 0) {
        stack = this.logical[around] ?? this.empty;
        break;
      }
      sites.push(rows[above].site[at]);
    }
    return sites.reduceRight((stack, site) => this.below(stack, site), stack);
  }
}
