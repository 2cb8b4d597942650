"""The evaluation behind `switchboard faq evaluate`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
import pytest

from app.core.errors import InvalidInput
from app.faq.encoder import Encoder
from app.faq.evaluate import Evaluation, Outcome, evaluate_files, figures


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    path.write_bytes(b"\n".join(orjson.dumps(row) for row in rows) + b"\n\n")
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    faqs = [
        {
            "id": "r",
            "question": "How do I return an item?",
            "alt_questions": ["send it back"],
            "answer": "",
            "lang": "en",
        },
        {"id": "p", "question": "如何付款？", "alt_questions": [], "answer": "刷卡", "lang": "zh-Hant"},
    ]
    queries = [
        {"id": "1", "text": "retrun an item", "lang": "en"},
        {"id": "2", "text": "怎么付款", "lang": "zh-Hans"},
        {"id": "3", "text": "football tonight", "lang": "en"},
    ]
    qrels = [{"query_id": "1", "faq_id": "r", "rel": 1}, {"query_id": "2", "faq_id": "p", "rel": 1}]
    return {
        "faqs": write(tmp_path / "faqs.jsonl", faqs),
        "queries": write(tmp_path / "queries.jsonl", queries),
        "qrels": write(tmp_path / "qrels.jsonl", qrels),
    }


def measured(files: dict[str, Path], encoder: Encoder | None = None) -> Evaluation:
    return evaluate_files(files["faqs"], files["queries"], files["qrels"], encoder)


def test_figures_come_from_the_live_tokeniser_and_ranking(files: dict[str, Path]) -> None:
    found = measured(files).as_json()
    assert found["mrr_at_10"] == found["recall_at_1"] == found["recall_at_5"] == 1.0
    assert (found["questions"], found["judged"]) == (3, 2)
    assert 0 < found["p50_ms"] <= found["p95_ms"]
    assert {"threshold", "precision", "coverage"} == set(found["thresholds"][0])


def test_the_encoder_takes_part_when_it_is_given(files: dict[str, Path], encoder: Encoder) -> None:
    write(
        files["queries"], [{"id": "2", "text": "how can I pay"}, {"id": "1", "text": "give the goods back"}]
    )
    assert measured(files).mrr_at_10 < 1.0
    assert measured(files, encoder).mrr_at_10 == 1.0


def test_answering_a_question_without_right_answer_costs_precision() -> None:
    right = Outcome(("a", "b"), 0.95, frozenset({"a"}), 1.0)
    out_of_scope = Outcome(("b",), 0.9, frozenset(), 1.0)
    second = Outcome(("a", "b"), 0.2, frozenset({"b"}), 1.0)
    found = figures([right, out_of_scope, second])
    at = {t.threshold: (t.precision, t.coverage) for t in found.thresholds}
    assert found.mrr_at_10 == pytest.approx(0.75)
    assert at[0.85] == (0.5, 2 / 3)
    assert at[0.95] == (1.0, 1 / 3)


def test_a_broken_line_is_named(files: dict[str, Path]) -> None:
    files["queries"].write_text('{"id": "1", "text": "a"}\nnot json\n')
    with pytest.raises(InvalidInput, match=r"queries\.jsonl:2"):
        measured(files)
    files["queries"].write_text('{"id": "1"}\n')
    with pytest.raises(InvalidInput, match="lacks text"):
        measured(files)


def test_a_missing_file_is_named(files: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere\.jsonl"):
        evaluate_files(tmp_path / "nowhere.jsonl", files["queries"], files["qrels"])
