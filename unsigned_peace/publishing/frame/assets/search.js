/* On the search page, before Sphinx's own scripts, whose settings it makes: years are words too, chapters come first, records are found by name. */
"use strict";
/* Sphinx leaves out of a query what is a number only. With this mark a year is no number; the stemmer takes it off again. */
const MARK = "\u2060";
const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
var splitQuery = (query) => wordsOf(query).map((word) => (/^\d+$/.test(word) ? MARK + word : word));
const English = Stemmer;
Stemmer = function () {
  const stemmer = new English();
  this.stemWord = (word) => stemmer.stemWord(word.replace(MARK, ""));
};

var Scorer = {
  score: ([page, , , , score]) => (page.startsWith("book/records/") ? score - 100 : score),
  objNameMatch: 11, objPartialMatch: 6, objPrio: {}, objPrioDefault: 0,
  title: 15, partialTitle: 7, term: 5, partialTerm: 2,
};

Object.assign(Documentation.TRANSLATIONS, {
  "Search Results": "Pages",
  "Search finished, found ${resultCount} page(s) matching the search query.": "Pages with all of these words: ${resultCount}, chapters first.",
  "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.":
    "No page has all of these words. Try fewer, or another spelling of a name.",
});

addEventListener("DOMContentLoaded", () => {
  const query = new URLSearchParams(location.search).get("q") ?? "";
  const words = wordsOf(query);
  const found = words.length === 0 ? [] : window.unsignedPeaceRecords.flatMap(([page, records]) =>
    records.filter(([anchor, title]) => {
      const own = wordsOf(`${anchor} ${title}`);
      return words.every((word) => own.some((other) => other.startsWith(word)));
    }).map(([anchor, title]) => ({ address: `${page}#${anchor}`, title })));
  if (found.length === 0) return;
  const list = document.createElement("details");
  list.id = "found-records";
  list.open = found.length <= 8;
  list.append(Object.assign(document.createElement("summary"), { textContent: `Records whose title, name or date has these words: ${found.length}` }));
  const items = document.createElement("ul");
  for (const { address, title } of found) {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("a"), { href: address, textContent: title }));
    items.append(item);
  }
  list.append(items);
  document.getElementById("search-results").before(list);
});
