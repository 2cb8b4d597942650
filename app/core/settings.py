"""All settings, from the environment (`SWITCHBOARD_*`). `switchboard settings` prints them with their meaning."""

import re
from datetime import timedelta
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_EDGE = re.compile(r"[a-z][a-z-]*")
_HOST_AND_PORT = re.compile(r"[A-Za-z0-9.-]+:\d{1,5}")
_DOMAIN = re.compile(r"(\*\.)?[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?")


class Settings(BaseSettings):
    """Read once at start; immutable afterwards."""

    model_config = SettingsConfigDict(env_prefix="SWITCHBOARD_", frozen=True, extra="ignore")

    database_url: str | None = Field(
        default=None, description="postgresql://… of a PostgreSQL server; unset: a private one under `home`"
    )
    database_pool_size: int = Field(
        default=4, ge=2, le=64, description="connections per process; small is faster"
    )
    home: Path = Field(
        default=Path("var"), description="where the private database, recordings and files live"
    )
    objects: Literal["files", "s3"] = Field(
        default="files", description="where recordings and files are: in `home`, or in an S3 bucket"
    )
    s3_bucket: str = Field(default="", description="name of the bucket, for Switchboard alone")
    s3_prefix: str = Field(default="", description="every object's name begins with it and a slash")
    s3_endpoint: str | None = Field(
        default=None, description="address of a service other than AWS, such as https://minio.example.com"
    )
    s3_region: str = Field(default="us-east-1")
    s3_access_key_id: str = Field(
        default="", description="unset: the machine's own role, or the variables AWS_ACCESS_KEY_ID and so on"
    )
    s3_secret_access_key: SecretStr = Field(default=SecretStr(""))
    s3_path_style: bool = Field(
        default=True, description="bucket in the path of the address; false: in its host name"
    )
    host: str = Field(default="127.0.0.1", description="address the service listens on")
    port: int = Field(default=8000, ge=0, le=65535)
    simulator_port: int = Field(default=8010, ge=0, le=65535)
    public_base_url: str = Field(
        default="http://127.0.0.1:8000",
        description="the address customers, agents and Twilio reach; webhook signatures are checked against it",
    )
    allowed_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="further origins of the console, comma-separated; public_base_url's is allowed",
    )
    company_name: str = Field(default="Switchboard", description="shown in the console")
    default_region: str = Field(
        default="TW", min_length=2, max_length=2, description="for national phone numbers"
    )
    time_zone: str = Field(default="Asia/Taipei")

    twilio_account_sid: str = Field(default="", description="AC…")
    twilio_auth_token: SecretStr = Field(default=SecretStr(""))
    twilio_auth_token_secondary: SecretStr | None = Field(
        default=None, description="the other token, while rotating"
    )
    twilio_api_key_sid: str = Field(default="", description="SK…, signs the browser phone's tokens")
    twilio_api_key_secret: SecretStr = Field(default=SecretStr(""))
    twilio_twiml_app_sid: str = Field(default="", description="AP…, the browser phone's outgoing application")
    twilio_api_base_url: str = Field(
        default="https://api.twilio.com", description="the simulator sets its own"
    )
    softphone: Literal["demo", "twilio"] = Field(
        default="twilio", description="demo: the simulator's browser client"
    )
    softphone_url: str | None = Field(default=None, description="websocket of the demo softphone")
    softphone_edges: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="where the browser phone enters Twilio's network, best first, such as tokyo,singapore",
    )
    softphone_gateway: str | None = Field(
        default=None,
        description="host:port of a gateway that stands in for Twilio's edges when the browser phone is tested",
    )

    dial_countries: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="countries that may be called, ISO 3166, comma-separated; unset: default_region only; *: every one",
    )
    dial_blocked_prefixes: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="beginnings of numbers never called, such as +88690900, comma-separated",
    )
    sip_domains: Annotated[list[str], NoDecode] = Field(
        default=["*.sip.twilio.com"],
        description="domains of agents' SIP phones; `*.` in front: every one below; empty: none is called",
    )
    dials_per_agent_minute: int = Field(default=6, ge=0, description="numbers one agent may ring in a minute")
    dials_per_agent_day: int = Field(default=300, ge=0, description="… in 24 hours")
    dials_per_site_minute: int = Field(default=60, ge=0, description="numbers rung by everybody in a minute")
    dials_per_site_day: int = Field(default=5000, ge=0, description="… in 24 hours")
    recording_keep_days: int = Field(
        default=90, ge=1, description="recordings and voicemails are deleted after this many days"
    )
    recording_max_mb: int = Field(
        default=128, ge=1, le=1024, description="larger sounds are not fetched; long ones are fetched as MP3"
    )
    recording_keep_at_carrier: bool = Field(
        default=False, description="leave the sound at the carrier too, after it has been fetched"
    )

    calls_per_number: int = Field(
        default=30,
        ge=0,
        description="calls of one number taken within calls_per_number_minutes; 0: any number",
    )
    calls_per_number_minutes: int = Field(default=10, ge=1, le=24 * 60)
    withheld_callers: Literal["take", "refuse"] = Field(
        default="take", description="refuse: a caller who hides the number hears an announcement"
    )

    faq_encoder: Literal["none", "use"] = Field(
        default="use",
        description="how the FAQ compares meanings: use: a sentence encoder (120 MB); none: words and sounds only",
    )

    flow_request_networks: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="private networks whose web services flows may ask, such as 10.1.0.0/16, comma-separated; "
        "unset: public addresses only",
    )

    session_idle_minutes: int = Field(default=12 * 60, ge=5)
    session_absolute_hours: int = Field(default=24, ge=1)
    agent_heartbeat_seconds: int = Field(default=10, ge=2, le=60)
    agent_grace_seconds: int = Field(
        default=15, ge=1, description="socket lost: offers are withdrawn after this long"
    )
    accepting_timeout_seconds: int = Field(
        default=12, ge=3, description="agent said yes: the leg must join within"
    )
    redial_seconds: int = Field(
        default=300, ge=0, description="a caller who left a queue keeps the place when ringing again within"
    )
    last_agent_hours: int = Field(
        default=72,
        ge=0,
        description="for so long a customer's last agent is preferred, in queues that do that",
    )
    conversation_reopen_hours: int = Field(
        default=24, ge=0, description="a new message goes on with the conversation before it for so long"
    )
    text_answer_minutes: int = Field(
        default=30, ge=1, description="an FAQ answer by message that nobody replies to ends the contact after"
    )
    text_agent_grace_seconds: int = Field(
        default=60, ge=1, description="agent lost: conversations by message go back to the queue after"
    )
    message_file_max_mb: int = Field(
        default=16, ge=1, le=100, description="larger files in customers' messages are not taken"
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="64 random characters: signs addresses of files and makes the secrets of widgets; "
        "unset: made once and kept under `home`. The same for every process",
    )
    chat_visitor_hours: int = Field(
        default=24 * 30, ge=1, description="a visitor's token is good for so long after its last use"
    )
    chat_away_seconds: int = Field(
        default=60, ge=5, description="a visitor without a connection is away after so long"
    )
    chat_abandon_minutes: int = Field(
        default=15, ge=1, description="… and leaves the queue or the flow after so long"
    )
    chat_file_max_mb: int = Field(
        default=16, ge=1, le=100, description="larger files of visitors are not taken"
    )
    router_lease_seconds: int = Field(default=6, ge=2)
    metrics_token: SecretStr | None = Field(
        default=None,
        description="bearer token for /metrics; unset: only programs on this machine may read it",
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    log_personal_data: bool = Field(
        default=False, description="keep `pii_*` fields in logs; never in production"
    )

    @field_validator(
        "allowed_origins",
        "dial_countries",
        "dial_blocked_prefixes",
        "flow_request_networks",
        "sip_domains",
        "softphone_edges",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return [v.strip() for v in value.split(",") if v.strip()] if isinstance(value, str) else value

    @field_validator("flow_request_networks")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for network in value:
            try:
                ip_network(network)
            except ValueError:
                raise ValueError(f"must be networks such as 10.1.0.0/16; {network!r} is none") from None
        return value

    @field_validator("dial_countries")
    @classmethod
    def _countries(cls, value: list[str]) -> list[str]:
        if wrong := [v for v in value if not (v == "*" or (len(v) == 2 and v.isascii() and v.isalpha()))]:
            raise ValueError(f"must be ISO 3166 codes such as TW,JP; {wrong[0]!r} is none")
        return [v.upper() for v in value]

    @field_validator("sip_domains")
    @classmethod
    def _domains(cls, value: list[str]) -> list[str]:
        if wrong := [v for v in value if not _DOMAIN.fullmatch(v.lower())]:
            raise ValueError(f"must be domains such as office.sip.twilio.com; {wrong[0]!r} is none")
        return [v.lower() for v in value]

    @field_validator("dial_blocked_prefixes")
    @classmethod
    def _prefixes(cls, value: list[str]) -> list[str]:
        if wrong := [v for v in value if not (v.startswith("+") and v[1:].isascii() and v[1:].isdigit())]:
            raise ValueError(
                f"must begin with + and the country code, such as +88690900; {wrong[0]!r} does not"
            )
        return value

    @field_validator("softphone_edges")
    @classmethod
    def _edges(cls, value: list[str]) -> list[str]:
        if wrong := [v for v in value if not _EDGE.fullmatch(v)]:
            raise ValueError(f"must be names of Twilio's edges such as tokyo,singapore; {wrong[0]!r} is none")
        return value

    @field_validator("softphone_gateway")
    @classmethod
    def _gateway(cls, value: str | None) -> str | None:
        if value is not None and not _HOST_AND_PORT.fullmatch(value):
            raise ValueError("must be host:port such as 127.0.0.1:8443")
        return value

    @field_validator("s3_endpoint", mode="before")
    @classmethod
    def _no_endpoint(cls, value: object) -> object:
        return value or None  # `SWITCHBOARD_S3_ENDPOINT=` is none

    @field_validator("public_base_url", "twilio_api_base_url", "s3_endpoint")
    @classmethod
    def _base_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http(s) address such as https://cc.example.com")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError("plain http is allowed on loopback only; put a TLS proxy in front and use https")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _softphone_address(self) -> "Settings":
        if self.softphone == "demo" and not self.softphone_url:
            raise ValueError("SWITCHBOARD_SOFTPHONE_URL is needed when SWITCHBOARD_SOFTPHONE=demo")
        return self

    @model_validator(mode="after")
    def _bucket(self) -> "Settings":
        if self.objects == "s3" and not self.s3_bucket:
            raise ValueError("SWITCHBOARD_S3_BUCKET is needed when SWITCHBOARD_OBJECTS=s3")
        if bool(self.s3_access_key_id) != bool(self.s3_secret_access_key.get_secret_value()):
            raise ValueError(
                "set SWITCHBOARD_S3_ACCESS_KEY_ID and SWITCHBOARD_S3_SECRET_ACCESS_KEY both, or neither"
            )
        return self

    @cached_property
    def accepting_timeout(self) -> timedelta:
        """How long a said yes may take to become a joined leg."""
        return timedelta(seconds=self.accepting_timeout_seconds)

    @cached_property
    def is_secure(self) -> bool:
        """Whether the public address is https; decides the session cookie's name and flags."""
        return self.public_base_url.startswith("https://")

    @cached_property
    def cookie_name(self) -> str:
        """`__Host-` cookies need https (RFC 6265bis section 4.1.3.2); loopback http has a plain name."""
        return "__Host-switchboard" if self.is_secure else "switchboard"

    @cached_property
    def origins(self) -> frozenset[str]:
        """Origins from which the console may call and open sockets."""
        own = urlsplit(self.public_base_url)
        return frozenset([f"{own.scheme}://{own.netloc}", *self.allowed_origins])
