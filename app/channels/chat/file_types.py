"""What a file is, by its bytes: its name and what the sender calls it count for nothing. Pure.

Signatures: PNG (ISO/IEC 15948 5.2), JPEG (ISO/IEC 10918-1 B.1.1.3), GIF89a section 17, WebP (RIFF container), PDF
(ISO 32000-1 7.5.2), Office Open XML (ECMA-376 part 2: a ZIP with [Content_Types].xml).
"""

import io
import re
import unicodedata
import zipfile
from typing import Final

PICTURES: Final = ("image/jpeg", "image/png", "image/gif", "image/webp")
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_OFFICE_PARTS: Final = {
    "word/document.xml": (_OFFICE + "wordprocessingml.document", ".docx"),
    "xl/workbook.xml": (_OFFICE + "spreadsheetml.sheet", ".xlsx"),
    "ppt/presentation.xml": (_OFFICE + "presentationml.presentation", ".pptx"),
}
ENDINGS: Final = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp",
    "application/pdf": ".pdf", "text/plain": ".txt", "text/csv": ".csv",
    **dict(_OFFICE_PARTS.values()),
}  # fmt: skip
TYPES: Final = tuple(ENDINGS)
MAX_NAME: Final = 100
_MAX_PARTS: Final = 10_000  # of a ZIP we look into

_MARKUP = re.compile(rb"<\s*(!doctype|html|svg|script|\?xml|body|iframe|head)\b", re.IGNORECASE)
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def sniffed(data: bytes, name: str) -> str | None:
    """The content type, one of TYPES; None for everything else. `name` only tells CSV from other plain text."""
    head = data[:16]
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return _office(data)
    return _text(data, name)


def _office(data: bytes) -> str | None:
    """Only the table of contents is read, never a part: no bomb unfolds. Documents with macros are not taken."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    if len(parts) > _MAX_PARTS or "[Content_Types].xml" not in parts:
        return None
    if any(part.lower().endswith("vbaproject.bin") for part in parts):
        return None
    return next((kind for part, (kind, _) in _OFFICE_PARTS.items() if part in parts), None)


def _text(data: bytes, name: str) -> str | None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(ord(c) < 32 and c not in "\t\n\r\f" for c in text) or _MARKUP.search(data):
        return None
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"


def safe_name(name: str, content_type: str) -> str:
    """The sender's name for it, fit for a header and a screen: one line, no path, nothing invisible or turned round,
    and the ending of what it is."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(c for c in plain if unicodedata.category(c) not in _HIDDEN)
    stem = re.sub(r'[<>:"|?*%;]', "_", visible).strip(" .")
    ending = ENDINGS[content_type]
    if stem.lower().endswith(ending) or (ending == ".jpg" and stem.lower().endswith(".jpeg")):
        stem = stem.rsplit(".", 1)[0]
    stem = stem[: MAX_NAME - len(ending)].strip(" .")
    return (stem or "file") + ending
