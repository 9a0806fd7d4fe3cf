/* Sorting and filtering of one table. Without this script the page is complete, only still. */
"use strict";
(() => {
  const table = document.getElementById("students");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const haystack = new Map(rows.map((row) => [row, (row.textContent + " " + row.dataset.more).toLowerCase()]));
  const field = document.getElementById("filter");
  const count = document.getElementById("count");

  /* a filter: every word has to be in the row */
  const filter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !words.every((word) => haystack.get(row).includes(word));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = words.length ? `${shown} of ${rows.length}` : "";
  };
  document.getElementById("filtering").hidden = false;
  field.addEventListener("input", filter);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { field.value = ""; filter(); }
  });
  for (const button of document.querySelectorAll("button[data-filter]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      field.value = button.dataset.filter;
      filter();
      table.scrollIntoView();
      field.focus({ preventScroll: true });
    });
  }

  /* sorting by a column; numbers by their value, the rest as the reader's language has it */
  const value = (row, column) => {
    const cell = row.cells[column];
    return "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent.trim();
  };
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const compare = (a, b) => (typeof a === "number" ? a - b : collator.compare(a, b));
  const heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const keys = new Map(rows.map((row) => [row, value(row, column)]));
      rows.sort((a, b) => compare(keys.get(a), keys.get(b)) * (descending ? -1 : 1));
      body.append(...rows);
    });
  });
})();
