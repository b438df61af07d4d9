"""Random axes, and tensors that have them: what the fuzz of the guard is made of.

    scene    a = 3, b = 5, *rest = (2, 4), {n} = 7        drawn for every call
    axes     "#a b*{n} *rest"                             drawn for every signature
    tensor   (1, 35, 2, 4)   or, with some trouble, (35, 1, 2, 4), (1, 35, 2), ...

Nothing here comes from the library: an axis is a text, and Python says what size it has.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import jaxtyping
import numpy as np
import torch
from jaxtyping import AbstractDtype
from torch import Tensor

NAMES = ("a", "b", "c", "d")
GATHERED = ("rest", "more")
FIELDS = ("n", "cfg.heads")
_EXPRESSIONS = (
    "x/2 x*y x+1 x-1 2*x (x+y)/2 x/y*z x/y min(x,y) x//2 x%2 x**2 x*y-y x+y-z 2*(x+1) x/2*2 "
    "x*N x/N x+N N N*2 2*N N-1"
).split()


class Wide(AbstractDtype):
    dtypes = ("float32", "float64")


class Whole(AbstractDtype):
    dtypes = (re.compile("u?int.*"), "bool")


_FAMILIES: dict[str, tuple[Any, tuple[torch.dtype, ...]]] = {
    "Float": (jaxtyping.Float, (torch.float32, torch.float64, torch.bfloat16)),
    "Int": (jaxtyping.Int, (torch.int64, torch.int32)),
    "Bool": (jaxtyping.Bool, (torch.bool,)),
    "Float32": (jaxtyping.Float32, (torch.float32,)),
    "Shaped": (jaxtyping.Shaped, (torch.float32, torch.int64, torch.bool, torch.complex64)),
    "Num": (jaxtyping.Num, (torch.float16, torch.int8, torch.complex64)),
    "Wide": (Wide, (torch.float32, torch.float64)),
    "Whole": (Whole, (torch.uint8, torch.int16, torch.bool)),
}
_DTYPES = tuple({dtype for _, dtypes in _FAMILIES.values() for dtype in dtypes})


class Config:
    """An argument whose attribute an annotation reads: `{cfg.heads}`."""

    def __init__(self, heads: object) -> None:
        self.heads = heads

    def __repr__(self) -> str:
        return f"Config({self.heads!r})"


@dataclass(frozen=True)
class Scene:
    """The sizes of one call, and how much goes wrong in it."""

    random: Random
    sizes: Mapping[str, int]
    gathered: Mapping[str, tuple[int, ...]]
    arguments: Mapping[str, Any]  # n and cfg
    trouble: float

    def goes_wrong(self) -> bool:
        return self.random.random() < self.trouble


def draw_scene(random: Random) -> Scene:
    if random.random() < 0.5:
        drawn = [2 * random.choice([2, 3, 4]), *random.sample([2, 3, 5, 7, 9], 3)]
    else:
        drawn = random.choices([0, 1, 2, 2, 3, 4, 4, 6], k=4)
    random.shuffle(drawn)
    gathered = {name: tuple(random.choices([1, 2, 3], k=random.randrange(4))) for name in GATHERED}
    whole: Any = random.choice([1, 2, 2, 3, 4])
    odd: Any = random.choice([0, -2, 2.0, True, "2"])
    arguments = {
        "n": odd if random.random() < 0.05 else whole,
        "cfg": Config(odd if random.random() < 0.05 else random.choice([2, 3, 4])),
    }
    trouble = random.choice([0.0, 0.0, 0.1, 0.3])
    return Scene(random, dict(zip(NAMES, drawn, strict=True)), gathered, arguments, trouble)


@dataclass(frozen=True)
class Axes:
    """The text of one tensor's axes."""

    words: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def binds(self) -> set[str]:
        return {size for word in self.words if (size := _size_text(word)) in NAMES}

    def reads(self) -> set[str]:
        sizes = [size for word in self.words if (size := _size_text(word)) not in NAMES]
        return {name for size in sizes for name in re.findall(r"\b[a-d]\b", _without_fields(size))}

    def fields(self) -> set[str]:
        return {field for word in self.words for field in FIELDS if f"{{{field}}}" in word}

    def shape(self, scene: Scene) -> tuple[int, ...]:
        return tuple(size for word in self.words for size in _sizes(word, scene))


