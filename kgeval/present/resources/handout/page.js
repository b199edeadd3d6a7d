"use strict";
// Draws the page from the data in #data. Text enters through textContent alone, so that a name stays a name.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const SVG = "http://www.w3.org/2000/svg";
  const state = { area: data.areas[data.areas.length - 1].code, target: (data.drawn[0] || "") };

  function make(tag, name, text) {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function draw(tag, attributes) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function fill(id, ...children) {
    const place = document.getElementById(id);
    place.replaceChildren(...children);
    return place;
  }

  const targets = new Map(data.targets.map((one) => [one.key, one]));
  const areas = new Map(data.areas.map((one) => [one.code, one]));
  const rowsOf = (area) => data.rows.filter((row) => row.area === area);
  const ofTarget = (key) => data.rows.filter((row) => row.target === key);

  // ------------------------------------------------------------------ cards
  function card(row) {
    const target = targets.get(row.target);
    const made = make("article", "card " + row.code);
    const result = make("p", "result");
    result.append(make("span", "value", row.large));
    if (row.also) result.append(make("span", "also", row.also));
    if (row.interval) result.append(make("span", "interval", words.interval + " " + row.interval));
    const verdict = make("p", "verdict", mark(row.code) + row.verdict);
    const facts = make("p", "facts", [words.target + " " + row.aim, row.n && words.n + " = " + row.n]
      .filter(Boolean).join(" · "));
    made.append(make("h3", "", target.label), result, verdict);
    if (row.official) made.append(make("p", "official", words.official + ": " + row.official));
    made.append(facts, make("p", "said", row.said));
    if (row.changed) made.append(make("p", "said", row.changed));
    return made;
  }

  function mark(code) {
    return { met: "● ", not_met: "■ ", unclear: "◆ " }[code] || "";
  }

  // ------------------------------------------------------------------ dot and whisker
  function limits(rows, share) {
    const seen = rows.flatMap((row) => [row.at, row.low, row.high, row.aimed]).filter((x) => x !== null);
    if (!seen.length) return [0, share ? 100 : 1];
    const low = Math.min(...seen), high = Math.max(...seen), pad = Math.max((high - low) * 0.08, share ? 2 : 1e-6);
    return share ? [Math.max(0, low - pad), Math.min(100, high + pad)] : [low - pad, high + pad];
  }

  function ticks(low, high) {
    const rough = (high - low) / 5, power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 2.5, 5, 10].map((x) => x * power).find((x) => x >= rough);
    const digits = [0, 1, 2, 3].find((x) => Math.abs(step * 10 ** x - Math.round(step * 10 ** x)) < 1e-9) || 0;
    const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
    return { digits, at: Array.from({ length: last - first + 1 }, (_, number) => (first + number) * step) };
  }

  function plot(row, place, grid) {
    const made = draw("svg", { class: "plot", "aria-hidden": "true" });
    for (const at of grid) made.append(draw("line", { class: "grid", x1: place(at), x2: place(at), y1: 0, y2: "100%" }));
    if (row.aimed !== null) {
      made.append(draw("line", { class: "aim", x1: place(row.aimed), x2: place(row.aimed), y1: 0, y2: "100%" }));
    }
    if (row.at === null) return made;
    if (row.low !== null && row.low !== row.high) {
      const line = { x1: place(row.low), x2: place(row.high), y1: "50%", y2: "50%" };
      made.append(draw("line", { class: "whisker " + row.code + (row.counted ? " counted" : ""), ...line }));
    }
    const holder = draw("svg", { x: place(row.at), y: "50%", overflow: "visible" });
    const shape = {
      not_met: ["rect", { x: -6, y: -6, width: 12, height: 12 }],
      unclear: ["path", { d: "M0-8 8 0 0 8-8 0z" }],
    }[row.code] || ["circle", { r: 6.5 }];
    holder.append(draw(shape[0], { class: "dot " + row.code, ...shape[1] }));
    made.append(holder);
    return made;
  }

  function chart() {
    const target = targets.get(state.target);
    if (!target) return fill("chart", make("p", "note", words.nothing));
    const rows = ofTarget(state.target), share = target.share;
    const [low, high] = limits(rows, share);
    const place = (at) => ((at - low) / (high - low)) * 100 + "%";
    const grid = ticks(low, high);
    const number = new Intl.NumberFormat(data.locale, {
      minimumFractionDigits: grid.digits, maximumFractionDigits: grid.digits,
    });
    const table = make("div", "rows");
    for (const row of rows) {
      const line = make("button", "row " + row.code + (row.area === data.whole ? " whole" : ""));
      line.type = "button";
      line.setAttribute("aria-pressed", String(row.area === state.area));
      line.addEventListener("click", () => choose({ area: row.area }));
      const said = make("span", "said");
      said.append(make("span", "value", row.value), make("span", "interval", row.interval),
        make("span", "verdict", mark(row.code) + row.verdict), make("span", "n", row.n ? words.n + " = " + row.n : ""));
      line.append(make("span", "name", areas.get(row.area).name), plot(row, place, grid.at), said);
      table.append(line);
    }
    const axis = make("div", "row axis");
    axis.setAttribute("aria-hidden", "true");
    const scale = draw("svg", { class: "plot" });
    grid.at.forEach((at) => {
      const share_of_width = (at - low) / (high - low);
      const side = share_of_width < 0.05 ? "start" : share_of_width > 0.95 ? "end" : "middle";
      const text = draw("text", { x: place(at), y: 14, "text-anchor": side });
      text.textContent = number.format(at) + (share ? "%" : "");
      scale.append(text);
    });
    axis.append(make("span", "name"), scale, make("span", "said"));
    table.append(axis);
    document.getElementById("finding").textContent = target.finding;
    document.getElementById("measured").textContent = target.measured;
    fill("chart", table);
    fill("remarks", ...target.remarks.map((text) => make("p", "note", text)));
  }

  // ------------------------------------------------------------------ map
  function map() {
    const rows = new Map(ofTarget(state.target).map((row) => [row.area, row]));
    const single = data.areas.filter((one) => one.code !== data.whole && rows.has(one.code));
    const section = document.getElementById("where");
    section.hidden = single.length < 2 || !targets.has(state.target);
    if (section.hidden) return;
    const tiles = make("div", "tiles");
    single.forEach((one, number) => {
      const row = rows.get(one.code), tile = make("button", "tile " + row.code);
      tile.type = "button";
      tile.setAttribute("aria-pressed", String(one.code === state.area));
      tile.append(make("strong", "", (data.shapes ? number + 1 + ". " : "") + one.name),
        make("span", "", mark(row.code) + row.verdict));
      if (one.tile && !data.shapes) {
        tile.style.gridRow = one.tile[0] + 1;
        tile.style.gridColumn = one.tile[1] + 1;
      }
      tile.addEventListener("click", () => choose({ area: one.code }));
      tiles.append(tile);
    });
    const shown = data.shapes ? [shapes(single, rows), tiles] : [tiles];
    fill("map", ...shown);
  }

  function shapes(single, rows) {
    const box = data.shapes.box;
    const made = draw("svg", { class: "shapes", viewBox: [0, 0, ...box].join(" "), role: "img",
      "aria-label": words.map });
    single.forEach((one, number) => {
      const shape = draw("path", { class: "shape " + rows.get(one.code).code, d: data.shapes.paths[one.code] });
      shape.addEventListener("click", () => choose({ area: one.code }));
      const [x, y] = data.shapes.middles[one.code];
      const label = draw("text", { x, y, "text-anchor": "middle" });
      label.textContent = number + 1;
      made.append(shape, label);
    });
    return made;
  }

  // ------------------------------------------------------------------ table and its file
  const COLUMNS = ["label", "aim", "value", "interval", "official", "verdict", "n"];
  const cellsOf = (row) => ({ ...row, label: targets.get(row.target).label });

  function table() {
    const head = make("tr"), body = make("tbody"), shown = make("table");
    COLUMNS.forEach((key) => {
      const cell = make("th", key, words.columns[key]);
      cell.scope = "col";
      head.append(cell);
    });
    rowsOf(state.area).forEach((row) => {
      const line = make("tr", row.code), cells = cellsOf(row);
      COLUMNS.forEach((key) => {
        const cell = make(key === "label" ? "th" : "td", key, (key === "verdict" ? mark(row.code) : "") + cells[key]);
        if (key === "label") cell.scope = "row";
        cell.dataset.heading = words.columns[key];
        line.append(cell);
      });
      body.append(line);
    });
    const top = make("thead");
    top.append(head);
    shown.append(make("caption", "", words.table + " – " + areas.get(state.area).name + ". " + data.as_of), top, body);
    fill("table", shown);
  }

  function csv() {
    const quoted = (text) => {
      const safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
      return /[;"\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
    };
    const lines = [[words.columns.area, ...COLUMNS.map((key) => words.columns[key])]];
    data.rows.forEach((row) => {
      const cells = cellsOf(row), hidden = row.code === "suppressed";
      lines.push([areas.get(row.area).name, ...COLUMNS.map((key) =>
        hidden && ["value", "interval", "n"].includes(key) ? "" : cells[key])]);
    });
    data.notes.forEach((text) => lines.push([text]));
    return "\ufeff" + lines.map((cells) => cells.map(quoted).join(";")).join("\r\n") + "\r\n";
  }

  function download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv;charset=utf-8" }));
    link.download = data.file;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // ------------------------------------------------------------------ what is chosen
  function show() {
    const active = document.activeElement, shown = active && active.closest("#chart, #map");
    const at = shown ? [...shown.querySelectorAll("button")].indexOf(active) : -1;
    const rows = rowsOf(state.area);
    document.getElementById("area").value = state.area;
    document.getElementById("target").value = state.target;
    document.getElementById("place").textContent = areas.get(state.area).name;
    const wide = [3, 4, 2].find((columns) => rows.length % columns !== 1) || 3; // no card alone in a row
    document.getElementById("cards").style.setProperty("--columns", Math.min(wide, rows.length || 1));
    fill("cards", ...(rows.length ? rows.map(card) : [make("p", "note", words.nothing)]));
    chart();
    map();
    table();
    if (at >= 0) shown.querySelectorAll("button")[at]?.focus(); // the keyboard stays where it was
  }

  function choose(change) {
    Object.assign(state, change);
    const hash = "#" + new URLSearchParams(state);
    if (location.hash !== hash) history.replaceState(null, "", hash);
    show();
  }

  function fromAddress() {
    const given = new URLSearchParams(location.hash.slice(1));
    if (areas.has(given.get("area"))) state.area = given.get("area");
    if (data.drawn.includes(given.get("target"))) state.target = given.get("target");
  }

  function options(id, pairs, key) {
    const list = document.getElementById(id);
    pairs.forEach(([value, text]) => {
      const one = make("option", "", text);
      one.value = value;
      list.append(one);
    });
    list.addEventListener("change", () => choose({ [key]: list.value }));
  }

  options("area", [...data.areas].reverse().map((one) => [one.code, one.name]), "area");
  options("target", data.drawn.map((key) => [key, targets.get(key).label]), "target");
  document.getElementById("download").addEventListener("click", download);
  document.getElementById("print").addEventListener("click", () => window.print());
  fill("notes", ...data.notes.map((text) => make("p", "note", text)));
  fromAddress();
  addEventListener("hashchange", () => { fromAddress(); show(); });
  show();
  document.documentElement.classList.add("drawn");
})();
