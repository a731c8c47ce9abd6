/* Offers under each cell to run it in the page. Nothing else is loaded before a reader presses. */
(() => {
  "use strict";
  const { chapter, megabytes } = document.currentScript.dataset;
  const base = new URL(".", document.currentScript.src).href;
  const line = document.querySelector("p.launch");
  const say = (text) => {
    const sentence = document.createElement("span");
    sentence.className = "not-here";
    sentence.textContent = ` · ${text}`;
    line?.append(sentence);
  };
  if (!location.protocol.startsWith("http")) {
    say("Cells run in the page where it is read from the web, not from a disk.");
    return;
  }
  if (!window.WebAssembly || !window.Worker || !window.DecompressionStream) {
    say("This browser is too old to run cells in the page.");
    return;
  }
  let loading;
  const cells = () => (loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${base}cells.js`;
    script.onload = () => resolve(window.unsignedPeaceCells({ base, chapter }).then((opened) => (window.unsignedPeaceOpened = opened)));
    script.onerror = () => { loading = undefined; script.remove(); reject(new Error(script.src)); };
    document.head.append(script);
  }));

  /* Once a cell was run here, a later visit needs no network (see keep.js). */
  let kept = false;
  const keep = () => {
    if (kept) return;
    kept = true;
    const frame = document.createElement("iframe");
    frame.src = `${base}keep.html`;
    frame.hidden = true;
    document.body.append(frame);
  };

  const offer = (place, input, words) => {
    const paragraph = document.createElement("p");
    paragraph.className = "run-here";
    const button = document.createElement("button");
    button.type = "button";
    button.append(words);
    const size = document.createElement("small");
    size.textContent = ` loads ${megabytes} MB, once`;
    const status = document.createElement("span");
    status.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      try {
        (await cells()).open(input);
        keep();
        for (const note of document.querySelectorAll(".run-here small")) note.remove();
      } catch {
        status.textContent = " It could not be loaded. Is there a network? Press again to try once more.";
      }
    });
    paragraph.append(button, size, status);
    place(paragraph);
    return paragraph;
  };
  /* Exercises in code are done in a cell of the reader's own, which finds all that the chapter has made. */
  const inputs = [...document.querySelectorAll(".cell_input")];
  const exercises = document.querySelector("section#exercises");
  if (exercises) {
    const own = document.createElement("div");
    own.className = "cell_input of-your-own";
    const code = document.createElement("div");
    code.className = "highlight";
    code.append(document.createElement("pre"));
    own.append(code);
    exercises.querySelector("h2").after(own);
    offer((paragraph) => own.append(paragraph), own, "Write code of your own here");
  }
  inputs.forEach((input, number) => {
    const whose = document.createElement("span");
    whose.className = "visually-hidden";
    whose.textContent = ` (cell ${number + 1})`;
    const words = document.createDocumentFragment();
    words.append("Run here", whose);
    offer((paragraph) => input.append(paragraph), input, words);
  });
  /* Under a chart or table, whose code is folded, the same for the cell that makes it. */
  for (const foot of document.querySelectorAll("figure.exhibit > .exhibit-foot")) {
    const makes = [...foot.querySelectorAll(".cell_input")].at(-1);
    const title = foot.parentElement.querySelector(".exhibit-title");
    if (!makes || !title) continue;
    const paragraph = offer((made) => foot.append(made), makes, "Run and change it here");
    paragraph.querySelector("button").setAttribute("aria-describedby", title.id);
  }
})();
