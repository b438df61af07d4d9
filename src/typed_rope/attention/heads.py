"""Which numbers of query heads share key/value heads: what no annotation can say."""

from typed_rope.checking import ShapeError, typed


@typed
def refuse_unshared_heads(function: str, h: int, g: int) -> None:
    """Refuse query heads that do not divide into groups, one for each key/value head.

    Raises: ShapeError, in the name of `function`, if h is not a multiple of g.
    """
    if g == 0 or h % g:
        reason = f"the {h} heads of q are no multiple of the {g} heads of k and v."
        raise ShapeError.from_body(function, "q", reason, h=h, g=g)


__all__ = ["refuse_unshared_heads"]
