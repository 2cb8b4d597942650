// Suggestions below a search field. Never for half a composition: what an input method holds is nobody's question yet.
import { isImeKey } from "../shared/ime.ts";

const PAUSE_MS = 180; // of typing, before anything is asked
const FEWEST_CHARS = 2;

interface Suggestion {
  title: string;
  lang: string;
  category: string;
  href: string;
}

interface Suggestions {
  results: Suggestion[];
  status: string;
}

/** Make a search form suggest. The address to ask stands in its `data-suggest`. */
export function attach(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>("input[name=q]");
  const address = form.dataset["suggest"];
  if (!field || !address) return;
  const status = element("p", "visually-hidden");
  status.setAttribute("role", "status");
  const list = element("ul", "suggestions");
  list.hidden = true;
  form.append(status, list);

  let timer = 0;
  let asked = "";
  let asking: AbortController | null = null;

  const close = () => {
    list.hidden = true;
  };

  const show = (found: Suggestions) => {
    list.replaceChildren(...found.results.map(row));
    list.hidden = found.results.length === 0;
    status.textContent = found.status;
  };

  const ask = async () => {
    const question = field.value.trim();
    if (question === asked) return;
    asked = question;
    asking?.abort();
    if ([...question].length < FEWEST_CHARS) {
      status.textContent = "";
      list.replaceChildren();
      close();
      return;
    }
    asking = new AbortController();
    try {
      const answer = await fetch(`${address}?q=${encodeURIComponent(question.toWellFormed())}`, { signal: asking.signal });
      if (answer.ok) show((await answer.json()) as Suggestions);
    } catch {
      // a newer question was asked, or the network is away: the form still works
    }
  };

  const later = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), PAUSE_MS);
  };

  field.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!(event as InputEvent).isComposing) later();
  });
  field.addEventListener("compositionstart", () => clearTimeout(timer));
  field.addEventListener("compositionend", later);
  field.addEventListener("focus", () => {
    list.hidden = list.childElementCount === 0;
  });
  form.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && form.contains(event.relatedTarget))) close();
  });
  form.addEventListener("keydown", (event) => {
    if (isImeKey(event)) {
      if (event.key === "Enter") event.preventDefault(); // it confirms the composition and must not send the form
      return;
    }
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      field.focus();
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !list.hidden) {
      move(field, list, event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    }
  });
}

/** Move the focus among the field and the links below it, around both ends. */
function move(field: HTMLElement, list: HTMLElement, step: 1 | -1): void {
  const stops = [field, ...list.querySelectorAll("a")];
  const here = stops.findIndex((stop) => stop === document.activeElement);
  stops[(here + step + stops.length) % stops.length]?.focus();
}

function row(found: Suggestion): HTMLElement {
  const link = element("a");
  link.href = found.href;
  const title = element("span");
  title.lang = found.lang;
  title.textContent = found.title;
  link.append(title);
  if (found.category) {
    const category = element("small");
    category.lang = found.lang;
    category.textContent = found.category;
    link.append(" ", category);
  }
  const item = element("li");
  item.append(link);
  return item;
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, className = ""): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className) made.className = className;
  return made;
}
