// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Compares the lists of reasons of two kernels.
import { resolve } from "./resolve.mjs";

/** Returns the elements that tell what the second kernel has otherwise than the first. */
export function compare(index, from, to, element) {
  const [before, after] = [only(index, from), only(index, to)];
  const notes = [...before.notes, ...after.notes].map((note) => element("p", { class: "dr-note" }, note));
  const [old, now] = [values(index, before.table), values(index, after.table)];
  const added = [...now.keys()].filter((name) => !old.has(name));
  const removed = [...old.keys()].filter((name) => !now.has(name));
  const moved = [...now.keys()].filter((name) => old.has(name) && old.get(name) !== now.get(name));
  const row = (name) => element("tr", {}, element("td", {}, name), cell(element, old.get(name)), cell(element, now.get(name)));
  const heading = element("tr", {}, ...["Name", from, to].map((text) => element("th", { scope: "col" }, text)));
  const body = element("tbody", {}, ...[...added, ...removed, ...moved].map(row));
  const table = element("div", { class: "md-typeset__scrollwrap" }, element("table", {}, element("thead", {}, heading), body));
  const told = `${added.length} added, ${removed.length} removed, ${moved.length} with another number, ` +
    `${now.size - added.length - moved.length} the same.`;
  return [element("p", {}, told), ...notes, ...(body.childElementCount ? [table] : [])];
}

/** Returns the one table of a kernel; throws where there is none or more than one. */
function only(index, kernel) {
  const { candidates, notes, confidence } = resolve(index, kernel);
  const tables = candidates.map((candidate) => candidate.table).filter(Boolean);
  if (tables.length === 0) throw new Error(`${kernel}: ${notes.join("; ") || "it gives no drop reasons"}.`);
  if (tables.length > 1) throw new Error(`${kernel} may have one of several tables (${tables.join(", ")}): ${notes.join("; ")}.`);
  return { table: tables[0], notes: confidence === "exact" ? [] : [`${kernel}: ${confidence}. ${notes.join(". ")}`] };
}

/** Returns the numbers of a table by name. */
function values(index, table) {
  const found = new Map();
  for (const runs of Object.values(index.tables[table].lists)) {
    for (const [start, names] of runs) {
      names.forEach((name, offset) => found.set(index.names[name][0], start + offset));
    }
  }
  return found;
}

function cell(element, value) {
  return element("td", {}, value === undefined ? "–" : value > 0xffff ? `0x${value.toString(16)}` : String(value));
}
