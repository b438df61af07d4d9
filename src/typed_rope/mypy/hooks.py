"""The hooks that mypy calls: types are given shapes, and functions are looked at once checked."""

import sys
from collections.abc import Callable
from hashlib import sha256
from itertools import islice
from pathlib import Path

from mypy.checker import TypeChecker
from mypy.nodes import FuncDef, MypyFile
from mypy.options import Options
from mypy.plugin import (
    AnalyzeTypeContext,
    FunctionContext,
    MethodContext,
    Plugin,
    ReportConfigContext,
)
from mypy.typeanal import TypeAnalyser
from mypy.types import Type

from typed_rope.mypy.annotations import ANNOTATED, Annotations
from typed_rope.mypy.cached import declared_types, is_projects_own
from typed_rope.mypy.carrier import Carriers, without_shapes
from typed_rope.mypy.flow.function import check_body
from typed_rope.mypy.flow.types import TENSORS
from typed_rope.mypy.probes import HOOK, Body, Probes

# Calls of these tell nothing of tensors: their modules are not looked at for their sake.
_PLAIN = frozenset(sys.stdlib_module_names) | {"typing_extensions", "_typeshed", "mypy_extensions"}
_WITHOUT_ALIASES = _PLAIN | {"torch", "builtins"}

# These give a function more axes than it declares.
_LIFTING = frozenset({"torch._functorch.apis.vmap", "torch._vmap_internals.vmap"})


class ShapePlugin(Plugin):
    """Shapes of tensors, from the annotations of jaxtyping."""

    def __init__(self, options: Options) -> None:
        """Begin with nothing known."""
        super().__init__(options)
        self._carriers = Carriers()
        self._annotations = Annotations(self._carriers)
        self._probes = Probes(self._checked)
        self._fingerprint = fingerprint()
        self._modules_seen = 0

    def get_type_analyze_hook(self, fullname: str) -> Callable[[AnalyzeTypeContext], Type] | None:
        """Read annotations and aliases."""
        if self._annotations.passing:
            return None
        if fullname in ANNOTATED:
            return self._annotated
        if fullname in TENSORS:
            return self._array
        if fullname.partition(".")[0] in _WITHOUT_ALIASES:
            return None
        found = self.lookup_fully_qualified(fullname)
        return self._alias if found and self._annotations.alias(found.node) else None

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """Answer the probes, and see calls of methods."""
        if fullname == HOOK:
            return self._probes.hook
        return None if fullname.partition(".")[0] in _PLAIN else self._called

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """See calls of functions, in code that has no annotated tensors of its own."""
        if fullname in _LIFTING:
            return _lifted
        return None if fullname.partition(".")[0] in _PLAIN else self._called

    def report_config_data(self, ctx: ReportConfigContext) -> str:
        """Have mypy check again what it has cached when the plugin itself has changed."""
        return self._fingerprint

    def _annotated(self, context: AnalyzeTypeContext) -> Type:
        self._place(context)
        return self._annotations.annotated(context)

    def _array(self, context: AnalyzeTypeContext) -> Type:
        self._place(context)
        return self._annotations.array(context)

    def _alias(self, context: AnalyzeTypeContext) -> Type:
        self._place(context)
        return self._annotations.plain(context)

    def _place(self, context: AnalyzeTypeContext) -> None:
        tree = context.api.cur_mod_node if isinstance(context.api, TypeAnalyser) else None
        if tree is not None and tree.fullname.partition(".")[0] != "torch":
            self._probes.place(tree)

    def _called(self, context: FunctionContext | MethodContext) -> Type:
        checker = context.api
        if isinstance(checker, TypeChecker) and not _ignored(checker):
            function = checker.scope.top_level_function()
            self._keep_cached()
            if isinstance(function, FuncDef | None):
                self._probes.defer(checker, function or checker.tree)
        return context.default_return_type

    def _keep_cached(self) -> None:
        """Keep the shapes of modules that mypy has loaded from its cache since the last time."""
        modules = self._modules or {}
        if len(modules) > self._modules_seen:
            for tree in islice(modules.values(), self._modules_seen, None):
                if is_projects_own(tree):
                    for declared in declared_types(tree):
                        self._carriers.keep(declared)
            self._modules_seen = len(modules)

    def _checked(self, checker: TypeChecker, body: Body) -> None:
        self._keep_cached()
        self._carriers.restore()
        if not _ignored(checker):
            check_body(checker, body)


def _lifted(context: FunctionContext) -> Type:
    return without_shapes(context.default_return_type)


def fingerprint() -> str:
    """Tell one version of this plugin, and of the language of axes, from another."""
    package = Path(__file__).parent.parent
    sources = sorted(path for part in ("mypy", "shapes") for path in (package / part).rglob("*.py"))
    return sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def _ignored(checker: TypeChecker) -> bool:
    tree: MypyFile = checker.tree
    return tree.is_stub or checker.path in checker.errors.ignored_files
