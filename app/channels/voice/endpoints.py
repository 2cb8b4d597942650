"""The browser phone's token."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from app.agents import accounts
from app.channels.voice import reach
from app.channels.voice.schemas import SoftphoneToken
from app.core import clock
from app.core.auth import Permission, Principal
from app.core.errors import Unavailable
from app.core.http import CurrentSettings, Read, Requires, problem_responses

router = APIRouter(tags=["session"])

TOKEN_LIFETIME = timedelta(hours=1)

ConsoleUser = Annotated[Principal, Depends(Requires(Permission.CONSOLE_USE))]


@router.post(
    "/session/softphone-token", operation_id="softphone_token", responses=problem_responses(Unavailable)
)
async def softphone_token(principal: ConsoleUser, settings: CurrentSettings, reader: Read) -> SoftphoneToken:
    """An access token of the carrier for this agent's browser phone, good for an hour (Twilio: iam/access-tokens;
    the identity may hold letters, digits and underscores only). An agent who is reached at a telephone gets no token:
    the carrier would ring a browser phone nobody listens to. 503 when no API key is configured."""
    account = await accounts.get(reader, principal.agent_id)
    expires_at = clock.utc_now() + TOKEN_LIFETIME
    if (await reach.of_agent(reader, principal.agent_id)).address is not None:
        return SoftphoneToken(
            backend="telephone",
            url=None,
            edges=[],
            gateway=None,
            token="",
            identity=account.softphone_identity,
            expires_at=expires_at,
        )
    if not settings.twilio_api_key_sid:
        raise Unavailable("no API key is configured; set SWITCHBOARD_TWILIO_API_KEY_SID and …_SECRET")
    token = AccessToken(
        settings.twilio_account_sid,
        settings.twilio_api_key_sid,
        settings.twilio_api_key_secret.get_secret_value(),
        identity=account.softphone_identity,
        ttl=int(TOKEN_LIFETIME.total_seconds()),
    )
    token.add_grant(
        VoiceGrant(incoming_allow=True, outgoing_application_sid=settings.twilio_twiml_app_sid or None)
    )
    return SoftphoneToken(
        backend=settings.softphone,
        url=settings.softphone_url if settings.softphone == "demo" else None,
        edges=settings.softphone_edges,
        gateway=settings.softphone_gateway,
        token=token.to_jwt(),
        identity=account.softphone_identity,
        expires_at=expires_at,
    )
