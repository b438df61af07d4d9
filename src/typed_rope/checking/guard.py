"""Generate the straight-line check of one boundary.

For `x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d/2"]` the generated function is

    def guard(arg_x, arg_cos):
        if not isinstance(arg_x, Tensor) or arg_x.dtype not in float_dtypes: return None
        shape_1 = arg_x.shape
        if len(shape_1) != 4: return None
        axis_b, axis_h, axis_t, axis_d = shape_1
        if not isinstance(arg_cos, Tensor) or arg_cos.dtype not in float_dtypes: return None
        shape_2 = arg_cos.shape
        if len(shape_2) != 2: return None
        size_3, size_4 = shape_2
        if size_3 != axis_t: return None
        if axis_d != size_4 * 2: return None
        return axis_b, axis_h, axis_t, axis_d

so a call that fits costs a few attribute reads and comparisons, and torch.compile can trace it. The
sizes that it returns are what the guard of the result starts from. None means "not proved": the
judge decides then, so whatever a guard does not understand it leaves, and never lets through.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from typed_rope.checking.arithmetic import comparison
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.forms import (
    AnyForm,
    EitherForm,
    Form,
    ItemsForm,
    JudgedForm,
    MappingForm,
    PlainForm,
    RecordForm,
    TensorForm,
    TupleForm,
    container_form,
    record_names,
    tensor_forms,
)
from typed_rope.checking.plain import beartype_condition, simple_condition
from typed_rope.checking.source import Source
from typed_rope.shapes import Anonymous, Fixed, Named, Sized, Variadic
from typed_rope.shapes.match import join_variadic

Guard = Callable[..., tuple[Any, ...] | None]
ResultGuard = Callable[..., bool]


@dataclass(frozen=True)
class Place:
    """Where a value is found, what `{...}` may read there, and what to do if it does not fit."""

    value: str
    scope: Mapping[str, str]
    fail: str


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


def make_guards(boundary: Boundary, defaults: Mapping[str, object]) -> tuple[Guard, ResultGuard]:
    """Return the check of the arguments and the check of the result.

    A parameter in `defaults` is not checked while it holds its default.
    """
    bound = Bound()
    scope = {name: f"arg_{name}" for name in boundary.names}
    arguments = ", ".join(scope.values())

    writer = _Writer(boundary, bound)
    for parameter in boundary.parameters:
        place = Place(scope[parameter.name], scope, "return None")
        if parameter.name in defaults:
            default = writer.source.constant(defaults[parameter.name], "default")
            bound.doubt(writer.names(parameter.form))
            with writer.branch(), writer.source.block(f"if {place.value} is not {default}:"):
                writer.check(parameter.form, place)
        else:
            writer.check(parameter.form, place)
    held = sorted(bound.sure | bound.maybe)
    locals_held = "".join(f"{_local(name)}, " for name in held)
    writer.source.line(f"return ({locals_held})")
    guard = writer.finish("guard", arguments, known=())

    writer = _Writer(boundary, bound)
    if held:
        writer.source.line(f"{locals_held}= bound")
    if boundary.result is not None:
        writer.check(boundary.result, Place("result", scope, "return False"))
    writer.source.line("return True")
    result = writer.finish("result_guard", f"result, bound, {arguments}", known=held)
    return guard, result


def _local(name: str) -> str:
    return f"many_{name[1:]}" if name.startswith("*") else f"axis_{name}"


class _Writer:
    """Writes the checks of forms, one method for each kind."""

    def __init__(self, boundary: Boundary, bound: Bound) -> None:
        self.source = Source()
        self.bound = bound
        forms = [parameter.form for parameter in boundary.parameters]
        forms += [] if boundary.result is None else [boundary.result]
        self.stretching = {
            axis.name
            for form in forms
            for tensor in tensor_forms(form)
            for axis in tensor.shape.axes
            if isinstance(axis, Variadic) and axis.broadcast
        }

    def finish(self, name: str, parameters: str, known: Iterable[str]) -> Any:
        unset = sorted(self.bound.ever_maybe - set(known))
        return self.source.function(name, parameters, [f"{_local(n)} = None" for n in unset])

    def names(self, form: Form) -> set[str]:
        shapes = [tensor.shape for tensor in tensor_forms(form)]
        variadic = {f"*{s.variadic_name}" for s in shapes if s.variadic_name is not None}
        return {name for shape in shapes for name in shape.names} | variadic

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Write code that may not run: what it makes sure is in doubt afterwards."""
        before = set(self.bound.sure)
        yield
        gained = self.bound.sure - before
        self.bound.sure -= gained
        self.bound.doubt(gained)

    def check(self, form: Form, place: Place) -> None:
        """Write the check that the value at `place` has this form."""
        match form:
            case AnyForm():
                return
            case PlainForm(hint):
                self._plain(hint, place)
            case TensorForm():
                self._tensor(form, place)
            case JudgedForm():
                self.source.line(place.fail)
            case EitherForm():
                self._either(form, place)
            case ItemsForm():
                self._items(form, place)
            case TupleForm(_, members):
                self._require(place, f"isinstance({place.value}, tuple)")
                self._require(place, f"len({place.value}) == {len(members)}")
                for index, member in enumerate(members):
                    self.check(member, Place(f"{place.value}[{index}]", place.scope, place.fail))
            case MappingForm():
                self._mapping(form, place)
            case RecordForm():
                self._record(form, place)

    def _require(self, place: Place, condition: str) -> None:
        self.source.line(f"if not {condition}: {place.fail}")

    def _plain(self, hint: Any, place: Place) -> None:
        if simple_condition(self.source, hint, place.value, place.fail):
            return
        container = container_form(hint)
        if container is None:
            beartype_condition(self.source, hint, place.value, place.fail)
            return
        # beartype looks at one random item, and Dynamo cannot follow a random number.
        tracing = self.source.constant(torch.compiler.is_dynamo_compiling, "tracing")
        with self.source.block(f"if {tracing}():"):
            self.check(container, place)
        with self.source.block("else:"):
            beartype_condition(self.source, hint, place.value, place.fail)

    # ---- containers

    def _either(self, form: EitherForm, place: Place) -> None:
        members = tuple(_flat(form))
        if any(isinstance(member, AnyForm) for member in members):
            return
        others = tuple(m for m in members if m != PlainForm(type(None)))
        if len(others) < len(members):
            with self.branch(), self.source.block(f"if {place.value} is not None:"):
                self._alternatives(others, place)
        else:
            self._alternatives(others, place)

    def _alternatives(self, members: tuple[Form, ...], place: Place) -> None:
        if len(members) == 1:
            self.check(members[0], place)
            return
        self.bound.doubt({name for member in members for name in self.names(member)})
        restore = {n: self.source.fresh("saved") for n in sorted(self.bound.maybe)}
        for name, saved in restore.items():
            self.source.line(f"{saved} = {_local(name)}")
        matched = self.source.fresh("matched")
        self.source.line(f"{matched} = False")
        for member in members:
            with self.source.block(f"if not {matched}:"), self.branch():
                for name, saved in restore.items():
                    self.source.line(f"{_local(name)} = {saved}")
                with self.source.block("while True:"):  # runs once; `break` is its way out
                    self.check(member, Place(place.value, place.scope, "break"))
                    self.source.line(f"{matched} = True")
                    self.source.line("break")
        self._require(place, matched)

    def _items(self, form: ItemsForm, place: Place) -> None:
        container = self.source.constant(form.container, "container")
        self._require(place, f"isinstance({place.value}, {container})")
        item, bad = self.source.fresh("item"), self.source.fresh("bad")
        self.bound.doubt(self.names(form))
        self.source.line(f"{bad} = False")
        # What can be walked only once must not be walked here; beartype does not either.
        collection = self.source.constant(Collection, "collection")
        one_pass = not issubclass(form.container, Collection)
        walk = f"{place.value} if isinstance({place.value}, {collection}) else ()"
        items = walk if one_pass else place.value
        with self.branch(), self.source.block(f"for {item} in {items}:"):
            self.check(form.item, Place(item, place.scope, f"{bad} = True; break"))
        self.source.line(f"if {bad}: {place.fail}")

    def _mapping(self, form: MappingForm, place: Place) -> None:
        container = self.source.constant(form.container, "container")
        self._require(place, f"isinstance({place.value}, {container})")
        key, value = self.source.fresh("key"), self.source.fresh("value")
        bad = self.source.fresh("bad")
        self.bound.doubt(self.names(form))
        self.source.line(f"{bad} = False")
        with self.branch(), self.source.block(f"for {key}, {value} in {place.value}.items():"):
            self.check(form.key, Place(key, place.scope, f"{bad} = True; break"))
            self.check(form.value, Place(value, place.scope, f"{bad} = True; break"))
            self.source.line("pass")
        self.source.line(f"if {bad}: {place.fail}")

    def _record(self, form: RecordForm, place: Place) -> None:
        record = self.source.constant(form.hint, "record")
        self._require(place, f"isinstance({place.value}, {record})")
        names = record_names(form.hint)
        scope = {name: f"{place.value}.{name}" for name in names} | {"self": place.value}
        for name, member in form.fields:
            value = self.source.fresh("field")
            self.source.line(f"{value} = {place.value}.{name}")
            self.check(member, Place(value, scope, place.fail))

    # ---- tensors

    def _tensor(self, form: TensorForm, place: Place) -> None:
        array_type = self.source.constant(form.array_type, "tensor_type")
        wrong = f"not isinstance({place.value}, {array_type})"
        if form.dtypes is not None:
            dtypes = self.source.constant(form.dtypes, "dtypes")
            wrong += f" or {place.value}.dtype not in {dtypes}"
        self.source.line(f"if {wrong}: {place.fail}")
        shape = self.source.fresh("shape")
        self.source.line(f"{shape} = {place.value}.shape")
        sizes = self._unpack(form, shape, place)
        deferred: list[tuple[Sized, str]] = []
        for axis, size in zip(form.shape.axes, sizes, strict=True):
            match axis:
                case Sized():
                    deferred.append((axis, size))
                case Fixed():
                    self._unequal(axis.broadcast, size, str(axis.size), place)
                case Named():
                    self._named(axis, size, place)
                case Variadic() if axis.name is not None:
                    self._variadic(axis.name, axis.broadcast, size, place)
        for sized, size in deferred:
            self._sized(sized, size, place)

    def _unpack(self, form: TensorForm, shape: str, place: Place) -> list[str]:
        """Give every axis a local for its size; a name met for the first time gets its own."""
        axes, variadic = form.shape.axes, form.shape.variadic
        sizes: list[str] = []
        for axis in axes:
            local = _local(axis.name) if isinstance(axis, Named) and not axis.broadcast else ""
            if isinstance(axis, Anonymous):
                sizes.append("_")
            elif local and local not in sizes and self._unmet(local):
                sizes.append(local)
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

    def _unmet(self, local: str) -> bool:
        return all(_local(name) != local for name in self.bound.sure | self.bound.maybe)

    def _unequal(self, broadcast: bool, size: str, expected: str, place: Place) -> None:
        spread = f"{size} != 1 and " if broadcast else ""
        self.source.line(f"if {spread}{size} != {expected}: {place.fail}")

    def _named(self, axis: Named, size: str, place: Place) -> None:
        local = _local(axis.name)
        if axis.name in self.bound.sure:
            self._unequal(axis.broadcast, size, local, place)
            return
        if axis.name not in self.bound.maybe and not axis.broadcast:
            if size != local:
                self.source.line(f"{local} = {size}")
            self.bound.bind(axis.name)
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
            names[name] = _local(name)
            if name in self.bound.maybe:
                self.source.line(f"if {names[name]} is None: {place.fail}")
            elif name not in self.bound.sure:
                self.source.line(place.fail)  # bound later, if at all: the judge finds out
                return
        comparison(self.source, axis, size, names, place.scope, place.fail)


def _flat(form: EitherForm) -> Iterator[Form]:
    for member in form.members:
        if isinstance(member, EitherForm):
            yield from _flat(member)
        else:
            yield member
