/**
 * From which change on colours say that something changed.
 */

import type { App } from "../../app/app.ts";
import type { Part } from "../../app/bar.ts";
import { element } from "../../app/elements.ts";

export function thresholdPart(app: App, threshold: () => number): Part {
  const box = element("input", { class: "threshold", title: "Changes below this are drawn as none", attributes: { min: "0", max: "1000", step: "1" } });
  box.type = "number";
  box.addEventListener("input", () => {
    const percent = Number(box.value);
    if (box.value !== "" && percent >= 0) app.set({ threshold: percent });
  });
  return {
    element: element("label", { class: "choice" }, "from ", box, " %"),
    draw() {
      const percent = Math.round(1000 * threshold()) / 10;
      if (Number(box.value) !== percent || box.value === "") box.value = String(percent);
    },
  };
}
