"""What was read of annotations and seen of calls cannot be changed: it is shared by many calls."""

from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from typed_rope.checking import ambiguity, boundary, forms, leaves, names, plain, system

CLASSES: list[type] = [
    forms.AnyForm, forms.PlainForm, forms.TensorForm, forms.JudgedForm, forms.EitherForm,
    forms.ItemsForm, forms.TupleForm, forms.SpreadForm, forms.MappingForm, forms.RecordForm,
    forms.KeysForm, boundary.Parameter, boundary.Boundary, leaves.Leaf, leaves.Readings,
    names.Place, plain.StandIn, system.Seen, system.Solution, system.Failure,
    ambiguity.Ambiguity, ambiguity._Tensor,
]  # fmt: skip


@pytest.mark.parametrize("cls", CLASSES)
def test_what_was_read_cannot_be_changed(cls: type) -> None:
    instance: Any = object.__new__(cls)
    for field in fields(cls):
        with pytest.raises(FrozenInstanceError):
            setattr(instance, field.name, None)


def test_two_boundaries_are_never_equal() -> None:
    one, other = (boundary.make_boundary("f", ("x",), [], None) for _ in range(2))
    assert one != other
    assert len({one, other}) == 2
    assert "memory" not in repr(one)
