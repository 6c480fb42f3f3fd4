/**
 * What is known of the selected span, beside the chart.
 */

import type { Remains, SegmentCosts } from "../../analysis/segmentcosts.ts";
import type { App } from "../../app/app.ts";
import { remainsWords } from "../../app/compensatedpart.ts";
import { button, element } from "../../app/elements.ts";
import { count, duration, exactDuration } from "../../app/format.ts";
import type { Span } from "../../data/recording.ts";
import { busyOf, fieldsOf, instantsOf, lifetimeOf, linksOf, manyOf, parentOf, rootOf, segmentsOf, selfOf, siteOf, spanKey, wordsOf } from "../../data/span.ts";
import type { Box } from "./scene.ts";

/** More fields than this are in the panel. */
const FIELDS = 8;
/** As many links, and instants, are listed. */
const LINKS = 8;
const INSTANTS = 12;

/** Rows of name and value for a span. */
export function factsOf(app: App, span: Span): [string, string][] {
  const { recording } = app;
  const site = app.site(siteOf(recording, span));
  const [start, end] = lifetimeOf(recording, span);
  const busy = busyOf(recording, span);
  const places = segmentsOf(recording, span);
  const threads = [...new Set(places.map((place) => recording.lanes[place.lane].label))];
  return [
    ["lifetime", exactDuration(end - start)],
    ["busy", exactDuration(busy)],
    ["idle", exactDuration(end - start - busy)],
    ["self", exactDuration(selfOf(recording, span))],
    ["start", exactDuration(start - recording.from)],
    ["segments", String(places.length)],
    ["threads", threads.join(", ")],
    ["target", site.target],
    ...(site.file === undefined ? [] : [["source", `${site.file}:${site.line}`] as [string, string]]),
    ...fieldsOf(recording, span).map(({ name, value }): [string, string] => [name, String(value)]),
  ];
}

/** The lines of a tooltip: the span, and the segment of it that is pointed at; `costs` where they are shown. */
export function summaryOf(app: App, { span, place, from, to }: Box, costs: SegmentCosts | null): string[] {
  const { recording } = app;
  const [start, end] = lifetimeOf(recording, span);
  const busy = busyOf(recording, span);
  const places = segmentsOf(recording, span);
  const one = place && places.length > 1 ? [`this segment ${duration(to - from)}, of ${places.length}`] : [];
  const waits = end - start > busy ? [`lifetime ${duration(end - start)}`] : [];
  const fields = fieldsOf(recording, span).map(({ name, value }) => `${name}=${value}`);
  const many = manyOf(recording, span);
  if (many > 1) return [`${count(many)} spans, ${duration(busy)} in all`, `one of them: ${app.site(siteOf(recording, span)).name}`, "nearer, they stand apart"];
  return [
    app.site(siteOf(recording, span)).name,
    [duration(busy), `self ${duration(selfOf(recording, span))}`, ...waits].join(" · "),
    ...one,
    ...(costs && place ? remains(costs.of(place)) : []),
    ...fields.slice(0, FIELDS),
  ];
}

function remains(of: Remains): string[] {
  return [`${duration(of.ns)} without what recording took`, remainsWords(of)];
}

export class Details {
  readonly element = element("aside", { class: "details", attributes: { "aria-label": "Selected span" } });
  private shown = "";

  constructor(
    private readonly app: App,
    private readonly show: (span: Span) => void,
  ) {}

  draw(span: Span | null): void {
    this.element.hidden = !span;
    if (!span || this.shown === spanKey(span)) return;
    this.shown = spanKey(span);
    const { app } = this;
    const { recording } = app;
    const parent = parentOf(recording, span);
    const root = rootOf(recording, span);
    const number = "life" in root ? recording.lives.number[root.life] : 0;
    const facts = factsOf(app, span).map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)));
    this.element.replaceChildren(
      element("h2", {}, app.site(siteOf(recording, span)).name, button("×", "Close (Escape)", () => app.set({ span: "" }))),
      element("dl", {}, ...facts),
      element(
        "p",
        { class: "links" },
        parent && button(`↑ ${app.site(siteOf(recording, parent)).name}`, "Select the parent", () => this.show(parent)),
        button("All of this name", "Open Span", () => app.set({ page: "span", site: siteOf(recording, span) })),
        number > 0 ? button(`Request ${number}`, "Open its request", () => app.set({ request: number, view: null, scroll: 0 })) : null,
      ),
      ...this.links(span),
      ...this.instants(span),
    );
  }

  /** What it follows from, and what follows from it. */
  private links(span: Span): HTMLElement[] {
    const { recording } = this.app;
    const { causes, effects } = linksOf(recording, span);
    const named = (other: Span) => this.app.site(siteOf(recording, other)).name;
    const link = (other: Span, sign: string) => button(`${sign} ${named(other)}`, `Select it: ${exactDuration(lifetimeOf(recording, other)[0] - recording.from)}`, () => this.show(other));
    const list = (title: string, sign: string, spans: readonly Span[]) => {
      if (spans.length === 0) return [];
      const more = spans.length > LINKS ? [`and ${count(spans.length - LINKS)} more`] : [];
      return [element("h3", {}, title), element("p", { class: "links" }, ...spans.slice(0, LINKS).map((other) => link(other, sign)), ...more)];
    };
    return [...list("Follows from", "⇠", causes), ...list("Followed by", "⇢", effects)];
  }

  /** What was said in it: the instants in which it was the innermost span. */
  private instants(span: Span): HTMLElement[] {
    const { recording } = this.app;
    const found = instantsOf(recording, span, INSTANTS + 1);
    if (found.length === 0) return [];
    const rows = found.slice(0, INSTANTS).map((place) => {
      const { at, site } = recording.lanes[place.lane].marks;
      const words = wordsOf(recording, place).join("  ");
      const title = this.app.site(site[place.index]).name;
      return element("div", { title }, element("dt", {}, exactDuration(at[place.index] - recording.from)), element("dd", {}, words));
    });
    const more = found.length > INSTANTS ? [element("p", { class: "hint" }, `The first ${INSTANTS} are listed`)] : [];
    return [element("h3", {}, "Instants"), element("dl", { class: "said" }, ...rows), ...more];
  }
}
