"""Import hook: the modules of chosen packages are loaded with their definitions decorated.

The finder stands before all others and asks them where a module is; only the way in which its code
is made changes. It decides by the full name of each module when it is imported, so that submodules
imported later, lazily, by a relative import, from a zip file or again (`reload`) are met alike.
Bytecode is neither read nor written: a cache would outlive the run.
"""

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from typed_rope.adoption.findings import Findings
from typed_rope.adoption.rewriting import FUNCTION, RECORD, rewritten


@dataclass(frozen=True)
class Selection:
    """Which modules are adopted: packages with all that is in them, and what lies in a folder."""

    packages: frozenset[str] = field(default_factory=frozenset)
    folder: Path | None = None

    def names(self, module: str) -> bool:
        """Tell whether a module belongs to one of the packages."""
        return any(module == name or module.startswith(f"{name}.") for name in self.packages)

    def holds(self, spec: ModuleSpec) -> bool:
        """Tell whether a module lies in the folder; what is installed there does not count."""
        if self.folder is None or not spec.origin or not spec.has_location:
            return False
        path = Path(spec.origin)
        return path.is_relative_to(self.folder) and not {
            "site-packages",
            "dist-packages",
        } & set(path.relative_to(self.folder).parts)


class AdoptingFinder(MetaPathFinder):
    """Finds the modules of a selection, and lets them be loaded with checks."""

    def __init__(self, selection: Selection, findings: Findings) -> None:
        """Adopt what `selection` names, and note in `findings` what comes of it."""
        self.selection = selection
        self.findings = findings

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return the spec that another finder has, with our loader around its own."""
        named = self.selection.names(fullname)
        if (not named and self.selection.folder is None) or fullname.partition(".")[0] == _OURS:
            return None
        spec = self._found(fullname, path, target)
        if spec is None or not (named or self.selection.holds(spec)):
            return None
        if spec.loader is None or spec.origin is None:  # a namespace: it has no code
            return spec
        self.findings.modules.add(fullname)
        reason = _unreadable(spec.loader, fullname, spec.origin)
        if reason is not None:
            self.findings.leave(fullname, spec.origin, reason)
            return spec
        loader: Any = AdoptingLoader(spec.loader, self.findings)  # it answers as the inner one
        spec.loader = loader
        return spec

    def _found(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        first: ModuleSpec | None = None
        for finder in sys.meta_path:
            find = None if isinstance(finder, AdoptingFinder) else finder.find_spec
            spec = None if find is None else find(fullname, path, target)
            if spec is not None and (hasattr(spec.loader, "get_source") or _is_test(fullname)):
                return spec
            # pytest rewrites what it collects, doctests too, and gives no source: ask the others.
            first = first or spec
        return first


class AdoptingLoader:
    """Loads one module from its source; everything else is the affair of its own loader."""

    def __init__(self, inner: Any, findings: Findings) -> None:
        """Stand before `inner`."""
        self._inner = inner
        self._findings = findings

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Make the empty module as its own loader would."""
        made: ModuleType | None = self._inner.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code, with its definitions decorated."""
        name = module.__spec__.name if module.__spec__ is not None else module.__name__
        prepare(module.__dict__, self._findings)
        exec(self.get_code(name), module.__dict__)

    def get_code(self, fullname: str) -> Any:
        """Compile the module from its source, whatever bytecode lies about."""
        filename = self._inner.get_filename(fullname)
        tree = rewritten(self._inner.get_source(fullname), filename)
        return compile(tree, filename, "exec", dont_inherit=True)

    def __getattr__(self, name: str) -> Any:
        """Answer all other questions (source, data, resources) as the module's own loader."""
        if name == "_inner":  # being copied: there is nothing to ask yet
            raise AttributeError(name)
        return getattr(self._inner, name)


_OURS = __name__.partition(".")[0]


def prepare(names: dict[str, Any], findings: Findings) -> None:
    """Give a module the two decorators that its rewritten code calls."""
    # Loaded here: whoever only installs the hook must not wait for torch.
    from typed_rope.adoption.definition import Definitions

    definitions = Definitions(findings)
    names[FUNCTION], names[RECORD] = definitions.function, definitions.record


def adopt(selection: Selection, findings: Findings) -> AdoptingFinder:
    """Adopt from now on every module of `selection` that is imported.

    Raises: ValueError if one of the packages is ours, cannot be found, or has been imported.
    """
    for package in sorted(selection.packages):
        if package.partition(".")[0] == _OURS:
            raise ValueError(f"{package} is checked as it stands; name a package of your own.")
        imported = sorted(n for n in sys.modules if Selection(frozenset({package})).names(n))
        if imported:
            raise ValueError(
                f"{package} cannot be checked: it was imported before the check could begin "
                f"({', '.join(imported[:5])}{', ...' if len(imported) > 5 else ''}). Import it "
                "later: in a test or in conftest.py, not in a plugin that is loaded first."
            )
    finder = AdoptingFinder(selection, findings)
    sys.meta_path.insert(0, finder)
    importlib.invalidate_caches()
    return finder


def require_found(packages: frozenset[str]) -> None:
    """Raise ValueError for a package that is nowhere."""
    for package in sorted(packages):
        try:
            found = importlib.util.find_spec(package.partition(".")[0])
        except (ValueError, ImportError):
            found = None
        if found is None:
            raise ValueError(f"there is no package {package!r} that could be checked.")


@contextmanager
def adopting(selection: Selection) -> Iterator[Findings]:
    """Adopt within a block."""
    findings = Findings()
    finder = adopt(selection, findings)
    try:
        yield findings
    finally:
        sys.meta_path.remove(finder)


def _is_test(fullname: str) -> bool:
    name = fullname.rpartition(".")[2]
    return name == "conftest" or name.startswith("test_") or name.endswith("_test")


def _unreadable(loader: Any, fullname: str, origin: str) -> str | None:
    if origin.endswith(tuple(EXTENSION_SUFFIXES)) or origin == "built-in":
        return "it is compiled, and has no source to decorate"
    try:
        source = loader.get_source(fullname)
        loader.get_filename(fullname)
    except (AttributeError, ImportError):
        return f"{type(loader).__name__} loads it, and gives no source to decorate"
    return None if source is not None else "it comes without source"
