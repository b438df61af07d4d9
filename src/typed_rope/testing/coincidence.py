"""Sizes under which a sweep proves nothing: equal ones, and a division that hides a mistake."""

from collections.abc import Iterator, Mapping

from torch import Tensor

from typed_rope.testing.axis_names import Labels


def refuse_coincidences(
    function: str,
    tensors: Mapping[str, Tensor],
    labels: Mapping[str, Labels],
    multiples: Mapping[str, str | int],
    divisors: Mapping[str, int],
) -> None:
    """Raise where two axes of one size would take each other's place unnoticed.

    Raises: ValueError that names the axes and the sizes to choose.
    """
    sizes = _named(tensors, labels)
    problems = [*_equal(tensors, labels), *_across(sizes), *_divided(sizes, multiples, divisors)]
    if problems:
        raise ValueError(
            f"layout_sweep of {function}: {'; '.join(dict.fromkeys(problems))}. "
            "A wrong layout could pass; choose sizes that are pairwise distinct and none 1, as "
            "typed_rope.testing.arguments does."
        )


def _named(tensors: Mapping[str, Tensor], labels: Mapping[str, Labels]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for path, names in labels.items():
        if path in tensors:
            for name, size in zip(names, tensors[path].shape, strict=True):
                if size != 1 or name not in sizes:
                    sizes[name] = size
    return sizes


def _equal(tensors: Mapping[str, Tensor], labels: Mapping[str, Labels]) -> Iterator[str]:
    for path, tensor in tensors.items():
        names = labels.get(path, tuple(f"axis {i}" for i in range(tensor.ndim)))
        seen: dict[int, str] = {}
        for name, size in zip(names, tensor.shape, strict=True):
            if seen.setdefault(size, name) != name:
                yield f"{seen[size]} and {name} of {path} both have size {size}"


def _across(sizes: Mapping[str, int]) -> Iterator[str]:
    seen: dict[int, str] = {}
    for name, size in sizes.items():
        if size > 1 and seen.setdefault(size, name) != name:
            yield f"{seen[size]} and {name} both have size {size}"


def _divided(
    sizes: Mapping[str, int], multiples: Mapping[str, str | int], divisors: Mapping[str, int]
) -> Iterator[str]:
    for multiple, by in multiples.items():
        below = by if isinstance(by, int) else sizes.get(by, 0)
        for name, size in sizes.items():
            if (
                name not in (multiple, by)
                and name.isidentifier()
                and below > 1
                and size % below == 0
            ):
                yield f"{name} = {size} is a multiple of {by} = {below}, as {multiple} has to be"
    for text, below in divisors.items():
        for name, size in sizes.items():
            inside = name in text.replace("{", " ").replace("}", " ").replace("/", " ").split()
            if not inside and name.isidentifier() and below > 2 and size % below == 0:
                yield f"{name} = {size} can be divided by {below}, as {text} asks of another axis"


__all__ = ["refuse_coincidences"]
