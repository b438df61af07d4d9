"""Write the check of one tensor: its class and dtype, its rank, then each of its axes.

The axes are checked in jaxtyping's order, from the left and the variadic one last, because it
decides which member of a union fits first, and where a name is missing. Only an expression that
reads a name further right waits for it, so that `"d/2 d"` can be read too.
"""

from collections.abc import Iterable

from typed_rope.checking.arithmetic import comparison
from typed_rope.checking.forms import TensorForm
from typed_rope.checking.names import Bound, Place, local_name
from typed_rope.checking.source import Source
from typed_rope.shapes import Anonymous, Axis, Fixed, Named, Sized, Variadic
from typed_rope.shapes.match import join_variadic


class TensorCheck:
    """Writes tensor checks into one source, over one knowledge of the axes."""

    def __init__(self, source: Source, bound: Bound, stretching: Iterable[str]) -> None:
        """Take the variadic names that are broadcast somewhere in the signature."""
        self.source, self.bound, self.stretching = source, bound, frozenset(stretching)

    def write(self, form: TensorForm, place: Place) -> None:
        """Write the check that the value at `place` is such a tensor."""
        array_type = self.source.constant(form.array_type, "tensor_type")
        wrong = f"not isinstance({place.value}, {array_type})"
        if form.dtypes is not None:
            dtypes = self.source.constant(form.dtypes, "dtypes")
            wrong += f" or {place.value}.dtype not in {dtypes}"
        self.source.line(f"if {wrong}: {place.fail}")
        expected = self._known_sizes(form)
        if expected is not None:  # one comparison of tuples costs less than one for each size
            self.source.line(f"if {place.value}.shape != {expected}: {place.fail}")
            return
        shape = self.source.fresh("shape")
        self.source.line(f"{shape} = {place.value}.shape")
        sizes = self._unpack(form, shape, place)
        axes = list(zip(form.shape.axes, sizes, strict=True))
        axes.sort(key=lambda axis_and_size: isinstance(axis_and_size[0], Variadic))
        waiting: list[tuple[Sized, str]] = []
        for index, (axis, size) in enumerate(axes):
            match axis:
                case Sized():
                    behind = {later.name for later, _ in axes[index:] if isinstance(later, Named)}
                    if axis.expression.names & behind - self.bound.sure:
                        waiting.append((axis, size))
                    else:
                        self._sized(axis, size, place)
                case Fixed():
                    self._unequal(axis.broadcast, size, str(axis.size), place)
                case Named():
                    self._named(axis, size, place)
                case Variadic() if axis.name is not None:
                    self._variadic(axis.name, axis.broadcast, size, place)
        for sized, size in waiting:
            self._sized(sized, size, place)

    def _known_sizes(self, form: TensorForm) -> str | None:
        """Write the tuple of all sizes, where every axis has a name that is bound."""
        sizes: list[str] = []
        for axis in form.shape.axes:
            if not isinstance(axis, Named) or axis.broadcast or axis.name not in self.bound.sure:
                return None
            sizes.append(f"{local_name(axis.name)}, ")
        return f"({''.join(sizes)})"

    def _unpack(self, form: TensorForm, shape: str, place: Place) -> list[str]:
        """Give every axis a local for its size; a name met for the first time gets its own."""
        axes, variadic = form.shape.axes, form.shape.variadic
        sizes: list[str] = []
        for axis in axes:
            own = self._own_local(axis)
            if isinstance(axis, Anonymous):
                sizes.append("_")
            elif own is not None and own not in sizes:
                sizes.append(own)
            else:
                sizes.append(self.source.fresh("size"))
        if variadic is None:
            self.source.line(f"if len({shape}) != {len(axes)}: {place.fail}")
            if axes:
                self.source.line(f"{', '.join(sizes)}, = {shape}")
            return sizes
        self.source.line(f"if len({shape}) < {len(axes) - 1}: {place.fail}")
        after = len(axes) - variadic - 1
        for index, size in enumerate(sizes):
            if index == variadic:
                where = f"{index}:{-after}" if after else f"{index}:"
            else:
                where = str(index if index < variadic else index - len(axes))
            self.source.line(f"{size} = {shape}[{where}]")
        return sizes

    def _own_local(self, axis: Axis) -> str | None:
        if not isinstance(axis, Named) or axis.broadcast:
            return None
        met = self.bound.sure | self.bound.maybe
        return None if axis.name in met else local_name(axis.name)

    def _unequal(self, broadcast: bool, size: str, expected: str, place: Place) -> None:
        spread = f"{size} != 1 and " if broadcast else ""
        self.source.line(f"if {spread}{size} != {expected}: {place.fail}")

    def _named(self, axis: Named, size: str, place: Place) -> None:
        local = local_name(axis.name)
        if axis.name in self.bound.sure:
            self._unequal(axis.broadcast, size, local, place)
            return
        if axis.name not in self.bound.maybe and not axis.broadcast:
            self.bound.bind(axis.name)  # its local has been given the size
            return
        self.bound.doubt([axis.name])
        spread = f"{size} != 1 and " if axis.broadcast else ""
        with self.source.block(f"if {spread}{local} is None:"):
            self.source.line(f"{local} = {size}")
        self.source.line(f"elif {spread}{size} != {local}: {place.fail}")
        if not axis.broadcast:
            self.bound.bind(axis.name)

    def _variadic(self, name: str, broadcast: bool, size: str, place: Place) -> None:
        local, key = f"many_{name}", f"*{name}"
        known = key in self.bound.sure
        if name in self.stretching:
            join = self.source.constant(join_variadic, "join_variadic")
            if not known:
                self.bound.doubt([key])
            self.source.line(f"{local} = {join}({broadcast}, tuple({size}), {local})")
            self.source.line(f"if {local} is None: {place.fail}")
        elif known:
            self.source.line(f"if {size} != {local}: {place.fail}")
        elif key in self.bound.maybe:
            with self.source.block(f"if {local} is None:"):
                self.source.line(f"{local} = {size}")
            self.source.line(f"elif {size} != {local}: {place.fail}")
        else:
            self.source.line(f"{local} = {size}")
        self.bound.bind(key)

    def _sized(self, axis: Sized, size: str, place: Place) -> None:
        names: dict[str, str] = {}
        for name in sorted(axis.expression.names):
            names[name] = local_name(name)
            if name in self.bound.maybe:
                self.source.line(f"if {names[name]} is None: {place.leave}")
            elif name not in self.bound.sure:
                self.source.line(place.leave)  # bound later, if at all: the judge finds out
                return
        comparison(self.source, axis, size, names, place)
