"""Files are taken for what they are, and given out so that a browser runs nothing of them."""

import io
import zipfile

import pytest

from app.channels.chat.file_types import safe_name, sniffed
from tests.channels.chat.shop import Shop

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def office(*parts: str) -> bytes:
    """A ZIP with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in parts:
            archive.writestr(part, "<x/>")
    return out.getvalue()


DOCX = office("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (PNG, "evil.html", "image/png"),
        (b"\xff\xd8\xff\xe0", "a", "image/jpeg"),
        (b"GIF89a", "a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a", "image/webp"),
        (b"%PDF-1.7", "a", "application/pdf"),
        ("價格,1".encode(), "a.csv", "text/csv"),
        (b"plain", "a.html", "text/plain"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()">', "a.png", None),
        (b"\xef\xbb\xbf<svg>", "a.txt", None),
        (b"hello <script>x</script>", "a.txt", None),
        (b"<!DOCTYPE html>", "a.txt", None),
        (b"MZ\x90\x00\x03", "a.exe", None),
        (b"\x7fELF\x02", "a", None),
        (office("evil.exe"), "a.zip", None),
        (office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "a.docx", None),
        (b"PK\x03\x04broken", "a.docx", None),
    ],
)
def test_a_file_is_what_its_bytes_say(data: bytes, name: str, kind: str | None) -> None:
    assert sniffed(data, name) == kind


def test_an_office_document_is_told_by_its_parts() -> None:
    assert (sniffed(DOCX, "a.docx") or "").endswith("wordprocessingml.document")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("photo.png", "photo.png"),
        ("photo.PNG", "photo.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\temp\\a.png", "a.png"),
        ("​.htaccess", "htaccess.png"),
        ("ann‮gnp.exe", "anngnp.exe.png"),
        ('a"\r\nSet-Cookie: x', "a_Set-Cookie_ x.png"),
        ("", "file.png"),
        ("照片.png", "照片.png"),
    ],
)
def test_a_name_is_fit_for_a_header_and_a_screen(name: str, safe: str) -> None:
    assert safe_name(name, "image/png") == safe


async def test_a_file_goes_with_a_message_and_comes_back_by_a_signed_address(shop: Shop) -> None:
    visitor = await shop.visitor()
    upload = await visitor.command("POST", "/uploads", params={"name": "說明.pdf"}, content=b"%PDF-1.7 x")
    assert (upload["name"], upload["content_type"]) == ("說明.pdf", "application/pdf")
    said = await visitor.say("", upload_ids=[upload["upload_id"]])
    [file] = said["files"]
    answer = await visitor.http.get(file["url"])
    assert answer.content == b"%PDF-1.7 x"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E8%AA%AA")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    for changed in (
        file["url"].replace("signature=", "signature=0"),
        file["url"].replace("expires=", "expires=9"),
    ):
        assert (await visitor.http.get(changed)).status_code == 404


async def test_what_is_not_taken_is_refused_with_the_reason(shop: Shop) -> None:
    visitor = await shop.visitor()
    for data, reason in (
        (b"<svg/>", "type_not_taken"),
        (b"", "empty"),
        (b"a" * (17 * 1024 * 1024), "too_large"),
    ):
        answer = await visitor.call("POST", "/uploads", params={"name": "a"}, content=data)
        assert (answer.status_code, answer.json()["code"]) == (422, "file_refused")
        assert reason in answer.json()["detail"]
    assert not await shop.fetch("select 1 from chat_uploads")
