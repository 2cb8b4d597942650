"""A service that speaks the S3 API, as far as objects are put, read in parts and deleted. It checks signatures.

Facts: https://docs.aws.amazon.com/AmazonS3/latest/API/ (PutObject, GetObject, multipart upload) and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
"""

import hashlib
import hmac
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.centre import free_port, served

BUCKET, KEY_ID, SECRET, REGION = "calls", "AKIDEXAMPLE", "wJalrXUtnFEMI-EXAMPLEKEY", "us-east-1"


@dataclass
class S3:
    """The service: what is in the bucket, and what was asked."""

    port: int = 0
    objects: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, request: Request) -> Response:
        """Any request for the bucket."""
        body = await request.body()
        key = request.path_params["key"]
        self.asked.append(f"{request.method} {key} {request.headers.get('range', '')}".strip())
        if not _is_signed(request):
            return _problem(403, "SignatureDoesNotMatch", f"<AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId>")
        if request.path_params["bucket"] != BUCKET:
            return _problem(404, "NoSuchBucket")
        query = request.query_params
        if request.method == "POST" and "uploads" in query:
            upload = uuid4().hex
            self._uploads[upload] = {}
            return _xml(
                f"<InitiateMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{key}</Key>"
                f"<UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
            )
        if "uploadId" in query:
            return self._upload(request.method, key, query["uploadId"], query.get("partNumber"), body)
        if request.method == "PUT":
            self.objects[key] = body
            return Response(headers={"ETag": f'"{hashlib.md5(body).hexdigest()}"'})
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return Response(status_code=204)
        return self._get(request, key)

    def _upload(self, method: str, key: str, upload: str, number: str | None, body: bytes) -> Response:
        parts = self._uploads[upload]
        if method == "PUT" and number is not None:
            parts[int(number)] = body
            return Response(headers={"ETag": f'"{hashlib.md5(body).hexdigest()}"'})
        del self._uploads[upload]
        if method == "POST":
            self.objects[key] = b"".join(parts[n] for n in sorted(parts))
            return _xml(
                f"<CompleteMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{key}</Key>"
                '<ETag>"whole"</ETag></CompleteMultipartUploadResult>'
            )
        return Response(status_code=204)

    def _get(self, request: Request, key: str) -> Response:
        if key not in self.objects:
            return _problem(404, "NoSuchKey")
        data = self.objects[key]
        headers = {"ETag": '"x"', "Last-Modified": "Sun, 22 Nov 2026 05:00:00 GMT"}
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("range", ""))
        if found is None:
            return Response(data, headers=headers)
        first, last = int(found[1]), min(int(found[2]), len(data) - 1)
        if first > last:
            return _problem(416, "InvalidRange")
        headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
        return Response(data[first : last + 1], 206, headers)


def _problem(status: int, code: str, more: str = "") -> Response:
    return _xml(f"<Error><Code>{code}</Code>{more}</Error>", status)


def _xml(text: str, status: int = 200) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>{text}', status, media_type="application/xml")


def _is_signed(request: Request) -> bool:
    """AWS Signature Version 4, computed from what arrived."""
    pattern = r"AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})"
    found = re.fullmatch(pattern, request.headers.get("authorization", ""))
    if found is None:
        return False
    key_id, _, scope = found[1].partition("/")
    names = found[2].split(";")
    query = "&".join(
        f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in sorted(request.query_params.items())
    )
    lines = [
        request.method,
        quote(request.scope["path"]),
        query,
        *(f"{name}:{request.headers[name].strip()}" for name in names),
        "",
        found[2],
        request.headers["x-amz-content-sha256"],
    ]
    hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    to_sign = "\n".join(["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, hashed])
    signature = f"AWS4{SECRET}".encode()
    for word in (*scope.split("/"), to_sign):
        signature = hmac.new(signature, word.encode(), hashlib.sha256).digest()
    return key_id == KEY_ID and signature.hex() == found[3]


@asynccontextmanager
async def s3_service() -> AsyncIterator[S3]:
    """The service on a port of its own, with an empty bucket."""
    service = S3(free_port())
    methods = ["GET", "HEAD", "PUT", "POST", "DELETE"]
    app = Starlette(routes=[Route("/{bucket}/{key:path}", service.serve, methods=methods)])
    async with served(app, service.port):
        yield service
