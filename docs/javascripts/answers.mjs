// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Answers what was typed or pasted, from the look-up index alone.
import { everywhere, near, onKernel, parseValue, spelled } from "./meaning.mjs";
import { resolve } from "./resolve.mjs";
import { understand } from "./understand.mjs";

const MOST = 40;
const BARE = { count: 1, entry: null, severity: null, summary: "", notes: [], kernels: "", links: [] };

/** Returns what the text asks for, each as name, entry, severity, summary, notes, kernels and links. */
export function answers(index, text) {
  const { kernel, asked } = understand(index, text);
  const found = asked.slice(0, MOST).flatMap(({ text: word, count }) => one(index, word, count, kernel));
  if (kernel !== null && !asked.length) return [aboutKernel(index, kernel)];
  if (!found.length) return [{ ...BARE, name: "Nothing in this is a drop reason, a number or a kernel release." }];
  return found;
}

/** Answers one name or number. */
function one(index, word, count, kernel) {
  if (!/^\d/.test(word)) return [named(index, word, count, kernel)];
  let value;
  try {
    value = parseValue(word);
  } catch (error) {
    return [{ ...BARE, name: error.message }];
  }
  return kernel === null ? anywhere(index, value, count) : there(index, value, count, kernel);
}

function named(index, word, count, kernel) {
  const found = spelled(index, word);
  if (found === null) {
    const offers = near(index, word);
    const links = offers.map((name) => [name, `reasons/${name}/`]);
    return { ...BARE, name: `${word} is not a drop reason${offers.length ? "; did you mean one of these?" : ""}`, links };
  }
  const notes = found.kind === "alias" ? [`${word} is another name of ${found.name}.`] : [];
  if (kernel !== null) notes.push(confidence(resolve(index, kernel), kernel));
  return { ...BARE, ...about(index, found.name), name: found.name, count, notes };
}

/** Returns severity and summary of an entry. */
function about(index, entry) {
  const row = index.reasons.find(([name]) => name === entry);
  return row ? { entry, severity: row[3], summary: row[4] } : { entry: null };
}

/** Answers a number on one kernel. */
function there(index, value, count, kernel) {
  const answer = onKernel(index, value, kernel);
  const sure = confidence(answer, kernel);
  const links = [[`All meanings of ${shown(value)}`, `numbers/0x${value.toString(16)}/`], ...tableLinks(answer.tables)];
  if (!answer.meanings.length) return [{ ...BARE, name: `${shown(value)} on ${kernel}: no meaning known`, notes: [sure], links }];
  const several = answer.meanings.length > 1 ? [`One of ${answer.meanings.length} meanings it may have there.`] : [];
  return answer.meanings.map((meaning) => ({
    ...BARE, ...about(index, meaning.entry), name: meaning.name, count,
    notes: [`${shown(value)} on ${kernel}. ${sure}`, ...several], links,
  }));
}

/** Answers a number without a kernel: every meaning it has had. */
function anywhere(index, value, count) {
  const { meanings } = everywhere(index, value);
  if (!meanings.length) return [{ ...BARE, name: `${shown(value)} has meant nothing on any kernel known here.` }];
  const link = [`All meanings of ${shown(value)}`, `numbers/0x${value.toString(16)}/`];
  const first = {
    ...BARE, count, links: [link],
    name: `${shown(value)} has had ${meanings.length === 1 ? "one meaning" : `${meanings.length} meanings`}`,
    notes: meanings.length === 1 ? [] : ["Which one depends on the kernel: add its release, as uname -r prints it."],
  };
  const rest = meanings.map((meaning) => ({
    ...BARE, ...about(index, meaning.entry), name: meaning.name,
    kernels: [...meaning.upstream, ...Object.keys(meaning.distributions)].join(", "),
  }));
  return [first, ...rest];
}

/** Answers a kernel release alone. */
function aboutKernel(index, kernel) {
  const resolution = resolve(index, kernel);
  const tables = resolution.candidates.map((candidate) => candidate.table).filter(Boolean);
  const name = tables.length ? `${kernel} uses ${tables.length === 1 ? "one table" : "one of these tables"}` : `${kernel}: no table known`;
  return { ...BARE, name, notes: [confidence(resolution, kernel)], links: tableLinks(tables) };
}

function tableLinks(tables) {
  return tables.map((table) => [`Table ${table}`, `kernels/${table}/`]);
}

/** Says how sure the table of a kernel is. */
function confidence(resolution) {
  const notes = resolution.notes.map((note) => `${note[0].toUpperCase()}${note.slice(1)}.`);
  return [`Confidence: ${resolution.confidence}.`, ...notes].join(" ");
}

function shown(value) {
  return value > 0xffff ? `0x${value.toString(16)}` : String(value);
}