def draw_axes(random: Random) -> Axes:
    words = [_draw_word(random) for _ in range(random.choice([0, 1, 1, 2, 2, 2, 3, 4]))]
    if random.random() < 0.25:
        name = random.choice(GATHERED)
        forms = [f"*{name}", f"*{name}", f"#*{name}", f"*#{name}", "...", f"*_{name}"]
        words.insert(random.randint(0, len(words)), random.choice(forms))
    return Axes(tuple(words))


def _draw_word(random: Random) -> str:
    name, kind = random.choice(NAMES), random.random()
    if kind < 0.5:
        return name
    if kind < 0.6:
        return random.choice([f"#{name}", "_", f"_{name}", "#3", "#2"])
    if kind < 0.7:
        return random.choice(["2", "3", "4", "r=4", f"r={name}", "1"])
    x, y, z = random.choices(NAMES, k=3)
    field = f"{{{random.choice(FIELDS)}}}"
    words = {"x": x, "y": y, "z": z, "N": field}
    template = random.choice(_EXPRESSIONS)
    expression = re.sub(r"\b[xyzN]\b", lambda found: words[found.group()], template)
    return random.choice(["", "", "", "r=", "#"]) + expression


def _size_text(word: str) -> str:
    return word.lstrip("#").rpartition("=")[2]


def _without_fields(text: str) -> str:
    return re.sub(r"\{.*?\}", "", text)


def _sizes(word: str, scene: Scene) -> tuple[int, ...]:
    random = scene.random
    if word == "..." or word.startswith("*_"):
        return tuple(random.choices([1, 2, 3], k=random.randrange(3)))
    name = word.lstrip("#*")
    if name in GATHERED:
        sizes = scene.gathered[name]
        return _thinned(sizes, random) if "#" in word else sizes
    if word.startswith("_"):
        return (random.choice([0, 1, 2, 5]),)
    if word.startswith("#") and random.random() < 0.3:
        return (1,)
    return (_evaluate(_size_text(word), scene),)


def _thinned(sizes: tuple[int, ...], random: Random) -> tuple[int, ...]:
    """Return sizes that broadcast to these."""
    kept = sizes[random.randint(0, len(sizes)) :]
    return tuple(1 if random.random() < 0.3 else size for size in kept)


def _evaluate(expression: str, scene: Scene) -> int:
    try:
        value = eval(formatted(expression, scene.arguments), dict(scene.sizes))
        return max(0, int(value))
    except (ZeroDivisionError, NameError, TypeError, SyntaxError):
        return 3


def formatted(text: str, arguments: Mapping[str, Any]) -> str:
    """Write the values of `{...}` into the text, as an f-string does."""
    return str(eval("f" + repr(text), dict(arguments))) if "{" in text else text


def annotation(family: str, text: str) -> Any:
    """Make a new hint: unions of shared ones are equal in any order, and beartype remembers one."""
    return _FAMILIES[family][0][Tensor, text]


def draw_family(random: Random) -> str:
    return random.choice(["Float"] * 6 + list(_FAMILIES))


def draw_tensor(axes: Axes, family: str, scene: Scene) -> object:
    """Return what has these axes, or nearly."""
    random = scene.random
    sizes, dtype = list(axes.shape(scene)), random.choice(_FAMILIES[family][1])
    if scene.goes_wrong():
        match random.randrange(6):
            case 0:
                random.shuffle(sizes)
            case 1 | 2 if sizes:
                sizes[random.randrange(len(sizes))] = random.choice([0, 1, 2, 3, 4, 6])
            case 3:
                sizes.insert(random.randint(0, len(sizes)), random.choice([1, 2, 3]))
            case 4 if sizes:
                sizes.pop(random.randrange(len(sizes)))
            case 5:
                return random.choice([None, 2, 1.5, "t", [], np.zeros(2)])
            case _:
                dtype = random.choice(_DTYPES)
    # Tensors without memory: an oracle that explains itself prints their values otherwise.
    return torch.empty(sizes, dtype=dtype, device="meta")
