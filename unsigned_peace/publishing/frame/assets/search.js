/* The search page: looks through the text of the book, ranks places and shows each with an excerpt. The text is asked for once there is something to look for. */
addEventListener("DOMContentLoaded", () => {
  "use strict";
  const words = window.unsignedPeaceWords, translated = window.unsignedPeaceSay;
  const COMMON = new Set(("a about after all also an and any are as at be been before between but by can could did do does for from had has have he her his how i if in " +
    "into is it its many me more most much my no not of on one or our out she should so some such tell than that the their them then there these they this those to " +
    "was we were what when where which who whom whose why will with would you your").split(" "));
  /* Where a question is answered, where it is looked up, where it is taught; records stand apart. */
  const KINDS = { chapter: 3, page: 0.5, teaching: 0.6, record: 1 };
  /* Records of what a word means, before those that use it. */
  const DEFINING = /^(?:term|who|body|places|documents)-/, NAMED = /^(?:term|who|body|places)-/;
  /* Sections that ask about what another one tells. */
  const ASKED = new Set(["exercises", "check yourself", "further reading"]);
  const MOST = { pages: 12, places: 3, records: 10 };
  const AROUND = 110;
  const query = new URLSearchParams(location.search).get("q") ?? "";
  const results = document.getElementById("search-results");
  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const say = (text) => results.append(element("p", { className: "search-said", textContent: text }));
  const quoted = (list) => list.map((word) => translated("\u201c{word}\u201d", { word })).join(", ");

  /* Every place of the book, with its folded heading and text. */
  const read = (pages) => pages.flatMap(([address, title, kind, places]) => {
    const page = { address, title, kind, folded: words.folded(title) };
    return places.map(([anchor, heading, text]) => ({ page, anchor, heading, text, head: words.folded(heading), body: words.folded(text) }));
  });
  const hits = (pattern, text) => { let count = 0; pattern.lastIndex = 0; while (count < 20 && pattern.test(text)) count += 1; return count; };
  const has = (pattern, text) => { pattern.lastIndex = 0; return pattern.test(text); };
  const places_with = (places, word) => { const pattern = words.pattern(word); return places.filter((place) => has(pattern, place.head) || has(pattern, place.body) || has(pattern, place.page.folded)).length; };

  /* What to look for. Signs without blanks that stand nowhere together are looked for by script, then two by two. */
  const termsOf = (asked, places) => {
    const together = (word) => words.isUnspaced(word) && word.length > 2 && places_with(places, word) === 0;
    return asked.flatMap((word) => {
      if (!together(word)) return [word];
      const parts = word.match(/[\u3041-\u309f]+|[\u30a0-\u30ff]+|[^\u3041-\u30ff]+/gu);
      const told = parts.filter((part) => !/^[\u3041-\u309f]/u.test(part));
      return (told.length ? told : parts).flatMap((part) => together(part) ? [...part].slice(1).map((sign, index) => part[index] + sign) : [part]);
    }).map((word) => ({ word, pattern: words.pattern(word), weight: Math.log(1 + places.length / (0.5 + places_with(places, word))) }));
  };

  const rank = (places, terms) => {
    const all = terms.reduce((sum, { weight }) => sum + weight, 0);
    const length = places.reduce((sum, place) => sum + place.body.length, 0) / places.length;
    const phrase = terms.length > 1 ? new RegExp(words.START + terms.map(({ word }) => word).join("[^\\p{L}\\p{N}]{0,3}"), "gu") : null;
    const pages = new Map();
    for (const place of places) {
      let score = 0, covered = 0;
      const found = new Set();
      for (const { word, pattern, weight } of terms) {
        const inHead = hits(pattern, place.head), inBody = hits(pattern, place.body);
        if (inHead + inBody === 0) continue;
        score += weight * ((inHead ? 2 : 0) + 2 * inBody / (inBody + 0.4 + 0.8 * place.body.length / length));
        covered += weight;
        found.add(word);
      }
      if (score === 0) continue;
      score *= (covered / all) ** 2;
      if (DEFINING.test(place.anchor)) score *= 2;
      if (ASKED.has(place.head)) score *= 0.25; // asks, or names what is elsewhere
      if (phrase) score *= has(phrase, place.head) ? 2 : has(phrase, place.body) ? 1.5 : 1;
      const page = pages.get(place.page) ?? { ...place.page, places: [], found: new Set() };
      page.places.push({ ...place, score, covered: covered / all });
      for (const word of found) page.found.add(word);
      pages.set(place.page, page);
    }
    for (const page of pages.values()) {
      page.places.sort((one, other) => other.score - one.score);
      let title = 0;
      for (const { word, pattern, weight } of terms) {
        if (!has(pattern, page.folded)) continue;
        title += weight;
        page.found.add(word);
      }
      page.covered = terms.filter(({ word }) => page.found.has(word)).reduce((sum, { weight }) => sum + weight, 0) / all;
      page.score = (page.places.reduce((sum, { score }, index) => sum + score / (1 + index), 0) + 2 * title) * page.covered ** 2 * KINDS[page.kind];
    }
    return [...pages.values()];
  };

  /* A part of a text around its words, which are marked. */
  const excerpt = (text, terms) => {
    let body = "";
    const origin = [];
    let at = 0;
    for (const sign of text) {
      const piece = words.folded(sign);
      for (let index = 0; index < piece.length; index += 1) origin.push(at);
      body += piece;
      at += sign.length;
    }
    origin.push(text.length);
    const spans = terms.flatMap(({ word, pattern }) => [...body.matchAll(pattern)].map((match) => ({ word, from: match.index, to: match.index + match[0].length }))).sort((one, other) => one.from - other.from);
    const near = (span) => new Set(spans.filter((other) => other.from >= span.from && other.from < span.from + 2 * AROUND).map(({ word }) => word)).size;
    const best = spans.reduce((chosen, span) => (chosen && near(chosen) >= near(span) ? chosen : span), null);
    const middle = best ? origin[best.from] : 0;
    let from = Math.max(0, middle - AROUND / 2), to = Math.min(text.length, middle + 2 * AROUND);
    if (from > 0) from = Math.max(text.lastIndexOf(" ", from) + 1, from - 20);
    if (to < text.length) to = Math.min(text.indexOf(" ", to) === -1 ? text.length : text.indexOf(" ", to), to + 20);
    const shown = element("p", { className: "search-excerpt" }, from > 0 ? "\u2026 " : "");
    let done = from;
    for (const span of spans) {
      const start = origin[span.from], end = origin[span.to];
      if (start < done || end > to) continue;
      shown.append(text.slice(done, start), element("mark", { textContent: text.slice(start, end) }));
      done = end;
    }
    shown.append(text.slice(done, to), to < text.length ? " \u2026" : "");
    return shown;
  };
  const place = ({ page, anchor, heading, text }, terms) => element("li", {},
    element("a", { href: anchor ? `${page.address}#${anchor}` : page.address, textContent: heading || page.title }), excerpt(text, terms));
  const list = (places, terms) => element("ul", {}, ...places.map((found) => place(found, terms)));

  const show = (all, left, terms) => {
    const candidates = all.flatMap((page) => (page.kind === "record" ? page.places : [page]));
    const best = Math.max(0, ...candidates.map(({ covered }) => covered));
    const near = candidates.filter(({ covered }) => covered >= 0.75 * best).sort((one, other) => other.score - one.score);
    const pages = near.filter(({ places }) => places), records = near.filter(({ places }) => !places);
    if (pages.length + records.length === 0) {
      say(translated("No page has any of these words. Try fewer, or another spelling of a name."));
      return;
    }
    if (left.length) say(translated("Left out, since nearly every page has them: {words}.", { words: quoted(left) }));
    if (best < 0.999) say(translated("No page has all of these words; these have most."));
    /* Who or what has this very name, before where it is spoken of. */
    const entry = records.find(({ anchor, head }) => NAMED.test(anchor) && terms.every(({ pattern }) => has(pattern, head)));
    if (entry) {
      results.append(element("div", { id: "found-entry" }, element("p", {}, element("a", { href: `${entry.page.address}#${entry.anchor}`, textContent: entry.heading })), excerpt(entry.text, terms)));
    }
    if (pages.length) {
      results.append(element("h2", { textContent: translated("In the chapters and other pages: {count}", { count: pages.length }) }),
        element("ol", { id: "found-pages" }, ...pages.slice(0, MOST.pages).map((page) => element("li", {},
          element("a", { className: "search-page", href: page.address, textContent: page.title }), list(page.places.slice(0, MOST.places), terms)))));
    }
    if (records.length) {
      const found = element("section", { id: "found-records" }, element("h2", { textContent: translated("In the records: {count}", { count: records.length }) }), list(records.slice(0, MOST.records), terms));
      if (records.length > MOST.records) {
        found.append(element("details", {}, element("summary", { textContent: translated("{count} more", { count: records.length - MOST.records }) }), list(records.slice(MOST.records, 200), terms)));
      }
      results.append(found);
    }
  };

  const look = () => {
    const asked = words.of(query), rare = asked.filter((word) => !COMMON.has(word));
    results.replaceChildren();
    results.removeAttribute("aria-busy");
    if (rare.length === 0) {
      say(translated("Nearly every page has {words}. Add a word that fewer pages have.", { words: quoted(asked) }));
      return;
    }
    const places = read(window.unsignedPeaceText), terms = termsOf(rare, places);
    show(rank(places, terms), asked.filter((word) => COMMON.has(word)), terms);
  };

  document.getElementById("search-words").value = query;
  if (words.of(query).length === 0) return;
  results.setAttribute("aria-busy", "true");
  say(translated("Looking \u2026"));
  document.head.append(element("script", { src: results.dataset.text, onload: look, onerror: () => { results.replaceChildren(); say(translated("The text of the book could not be loaded. Load this page again.")); } }));
});
