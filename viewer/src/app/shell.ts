/**
 * The frame around the pages: bar, banner, search, table twin, list of keys.
 */

import { matchShare } from "../analysis/matchshare.ts";
import type { Head } from "../data/head.ts";
import type { Recording } from "../data/recording.ts";
import { pages } from "../pages/pages.ts";
import type { ColourBy, Theme } from "../state/state.ts";
import { App } from "./app.ts";
import { bannerOf } from "./banner.ts";
import { button, choice, element } from "./elements.ts";
import { Follower } from "./follower.ts";
import { counted, duration, percent } from "./format.ts";
import { KeyList } from "./keylist.ts";
import type { Page, PageView } from "./page.ts";
import { save } from "./save.ts";
import { Twin } from "./twin.ts";

const COLOURS: readonly (readonly [ColourBy, string])[] = [
  ["crate", "crate"],
  ["target", "target"],
  ["name", "name"],
  ["thread", "thread"],
];
/** How long typing rests before the share of what is found is computed. */
const REST_MS = 150;
const THEMES: readonly Theme[] = ["auto", "light", "dark"];

export class Shell {
  readonly app: App;
  private readonly host = element("main", { attributes: { id: "page" } });
  private readonly tabs = element("nav", { attributes: { "aria-label": "Pages" } });
  private readonly rangeChip = element("span", { class: "chip" });
  private readonly searchBox = element("input", { title: "Search by regular expression (/)" });
  private readonly found = element("span", { class: "found", attributes: { "aria-live": "polite" } });
  private readonly themeButton = button("", "Light or dark", () => this.nextTheme());
  /** Each is there where the page has such an export. */
  private readonly saveButtons = {
    svg: button("SVG", "Save the present view as a picture", () => this.saveAs("svg")),
    folded: button("Folded", "Save the present view as folded stacks", () => this.saveAs("folded")),
  };
  private banner: HTMLElement;
  private bannerFor: Head;
  private readonly colour: HTMLLabelElement;
  private readonly twin = new Twin();
  private readonly keyList: KeyList;
  private foundFor = "";
  private foundTimer = 0;
  private open: { page: Page; view: PageView; recording: Recording } | null = null;
  private readonly follower: Follower | null;

  constructor(root: HTMLElement, recordings: readonly Recording[]) {
    this.app = new App(recordings, () => this.draw());
    this.banner = bannerOf(this.app.recordings);
    this.bannerFor = this.app.recording.head;
    const { served } = this.app.recording;
    this.follower = served ? new Follower(this.app, served) : null;
    this.keyList = new KeyList(this.app.keys);
    this.themeButton.classList.add("theme");
    this.colour = choice("Colour by", COLOURS, this.app.state.colour, (colour) => this.app.set({ colour }));
    this.searchBox.type = "search";
    this.searchBox.placeholder = "Search: name or field=value";
    this.searchBox.setAttribute("aria-label", "Search by regular expression");
    this.searchBox.addEventListener("input", () => this.app.set({ search: this.searchBox.value }));
    root.replaceChildren(this.header(), this.banner, this.host, this.twin.element, this.keyList.element);
    if (this.follower) root.append(this.follower.notice);
    this.setKeys();
    window.addEventListener("keydown", (event) => {
      if (this.app.keys.handle(event)) event.preventDefault();
    });
    this.app.redraw();
  }

  private header(): HTMLElement {
    const { app } = this;
    return element(
      "header",
      {},
      element("span", { class: "title", title: app.recording.head.title }, app.recording.head.title),
      this.tabs,
      element("span", { class: "space" }),
      this.rangeChip,
      this.searchBox,
      this.found,
      this.colour,
      this.themeButton,
      button("Table", "Show what is drawn as a table (t)", () => this.toggleTable()),
      this.saveButtons.svg,
      this.saveButtons.folded,
      button("?", "List the keys (?)", () => this.keyList.toggle()),
    );
  }

  private setKeys(): void {
    const { app } = this;
    const shown = pages.filter((page) => page.fits?.(app) ?? true);
    app.keys.set({
      title: "Everywhere",
      keys: [
        ...shown.map((page, index) => ({
          keys: [String(index + 1)],
          does: page.title,
          run: () => app.set({ page: page.id }),
        })),
        { keys: ["/"], does: "Search", run: () => this.searchBox.select() },
        { keys: ["n"], does: "The next match", run: () => this.open?.view.find?.(1) },
        { keys: ["p", "Shift+n"], does: "The match before", run: () => this.open?.view.find?.(-1) },
        { keys: ["Escape"], does: "Close, or clear search and selected time", run: () => this.clear() },
        { keys: ["t"], does: "The present view as a table", run: () => this.toggleTable() },
        { keys: ["Shift+d"], does: "Light or dark", run: () => this.nextTheme() },
        { keys: ["?"], does: "This list", run: () => this.keyList.toggle() },
      ],
    });
    this.tabs.replaceChildren(
      ...shown.map((page, index) => {
        const tab = button(page.title, `${page.title} (${index + 1})`, () => app.set({ page: page.id }));
        tab.dataset["page"] = page.id;
        return tab;
      }),
    );
  }

