
"use strict";
(() => {
  const list = document.getElementById("list");
  const tools = document.getElementById("tools");
  if (list && tools) {
    const all = Array.from(list.children);
    const search = document.getElementById("search");
    const order = document.getElementById("order");
    const shown = document.getElementById("shown");
    const tell = () => {
      const n = all.filter((item) => item.getClientRects().length > 0).length;
      shown.textContent = n + " of " + all.length + " shown";
    };
    const filter = () => {
      const words = search.value.toLowerCase().split(/\s+/);
      for (const item of all) {
        const text = item.textContent.toLowerCase();
        item.hidden = !words.every((word) => text.includes(word));
      }
      tell();
    };
    const sort = () => {
      const key = order.value;
      const by = (a, b) => {
        const first = key === "rank" ? 0 : a.dataset[key] < b.dataset[key] ? -1 : a.dataset[key] > b.dataset[key] ? 1 : 0;
        return first || Number(a.dataset.rank) - Number(b.dataset.rank);
      };
      list.append(...all.slice().sort(by));
    };
    search.addEventListener("input", filter);
    order.addEventListener("change", sort);
    document.addEventListener("change", tell);
    tools.hidden = false;
    tell();
  }
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
})();
