"""The table of moves: nothing illegal happens, and every contact can reach its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contacts.lifecycle import ContactMove, ContactState, IllegalMove, sources, target, transition

S, M = ContactState, ContactMove


@pytest.mark.parametrize("state", [s for s in S if s is not S.CLOSED])
def test_every_state_reaches_closed_without_the_short_cut(state: ContactState) -> None:
    reached, frontier = {state}, [state]
    while frontier:
        here = frontier.pop()
        for move in M:
            if here in sources(move) and transition(here, move) not in reached:
                reached.add(transition(here, move))
                frontier.append(transition(here, move))
    assert S.CLOSED in reached
    assert transition(state, M.CLOSE) is S.CLOSED


@given(st.lists(st.sampled_from(M), max_size=30))
def test_a_life_is_legal_or_refused_and_closed_is_final(moves: list[ContactMove]) -> None:
    state = S.NEW
    for move in moves:
        if state in sources(move):
            state = transition(state, move)
            assert state == target(move)
        else:
            with pytest.raises(IllegalMove, match=str(state)):
                transition(state, move)
        if state is S.CLOSED:
            assert all(S.CLOSED not in sources(m) for m in M)


@pytest.mark.parametrize(
    ("state", "move"),
    [
        (S.QUEUED, M.CONNECT),
        (S.WRAP_UP, M.REQUEUE),
        (S.CLOSED, M.CLOSE),
        (S.OFFERED, M.OFFER),
        (S.NEW, M.OFFER),
    ],
)
def test_nobody_skips_the_offer_or_comes_back_from_the_end(state: ContactState, move: ContactMove) -> None:
    with pytest.raises(IllegalMove):
        transition(state, move)
