// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Says in the browser what a number or a spelling means, as registry/dropreasons/numbers.py and lookup.py do.

import {quoted} from "./release.mjs";
import {resolve, spanOf} from "./resolve.mjs";

const LARGEST_VALUE = 0xffffffff;
const LONGEST_SHOWN = 24;
const LONGEST_QUERY = 200;
const SYMBOL_PREFIX = "SKB_DROP_REASON_";
const LIKE_ENOUGH = 0.6;

/** A text that is no 32-bit value. */
export class NotAValue extends Error {
    name = "NotAValue";
}

/** Returns the value of a decimal or 0x number; throws NotAValue. */
export function parseValue(text) {
    const characters = Array.from(text);
    const cut = `${characters.slice(0, LONGEST_SHOWN).join("")}... (${characters.length} characters)`;
    const shown = quoted(characters.length <= LONGEST_SHOWN ? text : cut);
    const [, prefix, digits] = /^(0x)?([^]*)$/i.exec(text);
    if (!(prefix ? /^[0-9a-f]+$/i : /^[0-9]+$/).test(digits)) {
        throw new NotAValue(`${shown} is not a number; write 77 or 0x4d`);
    }
    // Leading zeros are read as decimal: no tool prints octal.
    const value = parseInt(digits, prefix ? 16 : 10);
    if (value > LARGEST_VALUE) {
        throw new NotAValue(`${shown} does not fit 32 bits; the largest value is 0xffffffff`);
    }
    return value;
}

/** Returns what a value means on a kernel, with how sure that is; throws NotARelease. */
export function onKernel(index, value, kernel) {
    const {release, confidence, candidates, notes} = resolve(index, kernel);
    const having = candidates.filter((candidate) => candidate.table !== null);
    const meanings = having.flatMap(({table, shows}) => meaningsIn(index, value, table, shows));
    const tables = having.map((candidate) => candidate.table);
    const said = [...notes];
    if (having.length < candidates.length) {
        said.push(having.length ? `some kernels of ${kernel} give no reasons` : `${kernel} gives no drop reasons at all`);
    } else if (!meanings.length && candidates.length) {
        said.push(silent(index, value, tables));
    }
    return {
        schema_version: index.schema_version,
        kernel,
        family: release.family,
        confidence,
        tables,
        evidence: candidates.map((candidate) => candidate.evidence),
        has_reasons: candidates.length ? having.length > 0 : null,
        ...shownValue(value),
        meanings: grouped(index, meanings),
        notes: said,
    };
}

/** Returns every meaning a value has had, by ranges of kernels, the newest upstream meaning first. */
export function everywhere(index, value) {
    const spans = index.spans.map((row) => ({...spanOf(row), said: readIn(index, value, row[5])?.name ?? null}));
    const ranges = merged(spans.filter((span) => span.family === "upstream"));
    const elsewhere = distributions(spans);
    const names = new Set([...ranges, ...elsewhere].map((row) => row.said));
    const meanings = [...names].map((name) => {
        const lines = {};
        for (const {family, line} of elsewhere.filter((span) => span.said === name)) {
            (lines[family] ??= []).push(line);
        }
        const kernels = ranges.filter((range) => range.said === name).map((range) => range.text);
        return {...named(index, name), upstream: kernels, distributions: lines};
    });
    return {schema_version: index.schema_version, ...shownValue(value), meanings};
}

/** Returns the {name, kind} of what a text spells (a name, a C symbol, an alias), in any case, or null. */
export function spelled(index, text) {
    const wanted = text.toUpperCase();
    const reason = (place) => index.reasons[place][0];
    if (index.reasons.some(([name]) => name === wanted)) {
        return {name: wanted, kind: "name"};
    }
    for (const [kind, places] of Object.entries(index.spellings)) {
        if (Object.hasOwn(places, wanted)) {
            return places[wanted] === null ? null : {name: reason(places[wanted]), kind};
        }
    }
    const name = wanted.startsWith(SYMBOL_PREFIX) ? wanted.slice(SYMBOL_PREFIX.length) : null;
    const regular = index.reasons.some(([own, subsystem]) => own === name && subsystem === "core");
    return regular ? {name, kind: "symbol"} : null;
}

/** Returns the names most like a text, best first, for somebody who misspelled one. */
export function near(index, text, most = 5) {
    const upper = text.toUpperCase();
    const wanted = (upper.startsWith(SYMBOL_PREFIX) ? upper.slice(SYMBOL_PREFIX.length) : upper).slice(0, LONGEST_QUERY);
    const aliases = Object.entries(index.spellings.alias).filter(([alias]) => !alias.startsWith(SYMBOL_PREFIX));
    const spellings = [
        ...index.reasons.map(([name]) => [name, name]),
        ...aliases.map(([alias, place]) => [alias, index.reasons[place][0]]),
    ];
    const found = spellings
        .map(([spelling, name]) => ({name, likeness: likeness(wanted, spelling)}))
        .filter((row) => row.likeness >= LIKE_ENOUGH)
        .sort((a, b) => b.likeness - a.likeness);
    return [...new Set(found.map((row) => row.name))].slice(0, most);
}

function shownValue(value) {
    return {value, value_hex: `0x${value.toString(16)}`};
}

