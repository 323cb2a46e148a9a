// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Finds the table of a kernel from its release string in the browser, as registry/dropreasons/resolve.py does.

import {parseRelease, quoted, upstreamLine} from "./release.mjs";

const FINDERS = {
    upstream,
    debian,
    ubuntu,
    unnamed,
    local,
    rhel: byFamily,
    amazon: byFamily,
    android: byFamily,
    kylin: byFamily,
    openeuler: byFamily,
    suse: byFamily,
    tencentos: byFamily,
    wsl2: byFamily,
};

/** Resolves a kernel release to its tables: {release, confidence, candidates, notes}; throws NotARelease. */
export function resolve(index, text) {
    const found = byItsLine(index, text);
    const named = index.spans.map(spanOf).filter((span) => span.family === "overlay" && span.line === text);
    const own = new Map(named.map((span) => [span.source, span.table]));
    return {...found, candidates: found.candidates.map((one) => ({...one, table: own.get(one.table) ?? one.table}))};
}

/** Resolves a kernel release to the tables that its line has. */
function byItsLine(index, text) {
    const release = parseRelease(text);
    const abi = abiOf(release);
    const exact = index.spans.map(spanOf).find((span) => span.release === abi);
    if (exact && release.family !== "upstream") {
        const candidate = {table: exact.table, shows: exact.shows, evidence: exact.source || exact.family};
        return resolution(release, "exact", [candidate]);
    }
    return (FINDERS[release.family] ?? otherDistribution)(index, release);
}

/** Names the parts of a span's row in the index. */
export function spanOf([family, line, flavour, first, last, table, evidence, points, shows, release, source]) {
    return {family, line, flavour, first, last, table, evidence, points, shows, release, source};
}

function resolution(release, confidence, candidates, ...notes) {
    return {release, confidence, candidates, notes};
}

/** Returns the release as spans name it: Debian's ABIs stand without the flavour. */
function abiOf({text, family, line}) {
    if (family !== "debian") {
        return text;
    }
    const parts = text.split("-");
    return !parts[0].includes("+") && line.split(".").length === 3 ? parts.slice(0, 2).join("-") : parts[0];
}

/** Returns the spans of one row of points, oldest first, without those known by family only. */
function spansOf(index, family, line, flavour) {
    const own = index.spans
        .map(spanOf)
        .filter((span) => span.family === family && span.line === line && span.flavour === flavour);
    return own
        .filter((span) => span.evidence !== "family")
        .map(placed)
        .sort((a, b) => compare(a.first, b.first));
}

/** Returns a span with its points as numbers, those of them that were read, and its candidate. */
function placed({first, last, points, table, evidence, shows, source}) {
    const [start, end] = [point(first), last ? point(last) : null];
    let read = points.map(point);
    if (evidence === "ends" && !read.length) {
        read = [start, end ?? start];
    }
    const allRead = evidence === "read" && !read.length;
    const candidate = {table, shows, evidence: source || evidence};
    return {first: start, last: end, read, allRead, candidate, evidence};
}

/** Returns a point of a line for comparing: 117.13 comes after 117 and after 107.13. */
function point(text) {
    return text.split(".").map(Number);
}

/** Compares two points: below zero where the first comes before. */
function compare(a, b) {
    const at = a.findIndex((number, place) => number !== b[place]);
    if (at < 0 || at >= b.length) {
        return a.length - b.length;
    }
    return a[at] - b[at];
}

function holds(span, at) {
    return compare(span.first, at) <= 0 && (span.last === null || compare(at, span.last) <= 0);
}

function wasRead(span, at) {
    return span.read.some((point) => compare(point, at) === 0) || (span.allRead && holds(span, at));
}

