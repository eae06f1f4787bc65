"use strict";
(() => {
  const table = document.querySelector("#table table");
  if (table) {
    const body = table.tBodies[0];
    const rows = [...body.rows].filter((row) => !row.classList.contains("reference"));
    const heads = [...table.tHead.rows[0].cells];
    const controls = document.getElementById("controls");
    const search = document.getElementById("search");
    const boxes = [...controls.querySelectorAll("input[name=verdict]")];
    const count = document.getElementById("count");

    const compare = (one, other, text) => {
      if (one === "" || other === "") return (one === "") - (other === "");
      return text ? one.localeCompare(other, undefined, { numeric: true }) : Number(one) - Number(other);
    };
    const sort = (place) => {
      const up = heads[place].getAttribute("aria-sort") !== "ascending";
      heads.forEach((head, at) => head.setAttribute("aria-sort", at !== place ? "none" : up ? "ascending" : "descending"));
      const key = (row) => row.cells[place].dataset.key;
      const text = rows.length > 0 && rows[0].cells[place].dataset.kind === "text";
      // What has no value stays last, whichever way the rest goes.
      rows.sort((one, other) => {
        const order = compare(key(one), key(other), text);
        return up || key(one) === "" || key(other) === "" ? order : -order;
      });
      body.append(...rows);
    };
    heads.forEach((head, place) => head.querySelector("button").addEventListener("click", () => sort(place)));

    const filter = () => {
      const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !wanted.has(row.dataset.verdict) || !words.every((word) => text.includes(word));
        shown += !row.hidden;
      }
      count.textContent = `${shown} of ${rows.length} deviations`;
    };
    controls.addEventListener("input", filter);
    controls.addEventListener("submit", (event) => event.preventDefault());
    controls.hidden = rows.length === 0;
    filter();
  }

  // Paper can't be clicked.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));
})();
