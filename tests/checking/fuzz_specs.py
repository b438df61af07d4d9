"""Random annotations: each draws values for itself, and takes them apart again.

    list[Float[Tensor, "a b"]]   draws  [x, y]
                                 parts  list[Any]: [x, y]   Float[Tensor, "a b"]: x   ... : y

The parts are what the judge is shown, each as a parameter of its own: it looks at one random item
of a list, and never into a record. Where a union has members with several parts, they are Options.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any, Protocol

from fuzz_axes import (
    Axes,
    Scene,
    annotation,
    draw_tensor,
    formatted,
)
from torch import Tensor


@dataclass(frozen=True)
class Leaf:
    """A value and the hint that it must satisfy; `bare` is the hint without expressions."""

    hint: Any
    value: object
    bare: Any = None


@dataclass(frozen=True)
class Options:
    """The parts of one value by each member of a union; the first that fits counts."""

    members: tuple[tuple["Part", ...], ...]


Part = Leaf | Options
_TUPLE: Any = tuple  # to be subscripted at run time
Given = Mapping[str, Any] | None


class Spec(Protocol):
    @property
    def hint(self) -> Any: ...

    @property
    def whole(self) -> bool:
        """Whether the judge sees all of a value by itself."""

    def axes(self) -> list[Axes]: ...

    def draw(self, scene: Scene) -> object: ...

    def parts(self, value: Any, given: Given = None) -> Iterator[Part]:
        """Take a value apart; `given` is what `{...}` reads within a record."""


@dataclass(frozen=True)
class TensorSpec:
    family: str
    shape: Axes
    whole: bool = True

    @cached_property
    def hint(self) -> Any:
        return annotation(self.family, self.shape.text)

    def axes(self) -> list[Axes]:
        return [self.shape]

    def draw(self, scene: Scene) -> object:
        return draw_tensor(self.shape, self.family, scene)

    def parts(self, value: Any, given: Given = None) -> Iterator[Part]:
        text = self.shape.text if given is None else formatted(self.shape.text, given)
        words = ["_" if Axes((word,)).reads() else word for word in text.split()]
        hint = self.hint if text == self.shape.text else annotation(self.family, text)
        yield Leaf(hint, value, annotation(self.family, " ".join(words)))


@dataclass(frozen=True)
class PlainSpec:
    hint: Any
    good: list[Any]
    bad: list[Any]
    whole: bool = True

    def axes(self) -> list[Axes]:
        return []

    def draw(self, scene: Scene) -> object:
        wrong = self.bad and scene.goes_wrong() and scene.random.random() < 0.5
        return scene.random.choice(self.bad if wrong else self.good)

    def parts(self, value: Any, given: Given = None) -> Iterator[Part]:
        yield Leaf(self.hint, value, self.hint)


@dataclass(frozen=True)
class UnionSpec:
    members: tuple[Spec, ...]

    @property
    def hint(self) -> Any:
        return reduce(or_, [member.hint for member in self.members])

    @property
    def whole(self) -> bool:
        return all(member.whole for member in self.members)

    def axes(self) -> list[Axes]:
        return [axes for member in self.members for axes in member.axes()]

    def draw(self, scene: Scene) -> object:
        return scene.random.choice(self.members).draw(scene)

    def parts(self, value: Any, given: Given = None) -> Iterator[Part]:
        members = tuple(tuple(member.parts(value, given)) for member in self.members)
        if not self.whole:
            yield Options(members)
            return
        leaves = [part for member in members for part in member if isinstance(part, Leaf)]
        hints, bare = [leaf.hint for leaf in leaves], [leaf.bare for leaf in leaves]
        yield Leaf(reduce(or_, hints), value, reduce(or_, bare))


@dataclass(frozen=True)
class ItemsSpec:
    """`list[T]`, `tuple[T, ...]`, `Sequence[T]`, `Iterable[T]`."""

    container: Any
    item: Spec
    whole: bool = False

    @property
    def hint(self) -> Any:
        return self.over(self.item.hint)

    def over(self, item: Any) -> Any:
        return tuple[item, ...] if self.container is tuple else self.container[item]

    def axes(self) -> list[Axes]:
        return self.item.axes()

    def draw(self, scene: Scene) -> object:
        items = [self.item.draw(scene) for _ in range(scene.random.choice([0, 1, 2, 2, 3]))]
        if self.container is Iterable and scene.random.random() < 0.3:
            return iter(items)
        if self.container in (Sequence, Iterable) or scene.goes_wrong():
            return scene.random.choice([list, tuple])(items)
        return self.container(items)

    def parts(self, value: Any, given: Given = None) -> Iterator[Part]:
        yield Leaf(self.over(Any), value, self.over(Any))
        expected = Collection if self.container is Iterable else self.container
        if isinstance(value, Tensor) and not value.ndim:
            yield Leaf(tuple, value, tuple)  # it looks like a collection, and cannot be walked
            return
        for item in value if isinstance(value, expected) else ():
            yield from self.item.parts(item, given)


@dataclass(frozen=True)
class TupleSpec:
    members: tuple[Spec, ...]
    whole: bool = False

    @property
    def hint(self) -> Any:
        return _TUPLE[tuple(member.hint for member in self.members)]

    def axes(self) -> list[Axes]:
        return [axes for member in self.members for axes in member.axes()]

    def draw(self, scene: Scene) -> object:
        items = [member.draw(scene) for member in self.members]
        if scene.goes_wrong():
            return scene.random.choice([list(items), tuple(items[1:]), (*items, items[0])])
        return tuple(items)

    def parts(self, value: Any, given: Given = None) -> Iterator[Part]:
        hint = _TUPLE[tuple(Any for _ in self.members)]
        yield Leaf(hint, value, hint)
        if isinstance(value, tuple) and len(value) == len(self.members):
            for member, item in zip(self.members, value, strict=True):
                yield from member.parts(item, given)


@dataclass(frozen=True)
class DictSpec:
    value: Spec
    container: Any = dict
    whole: bool = False

    @property
    def hint(self) -> Any:
        return self.container[str, self.value.hint]

    def axes(self) -> list[Axes]:
        return self.value.axes()

    def draw(self, scene: Scene) -> object:
        names = ["k", "v", 3 if scene.goes_wrong() else "w"]
        drawn = {name: self.value.draw(scene) for name in names[scene.random.randrange(3) :]}
        return list(drawn) if scene.goes_wrong() else drawn

    def parts(self, value: Any, given: Given = None) -> Iterator[Part]:
        hint = self.container[Any, Any]
        yield Leaf(hint, value, hint)
        for key, item in value.items() if isinstance(value, dict) else ():
            yield Leaf(str, key, str)
            yield from self.value.parts(item, given)


@dataclass(frozen=True)
class RecordSpec:
    """A dataclass or NamedTuple; its `{n}` is a field of its own."""

    hint: Any
    fields: Mapping[str, Spec]
    whole: bool = False

    def axes(self) -> list[Axes]:
        return [axes for spec in self.fields.values() for axes in spec.axes()]

    def draw(self, scene: Scene) -> object:
        if scene.goes_wrong() and scene.random.random() < 0.5:
            return scene.random.choice([None, (1, 2), scene])
        drawn = {name: spec.draw(scene) for name, spec in self.fields.items()}
        return self.hint(**drawn, n=scene.arguments["n"], cfg=scene.arguments["cfg"])

    def parts(self, value: Any, given: Given = None) -> Iterator[Part]:
        yield Leaf(self.hint, value, self.hint)
        if isinstance(value, self.hint):
            held = {name: getattr(value, name) for name in (*self.fields, "n", "cfg")}
            for name, spec in self.fields.items():
                yield from spec.parts(held[name], held)
