// The filter of the dictionary of fields. Without this script, the page shows all of them.
(() => {
  "use strict";

  const form = document.getElementById("field-filter");
  const input = document.getElementById("field-words");
  const count = document.getElementById("field-count");
  const notes = document.querySelector(".field-notes");
  const page = form.parentElement;
  const tables = Array.from(document.querySelectorAll(".field-table"));
  const rows = Array.from(document.querySelectorAll(".field-table tbody tr"), (row) => ({
    row,
    text: row.textContent.toLowerCase(),
  }));
  const sections = Array.from(document.querySelectorAll("section section"));
  const number = (n) => n.toLocaleString("en");

  function show(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { row, text } of rows) {
      const fits = words.every((word) => text.includes(word));
      row.hidden = !fits;
      found += fits;
    }
    const hit = ".field-table tbody tr:not([hidden])";
    for (const section of sections) {
      section.hidden = section.querySelector(hit) === null;
    }
    // What is found is one list: without headings, and with one row of column names.
    page.classList.toggle("field-search", words.length > 0);
    const first = document.querySelector(hit);
    for (const table of tables) {
      table.classList.toggle("field-first", first !== null && table.contains(first));
      table.hidden = table.querySelector("tbody tr:not([hidden])") === null;
    }
    notes.hidden = words.length > 0;
    count.textContent =
      words.length > 0
        ? `${number(found)} of ${number(rows.length)} fields`
        : `${number(rows.length)} fields`;
  }

  const wanted = () => new URLSearchParams(location.hash.slice(1)).get("filter") || "";

  // The address is either a search, "#filter=http+url", or a field or heading, "#http.url".
  function follow() {
    input.value = wanted();
    show(input.value);
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target !== null) {
      target.scrollIntoView();
    }
  }

  function keep() {
    const query = input.value.trim();
    const hash = query ? `#${new URLSearchParams({ filter: query })}` : "";
    history.replaceState(null, "", location.pathname + location.search + hash);
  }

  input.addEventListener("input", () => {
    show(input.value);
    keep();
    if (form.getBoundingClientRect().top < 0) {
      form.scrollIntoView();
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value !== "") {
      event.preventDefault();
      input.value = "";
      show("");
      keep();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = rows.find(({ row }) => !row.hidden);
    if (first !== undefined) {
      first.row.querySelector("a").focus();
    }
  });
  window.addEventListener("hashchange", follow);

  form.hidden = false;
  follow();
})();
