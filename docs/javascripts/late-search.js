// SPDX-License-Identifier: GPL-2.0-only OR MIT
// Holds back the search index, some 2.5 MB, until somebody is about to search: Material asks for it on every page.
// Names the dialog of the search, which Material leaves without a name for those who cannot see it.
(() => {
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  });
  const asked = new Promise((resolve) => {
    const begin = (event) => {
      if (event.type === "keydown" && !["/", "s", "f"].includes(event.key)) return;
      if (event.type !== "keydown" && !event.target.closest?.("[data-md-component=search], [for=__search]")) return;
      resolve();
    };
    for (const type of ["focusin", "pointerdown", "keydown"]) document.addEventListener(type, begin, true);
    if (new URL(location).searchParams.has("q")) resolve();
  });
  const open = XMLHttpRequest.prototype.open;
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.open = function (method, address, ...rest) {
    this.isSearchIndex = String(address).endsWith("/search/search_index.json");
    return open.call(this, method, address, ...rest);
  };
  XMLHttpRequest.prototype.send = function (...body) {
    if (this.isSearchIndex) asked.then(() => send.apply(this, body));
    else send.apply(this, body);
  };
})();
