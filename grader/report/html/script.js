/* Sorting and filtering of one table. Without this script the page is complete, only still. */
"use strict";
(() => {
  const table = document.getElementById("students");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  /* letters without accents, in small: "muller" and "mueller" find Müller */
  const plain = (text) => text.toLowerCase().replaceAll("ß", "ss").normalize("NFD").replace(/\p{M}/gu, "");
  const german = (text) => plain(text.normalize("NFC").toLowerCase().replaceAll("ä", "ae").replaceAll("ö", "oe").replaceAll("ü", "ue"));
  const text = (row) => row.textContent + " " + row.dataset.more;
  const haystack = new Map(rows.map((row) => [row, plain(text(row)) + " " + german(text(row))]));
  const field = document.getElementById("filter");
  const count = document.getElementById("count");
  const pills = Array.from(document.querySelectorAll("button[data-outcome]"));

  /* a filter: every word has to be in the row, and every outcome that is pressed */
  const filter = () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    const outcomes = pills.filter((pill) => pill.getAttribute("aria-pressed") === "true").map((pill) => pill.dataset.outcome);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !words.every((word) => haystack.get(row).includes(word)) ||
        !outcomes.every((outcome) => row.dataset.more.includes(outcome));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = words.length + outcomes.length ? `${shown} of ${rows.length}` : "";
  };
  for (const pill of pills) {
    pill.addEventListener("click", () => {
      pill.setAttribute("aria-pressed", pill.getAttribute("aria-pressed") !== "true");
      filter();
    });
  }
  document.getElementById("filtering").hidden = false;
  field.addEventListener("input", filter);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      field.value = "";
      pills.forEach((pill) => pill.setAttribute("aria-pressed", "false"));
      filter();
    }
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
  const labels = heads.map((head) => head.textContent);  /* beside each cell, where a phone shows rows as cards */
  for (const row of rows) Array.from(row.cells).forEach((cell, column) => { cell.dataset.label = labels[column]; });
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
