/**
 * Whether what recording took is taken out of what is shown, and how much that is.
 */

import type { App } from "../app/app.ts";
import type { Recording } from "../data/recording.ts";
import { isNative } from "./functions.ts";
import { type MergedTree, mergedTree, totals } from "./mergedtree.ts";
import { type Compensated, type Rates, ratesOf } from "./rates.ts";

/** Why it cannot be taken out of the open page; empty where it can. */
export function whyNot(app: App): string {
  const { state, recording } = app;
  if (!knownRates(recording)) return "The recording does not say what its probes cost.";
  if (state.page === "chart" && state.request > 0) return "What recording took is known of the chart of all threads.";
  if (state.page === "chart" && recording.served) return "With a server behind the page, spans are drawn together: `spanfire chart --compensated` has each.";
  if (isNative(app)) return "Functions divide time as it was recorded.";
  if ((state.page === "flame" || state.page === "sandwich") && state.weight !== "busy") return "What recording took is known of busy time.";
  if (state.page === "chart" || recording.served || !recording.head.left_out) return "";
  return state.range ? "Short spans are left out of this page: it is known for all of the time only." : "";
}

/** Whether it is. */
export function isCompensated(app: App): boolean {
  const { compensated, page } = app.state;
  const fits = page === "chart" || page === "flame" || page === "sandwich" || page === "top";
  return compensated && fits && whyNot(app) === "";
}

const known = new WeakMap<Recording["head"], Rates | null>();

/** What probes cost in a recording; `null` where it does not say. */
export function knownRates({ head }: Recording): Rates | null {
  const rates = known.get(head);
  if (rates !== undefined) return rates;
  const read = ratesOf(head.info);
  known.set(head, read);
  return read;
}

/** What a name has, with and without what ran inside; of recursion as often as it occurs. */
export interface NameAccount {
  own: Compensated;
  busy: Compensated;
}

const accounts = new WeakMap<MergedTree, NameAccount[]>();

/** The accounts of all callsites, by their number. */
export function nameAccounts(app: App): NameAccount[] {
  const tree = mergedTree(app, "thread");
  const made = accounts.get(tree) ?? accountsOf(tree, app.recording.head.callsites.length);
  accounts.set(tree, made);
  return made;
}

/** The same of a graph by thread. */
export function accountsOf(tree: MergedTree, sites: number): NameAccount[] {
  const nothing = (): Compensated => ({ ns: 0, low: 0, high: 0 });
  const made = Array.from({ length: sites }, () => ({ own: nothing(), busy: nothing() }));
  for (const [part, column] of [["ns", "compensated"], ["low", "low"], ["high", "high"]] as const) {
    const total = totals(tree, column);
    for (let node = 1; node < tree.length; node++) {
      const account = made[tree.site[node]];
      if (!account) continue;
      account.own[part] += tree[column][node];
      account.busy[part] += total[node];
    }
  }
  return made;
}
