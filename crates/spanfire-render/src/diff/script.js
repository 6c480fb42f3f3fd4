// Zoom and search; the picture is whole without them.
//   click a frame: zoom to it · Escape: reset · "/": search
(function () {
  "use strict";
  const svg = document.currentScript.closest("svg"), plot = svg.querySelector("#plot");
  const left = +plot.dataset.left, right = +plot.dataset.right, CHARACTER = 6.3;
  const frames = Array.from(plot.querySelectorAll("g.s"), g => {
    const rects = Array.from(g.querySelectorAll("rect")), text = g.querySelector("text");
    return {
      g, rects, text, name: g.querySelector("title").textContent.split("\n")[0],
      x: +rects[0].getAttribute("x"), width: +rects[0].getAttribute("width"),
    };
  });
  function show(from, to) {
    const scale = (right - left) / (to - from);
    for (const frame of frames) {
      const start = Math.max(left + (frame.x - from) * scale, left);
      const end = Math.min(left + (frame.x + frame.width - from) * scale, right);
      frame.g.style.display = end - start > 0.1 ? "" : "none";
      if (end - start <= 0.1) continue;
      for (const rect of frame.rects) {
        rect.setAttribute("x", start);
        rect.setAttribute("width", end - start);
      }
      label(frame, start, end - start);
    }
    reset.style.display = scale > 1 ? "" : "none";
  }
  function label(frame, x, width) {
    const room = Math.floor((width - 6) / CHARACTER), name = frame.name;
    const shown = room >= name.length ? name : room >= 3 ? name.slice(0, room - 1) + "…" : "";
    if (!frame.text) {
      if (!shown) return;
      frame.text = element(frame.g, "bar", "");
      frame.text.setAttribute("y", +frame.rects[0].getAttribute("y") + 12.5);
    }
    frame.text.setAttribute("x", x + 3);
    frame.text.textContent = shown;
  }
  function element(parent, name, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "text");
    made.setAttribute("class", name);
    made.textContent = text;
    return parent.appendChild(made);
  }
  function search() {
    const term = prompt("Highlight frames whose tooltip contains (empty: all)", "");
    if (term === null) return;
    for (const { g } of frames) {
      const found = g.textContent.toLowerCase().includes(term.toLowerCase());
      g.style.opacity = found ? "" : .2;
    }
  }
  function button(text, end, action) {
    const made = element(svg, "note button", text);
    made.setAttribute("x", end);
    made.setAttribute("y", 34);
    made.addEventListener("click", action);
    return made;
  }
  button("Search", right, search);
  const reset = button("Reset zoom", right - 60, () => show(left, right));
  reset.style.display = "none";
  plot.addEventListener("click", event => {
    const frame = frames.find(frame => frame.g.contains(event.target));
    if (frame) show(frame.x, frame.x + frame.width);
  });
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") show(left, right);
    if (event.key === "/") { event.preventDefault(); search(); }
  });
})();
