"""Who asks: the key of the path or the visitor of the token, and the origin, which must be the key's."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from app.channels.chat import cors, keys, visitors
from app.channels.chat.desk import Desk
from app.channels.chat.errors import VisitorUnknown
from app.channels.chat.keys import WidgetKey
from app.channels.chat.visitors import Visitor, address_of
from app.core.http import Public

KeyChecked = Public("the widget key is public; its origins are checked")
VisitorChecked = Public("visitors have no account; their token and the origin are checked")


def desk_of(request: Request) -> Desk:
    """The process's desk."""
    desk: Desk = request.app.state.chat
    return desk


def network_address(request: Request) -> str:
    """Whom the request's address stands for."""
    return address_of(request.client.host if request.client else None)


def origin_of(request: Request, desk: Desk) -> str | None:
    """Where the page is from. A page of our own origin sends no Origin with a GET; its browser says so otherwise
    (Fetch Metadata, Sec-Fetch-Site)."""
    origin = request.headers.get("origin")
    if origin is None and request.headers.get("sec-fetch-site") == "same-origin":
        own = urlsplit(desk.settings.public_base_url)
        return f"{own.scheme}://{own.netloc}"
    return origin


async def key_of_path(key: str, request: Request) -> WidgetKey:
    """The key in the path, for a page of its site. Raises WidgetUnknown, OriginRefused or WidgetOff."""
    desk = desk_of(request)
    async with desk.database.read() as reader:
        found = await keys.get(reader, key)
    _check(found, request, desk)
    return found


async def visitor_of_token(request: Request) -> Visitor:
    """The visitor whose token it is, on a page of their site. Raises VisitorUnknown, OriginRefused or WidgetOff."""
    desk = desk_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise VisitorUnknown("send the token in the header Authorization: Bearer …")
    async with desk.database.read() as reader:
        visitor = await visitors.of_token(reader, token.strip(), lifetime=desk.lifetime)
        key = await keys.get(reader, visitor.widget_key)
    _check(key, request, desk)
    return visitor


def _check(key: WidgetKey, request: Request, desk: Desk) -> None:
    origin = origin_of(request, desk)
    if origin is not None and origin in key.origins:
        cors.allow(request, origin)  # also when the answer is an error, so that the page can read it
    key.check_origin(origin)


SiteKey = Annotated[WidgetKey, Depends(key_of_path)]
TokenVisitor = Annotated[Visitor, Depends(visitor_of_token)]
TheDesk = Annotated[Desk, Depends(desk_of)]
Address = Annotated[str, Depends(network_address)]
