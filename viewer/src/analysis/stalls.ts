/**
 * The times in which threads waited for the collector.
 */

import type { Recording } from "../data/recording.ts";

export class Stalls {
  /** By the lane's place. */
  private readonly stalls: (readonly [from: number, to: number])[][];

  constructor({ lanes, head }: Recording) {
    const all = head.info.losses.filter(({ cause }) => cause === "stall");
    this.stalls = lanes.map(({ number }) => all.filter(({ lane }) => lane === number).map(({ first_ns, last_ns }) => [first_ns, last_ns]));
  }

  /** How much of a time a lane waited. */
  within(lane: number, from: number, to: number): number {
    let stalled = 0;
    for (const [first, last] of this.stalls[lane]) stalled += Math.max(0, Math.min(last, to) - Math.max(first, from));
    return Math.min(stalled, to - from);
  }
}