/** Resolves a point of a line by the reads around it. */
function place(release, spans, whose) {
    const at = release.point;
    const reading = spans.find((span) => wasRead(span, at));
    if (reading) {
        return resolution(release, "exact", [reading.candidate]);
    }
    const below = nearest(spans, at, -1);
    const above = nearest(spans, at, 1);
    const holding = spans.find((span) => holds(span, at));
    if (!holding) {
        return between(release, below, above, whose);
    }
    const {table} = holding.candidate;
    if (below && above && below.candidate.table === table && above.candidate.table === table) {
        return resolution(release, "line", [holding.candidate]);
    }
    const note = `${release.text} was not read; this is the table of the nearest ${whose} ${release.line} kernels read`;
    return resolution(release, "assumed", [holding.candidate], note);
}

/** Resolves a point outside every span by the nearest reads on either side. */
function between(release, below, above, whose) {
    const {text, line} = release;
    if (below && above) {
        if (below.candidate.table === above.candidate.table) {
            return resolution(release, "line", [above.candidate]);
        }
        const note = `${text} lies between two reads of ${whose} ${line} that differ`;
        return resolution(release, "candidates", [above.candidate, below.candidate], note);
    }
    const only = below ?? above;
    if (!only) {
        return resolution(release, "unknown", [], `no kernel of ${whose} ${line} was read`);
    }
    const note = `${text} was not read; this is the table of the nearest ${whose} ${line} kernel that was`;
    return resolution(release, "assumed", [only.candidate], note);
}

/** Returns the span of the nearest point that was read below (side -1) or above (side 1) a point. */
function nearest(spans, at, side) {
    let best = null;
    for (const span of spans) {
        const ends = span.allRead ? [span.first, span.last ?? span.first] : span.read;
        for (const end of ends.filter((end) => compare(end, at) * side >= 0)) {
            if (best === null || compare(best.end, end) * side >= 0) {
                best = {end, span};
            }
        }
    }
    return best?.span;
}

function upstream(index, release) {
    const {text, line} = release;
    const spans = spansOf(index, "upstream", line, "");
    if (!spans.length) {
        return resolution(release, "unknown", [], `no kernel of the line ${line} was read; ${bounds(index, release)}`);
    }
    const [at] = release.point;
    if (at >= 0 || (at < 0 && spans.some((span) => wasRead(span, release.point)))) {
        return place(release, spans, "upstream");
    }
    if (at < 0) {
        return lineAsAWhole(release, spans.slice(0, 1), `${text} was not read; its line began with this table`);
    }
    const note = `${line} names a line, not one kernel of it; for a single answer give the point release (${line}.N)`;
    return lineAsAWhole(release, spans, note);
}

/** Says from where to where the upstream lines reach that were read. */
function bounds(index, release) {
    if (compare(release.version.slice(0, 2), [5, 17]) < 0) {
        return "drop reasons came with 5.17";
    }
    const newest = index.spans.map(spanOf).findLast((span) => span.family === "upstream");
    return `the newest line read is ${newest.line}`;
}

/** Resolves to every table of some spans, newest first. */
function lineAsAWhole(release, spans, note) {
    const chosen = firstOfEachTable(spans.map((span) => span.candidate).reverse());
    if (chosen.length === 1) {
        return resolution(release, "assumed", chosen, ...(release.point.length ? [note] : []));
    }
    return resolution(release, "candidates", chosen, note);
}

function firstOfEachTable(candidates) {
    const tables = candidates.map((candidate) => candidate.table);
    return candidates.filter((candidate, place) => tables.indexOf(candidate.table) === place);
}

function debian(index, release) {
    const spans = spansOf(index, "debian", release.line, "");
    return spans.length ? place(release, spans, "Debian") : otherDistribution(index, release);
}

function ubuntu(index, release) {
    const spans = spansOf(index, "ubuntu", release.line, release.flavour);
    return spans.length ? place(release, spans, "Ubuntu") : sameBase(index, release);
}

