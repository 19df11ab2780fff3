// Some browsers forget what a table is where the style makes cards of its rows. HTML allows no such
// roles in the page itself.
"use strict";

const PARTS = { table: "table", rowgroup: "thead, tbody", row: "tr", columnheader: "th", cell: "td" };
for (const [role, tags] of Object.entries(PARTS))
  for (const part of document.querySelectorAll(tags)) part.setAttribute("role", role);
