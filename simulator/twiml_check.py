"""Checks a TwiML voice document against Twilio's grammar (data/twiml_grammar.json) and documented rules.

The grammar is generated from the types of Twilio's own helper library (MIT); see data/README.md.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args
from xml.etree import ElementTree

Context = Literal["voice", "enqueue-wait", "conference-wait"]
CONTEXTS: tuple[str, ...] = get_args(Context)
GRAMMAR_FILE = Path(__file__).parent / "data" / "twiml_grammar.json"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
METHOD_SUFFIX = "ethod"  # attributes called method, waitMethod, recordingStatusCallbackMethod …
TEXT_REQUIRED = frozenset({"Say", "Conference", "Sip", "Queue", "Redirect", "Enqueue"})
# Verbs Twilio allows in waiting documents (documentation pages twiml/enqueue and twiml/conference).
ALLOWED_VERBS: dict[str, frozenset[str]] = {
    "enqueue-wait": frozenset({"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"}),
    "conference-wait": frozenset({"Play", "Say", "Pause", "Redirect"}),
}
LENGTH_LIMITS = {("Enqueue", ""): 64, ("Conference", "participantLabel"): 128}


class DocumentError(Exception):
    """The document is not well-formed TwiML at all (Twilio error 12100)."""


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A well-formed document with what the checker found wrong in it."""

    root: ElementTree.Element
    findings: list[str]


def check_document(xml: bytes | str, context: str = "voice") -> list[str]:
    """Everything wrong with `xml` as a TwiML document in `context`; an empty list means valid.

    Contexts: `voice` (a call's own document), `enqueue-wait` (Enqueue waitUrl), `conference-wait` (Conference
    waitUrl, HoldUrl, AnnounceUrl). Each finding begins with Twilio's error code, 12100 or 12200.
    """
    try:
        return parse_document(xml, context).findings
    except DocumentError as error:
        return [str(error)]


def parse_document(xml: bytes | str, context: str) -> ParsedDocument:
    """Parse and check; raises DocumentError when there is no <Response> to look at."""
    if context not in CONTEXTS:
        raise ValueError(f"context must be one of {', '.join(CONTEXTS)}, not {context!r}")
    raw = xml.encode() if isinstance(xml, str) else xml
    root = _parse(raw)
    findings: list[str] = []
    allowed = ALLOWED_VERBS.get(context)
    for verb in root:
        if allowed is not None and verb.tag not in allowed:
            names = ", ".join(sorted(allowed))
            findings.append(f"12200: <{verb.tag}> is not allowed in a {context} document (allowed: {names})")
        if context == "voice" and verb.tag == "Leave":
            findings.append("12200: <Leave> is allowed in an enqueue-wait document only")
    _check_element(root, None, findings)
    return ParsedDocument(root, findings)


def _parse(raw: bytes) -> ElementTree.Element:
    if raw != raw.lstrip():
        raise DocumentError("12100: white space before the XML declaration")
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise DocumentError("12100: document type declarations are not accepted")
    try:
        root = ElementTree.fromstring(raw)  # noqa: S314 - declarations that make XML dangerous are refused above
    except ElementTree.ParseError as error:
        raise DocumentError(f"12100: {error}") from error
    if root.tag != "Response":
        raise DocumentError(f"12100: the root is <{root.tag}>, not <Response>")
    return root


@cache
def _grammar() -> dict[str, Any]:
    elements: dict[str, Any] = json.loads(GRAMMAR_FILE.read_text(encoding="utf-8"))["elements"]
    return elements


def _check_element(element: ElementTree.Element, parent: str | None, findings: list[str]) -> None:
    spec = _grammar().get(element.tag)
    if spec is None:
        findings.append(f"12200: unknown element <{element.tag}>")
        return
    if parent is not None and element.tag not in _grammar()[parent]["children"]:
        findings.append(f"12200: <{element.tag}> is not allowed inside <{parent}>")
    for name, value in element.attrib.items():
        findings.extend(
            _attribute_findings(element.tag, "xml:lang" if name == XML_LANG else name, value, spec)
        )
    text = "".join(element.itertext()).strip()
    if (element.text or "").strip() and not spec["text"]:
        findings.append(f"12200: text is not allowed in <{element.tag}>")
    if element.tag in TEXT_REQUIRED and not text and not len(element):
        findings.append(f"12200: <{element.tag}> is empty")
    if element.tag == "Play" and not text and "digits" not in element.attrib:
        findings.append("12200: <Play> needs a URL or digits")
    limit = LENGTH_LIMITS.get((element.tag, ""))
    if limit is not None and len(text) > limit:
        findings.append(f"12200: the text of <{element.tag}> is longer than {limit} characters")
    for child in element:
        _check_element(child, element.tag, findings)


def _attribute_findings(tag: str, name: str, value: str, spec: dict[str, Any]) -> list[str]:
    rule = spec["attrs"].get(name)
    if rule is None:
        return [f"12200: attribute '{name}' is not allowed on <{tag}>"]
    shown = f"12200: <{tag} {name}={value!r}>"
    if rule["type"] == "boolean" and value not in ("true", "false"):
        return [f"{shown} is not true or false"]
    if rule["type"] == "number" and not value.removeprefix("-").isdecimal():
        return [f"{shown} is not an integer"]
    if name.endswith(METHOD_SUFFIX) and value not in ("GET", "POST"):
        return [f"{shown} is not GET or POST"]
    limit = LENGTH_LIMITS.get((tag, name))
    if limit is not None and len(value) > limit:
        return [f"12200: '{name}' of <{tag}> is longer than {limit} characters"]
    if "enum" in rule:
        words = value.split() if rule.get("list") else [value]
        return [
            f"12200: <{tag} {name}={word!r}> is not one of Twilio's values"
            for word in words
            if word not in rule["enum"]
        ]
    return []
