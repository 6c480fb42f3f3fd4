/**
 * The choice of one kind of request.
 */

import type { App } from "../../app/app.ts";
import type { Part } from "../../app/bar.ts";
import { element } from "../../app/elements.ts";

/** All kinds, or one of them. */
export function kindPart(app: App, kinds: () => string[]): Part {
  const select = element("select", { title: "Which requests", attributes: { "aria-label": "Kind" } });
  select.addEventListener("change", () => app.set({ kind: select.value }));
  let shown = "";
  return {
    element: select,
    draw() {
      const names = kinds();
      if (names.join("\n") !== shown) {
        shown = names.join("\n");
        select.replaceChildren(...["", ...names].map((kind) => element("option", { attributes: { value: kind } }, kind === "" ? "All kinds" : kind)));
      }
      select.value = app.state.kind;
      select.hidden = names.length < 2;
    },
  };
}
