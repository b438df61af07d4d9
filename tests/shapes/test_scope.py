"""Names that no axis of a signature binds are found, with their place."""

from typed_rope.shapes.grammar import parse
from typed_rope.shapes.scope import Unbound, unbound


def test_every_unbound_name_is_found_with_its_place_from_left_to_right() -> None:
    good, bad = parse("b t d"), parse("t  x=s/2+d+r d/2")
    assert unbound([good, bad]) == [
        Unbound(bad, 1, (5, 6), "s"),
        Unbound(bad, 1, (11, 12), "r"),
    ]


def test_a_name_may_be_bound_by_any_shape_of_the_signature() -> None:
    assert unbound([parse("t d/2"), parse("b #d")]) == []


def test_a_name_that_is_bound_behind_a_label_counts() -> None:
    assert unbound([parse("q=h h*2")]) == []


def test_labels_anonymous_variadic_and_tree_names_bind_nothing() -> None:
    shape = parse("h=4 _w *s ?p h+w+s+p")
    assert [found.name for found in unbound([shape])] == ["h", "w", "s", "p"]


def test_names_in_fields_and_called_builtins_need_no_axis() -> None:
    assert unbound([parse("t min(t,{w})+{self.t.u}")]) == []


def test_the_place_of_a_name_is_not_in_a_field_or_a_longer_name() -> None:
    shape = parse("dd {d}+dd*d")
    assert unbound([shape]) == [Unbound(shape, 1, (10, 11), "d")]
