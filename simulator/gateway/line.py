"""The line to one browser: a path found by ICE (RFC 8445), keys agreed by DTLS on it (RFC 5764), sound by SRTP.

The packages do the cryptography (OpenSSL, libsrtp); this file only passes packets between them.
"""

import asyncio
import contextlib

import aioice
import pylibsrtp
from cryptography.hazmat.primitives import hashes
from OpenSSL import SSL

from simulator.gateway.keys import LOOPBACK, KeyPair
from simulator.gateway.rtp import is_rtp
from simulator.gateway.sdp import RemoteParameters

CONNECT_SECONDS = 60.0  # a busy machine takes its time
PACKET_BYTES = 1_200  # of DTLS in one datagram; browsers take no more than 2,048
RECORD_HEADER = 13  # bytes; the last two are the length (RFC 6347 section 4.1)
SRTP_PROFILE = b"SRTP_AES128_CM_SHA1_80"  # the one every browser must have (RFC 8827 section 6.5)
KEY_BYTES, SALT_BYTES = 16, 14
EXPORTER = b"EXTRACTOR-dtls_srtp"


class LineError(ConnectionError):
    """No line could be made to the browser, or it broke."""


class _Path(aioice.Connection):
    """ICE that does with the loopback interface where a machine has no other."""

    async def get_component_candidates(
        self, component: int, addresses: list[str], timeout: int = 5
    ) -> list[aioice.Candidate]:
        return await super().get_component_candidates(component, addresses or [LOOPBACK], timeout)


class Line:
    """One line. `open`, then `connect` with what the browser answered, then `send` and `receive` RTP packets."""

    def __init__(self, keys: KeyPair) -> None:
        self._keys = keys
        self._path = _Path(ice_controlling=True, use_ipv6=False)
        self._tls: SSL.Connection | None = None
        self._outgoing: pylibsrtp.Session | None = None
        self._incoming: pylibsrtp.Session | None = None

    @property
    def username(self) -> str:
        """ICE's user name fragment."""
        return self._path.local_username

    @property
    def password(self) -> str:
        """ICE's password."""
        return self._path.local_password

    async def open(self) -> list[str]:
        """Open ports; returns the candidates to offer, as session descriptions write them."""
        await self._path.gather_candidates()
        return [candidate.to_sdp() for candidate in self._path.local_candidates]

    async def connect(self, remote: RemoteParameters) -> None:
        """Find the path and agree on keys. The browser names no candidates of its own (the SDK sends its answer before
        it has any): it is found by the checks it sends. Raises LineError."""
        self._path.remote_username, self._path.remote_password = remote.username, remote.password
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._path.connect()
                await self._shake_hands(remote)
        except (ConnectionError, TimeoutError, SSL.Error) as error:
            raise LineError(f"no line to the browser: {error!r}") from error

    async def send(self, packet: bytes) -> None:
        """Send one RTP packet. Raises LineError when the line is closed."""
        assert self._outgoing is not None  # noqa: S101 - connect() comes first
        try:
            await self._path.send(self._outgoing.protect(packet))
        except ConnectionError as error:
            raise LineError("the line is closed") from error

    async def receive(self) -> bytes:
        """The next RTP packet of the browser. Raises LineError when the line is closed."""
        assert self._incoming is not None  # noqa: S101 - connect() comes first
        while True:
            try:
                data = await self._path.recv()
            except ConnectionError as error:
                raise LineError("the line is closed") from error
            if is_rtp(data):
                with contextlib.suppress(pylibsrtp.Error):  # a repeated or damaged packet is no packet
                    return self._incoming.unprotect(data)
            elif _is_dtls(data):
                await self._after_handshake(data)

    async def close(self) -> None:
        """Close the ports; harmless when closed."""
        await self._path.close()

    async def _shake_hands(self, remote: RemoteParameters) -> None:
        tls = self._tls = SSL.Connection(self._context())
        tls.set_ciphertext_mtu(PACKET_BYTES)
        is_server = remote.setup == "active"
        if is_server:
            tls.set_accept_state()
        else:
            tls.set_connect_state()
        while not await self._one_step(tls):
            wait = tls.DTLSv1_get_timeout()
            try:
                async with asyncio.timeout(1.0 if wait is None else wait):
                    data = await self._path.recv()
            except TimeoutError:
                tls.DTLSv1_handle_timeout()
                await self._flush(tls)
                continue
            if _is_dtls(data):
                tls.bio_write(data)
        self._trust(tls, remote)
        self._take_keys(tls, is_server=is_server)

    def _context(self) -> SSL.Context:
        context = SSL.Context(SSL.DTLS_METHOD)
        # Certificates are their own authority here: the fingerprint of the description says whose it must be.
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.use_certificate(self._keys.certificate)
        context.use_privatekey(self._keys.key)
        context.set_tlsext_use_srtp(SRTP_PROFILE)
        return context

    async def _one_step(self, tls: SSL.Connection) -> bool:
        try:
            tls.do_handshake()
        except SSL.WantReadError:
            await self._flush(tls)
            return False
        await self._flush(tls)
        return True

    async def _flush(self, tls: SSL.Connection) -> None:
        """Send what OpenSSL has written: whole records, as many as fit into a datagram."""
        written = b""
        with contextlib.suppress(SSL.WantReadError):
            while True:
                written += tls.bio_read(65_536)
        for datagram in datagrams(written):
            await self._path.send(datagram)

    async def _after_handshake(self, data: bytes) -> None:
        """The browser repeats its last message when ours was lost, or says goodbye."""
        if self._tls is None:
            return
        self._tls.bio_write(data)
        with contextlib.suppress(SSL.Error):
            self._tls.recv(PACKET_BYTES)
        await self._flush(self._tls)

    @staticmethod
    def _trust(tls: SSL.Connection, remote: RemoteParameters) -> None:
        certificate = tls.get_peer_certificate(as_cryptography=True)
        shown = certificate.fingerprint(hashes.SHA256()).hex(":").upper() if certificate else "none"
        if shown != remote.fingerprint:
            raise LineError("the browser's certificate is not the one its description names")

    def _take_keys(self, tls: SSL.Connection, *, is_server: bool) -> None:
        """Keys in the order of RFC 5764 section 4.2: client's and server's key, client's and server's salt."""
        material = tls.export_keying_material(EXPORTER, 2 * (KEY_BYTES + SALT_BYTES))
        salts = material[2 * KEY_BYTES :]
        client = material[:KEY_BYTES] + salts[:SALT_BYTES]
        server = material[KEY_BYTES : 2 * KEY_BYTES] + salts[SALT_BYTES:]
        ours, theirs = (server, client) if is_server else (client, server)
        outbound, inbound = pylibsrtp.Policy.SSRC_ANY_OUTBOUND, pylibsrtp.Policy.SSRC_ANY_INBOUND
        self._outgoing = pylibsrtp.Session(pylibsrtp.Policy(key=ours, ssrc_type=outbound))
        self._incoming = pylibsrtp.Session(pylibsrtp.Policy(key=theirs, ssrc_type=inbound))


def _is_dtls(data: bytes) -> bool:
    return bool(data) and 20 <= data[0] <= 63  # RFC 7983


def datagrams(written: bytes) -> list[bytes]:
    """DTLS records put into datagrams: a record must not be cut in two."""
    found: list[bytes] = []
    while written:
        length = RECORD_HEADER + int.from_bytes(written[RECORD_HEADER - 2 : RECORD_HEADER])
        record, written = written[:length], written[length:]
        if found and len(found[-1]) + len(record) <= PACKET_BYTES:
            found[-1] += record
        else:
            found.append(record)
    return found
