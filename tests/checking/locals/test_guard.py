"""What is remembered of a check of a local serves every later check that asks the same."""

from jaxtyping import Float, Float32
from torch import Tensor

from typed_rope.checking.locals.guard import settled


def test_an_annotation_that_is_made_again_is_the_one_from_before() -> None:
    assert settled(Float[Tensor, "b t d"]) is settled(Float[Tensor, "b t d"])


def test_annotations_that_ask_for_something_else_stay_apart() -> None:
    asked = [Float[Tensor, "b t"], Float[Tensor, "t b"], Float32[Tensor, "b t"]]
    asked.append(Float[Float32[Tensor, " t"], " b"])
    assert len({settled(annotation) for annotation in asked}) == len(asked)


def test_a_text_is_what_it_is() -> None:
    assert settled("b t d") == "b t d"
