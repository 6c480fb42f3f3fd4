/**
 * The list of keys, over the page.
 */

import { element } from "./elements.ts";
import type { Keys } from "./keys.ts";

export class KeyList {
  readonly element = element("dialog", { class: "keys", attributes: { "aria-label": "Keys" } });

  constructor(private readonly keys: Keys) {
    this.element.addEventListener("click", () => this.close());
  }

  toggle(): void {
    if (this.close()) return;
    const groups = this.keys.list().filter((group) => group.keys.length > 0);
    const sections = groups.map((group) => {
      const rows = group.keys.map((key) =>
        element("div", {}, element("dt", {}, ...key.keys.map((name) => element("kbd", {}, shown(name)))), element("dd", {}, key.does)),
      );
      return element("section", {}, element("h2", {}, group.title), element("dl", {}, ...rows));
    });
    this.element.replaceChildren(...sections);
    this.element.show();
  }

  /** Closes the list; says whether it was open. */
  close(): boolean {
    const open = this.element.open;
    this.element.close();
    return open;
  }
}

function shown(key: string): string {
  const names: Record<string, string> = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };
  return key
    .split("+")
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(" ");
}