/** Returns the one name a value has in a table, with its sub-system and why it is inferred, or null. */
function readIn(index, value, table) {
    const {lists, inferred} = index.tables[table] ?? {lists: {}};
    for (const [subsystem, runs] of Object.entries(lists)) {
        for (const [first, places] of runs) {
            if (first <= value && value < first + places.length) {
                return {name: index.names[places[value - first]][0], subsystem, why: inferred[subsystem] ?? ""};
            }
        }
    }
    return null;
}

/** Returns what a value means in a table; several answers where tables that agree otherwise differ. */
function meaningsIn(index, value, table, shows) {
    const own = readIn(index, value, table);
    if (own) {
        const unread = shows !== null && !shows.includes(own.subsystem);
        const because = `the list of ${own.subsystem} was not read for this kernel; ${table} has this`;
        const why = own.why || (unread ? because : "");
        return [{name: own.name, table, sure: !why, why}];
    }
    if (value < 0x10000) {
        return [];
    }
    const others = (index.alike[table] ?? []).map((other) => readIn(index, value, other)).filter(Boolean);
    const why = "read for a kernel with the same core list, not for this one";
    return [...new Set(others.map(({name}) => name))].sort().map((name) => ({name, table, sure: false, why}));
}

/** Says why the tables of a kernel have no meaning for a value. */
function silent(index, value, tables) {
    const {value_hex: hex} = shownValue(value);
    const id = Math.floor(value / 0x10000);
    if (!id) {
        return `${value} is not in the list of this kernel`;
    }
    const subsystems = tables.map((table) => (index.tables[table].subsystems ?? {0: "core"})[id]);
    if (subsystems.includes(undefined)) {
        return `no sub-system of this kernel is known to have the id ${id}`;
    }
    const which = [...new Set(subsystems)].sort().join(", ");
    return `${hex} is of the sub-system ${which}; this kernel's list of it was not read, or does not hold it`;
}

/** Returns a name with the entry it leads to (a name of an old kernel may be an alias today). */
function named(index, name) {
    const place = index.names.find(([own]) => own === name)[1];
    const [entry, , kind, severity, summary, overlay] = index.reasons[place] ?? Array(6).fill(null);
    return {name, entry, summary, class: kind, severity, overlay};
}

/** Joins the meanings that several tables share. */
function grouped(index, meanings) {
    const rows = new Map();
    for (const {name, table, sure, why} of meanings) {
        const row = rows.get(name) ?? {...named(index, name), sure, why, tables: []};
        row.tables.push(table);
        row.sure &&= sure;
        rows.set(name, row);
    }
    return [...rows.values()];
}

/** Returns one span for each name and line of a distribution, by family, the last line first. */
function distributions(spans) {
    const key = ({said, family, line}) => JSON.stringify([said, family, line]);
    const own = spans.filter(({said, family}) => said !== null && !["upstream", "local"].includes(family));
    const keys = own.map(key);
    const first = own.filter((_, place) => keys.indexOf(keys[place]) === place);
    return first.reverse().sort((a, b) => (a.family < b.family ? -1 : Number(a.family > b.family)));
}

/** Joins neighbouring spans of upstream lines of which the same is said into ranges, newest first. */
function merged(spans) {
    const ranges = [];
    let start = 0;
    for (let next = 1; next <= spans.length; next += 1) {
        if (spans[next]?.said === spans[start].said) {
            continue;
        }
        if (spans[start].said !== null) {
            const last = endOf(spans, next - 1);
            ranges.unshift({said: spans[start].said, text: range(releaseAt(spans[start], spans[start].first), last)});
        }
        start = next;
    }
    return ranges;
}

function releaseAt({line}, at) {
    return at === "0" ? line : `${line}.${at}`;
}

/** Names the end of a range: a release, the rest of a line, or all that is known so far. */
function endOf(spans, place) {
    const span = spans[place];
    if (span.last) {
        return releaseAt(span, span.last);
    }
    if (place === spans.length - 1) {
        return "later";
    }
    return span.first === "0" ? span.line : `${span.line}.y`;
}

function range(first, last) {
    if (last === "later") {
        return `${first} and later`;
    }
    return last === first || last === `${first}.y` ? first : `${first} to ${last}`;
}

/** Says how alike two texts are, from 0 to 1: by letters in the same order, or by neighbouring letters. */
function likeness(a, b) {
    return Math.max((2 * inOrder(a, b)) / (a.length + b.length), sharedPairs(a, b));
}

/** Counts the letters of the longest common subsequence. */
function inOrder(a, b) {
    let above = new Array(b.length + 1).fill(0);
    for (const letter of a) {
        const row = [0];
        for (let at = 0; at < b.length; at += 1) {
            row.push(b[at] === letter ? above[at] + 1 : Math.max(above[at + 1], row[at]));
        }
        above = row;
    }
    return above[b.length];
}

/** Returns the share of pairs of neighbouring letters that both texts have. */
function sharedPairs(a, b) {
    const pairs = (text) => new Set(Array.from(` ${text}`, (letter, at) => letter + (text[at] ?? " ")));
    const [ours, theirs] = [pairs(a), pairs(b)];
    return (2 * [...ours].filter((pair) => theirs.has(pair)).length) / (ours.size + theirs.size);
}
