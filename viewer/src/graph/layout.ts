/**
 * Where the frames of a merged graph stand: depth, and place across in units of their weight.
 *
 * Takes a graph and the weight of every node with all that is under it. Siblings stand by falling
 * weight, so that the eye finds the heavy ones on the left and drawing can stop at the first that
 * is too narrow to see. Made once for each graph, weight and direction; O(n log n).
 */

/** What a layout needs of a graph: every node after its parent, node 0 the root. */
export interface Frames {
  length: number;
  /** The frame of each node; -1 for the root, and for time outside all spans. */
  site: ArrayLike<number>;
  parent: ArrayLike<number>;
}

/** A frame in view, in pixels across; `depth` counts from the root. */
export interface Box {
  node: number;
  depth: number;
  left: number;
  right: number;
}

export class Layout {
  readonly depth: Int32Array;
  /** How many rows there are under each node. */
  readonly height: Int32Array;
  /** The weight left of each node. */
  private readonly before: Float64Array;
  private readonly first: Uint32Array;
  private readonly order: Uint32Array;

  constructor(
    readonly frames: Frames,
    readonly total: Float64Array,
  ) {
    const { length, parent } = frames;
    this.depth = new Int32Array(length);
    this.height = new Int32Array(length);
    this.before = new Float64Array(length);
    this.first = new Uint32Array(length + 1);
    this.order = new Uint32Array(Math.max(0, length - 1));
    for (let node = 1; node < length; node++) {
      this.depth[node] = this.depth[parent[node]] + 1;
      this.first[parent[node] + 1]++;
    }
    for (let node = 0; node < length; node++) this.first[node + 1] += this.first[node];
    const next = this.first.slice(0, length);
    for (let node = 1; node < length; node++) this.order[next[parent[node]]++] = node;
    this.place();
  }

  private place(): void {
    const { frames, total, before, height } = this;
    for (let node = 0; node < frames.length; node++) {
      const children = this.children(node);
      children.sort((a, b) => total[b] - total[a] || a - b);
      let left = before[node];
      for (const child of children) {
        before[child] = left;
        left += total[child];
      }
    }
    for (let node = frames.length - 1; node > 0; node--) {
      if (total[node] > 0) height[frames.parent[node]] = Math.max(height[frames.parent[node]], height[node] + 1);
    }
  }

  /** The nodes directly under one, the heaviest first. */
  children(node: number): Uint32Array {
    return this.order.subarray(this.first[node], this.first[node + 1]);
  }

  /** The nodes from the root down to one, the root left out. */
  path(node: number): number[] {
    const path: number[] = [];
    for (let at = node; at !== 0; at = this.frames.parent[at]) path.push(at);
    return path.reverse();
  }

  /** The node that a path of frames, joined by dots, leads to; as far as it goes. */
  find(path: string): number {
    let node = 0;
    for (const site of path === "" ? [] : path.split(".").map(Number)) {
      const child = this.children(node).find((child) => this.frames.site[child] === site && this.total[child] > 0);
      if (child === undefined) break;
      node = child;
    }
    return node;
  }

  /** The path by which `find` finds a node. */
  key(node: number): string {
    return this.path(node)
      .map((node) => this.frames.site[node])
      .join(".");
  }

  /**
   * The frames in view when `zoom` is as wide as the picture: what it is inside of over all of the
   * width, and all under it that is at least `least` wide, outer frames first.
   */
  boxes(zoom: number, width: number, least: number): Box[] {
    const boxes: Box[] = [0, ...this.path(zoom)].map((node) => ({ node, depth: this.depth[node], left: 0, right: width }));
    const scale = width / this.total[zoom];
    if (!Number.isFinite(scale)) return [];
    const open = [zoom];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const child of this.children(node)) {
        if (this.total[child] * scale < least) break;
        const left = (this.before[child] - this.before[zoom]) * scale;
        boxes.push({ node: child, depth: this.depth[child], left, right: left + this.total[child] * scale });
        open.push(child);
      }
    }
    return boxes;
  }
}
