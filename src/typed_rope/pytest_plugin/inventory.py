"""List every annotated function of a package: by its loaded modules, and by its files.

What is loaded is known exactly: a checked function carries its boundary. What is not (a module
that nobody imported, a function inside a function) is read from its file.
"""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

from typed_rope.pytest_plugin.entry import Entry
from typed_rope.pytest_plugin.loaded import has_more, loaded
from typed_rope.pytest_plugin.written import written


def inventory(packages: tuple[str, ...], *, adopted: frozenset[str]) -> list[Entry]:
    """List the annotated functions of `packages`; all those of `adopted` count as checked."""
    entries: dict[tuple[str, int], Entry] = {}
    for package in packages:
        for name, file in _files(package):
            module = sys.modules.get(name)
            found = [] if module is None else list(loaded(module))
            if module is None or has_more(module):
                whole = package in adopted
                found += written(name, file, whole=whole, inner=module is not None)
            for entry in found:
                entries.setdefault((entry.file, entry.line), entry)
    return sorted(entries.values(), key=lambda entry: (entry.module, entry.line))


def _files(package: str) -> Iterator[tuple[str, Path]]:
    """Yield every module of a package that has a file, imported or not."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):  # below a package that is nowhere, or put together by hand
        spec = None
    if spec is None:
        return
    if spec.submodule_search_locations is None:
        if spec.origin is not None:
            yield package, Path(spec.origin)
        return
    for folder in map(Path, spec.submodule_search_locations):
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            if all(part.isidentifier() for part in parts):
                inner = parts[:-1] if parts[-1] == "__init__" else parts
                yield ".".join((package, *inner)), path
