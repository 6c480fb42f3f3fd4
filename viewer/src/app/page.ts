/**
 * What a page is. Each page of the viewer is a folder or file of `pages/` that exports one `Page`;
 * `pages/pages.ts` lists them.
 */

import type { App } from "./app.ts";
import type { Key } from "./keys.ts";
import type { PageId } from "../state/state.ts";

export interface Page {
  id: PageId;
  title: string;
  /** Whether the page has anything to show; a page that has not is not in the bar. */
  fits?(app: App): boolean;
  /** Builds the page inside `host`, which is empty. Called again each time the page is opened. */
  mount(host: HTMLElement, app: App): PageView;
}

/** A page that is open. */
export interface PageView {
  /** Shows the present state. Called in an animation frame after any change of it, or of the size. */
  draw(): void;
  /** The table twin: what the page shows, for screen readers, tests and copying. */
  table(): Table;
  /** Goes to the next, or the one before, of what the search finds. */
  find?(step: 1 | -1): void;
  /** The present view as an SVG file. */
  svg?(): string;
  /** The present view as folded stacks. */
  folded?(): string;
  /** Keys that hold while the page is open. */
  keys?: Key[];
  /** Lets go of what outlives the host's elements. */
  unmount?(): void;
}

/** A table. With levels it is a tree whose rows stand before those inside them. */
export interface Table {
  caption: string;
  columns: string[];
  rows: TableRow[];
  /** How many rows there would be, if not all are given. */
  total?: number;
}

export interface TableRow {
  cells: string[];
  /** From 1; absent in a table without levels. */
  level?: number;
  /** What choosing the row does. */
  choose?: () => void;
}
