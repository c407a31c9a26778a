"""Whatever stands in an order and whatever is typed: the index finds what looking at every order finds."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.thorough import THOROUGH
from webapp.core.database import writing
from webapp.payments.search_index import spelling, store
from webapp.payments.search_index.entry import packed, terms, unpacked
from webapp.payments.search_index.question import matches, read_question

from .index import NOON, Index, order, person, read, refund

LETTERS = "abfm éñØß'’-. أإآاءؤئةهىي ًٌفطم٠٥ 0459+@#"
texts = st.text(alphabet=LETTERS, min_size=1, max_size=12)
numbers = st.from_regex(r"(\+9715|05|5)[0-9]{8}", fullmatch=True)
people = st.builds(person, texts, texts, email=st.sampled_from(("a.b@x.example", "fam@y.example", "")), phone=numbers)
orders = st.builds(
    lambda key, who, ware, minute, refunds: read(
        order(key, created=NOON + timedelta(minutes=minute), items=[{"name": ware, "reference": ware[:4]}], **who),
        [refund(one) for one in refunds],
    ),
    st.text(alphabet="OR-#/ 0471", min_size=1, max_size=9),
    people,
    texts,
    st.integers(0, 9),
    st.lists(st.text(alphabet="rf-19", min_size=1, max_size=6), max_size=2),
)
shops = st.lists(orders, max_size=5, unique_by=lambda entry: entry.order_id)


@given(entries=shops, typed=st.one_of(texts, numbers), may_open=st.booleans(), pick=st.integers(0, 99))
@settings(
    max_examples=300 if THOROUGH else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_index_finds_what_a_look_at_each_order_finds(
    index: Index, entries: list[store.Entry], typed: str, may_open: bool, pick: int
) -> None:
    with writing(lock=store.LOCK) as session:
        store.empty(session)
    index.keep(*entries)
    said = [typed]
    if entries:
        one = entries[pick % len(entries)]
        every = [*one.names, *one.phones, *one.emails, *one.refunds, one.order_id, *(item.name for item in one.items)]
        said.append(every[pick % len(every)])
    for asked in said:
        question = read_question(asked, may_open=may_open, region="AE")
        wanted = [entry for entry in entries if question and matches(question, entry)]
        assert sorted(index.find(asked, may_open=may_open)) == sorted(entry.order_id for entry in wanted)


@given(entry=orders)
def test_a_line_tells_the_whole_entry(entry: store.Entry) -> None:
    assert unpacked(packed(entry)) == entry
    assert terms(entry, prefixes=False) <= terms(entry, prefixes=True)


@given(text=st.text(max_size=40))
def test_folding_again_changes_nothing(text: str) -> None:
    for word in spelling.words(text):
        assert spelling.words(word) == [word]
