"""What a telephone plays is made of what people upload; what cannot be played is named."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import soundfile

from app.announcements import transcoding
from app.announcements.transcoding import Unusable
from tests.announcements.sounds import encoded, tone


def transcoded(folder: Path, data: bytes, max_seconds: float = 600) -> float:
    """Seconds of what came of it; checks that it is what a telephone plays."""
    (folder / "given").write_bytes(data)
    seconds = transcoding._transcode(str(folder / "given"), str(folder / "made"), max_seconds)
    with soundfile.SoundFile(folder / "made") as made:
        assert (made.format, made.subtype, made.samplerate, made.channels) == ("WAV", "PCM_16", 8000, 1)
        assert made.frames / 8000 == seconds
        samples = made.read(dtype="float32")
    assert 0.4 < float(abs(samples[400:-400]).max()) < 0.6, "as loud as it was"
    return seconds


@pytest.mark.parametrize(
    ("kind", "subtype", "rate"),
    [
        ("WAV", "PCM_16", 44_100),
        ("WAV", "PCM_U8", 8_000),
        ("WAV", "ULAW", 8_000),
        ("WAV", "FLOAT", 96_000),
        ("MP3", "MPEG_LAYER_III", 44_100),
        ("OGG", "VORBIS", 44_100),
        ("OGG", "OPUS", 48_000),
        ("FLAC", "PCM_24", 48_000),
    ],
)
def test_every_kind_becomes_what_a_telephone_plays(
    tmp_path: Path, kind: str, subtype: str, rate: int
) -> None:
    assert transcoded(tmp_path, encoded(kind, subtype, rate=rate)) == pytest.approx(1.0, abs=0.1)


def test_one_channel_and_six_are_mixed_alike(tmp_path: Path) -> None:
    for channels in (1, 6):
        assert transcoded(tmp_path, encoded(channels=channels)) == pytest.approx(1.0, abs=0.01)


@pytest.mark.skipif(find_spec("codecpod") is None, reason="no wheel of codecpod for this machine")
def test_m4a_is_read_where_its_library_is(tmp_path: Path) -> None:
    import codecpod

    codecpod.save(tmp_path / "x.m4a", tone(2.0)[:, 0], 44_100, codec=codecpod.Aac())
    data = (tmp_path / "x.m4a").read_bytes()
    assert data[4:8] == b"ftyp"
    assert transcoded(tmp_path, data) == pytest.approx(2.0, abs=0.1)
    with pytest.raises(Unusable, match="too_long"):
        transcoded(tmp_path, data, max_seconds=1)
    with pytest.raises(Unusable, match="not_a_sound"):
        transcoded(tmp_path, data[: len(data) // 2])


def test_m4a_is_refused_by_name_where_its_library_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "codecpod", None)
    with pytest.raises(Unusable, match="m4a_not_taken_here"):
        transcoded(tmp_path, b"\0\0\0\x1cftypM4A " + b"\0" * 100)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_a_sound"),
        (b"<html>" * 100, "not_a_sound"),
        (b"RIFF\xff\xff\xff\xffWAVEjunk", "not_a_sound"),
        (b"%PDF-1.7 " * 50, "not_a_sound"),
        (encoded("AIFF"), "format_not_taken"),
        (encoded(seconds=0.1), "too_short"),
        (encoded(loudness=0.0), "silent"),
        (encoded(seconds=3.0), "too_long"),
    ],
    ids=["empty", "page", "no wave", "document", "aiff", "short", "silent", "long"],
)
def test_what_cannot_be_played_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        transcoded(tmp_path, data, max_seconds=2)
