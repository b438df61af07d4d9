"""What generated code knows of the axes at one point, and where it finds a value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """Where a value is found, what `{...}` may read there, and what to do if it does not fit.

    Within a union, `fail` tries the next member, and `leave` leaves the whole call to the judge.
    """

    value: str
    scope: Mapping[str, str]
    fail: str
    leave: str


@dataclass
class Bound:
    """What is known, at one point of the generated code, of each axis name.

    A name in neither set has not been met; one in `maybe` has a local that may be None.
    """

    sure: set[str] = field(default_factory=set)
    maybe: set[str] = field(default_factory=set)
    ever_maybe: set[str] = field(default_factory=set)

    def doubt(self, names: Iterable[str]) -> None:
        """Allow that `names` may or may not get bound in what follows."""
        new = set(names) - self.sure
        self.maybe |= new
        self.ever_maybe |= new

    def bind(self, name: str) -> None:
        """Note that `name` has a size from here on."""
        self.maybe.discard(name)
        self.sure.add(name)


def local_name(name: str) -> str:
    """Return the local that holds the size of an axis, or the sizes of a variadic one, `*b`."""
    return f"many_{name[1:]}" if name.startswith("*") else f"axis_{name}"
