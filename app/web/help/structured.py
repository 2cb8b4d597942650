"""What search engines read of a page: schema.org objects as JSON that cannot end its own script element. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

Crumb = tuple[str, str]

# A script element ends at `</script`, whatever surrounds it; the line separators end a line in old readers.
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_ESCAPES = str.maketrans(_UNSAFE)


def as_script(*objects: dict[str, Any]) -> str:
    """The content of `<script type="application/ld+json">`."""
    graph = {"@context": "https://schema.org", "@graph": list(objects)}
    return orjson.dumps(graph).decode().translate(_ESCAPES)


def faq_page(url: str, language: str, questions: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """FAQPage of (question, answer as text or HTML)."""
    return {
        "@type": "FAQPage",
        "@id": url,
        "url": url,
        "inLanguage": language,
        "mainEntity": [
            {"@type": "Question", "name": name, "acceptedAnswer": {"@type": "Answer", "text": text}}
            for name, text in questions
        ],
    }


def site(url: str, name: str, language: str, search_url: str) -> dict[str, Any]:
    """WebSite with its search."""
    return {
        "@type": "WebSite",
        "url": url,
        "name": name,
        "inLanguage": language,
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{search_url}?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }


def breadcrumbs(crumbs: Sequence[Crumb]) -> dict[str, Any]:
    """BreadcrumbList of (name, URL)."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": url}
            for place, (name, url) in enumerate(crumbs, 1)
        ],
    }
