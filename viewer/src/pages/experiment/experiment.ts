/**
 * *Experiment*: what measuring costs the program, found by running it with and without. The picture is
 * the command's own; only its colours are the viewer's.
 */

import { element } from "../../app/elements.ts";
import type { Page } from "../../app/page.ts";
import type { ExperimentData } from "../../data/experiment.ts";

export const experiment: Page = {
  id: "experiment",
  title: "Experiment",
  fits: ({ recording }) => recording.experiment !== undefined,
  mount(host, { recording }) {
    const { subject, svg, columns, rows } = recording.experiment as ExperimentData;
    host.append(element("div", { class: "experiment" }, picture(svg)));
    return {
      draw() {},
      table: () => ({ caption: `What measuring costs ${subject}`, columns, rows: rows.map((cells) => ({ cells })) }),
      svg: () => svg,
    };
  },
};

/** The picture without its own style, which the page's policy refuses: `experiment.css` has its classes. */
function picture(svg: string): Node {
  const bare = svg.replace(/<style>[^]*?<\/style>/, "");
  return document.importNode(new DOMParser().parseFromString(bare, "image/svg+xml").documentElement, true);
}
