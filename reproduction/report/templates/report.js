"use strict";
// A click on a column's head sorts its table, numbers as numbers; a second click turns the order around.
function compare(a, b) {
  const [x, y] = [Number(a), Number(b)];
  return a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y) ? (x > y) - (x < y) : a.localeCompare(b, "en", { numeric: true });
}
for (const button of document.querySelectorAll("thead button")) {
  button.addEventListener("click", () => {
    const head = button.closest("th");
    const body = head.closest("table").tBodies[0];
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
    const key = (row) => row.cells[head.cellIndex].dataset.sort;
    body.append(...[...body.rows].sort((a, b) => sign * compare(key(a), key(b))));
  });
}
