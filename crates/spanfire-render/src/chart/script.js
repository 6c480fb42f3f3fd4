// Zoom, pan and search; the chart is whole without it.
//   click a bar: zoom to it · drag: pan · ctrl or pinch + wheel: zoom · shift + wheel: pan
//   Escape: reset · "/": search
(function () {
  "use strict";
  const svg = document.currentScript.closest("svg");
  const plot = svg.querySelector("#plot"), axis = svg.querySelector("#axis");
  const left = +plot.dataset.left, right = +plot.dataset.right, length = +plot.dataset.ns;
  const NS = "http://www.w3.org/2000/svg", CHARACTER = 6.3, CLOSEST = 20 / length * (right - left);
  const bars = Array.from(plot.querySelectorAll("g.s"), g => ({
    g, text: g.querySelector("text"), name: g.querySelector("title").textContent.split("\n")[0],
    rects: Array.from(g.querySelectorAll("rect"), r =>
      ({ r, x: +r.getAttribute("x"), width: +r.getAttribute("width") })),
  }));
  const marks = Array.from(plot.querySelectorAll(".mark"), path =>
    ({ path, x: parseFloat(path.getAttribute("d").slice(1)) }));
  const gridBottom = axis.querySelector("path").getAttribute("d").split("V")[1];
  const gridTop = axis.querySelector("path").getAttribute("d").split(/[ V]/)[1];
  let from = left, to = right, scheduled = false;

  function draw() {
    scheduled = false;
    const scale = (right - left) / (to - from), at = x => left + (x - from) * scale;
    for (const bar of bars) {
      const whole = bar.rects[0], x = at(whole.x), end = at(whole.x + whole.width);
      const visible = end >= left && x <= right;
      bar.g.style.display = visible ? "" : "none";
      if (!visible) continue;
      for (const { r, x, width } of bar.rects) {
        // Cut at the edges: browsers draw very wide rectangles inexactly.
        const start = Math.max(at(x), left - 9), stop = Math.min(at(x + width), right + 9);
        r.setAttribute("x", start.toFixed(2));
        r.setAttribute("width", Math.max(stop - start, 0).toFixed(2));
      }
      label(bar, Math.max(x, left), Math.min(end, right));
    }
    for (const { path, x } of marks) path.setAttribute("transform", `translate(${at(x) - x})`);
    ticks(at);
    reset.style.display = scale > 1 ? "" : "none";
  }
  function label(bar, x, end) {
    const room = Math.floor((end - x - 8) / CHARACTER), name = bar.name;
    const shown = room >= name.length ? name : room >= 3 ? name.slice(0, room - 1) + "…" : "";
    if (!bar.text) {
      if (!shown) return;
      bar.text = element(bar.g, "text", "bar", "");
      bar.text.setAttribute("y", +bar.rects[0].r.getAttribute("y") + 12.5);
    }
    bar.text.setAttribute("x", x + 4);
    bar.text.textContent = shown;
  }
  function ticks(at) {
    const visible = (to - from) / (right - left) * length, least = visible * 90 / (right - left);
    const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
    const step = [1, 2, 5, 10].map(n => n * power).find(s => s >= least) || 10 * power;
    const [unit, name] = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]].find(u => length >= u[0]) || [1, "ns"];
    const decimals = Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9));
    axis.replaceChildren();
    const first = Math.ceil((from - left) / (right - left) * length / step);
    for (let number = first; number - first < 20; number++) {
      const x = at(left + number * step / length * (right - left));
      if (x > right + .01) break;
      element(axis, "path", "grid", "").setAttribute("d", `M${x} ${gridTop}V${gridBottom}`);
      const text = number ? (number * step / unit).toFixed(decimals) + " " + name : "0";
      const tick = element(axis, "text", "tick", text), half = text.length * 3;
      tick.setAttribute("x", Math.min(Math.max(x, left + half), right - half));
      tick.setAttribute("y", gridTop - 6);
    }
  }
  function element(parent, tag, name, text) {
    const made = parent.appendChild(document.createElementNS(NS, tag));
    made.setAttribute("class", name);
    made.textContent = text;
    return made;
  }
  function show(start, end) {
    const width = Math.min(Math.max(end - start, CLOSEST), right - left);
    from = Math.min(Math.max(start, left), right - width);
    to = from + width;
    if (!scheduled) requestAnimationFrame(draw);
    scheduled = true;
  }
  function pointer(event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse()).x;
  }
  function search() {
    const term = prompt("Highlight spans whose tooltip contains (empty: all)", "");
    if (term === null) return;
    for (const { g } of bars) {
      const found = g.textContent.toLowerCase().includes(term.toLowerCase());
      g.style.opacity = found ? "" : .2;
    }
  }
  function button(text, end, action) {
    const made = element(svg, "text", "note button", text);
    made.setAttribute("x", end);
    made.setAttribute("y", 34);
    made.addEventListener("click", action);
    return made;
  }
  button("Search", right, search);
  const reset = button("Reset zoom", right - 60, () => show(left, right));
  reset.style.display = "none";

  let held = null, dragged = false;
  svg.addEventListener("pointerdown", event => {
    held = event.button === 0 ? { x: pointer(event), from, to } : null;
    dragged = false;
  });
  svg.addEventListener("pointermove", event => {
    if (!held || !event.buttons) return;
    const moved = (held.x - pointer(event)) * (held.to - held.from) / (right - left);
    dragged = dragged || Math.abs(held.x - pointer(event)) > 3;
    if (dragged) show(held.from + moved, held.to + moved);
  });
  plot.addEventListener("click", event => {
    const bar = dragged ? null : bars.find(bar => bar.g.contains(event.target));
    if (bar) show(bar.rects[0].x, bar.rects[0].x + bar.rects[0].width);
  });
  svg.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
    event.preventDefault();
    const width = to - from, turn = event.deltaY || event.deltaX;
    if (event.shiftKey) return show(from + turn * width / 1000, to + turn * width / 1000);
    const share = Math.min(Math.max((pointer(event) - left) / (right - left), 0), 1);
    const wider = width * Math.exp(turn / 300);
    show(from + (width - wider) * share, from + (width - wider) * share + wider);
  }, { passive: false });
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") show(left, right);
    if (event.key === "/") { event.preventDefault(); search(); }
  });
})();
