/**
 * The bar of a page: what it can be set to, each part showing the present state.
 */

import type { State } from "../state/state.ts";
import type { App } from "./app.ts";
import { element } from "./elements.ts";

export interface Part {
  element: HTMLElement;
  draw(): void;
}

/** Parts in a row. */
export class Bar implements Part {
  readonly element: HTMLElement;

  constructor(private readonly parts: readonly Part[]) {
    this.element = element("div", { class: "bar", role: "toolbar" }, ...parts.map((part) => part.element));
  }

  draw(): void {
    for (const part of this.parts) part.draw();
  }
}

/** A few words of which one holds: `[value, word, what it means]`; `whyNot` says why one cannot be chosen now. */
export function segments<K extends keyof State>(
  app: App,
  key: K,
  label: string,
  options: readonly (readonly [State[K], string, string])[],
  chosen: () => State[K] = () => app.state[key],
  whyNot: (value: State[K]) => string = () => "",
): Part {
  const buttons = options.map(([value, word, meaning]) => {
    const made = element("button", { title: meaning, onclick: () => app.set({ [key]: value }) }, word);
    made.type = "button";
    return made;
  });
  const group = element("span", { class: "segments", role: "group", attributes: { "aria-label": label } }, ...buttons);
  return {
    element: group,
    draw() {
      buttons.forEach((made, index) => {
        const [value, , meaning] = options[index];
        made.setAttribute("aria-pressed", String(chosen() === value));
        made.disabled = whyNot(value) !== "";
        made.title = whyNot(value) || meaning;
      });
    },
  };
}

/** A regular expression. */
export function pattern(app: App, key: "focus" | "ignore" | "hide", title: string): Part {
  const box = element("input", { class: "pattern", title, attributes: { placeholder: key, "aria-label": title, spellcheck: "false" } });
  box.type = "search";
  box.addEventListener("input", () => app.set({ [key]: box.value }));
  return {
    element: box,
    draw() {
      if (box.value !== app.state[key]) box.value = app.state[key];
      box.classList.toggle("used", box.value !== "");
    },
  };
}

/** A line of text that follows the state. */
export function text(className: string, say: () => string): Part {
  const line = element("span", { class: className, attributes: { "aria-live": "polite" } });
  return {
    element: line,
    draw() {
      const said = say();
      if (line.textContent !== said) line.textContent = said;
    },
  };
}

/** Parts that stay in one line. */
export function together(className: string, parts: readonly Part[]): Part {
  return {
    element: element("span", { class: className, role: "group" }, ...parts.map((part) => part.element)),
    draw: () => parts.forEach((part) => part.draw()),
  };
}

/** What pushes the parts after it to the end of the row. */
export function space(): Part {
  return { element: element("span", { class: "space" }), draw() {} };
}
