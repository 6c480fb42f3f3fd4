/**
 * What a server is asked to add up: the selected time, and the callsites that patterns match. Which
 * those are is known here, whatever regular expressions the server has.
 */

import type { Site } from "../data/head.ts";
import { type Merged, NOTHING_YET, type Server } from "../data/served.ts";
import type { State } from "../state/state.ts";
import { FOCUS, IGNORE, type Narrowing, narrowingOf, rulesOf } from "./narrowing.ts";

/** What the server adds up of what is selected; nothing while that is on its way. */
export function mergedBy(server: Server, state: Readonly<State>): Merged {
  const narrowing = narrowingOf(state);
  return server.merged(state.range, narrowing ? queryOf(server.head.callsites, narrowing) : "") ?? NOTHING_YET;
}

function queryOf(sites: readonly Site[], narrowing: Narrowing): string {
  const { marks, hide } = rulesOf(sites, narrowing);
  const parts = [
    narrowing.focus !== "" && `focus=${runs(marks, FOCUS)}`,
    narrowing.ignore !== "" && `ignore=${runs(marks, IGNORE)}`,
    narrowing.hide !== "" && `hide=${runs(hide, 1)}`,
  ];
  return parts.filter((part) => part !== false).join("&");
}

/** The places with a bit, such as `1-3.8`. */
function runs(values: Uint8Array, bit: number): string {
  const runs: [number, number][] = [];
  values.forEach((value, at) => {
    if ((value & bit) === 0) return;
    const last = runs.at(-1);
    if (last && last[1] === at - 1) last[1] = at;
    else runs.push([at, at]);
  });
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(".");
}
