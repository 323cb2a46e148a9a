// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Understands what people paste: a name, a number, a kernel release, or lines that some tool printed.
import { NotARelease, parseRelease } from "./release.mjs";
import { spelled } from "./meaning.mjs";

const LONGEST = 200_000;
const NUMBER = /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i;
const REASON = /\b(?:drop[ _-]?)?reason["']?\s*[:=]?\s*["']?(?:SKB_DROP_REASON_)?([A-Za-z_][A-Za-z0-9_]{2,48}|0x[0-9a-f]{1,8}|\d{1,10})\b/gi;
const WORD = /\b(?:SKB_DROP_REASON_)?[A-Z][A-Z0-9_]{2,64}\b/g;

/**
 * Takes a text apart.
 * @returns {{kernel: string|null, asked: {text: string, count: number}[]}} the kernel named in it, and every name or
 *   number asked for, with how often; what is neither is left out.
 */
export function understand(index, text) {
  const cut = text.slice(0, LONGEST).trim();
  const words = cut.split(/[\s,;@]+/).filter((word) => word && !/^(?:on|in|kernel|linux|reason|number|is|what)$/i.test(word));
  if (words.length <= 3 && !cut.includes("\n")) return question(index, words);
  return { kernel: kernelIn(cut), asked: counted(cut.split("\n").flatMap((line) => inLine(index, line))) };
}

/** Takes a short question apart: a name or number, and perhaps a kernel beside it. */
function question(index, words) {
  const kernel = words.find((word) => !NUMBER.test(word) && isRelease(word)) ?? null;
  const rest = words.filter((word) => word !== kernel);
  const known = rest.flatMap((word) => (isAsked(index, word) ? [word] : inLine(index, word)));
  return { kernel, asked: counted(known.length || !rest.length ? known : [rest.join("_")]) };
}

/** Returns the names and numbers of one line that a tool printed. */
function inLine(index, line) {
  const said = [...line.matchAll(REASON)].map((found) => found[1]).filter((word) => isAsked(index, word));
  if (said.length) return [said.at(-1)];
  return (line.match(WORD) ?? []).filter((word) => word.length > 4 && spelled(index, word)).slice(0, 1);
}

function isAsked(index, word) {
  return NUMBER.test(word) || spelled(index, word) !== null;
}

/** Returns the release that a header of a tool's output names, such as perf's `# os release : 6.12.117`. */
function kernelIn(text) {
  const found = text.match(/(?:os release\s*:|Linux version|kernel[_ ]?(?:release|version)?\s*[:=]|uname -r\s*\n)\s*"?(\d+\.\d+[\w.+~-]*)/i);
  return found && isRelease(found[1]) ? found[1] : null;
}

function isRelease(word) {
  if (!/^v?\d+\.\d/.test(word)) return false;
  try {
    parseRelease(word);
    return true;
  } catch (error) {
    if (error instanceof NotARelease) return false;
    throw error;
  }
}

/** Returns each text once, the most frequent first. */
function counted(texts) {
  const counts = new Map();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => ({ text, count })).sort((a, b) => b.count - a.count);
}
