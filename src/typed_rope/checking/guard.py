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

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, NamedTuple

import torch

from typed_rope.checking.boundary import Boundary
from typed_rope.checking.forms import (
    AnyForm,
    EitherForm,
    Form,
    ItemsForm,
    JudgedForm,
    KeysForm,
    MappingForm,
    PlainForm,
    RecordForm,
    SpreadForm,
    TensorForm,
    TupleForm,
    alternatives,
    may_be_unset,
    record_names,
    tensor_forms,
)
from typed_rope.checking.names import Bound, Place, local_name
from typed_rope.checking.plain import beartype_condition, simple_condition
from typed_rope.checking.reading import container_form
from typed_rope.checking.source import Source
from typed_rope.checking.tensor_check import TensorCheck
from typed_rope.shapes import Variadic

Guard = Callable[..., tuple[Any, ...] | None]
ResultGuard = Callable[..., bool]


class Guards(NamedTuple):
    """The generated checks of one boundary."""

    arguments: Guard
    result: ResultGuard
    held: tuple[str, ...]
    """The axes whose sizes the first returns, in their order; a size may be None."""


def make_guards(boundary: Boundary) -> Guards:
    """Return the check of the arguments and the check of the result."""
    bound = Bound()
    scope = {name: f"arg_{name}" for name in boundary.names}
    arguments = ", ".join(scope.values())

    writer = _Writer(boundary, bound)
    for parameter in boundary.parameters:
        place = Place(scope[parameter.name], scope, "return None", "return None")
        if parameter.name in boundary.unchecked:
            default = writer.source.constant(boundary.unchecked[parameter.name], "default")
            with writer.only_if(f"{place.value} is not {default}"):
                writer.check(parameter.form, place)
        else:
            writer.check(parameter.form, place)
    held = sorted(bound.sure | bound.maybe)
    locals_held = "".join(f"{local_name(name)}, " for name in held)
    writer.source.line(f"return ({locals_held})")
    guard = writer.finish("guard", arguments, known=())

    writer = _Writer(boundary, bound)
    if held:
        writer.source.line(f"{locals_held}= bound")
    if boundary.result is not None:
        writer.check(boundary.result, Place("result", scope, "return False", "return False"))
    writer.source.line("return True")
    result = writer.finish("result_guard", f"result, bound, {arguments}", known=held)
    return Guards(guard, result, tuple(held))


