/**
 * What a regular expression finds in a recording.
 *
 * It is searched in each callsite's name and path, and in the fields of spans as `name=value`; case
 * counts only if it has a capital letter. What is no regular expression is searched as it stands.
 */

import { type Site, framesOf } from "../data/head.ts";
import type { Recording, Row } from "../data/recording.ts";

export class Search {
  /** Whether there is anything to search for. */
  readonly active: boolean;
  /** 1 for each callsite, and then function, that matches. */
  readonly sites: Uint8Array;
  /** 1 for each life one of whose fields matches; `null` if none does. */
  readonly lives: Uint8Array | null;

  constructor(recording: Recording, text: string) {
    this.active = text !== "";
    const callsites = framesOf(recording.head);
    this.sites = new Uint8Array(callsites.length);
    this.lives = null;
    if (!this.active) return;
    const pattern = patternOf(text);
    this.sites = Uint8Array.from(callsites, (site) => (matchesSite(pattern, site) ? 1 : 0));
    for (const column of recording.fields) {
      for (let row = 0; row < column.owners.length; row++) {
        if (!pattern.test(`${column.name}=${column.values[row]}`)) continue;
        this.lives ??= new Uint8Array(recording.lives.length);
        this.lives[column.owners[row]] = 1;
      }
    }
  }

  /** Whether a span of a callsite matches; `life` is -1 for a plain one. */
  finds(site: number, life: number): boolean {
    return this.sites[site] === 1 || (life >= 0 && this.lives?.[life] === 1);
  }

  /** Whether a segment's span matches. */
  findsIn(row: Row, index: number): boolean {
    return this.finds(row.site[index], row.life ? row.life[index] : -1);
  }
}

/** The regular expression that a reader typed. */
export function patternOf(text: string): RegExp {
  const flags = /[A-Z]/.test(text) ? "u" : "iu";
  try {
    return new RegExp(text, flags);
  } catch {
    return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"), flags);
  }
}

/** Whether a callsite's name or path matches. */
export function matchesSite(pattern: RegExp, site: Site): boolean {
  return pattern.test(site.name) || pattern.test(`${site.target}::${site.name}`);
}
