/** Style and script of the API reference page. Its security policy contains their hashes. */

export const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--accent:#0a7d6c;--warn:#b3261e}
@media(prefers-color-scheme:dark){:root{--accent:#4fd1bd;--warn:#ff8a80}}
html{scroll-padding-top:1rem}
body{font:15px/1.55 system-ui,sans-serif;margin:0;display:grid;grid-template-columns:17rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;box-sizing:border-box;padding:1rem;border-right:1px solid var(--line)}
nav a{display:block;padding:.1rem 0 .1rem 1rem;text-decoration:none;overflow-wrap:anywhere}
nav input{width:100%;box-sizing:border-box;padding:.4rem;font:inherit;margin-bottom:.5rem}
main{max-width:64rem;padding:1rem 2rem 50vh}
h2{margin-top:3rem;border-bottom:1px solid var(--line)}h4{margin:1rem 0 .25rem}
code,pre{font:.875em/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;overflow:auto;padding:.75rem}
section{border:1px solid var(--line);border-radius:8px;margin:1rem 0;padding:0 1rem 1rem}
section:target{border-color:var(--accent)}
section h3{margin:1rem 0 .25rem}section p{margin:.25rem 0}
.method{color:var(--accent)}.required{color:var(--warn);font-size:.8em}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid var(--line);padding:.25rem .75rem .25rem 0;text-align:left;vertical-align:top}
th{width:22%;font-weight:500}td:nth-child(2){width:24%}
summary{cursor:pointer}a{color:var(--accent)}[hidden]{display:none}
@media(max-width:50rem){body{display:block}nav{position:static;height:auto;max-height:40vh}main{padding:1rem}}`;

/** Shows only what contains every word of the search. */
export const SCRIPT = `
"use strict";
const search = document.getElementById("search");
const sections = [...document.querySelectorAll("section")];
const links = new Map([...document.querySelectorAll("nav a")].map((a) => [a.hash.slice(1), a]));
const texts = sections.map((section) => (section.id + " " + section.textContent).toLowerCase());
const parents = [...document.querySelectorAll("nav details")];
const headings = [...document.querySelectorAll("h2")];
function show() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let found = 0;
  sections.forEach((section, at) => {
    const fits = words.every((word) => texts[at].includes(word));
    section.hidden = !fits;
    links.get(section.id).hidden = !fits;
    found += fits ? 1 : 0;
  });
  for (const parent of parents) {
    parent.hidden = !parent.querySelector("a:not([hidden])");
  }
  for (const heading of headings) {
    let next = heading.nextElementSibling;
    while (next?.tagName === "SECTION" && next.hidden) next = next.nextElementSibling;
    heading.hidden = next?.tagName !== "SECTION";
  }
  document.getElementById("none").hidden = found > 0;
}
search.addEventListener("input", show);
addEventListener("hashchange", () => {
  if (document.getElementById(location.hash.slice(1))?.hidden) {
    search.value = "";
    show();
    document.getElementById(location.hash.slice(1)).scrollIntoView();
  }
});
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  }
});
show();`;
