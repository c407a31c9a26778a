"""The bench names each mistake, or says that it has not found it; what a receiver refuses is never genuine."""

from __future__ import annotations

import pytest

from webapp.models.delivery import Verdict
from webapp.web.deliveries.bench_causes import CAUSES, CLUES
from webapp.webhooks.deliveries.ingest import judge
from webapp.webhooks.diagnosis import Cause, Clue, Diagnosis, DiagnosisVerdict, examine, read_signature

from .mistakes import EXPLAINED, NOT_FOUND, NOW, Mistake


def examined(mistake: Mistake) -> Diagnosis:
    return examine(mistake.headers, mistake.body, mistake.secrets, now=NOW)


def test_there_are_more_than_sixty_and_every_cause_is_among_them() -> None:
    assert len(EXPLAINED) + len(NOT_FOUND) >= 60
    assert {cause for one in EXPLAINED for cause in one.causes} == set(Cause)
    assert {clue for one in NOT_FOUND for clue in one.clues} | {Clue.NOT_ALL_TRIED} == set(Clue)
    assert (set(CAUSES), set(CLUES)) == (set(Cause), set(Clue))


@pytest.mark.parametrize("mistake", EXPLAINED, ids=lambda one: one.name)
def test_it_names_the_mistake(mistake: Mistake) -> None:
    finding = examined(mistake)
    assert (finding.verdict, finding.causes) == (DiagnosisVerdict.EXPLAINED, mistake.causes)
    assert finding.body_note == (mistake.note or finding.body_note)


@pytest.mark.parametrize("mistake", NOT_FOUND, ids=lambda one: one.name)
def test_it_says_that_it_has_not_found_the_mistake(mistake: Mistake) -> None:
    finding = examined(mistake)
    assert (finding.verdict, finding.causes, finding.clues) == (DiagnosisVerdict.NO_MATCH, (), mistake.clues)


@pytest.mark.parametrize("mistake", [*EXPLAINED, *NOT_FOUND], ids=lambda one: one.name)
def test_the_desk_s_own_receiver_refuses_it_too(mistake: Mistake) -> None:
    given = read_signature(mistake.headers)
    assert given is not None
    verdict = judge(given.value, mistake.body, mistake.secrets[:1], NOW)
    assert verdict in (Verdict.WRONG, Verdict.UNSIGNED)


def test_it_tells_what_was_found_beside_the_mistake() -> None:
    by_name = {one.name: one for one in EXPLAINED}
    for name in ("of another zone", "only in the date", "the time in the body"):
        assert examined(by_name[name]).signed_at == NOW
    assert examined(by_name["another environment's"]).secret_place == 2
    assert examined(by_name["SHA-1"]).hash == "sha1"
    assert examined(by_name["40 digits left"]).hash == "sha256"


def test_a_large_body_is_said_not_to_be_tried_out_whole() -> None:
    large = Mistake("large", NOT_FOUND[0].headers, b"x" * 200_000)
    assert examined(large).clues == (Clue.NOT_ALL_TRIED,)
