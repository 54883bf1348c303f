/**
 * Converts HTML to Markdown: the article if there is one, otherwise all visible text. Loaded only
 * when a page is read, because the libraries are a tenth of the bundle. No code of the page is
 * executed.
 */
import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom/worker";
import TurndownService from "turndown";
import { ToolStop } from "../../../run/value/failure.ts";
import { shapeDefect, withoutCode } from "./page-shape.ts";

/** A shorter article is probably the wrong part of the page. */
const MIN_ARTICLE_CHARS = 200;

/** Elements without readable content. */
const INVISIBLE = "script,style,noscript,template,svg,iframe,object,embed,canvas,head,link,meta";

type Page = ReturnType<typeof parseHTML>["document"];

/** A page's title and text. */
export interface PageText {
  readonly title: string | null;
  readonly markdown: string;
}

/**
 * Converts a page to Markdown.
 * @param address the base URL of relative links
 * @throws ToolStop `unexpected_content` for a page that is built to break its parsers
 */
export function pageMarkdown(html: string, address: string): PageText {
  try {
    return convert(html, address);
  } catch (thrown) {
    if (thrown instanceof ToolStop) {
      throw thrown;
    }
    throw new ToolStop("unexpected_content", "The page cannot be read.", { cause: thrown });
  }
}

function convert(html: string, address: string): PageText {
  const plain = withoutCode(html);
  const defect = shapeDefect(plain);
  if (defect !== null) {
    throw new ToolStop("unexpected_content", `The page ${defect} to be read.`);
  }
  const whole = /<html[\s>]/i.test(plain) ? plain : `<html><body>${plain}</body></html>`;
  const { document } = parseHTML(whole);
  const title = text(document.querySelector("title")?.textContent);
  absolute(document, "a[href]", "href", address);
  absolute(document, "img[src]", "src", address);
  for (const element of document.querySelectorAll(INVISIBLE)) {
    element.remove();
  }
  const all = document.body?.innerHTML ?? "";
  const article = new Readability(document, { charThreshold: MIN_ARTICLE_CHARS }).parse();
  const isArticle = (article?.length ?? 0) >= MIN_ARTICLE_CHARS;
  const source = isArticle ? (article?.content ?? all) : all;
  return { title: title ?? text(article?.title), markdown: toMarkdown(source) };
}

function toMarkdown(html: string): string {
  const service = new TurndownService({
    headingStyle: "atx",
    codeBlockStyle: "fenced",
    bulletListMarker: "-",
  });
  const { document } = parseHTML(`<html><body>${html}</body></html>`);
  // Passes a parsed document: the library's own parser needs a browser.
  return service.turndown(document.body).trim();
}

/**
 * Resolves links to absolute URLs. Links that are not http or https are removed; their text stays.
 */
function absolute(document: Page, selector: string, name: string, address: string): void {
  for (const element of document.querySelectorAll(selector)) {
    const url = URL.parse(element.getAttribute(name) ?? "", address);
    if (url?.protocol === "http:" || url?.protocol === "https:") {
      element.setAttribute(name, url.href);
    } else {
      element.removeAttribute(name);
    }
  }
}

function text(value: string | null | undefined): string | null {
  const plain = (value ?? "").replaceAll(/\s+/g, " ").trim();
  return plain === "" ? null : plain;
}
