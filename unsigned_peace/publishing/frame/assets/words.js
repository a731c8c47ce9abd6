/* How words are compared, on the search page and in the filter of the timeline: one rule for what is written and what is asked for. */
window.unsignedPeaceWords = (() => {
  "use strict";
  const APOSTROPHES = /['\u2018\u2019\u02bc\u02b9\u2032\u00b4`]/gu;
  /* Full-width letters as plain ones, no capitals, no accents, no apostrophes; a kana keeps its voicing marks. */
  const folded = (text) => text.normalize("NFKD").toLowerCase().replace(/(?![\u3099\u309a])\p{M}/gu, "").replace(APOSTROPHES, "");
  const UNSPACED = "\\u3005-\\u3007\\u3041-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff";
  const WORD = new RegExp(`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}])+`, "gu");
  const isUnspaced = (word) => new RegExp(`^[${UNSPACED}]`, "u").test(word);
  /* Endings of Russian are those of folded words: without the breve of its last letter but three. */
  const ENDINGS = [
    [/^[a-z]{5,}$/, /(?:ies|ied|ing|ed|es|s|e|y)$/, 5],
    [/^[\u0430-\u044f]{5,}$/, /(?:ами|ями|ого|его|ому|ему|ыми|ими|ов|ев|еи|ам|ям|ах|ях|ые|ие|ых|их|ая|яя|ое|ее|ои|ыи|ии|ую|юю|ом|ем|ы|и|а|я|о|е|у|ю|ь)$/, 3],
  ];
  const START = "(?<![\\p{L}\\p{N}])", END = "(?![\\p{L}\\p{N}])";
  /* Where a folded text has a folded word: a part of it in scripts without blanks; numbers and short words whole; else a beginning, or the word with another ending. */
  const source = (word) => {
    if (isUnspaced(word)) return word;
    if (/^\p{N}+$/u.test(word) || word.length < 3) return START + word + END;
    for (const [kind, ending, most] of ENDINGS) {
      const stem = word.replace(ending, "");
      if (kind.test(word) && stem !== word && stem.length >= 4) return `${START}(?:${word}|${stem}\\p{L}{0,${most}}${END})`;
    }
    return START + word;
  };
  return {
    folded,
    isUnspaced,
    START,
    of: (text) => [...new Set(folded(text).match(WORD) ?? [])],
    pattern: (word) => new RegExp(source(word), "gu"),
  };
})();
