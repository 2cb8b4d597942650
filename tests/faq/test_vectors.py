"""The table of vectors: what is nearest, and that changes leave no trace of what was."""

import numpy as np
import pytest

from app.faq.encoder import DIMENSIONS, Encoder, Vectors, from_stored, to_stored
from app.faq.vectors import FIRST_ROWS, VectorTable


def unit(*parts: tuple[int, float]) -> Vectors:
    """One row with these numbers at these places, of length 1."""
    row = np.zeros((1, DIMENSIONS), dtype=np.float32)
    for place, value in parts:
        row[0, place] = value
    return row / np.linalg.norm(row)


def test_the_nearest_documents_come_first() -> None:
    table = VectorTable()
    table.put(1, unit((0, 1)))
    table.put(2, unit((0, 1), (1, 1)))
    table.put(3, unit((1, 1)))
    assert table.nearest(unit((0, 1)), 2) == [[1, 2]]


def test_a_document_is_as_near_as_its_nearest_wording_and_a_little_as_all_of_them() -> None:
    table = VectorTable()
    table.put(1, np.concatenate([unit((0, 1)), unit((1, 1))]))
    assert table.nearness(unit((0, 1)), [(0, 1), (0, 9)]) == {(0, 1): pytest.approx(0.75 * 1 + 0.25 * 0.5)}


def test_a_replaced_or_removed_document_is_not_found_as_it_was() -> None:
    table = VectorTable()
    table.put(1, unit((0, 1)))
    table.put(2, unit((0, 1)))
    table.put(1, unit((1, 1)))
    table.remove(2)
    table.remove(2)
    assert table.nearest(unit((0, 1)), 9) == [[1]]
    assert table.nearness(unit((0, 1)), [(0, 1), (0, 2)]) == {(0, 1): pytest.approx(0.0)}


def test_many_changes_leave_the_table_as_if_made_anew() -> None:
    chance = np.random.default_rng(1)

    def some(rows: int) -> Vectors:
        vectors = chance.standard_normal((rows, DIMENSIONS)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    table, fresh = VectorTable(), VectorTable()
    last = {document: some(1 + document % 3) for document in range(FIRST_ROWS)}
    for _ in range(3):
        for document in last:
            table.put(document, some(2))
    for document, vectors in last.items():
        table.put(document, vectors)
    for document in range(0, FIRST_ROWS, 2):
        table.remove(document)
        del last[document]
    for document, vectors in last.items():
        fresh.put(document, vectors)
    asked = some(2)
    pairs = [(question, document) for question in (0, 1) for document in range(FIRST_ROWS)]
    assert len(table) == len(fresh) == FIRST_ROWS // 2
    assert table.nearest(asked, 10) == fresh.nearest(asked, 10)
    assert table.nearness(asked, pairs) == pytest.approx(fresh.nearness(asked, pairs))


def test_an_empty_table_finds_nothing() -> None:
    assert VectorTable().nearest(unit((0, 1)), 5) == [[]]


def test_stored_vectors_keep_their_cosines(encoder: Encoder) -> None:
    made = encoder.encode(["how do i return an item", "怎么退货", "opening hours of the shop"])
    kept = from_stored(to_stored(made))
    assert np.allclose(made @ made.T, kept @ kept.T, atol=2e-3)


def test_the_same_matter_is_nearer_across_languages_than_another_matter(encoder: Encoder) -> None:
    english, chinese, other = encoder.encode(["how do i return an item", "怎么退货", "opening hours"])
    assert english @ chinese > 0.5 > english @ other


@pytest.mark.parametrize("text", ["", " ", "😀", "\x00", "\ud800", "x" * 20_000])
def test_odd_texts_have_vectors_of_length_one(encoder: Encoder, text: str) -> None:
    from app.faq.text import meaning

    (vector,) = encoder.encode([meaning(text)])
    assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-4)
