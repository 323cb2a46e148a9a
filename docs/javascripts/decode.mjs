// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Asks the service that served the page what a paste means; other web servers have none, and the index answers alone.

const MOST_ROWS = 12;

/** Returns the answers of the service for several lines, the worst first; null if it has none. */
export async function decoded(root, text) {
  const answer = await fetch(`${root}v1/decode`, {
    method: "POST", headers: { "Content-Type": "text/plain" }, body: text,
  });
  if (!answer.ok) return null;
  const found = await answer.json();
  return found.drops ? { head: head(found), rows: found.rows.slice(0, MOST_ROWS).map(row) } : null;
}

/** Says in a sentence what was read. */
function head(found) {
  const rest = found.unknown ? `, ${found.unknown} of them not understood` : "";
  return `${plural(found.drops, "drop")} in ${plural(found.lines, "line")}${rest}. ${found.inputs[0].kernel.described}.`;
}

/** Returns a row as the answers of the box are. */
function row(told) {
  const kernels = told.candidates.map((one) => one.name).join(", ");
  return {
    name: told.label, entry: told.entry, count: told.drops, severity: told.severity, summary: told.meaning,
    notes: [...told.notes, ...(kernels ? [`One of: ${kernels}`] : [])], links: [],
  };
}

/** Counts in words. */
function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