  private draw(): void {
    const { state } = this.app;
    document.documentElement.dataset["theme"] = this.app.isDark ? "dark" : "light";
    const sign = { auto: "◐", light: "☀", dark: "☾" }[state.theme];
    this.themeButton.replaceChildren(sign, element("span", { class: "word" }, ` ${state.theme}`));
    if (this.searchBox.value !== state.search) this.searchBox.value = state.search;
    const select = this.colour.querySelector("select");
    if (select) select.value = state.colour;
    this.drawBanner();
    this.drawRange();
    this.follower?.follow(state);
    if (this.open?.page.id !== state.page || this.open.recording !== this.app.recording) this.openPage();
    this.drawFound();
    this.open?.view.draw();
    this.twin.draw(() => this.open?.view.table());
  }

  /** What the search finds, once typing rests: the share may take a sweep through all segments. */
  private drawFound(): void {
    const { state, search } = this.app;
    const key = [state.search, state.range, state.focus, state.ignore, state.hide].join(" ");
    if (key === this.foundFor) return;
    this.foundFor = key;
    window.clearTimeout(this.foundTimer);
    this.found.textContent = "";
    if (!search.active) return;
    this.foundTimer = window.setTimeout(() => {
      const { names, spans, share } = matchShare(this.app);
      const what = [names > 0 && counted(names, "name"), spans > 0 && counted(spans, "span")].filter((text) => text !== false);
      const long = (text: string) => element("span", { class: "long" }, text);
      const found = what.length > 0 ? [long(`${what.join(", ")}: `), percent(share), long(" of busy time")] : ["nothing found"];
      this.found.replaceChildren(...found);
      this.found.title = this.found.textContent ?? "";
    }, REST_MS);
  }

  /** What is missing may be known only when a server has read all. */
  private drawBanner(): void {
    const { head } = this.app.recording;
    if (this.bannerFor === head) return;
    this.bannerFor = head;
    const banner = bannerOf(this.app.recordings);
    this.banner.replaceWith(banner);
    this.banner = banner;
  }

  private drawRange(): void {
    const { range } = this.app.state;
    this.rangeChip.hidden = !range;
    if (!range) return;
    const text = duration(range[1] - range[0]);
    const label = element("span", { title: `${text} selected` }, text, element("span", { class: "long" }, " selected"));
    const clear = button("×", "Show all of the time again (Escape)", () => this.app.set({ range: null }));
    this.rangeChip.replaceChildren(label, clear);
  }

  private openPage(): void {
    this.open?.view.unmount?.();
    const page = pages.find((page) => page.id === this.app.state.page && (page.fits?.(this.app) ?? true)) ?? pages[0];
    this.host.replaceChildren();
    this.host.dataset["page"] = page.id;
    const view = page.mount(this.host, this.app);
    this.open = { page, view, recording: this.app.recording };
    this.app.keys.set({ title: "This page", keys: view.keys ?? [] });
    this.saveButtons.svg.hidden = !view.svg;
    this.saveButtons.folded.hidden = !view.folded;
    for (const tab of this.tabs.querySelectorAll<HTMLElement>("button")) {
      tab.setAttribute("aria-current", tab.dataset["page"] === page.id ? "page" : "false");
    }
  }

  private clear(): void {
    if (this.keyList.close()) return;
    if (document.activeElement === this.searchBox && this.searchBox.value === "") this.searchBox.blur();
    if (this.app.state.search !== "") this.app.set({ search: "" });
    else if (this.app.state.range) this.app.set({ range: null });
    else this.app.set({ span: "" });
  }

  private toggleTable(): void {
    this.twin.toggle();
    this.app.redraw();
  }

  private nextTheme(): void {
    const at = THEMES.indexOf(this.app.state.theme);
    this.app.set({ theme: THEMES[(at + 1) % THEMES.length] });
  }

  private saveAs(kind: "svg" | "folded"): void {
    const content = this.open?.view[kind]?.();
    if (content === undefined) return;
    const name = `${this.app.recording.head.title.replace(/\.spanfire$/, "")}.${this.app.state.page}`;
    if (kind === "svg") save(`${name}.svg`, "image/svg+xml", content);
    else save(`${name}.folded`, "text/plain", content);
  }
}
