"use strict";
// Makes every column's header a button that sorts. A column is known by its place in a row of the body.
const table = document.getElementById("candidates");
const body = table.tBodies[0];
const [upper, lower] = [...table.tHead.rows].map((row) => [...row.cells]);
const headers = upper.flatMap((cell) => (cell.scope === "colgroup" ? lower.splice(0, cell.colSpan) : [cell]));

headers.forEach((header, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...header.childNodes);
  header.append(button);
  button.addEventListener("click", () => sort(header, column));
});

function sort(header, column) {
  const now = header.getAttribute("aria-sort");
  const next = now === "ascending" ? "descending" : now === "descending" ? "ascending" : header.dataset.first;
  headers.forEach((other) => other.removeAttribute("aria-sort"));
  header.setAttribute("aria-sort", next);
  const sign = next === "ascending" ? 1 : -1;
  body.append(...[...body.rows].sort((one, other) => compare(one.cells[column], other.cells[column], sign)));
}

function compare(one, other, sign) {
  const [a, b] = [one.dataset.value, other.dataset.value];
  if (a === undefined) return sign * one.textContent.localeCompare(other.textContent, "en", { numeric: true });
  if (a === "" || b === "") return (a === "") - (b === ""); // nothing to sort by: last, either way
  return sign * (Number(a) - Number(b));
}
