// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Brings the box of the front page and the comparison of two kernels to life; without it every page can still be read.
import { compare } from "./compare.mjs";
import { answers } from "./answers.mjs";
import { decoded } from "./decode.mjs";

const SEVERITIES = { benign: "normal", depends: "may be normal", investigate: "look into it" };
const files = new Map();
const PAUSE = 300;
let isServed = false;

/** Fetches the look-up index once. */
function index(form) {
  const address = new URL(form.dataset.index, location.href).href;
  if (!files.has(address)) {
    files.set(address, fetch(address).then((answer) => {
      if (!answer.ok) throw new Error(`the look-up index answered ${answer.status}`);
      // Our own service says so; another web server has the files alone.
      isServed = answer.headers.get("link")?.includes("service-desc") ?? false;
      return answer.json();
    }));
  }
  return files.get(address);
}

/** Makes an element with text or children. */
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Shows one answer. */
function card(answer, root) {
  const heading = answer.entry ? element("a", { href: `${root}reasons/${answer.entry}/` }, answer.name) : answer.name;
  const parts = [element("p", { class: "dr-answer-name" }, heading)];
  if (answer.count > 1) parts[0].append(` × ${answer.count}`);
  if (answer.severity) {
    const severity = element("span", { class: `dr-severity dr-${answer.severity}` }, SEVERITIES[answer.severity]);
    parts[0].append(" ", severity);
  }
  if (answer.summary) parts.push(element("p", {}, answer.summary));
  for (const note of answer.notes) parts.push(element("p", { class: "dr-note" }, note));
  if (answer.kernels) parts.push(element("p", { class: "dr-note" }, `On ${answer.kernels}`));
  const links = answer.links.map(([label, path]) => element("a", { href: root + path }, label));
  if (answer.entry) {
    links.push(element("a", { href: `${root}reasons/${answer.entry}/#confirm` }, "See for yourself"));
    links.push(element("a", { href: `${root}reasons/${answer.entry}/#remedies` }, "What to do"));
  }
  if (links.length) parts.push(element("p", { class: "dr-links" }, ...links.flatMap((link) => [link, " "])));
  return element("li", {}, ...parts);
}

/** Makes the box answer while somebody types. */
function startBox(form) {
  const field = form.elements.namedItem("text");
  const output = form.parentElement.querySelector(".dr-answers");
  const root = form.dataset.root;
  const show = async () => {
    const text = field.value;
    field.rows = Math.min(8, text.split("\n").length);
    if (!text.trim()) return output.replaceChildren();
    try {
      const found = answers(await index(form), text);
      if (text !== field.value) return;
      output.replaceChildren(element("ul", {}, ...found.map((answer) => card(answer, root))));
      await decodeSoon(text);
    } catch (error) {
      output.replaceChildren(element("p", { class: "dr-note" }, `This did not work: ${error.message}.`));
    }
  };
  const decodeSoon = async (text) => {
    if (!isServed || !text.trim().includes("\n")) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const found = text === field.value ? await decoded(root, text).catch(() => null) : null;
    if (!found || text !== field.value) return;
    const cards = element("ul", {}, ...found.rows.map((answer) => card(answer, root)));
    output.replaceChildren(element("p", { class: "dr-note dr-decoded" }, found.head), cards);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    output.querySelector("a")?.click();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !field.value.includes("\n")) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  field.addEventListener("focus", () => index(form).catch(() => {}), { once: true });
  field.addEventListener("input", show);
  const asked = new URL(location.href).searchParams.get("text");
  if (asked) {
    field.value = asked;
    show();
  }
}

/** Makes the two boxes of the page of changes compare two kernels. */
function startComparison(form) {
  const output = form.parentElement.querySelector(".dr-compared");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { from, to } = Object.fromEntries(new FormData(form));
    try {
      output.replaceChildren(...compare(await index(form), from.trim(), to.trim(), element));
    } catch (error) {
      output.replaceChildren(element("p", { class: "dr-note" }, error.message));
    }
  });
}

/** Starts what the page has; with instant navigation this is called for every page. */
function start() {
  for (const [selector, begin] of [[".dr-look-up", startBox], [".dr-compare", startComparison]]) {
    for (const form of document.querySelectorAll(`form${selector}[hidden]`)) {
      form.hidden = false;
      begin(form);
    }
  }
}

if (window.document$) window.document$.subscribe(start);
else start();
