"""How the sentences of an explanation are put together."""

from typed_rope.checking.explaining.clause import Clause, clause_of, joined, listed, shared

COS, SIN = (Clause(name, "has t = 7, where x has t = 5", frozenset("t")) for name in ("cos", "sin"))


def test_what_is_said_of_several_is_said_once() -> None:
    (clause,) = shared([COS, SIN])
    assert str(clause) == "cos and sin have t = 7, where x has t = 5"
    assert clause.disputed == {"t"}


def test_several_are_what_one_is() -> None:
    half = [Clause(name, "is float16, which is not Wide") for name in ("cos", "sin", "x")]
    assert list(map(str, shared(half))) == ["cos, sin and x are float16, which is not Wide"]


def test_one_subject_that_is_told_twice_is_still_one() -> None:
    assert shared([COS, COS]) == [COS]


def test_what_is_in_dispute_for_one_of_several_is_so_for_all() -> None:
    alike = [Clause(name, "has 2 axes", frozenset(name)) for name in "xy"]
    assert [clause.disputed for clause in shared(alike)] == [{"x", "y"}]


def test_what_differs_is_said_of_each() -> None:
    other = Clause("sin", "has t = 9, where x has t = 5")
    assert shared([COS, other]) == [COS, other]


def test_a_clause_with_another_verb_is_left_as_it_is() -> None:
    fitting = [Clause(name, "fits its annotation") for name in ("k", "v")]
    assert shared(fitting) == fitting[:1]


def test_two_sentences_of_one_subject_become_one() -> None:
    rank = Clause("ids", 'has 1 axis, where "b t" has 2')
    assert joined([Clause("ids", "is a list, not a Tensor"), rank, COS]) == [
        'ids is a list, not a Tensor, and has 1 axis, where "b t" has 2',
        "cos has t = 7, where x has t = 5",
    ]


def test_a_sentence_may_be_about_somebody_else() -> None:
    clause = clause_of("cos", "x has an odd d = 11, where cos needs d/2", {"d"})
    assert (clause.subject, str(clause)) == ("x", "x has an odd d = 11, where cos needs d/2")


def test_a_name_that_another_begins_with_is_not_taken_for_it() -> None:
    assert clause_of("x", "xs has t = 2", set()).subject == "xs"


def test_words_are_listed_with_one_and() -> None:
    assert [listed(["q"]), listed(["q", "k"]), listed(["q", "k", "v"])] == [
        "q",
        "q and k",
        "q, k and v",
    ]