class _Writer:
    """Writes the checks of forms, one method for each kind."""

    def __init__(self, boundary: Boundary, bound: Bound) -> None:
        self.source = Source()
        self.bound = bound
        self.function = boundary.function
        forms = [parameter.form for parameter in boundary.parameters]
        forms += [] if boundary.result is None else [boundary.result]
        stretching = {
            axis.name
            for form in forms
            for tensor in tensor_forms(form)
            for axis in tensor.shape.axes
            if isinstance(axis, Variadic) and axis.broadcast and axis.name is not None
        }
        self.tensors = TensorCheck(self.source, bound, stretching)

    def finish(self, name: str, parameters: str, known: Iterable[str]) -> Any:
        unset = sorted(self.bound.ever_maybe - set(known))
        return self.source.function(name, parameters, [f"{local_name(n)} = None" for n in unset])

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

    @contextmanager
    def only_if(self, condition: str) -> Iterator[None]:
        """Write what is asked for only under a condition."""
        with self.branch(), self.source.block(f"if {condition}:"):
            yield

    def check(self, form: Form, place: Place) -> None:
        """Write the check that the value at `place` has this form."""
        match form:
            case AnyForm():
                return
            case PlainForm(hint):
                self._plain(hint, place)
            case TensorForm():
                self.tensors.write(form, place)
            case JudgedForm():
                self.source.line(place.leave)
            case EitherForm():
                self._either(form, place)
            case ItemsForm():
                self._items(form, place)
            case TupleForm(_, members):
                self._require(place, f"isinstance({place.value}, tuple)")
                self._require(place, f"len({place.value}) == {len(members)}")
                for index, member in enumerate(members):
                    self.check(member, replace(place, value=f"{place.value}[{index}]"))
            case SpreadForm():
                self._spread(form, place)
            case MappingForm():
                self._mapping(form, place)
            case RecordForm():
                self._record(form, place)
            case KeysForm():
                self._keys(form, place)

    def _require(self, place: Place, condition: str) -> None:
        self.source.line(f"if not ({condition}): {place.fail}")

    def _plain(self, hint: Any, place: Place) -> None:
        if simple_condition(self.source, hint, place.value, place.fail):
            return
        container = container_form(hint)
        if container is None:
            self._beartyped(hint, place)
            return
        # beartype looks at one random item, and Dynamo cannot follow a random number.
        tracing = self.source.constant(torch.compiler.is_dynamo_compiling, "tracing")
        with self.source.block(f"if {tracing}():"):
            self.check(container, place)
        with self.source.block("else:"):
            self._beartyped(hint, place)

    def _beartyped(self, hint: Any, place: Place) -> None:
        name = self.function
        beartype_condition(self.source, hint, place.value, place.fail, function=name)

    # ---- containers

    def _either(self, form: EitherForm, place: Place) -> None:
        members = alternatives(form)
        if any(isinstance(member, AnyForm) for member in members):
            return
        others = tuple(m for m in members if m != PlainForm(type(None)))
        if len(others) < len(members):
            with self.only_if(f"{place.value} is not None"):
                self._alternatives(others, place)
        else:
            self._alternatives(others, place)

    def _alternatives(self, members: tuple[Form, ...], place: Place) -> None:
        if len(members) == 1:
            self.check(members[0], place)
            return
        named = {name for member in members for name in self.names(member)}
        self.bound.doubt(named)
        # Sizes that are broadcast grow, even those that are known.
        growing = {f"*{name}" for name in self.tensors.stretching} & named
        restored = sorted(self.bound.maybe | growing)
        restore = {name: self.source.fresh("saved") for name in restored}
        for name, saved in restore.items():
            self.source.line(f"{saved} = {local_name(name)}")
        matched = self.source.fresh("matched")
        self.source.line(f"{matched} = False")
        for member in members:
            with self.source.block(f"if not {matched}:"), self.branch():
                for name, saved in restore.items():
                    self.source.line(f"{local_name(name)} = {saved}")
                with self.source.block("while True:"):  # runs once; `break` is its way out
                    self.check(member, replace(place, fail="break"))
                    self.source.line(f"{matched} = True")
                    self.source.line("break")
        self._require(place, matched)

    def _items(self, form: ItemsForm, place: Place) -> None:
        container = self.source.constant(form.container, "container")
        self._require(place, f"isinstance({place.value}, {container})")
        # What can be walked only once must not be walked here; beartype does not either.
        collection = self.source.constant(Collection, "collection")
        one_pass = not issubclass(form.container, Collection)
        if one_pass or form.container is Collection:
            # A tensor without axes has all methods of a collection, and cannot be walked.
            self._require(place, f"getattr({place.value}, 'ndim', None) != 0")
        walk = f"{place.value} if isinstance({place.value}, {collection}) else ()"
        self._each(form.item, walk if one_pass else place.value, place)

    def _each(self, form: Form, items: str, place: Place) -> None:
        """Write the check that all `items`, of which there may be none, have one form."""
        item, bad = self.source.fresh("item"), self.source.fresh("bad")
        self.bound.doubt(self.names(form))
        self.source.line(f"{bad} = False")
        with self.branch(), self.source.block(f"for {item} in {items}:"):
            self.check(form, replace(place, value=item, fail=f"{bad} = True; break"))
            self.source.line("pass")
        self.source.line(f"if {bad}: {place.fail}")

    def _spread(self, form: SpreadForm, place: Place) -> None:
        before, after = len(form.before), len(form.after)
        self._require(place, f"isinstance({place.value}, tuple)")
        self._require(place, f"len({place.value}) >= {before + after}")
        for index, member in enumerate(form.before):
            self.check(member, replace(place, value=f"{place.value}[{index}]"))
        self._each(form.item, f"{place.value}[{before}:len({place.value}) - {after}]", place)
        for index, member in enumerate(form.after, -after):
            self.check(member, replace(place, value=f"{place.value}[{index}]"))

    def _mapping(self, form: MappingForm, place: Place) -> None:
        container = self.source.constant(form.container, "container")
        self._require(place, f"isinstance({place.value}, {container})")
        key, value = self.source.fresh("key"), self.source.fresh("value")
        bad = self.source.fresh("bad")
        self.bound.doubt(self.names(form))
        self.source.line(f"{bad} = False")
        with self.branch(), self.source.block(f"for {key}, {value} in {place.value}.items():"):
            inside = replace(place, fail=f"{bad} = True; break")
            self.check(form.key, replace(inside, value=key))
            self.check(form.value, replace(inside, value=value))
            self.source.line("pass")
        self.source.line(f"if {bad}: {place.fail}")

    def _keys(self, form: KeysForm, place: Place) -> None:
        self._require(place, f"isinstance({place.value}, dict)")
        for key, member in form.keys:
            inner = replace(place, value=f"{place.value}[{key!r}]")
            if key in form.required:
                self._require(place, f"{key!r} in {place.value}")
                self.check(member, inner)
                continue
            with self.only_if(f"{key!r} in {place.value}"):
                self.check(member, inner)

    def _record(self, form: RecordForm, place: Place) -> None:
        record = self.source.constant(form.hint, "record")
        self._require(place, f"isinstance({place.value}, {record})")
        names = record_names(form.hint)
        scope = {name: f"{place.value}.{name}" for name in names} | {"self": place.value}
        for name, member in form.fields:
            inner = replace(place, value=self.source.fresh("field"), scope=scope)
            unset = name in may_be_unset(form.hint)
            has_it = self.only_if(f"hasattr({place.value}, {name!r})")
            with has_it if unset else nullcontext():
                self.source.line(f"{inner.value} = {place.value}.{name}")
                self.check(member, inner)