/** Resolves an Ubuntu kernel of a flavour that was not read to the tables of the other flavours. */
function sameBase(index, release) {
    const {line, flavour} = release;
    const own = index.spans.map(spanOf).filter((span) => span.family === "ubuntu" && span.line === line && span.table);
    if (!own.length) {
        return otherDistribution(index, release);
    }
    // As SQLite does it: the first span of each table and what it shows, then those from the last.
    const kinds = own.map((span) => JSON.stringify([span.table, span.shows]));
    const distinct = own.filter((_, place) => kinds.indexOf(kinds[place]) === place).reverse();
    const candidates = firstOfEachTable(distinct).map(({table}) => ({
        table,
        shows: ["core", "subsystems"],
        evidence: "another flavour",
    }));
    const note = `no ${flavour} kernel of Ubuntu ${line} was read; these are the tables of its other flavours`;
    return resolution(release, "candidates", candidates, note);
}

/** Resolves 6.8.0-45, which Debian and Ubuntu both could print, without the flavour that tells them apart. */
function unnamed(index, release) {
    for (const flavour of ["amd64", "generic"]) {
        const found = resolve(index, `${release.text}-${flavour}`);
        if (["exact", "line"].includes(found.confidence)) {
            const whose = index.families[found.release.family];
            const note = `${release.text} is taken for ${whose}'s ${found.release.text}`;
            return {...found, release, notes: [...found.notes, note]};
        }
    }
    return otherDistribution(index, release);
}

/** Resolves a kernel with a suffix nobody published: built from an upstream release, perhaps changed. */
function local(index, release) {
    const version = release.version.join(".");
    const base = resolve(index, version);
    const note =
        `${quoted(release.flavour)} is not the suffix of a distribution we know;` +
        ` upstream ${version} is shown, which its builder may have changed`;
    const confidence = ["exact", "line"].includes(base.confidence) ? "assumed" : base.confidence;
    return resolution(release, confidence, base.candidates, note, ...base.notes);
}

/** Resolves a kernel of a family whose readings carry no exact release. */
function byFamily(index, release) {
    const whose = index.families[release.family];
    const spans = spansOf(index, release.family, release.line, "");
    if (spans.some((span) => wasRead(span, release.point))) {
        return place(release, spans, whose);
    }
    const claimed = spans.filter((span) => span.evidence === "claimed").map((span) => span.candidate);
    if (claimed.length) {
        const rests = "whose exact release rests on the word of who published it";
        return resolution(release, "assumed", claimed, `${whose} ${release.line} was read at one point, ${rests}`);
    }
    return ofWholeLine(index, release, whose);
}

/** Resolves to every table read of a line of a family, newest first. */
function ofWholeLine(index, release, whose) {
    const line = release.line.split("_")[0];
    const own = index.spans.map(spanOf).filter((span) => span.family === release.family && span.line === line);
    const found = own.reverse().map(({table, shows, source}) => ({table, shows, evidence: source}));
    const candidates = firstOfEachTable(found);
    if (!candidates.length) {
        return otherDistribution(index, release);
    }
    if (candidates.length === 1) {
        const note = `one kernel of ${whose} ${line} was read, and its exact release is not known`;
        return resolution(release, "assumed", candidates, note);
    }
    const note = `${whose} renumbers within ${line}; which release has which of these tables is not known`;
    return resolution(release, "candidates", candidates, note);
}

/** Answers for a distribution that was not read with the upstream table, and says so. */
function otherDistribution(index, release) {
    const version = release.version.join(".");
    const base = resolve(index, version);
    const whose = index.families[release.family] ?? "this distribution";
    if (!base.candidates.length) {
        const note = `no kernel of ${whose} ${upstreamLine(release)} was read`;
        return resolution(release, "unknown", [], note, ...base.notes);
    }
    const note = `no such kernel of ${whose} was read; upstream ${version} is shown, and distributions renumber`;
    const unread = base.candidates.map(({table}) => ({table, shows: [], evidence: `upstream ${version}`}));
    return resolution(release, "candidates", unread, note);
}
