"""Run somebody's program as `python` would, with its definitions checked."""

import builtins
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from typed_rope.adoption.finder import Selection, adopt, prepare, require_found
from typed_rope.adoption.findings import Findings
from typed_rope.adoption.rewriting import rewritten


def run_script(
    path: str, arguments: Sequence[str], packages: frozenset[str], findings: Findings
) -> int:
    """Run a file as `python path arguments` would; without packages, all that lies beside it too.

    Returns the exit status, after a traceback on stderr if the program raised; SystemExit passes.
    Raises: OSError if the file cannot be read, ValueError for a package that cannot be checked.
    """
    source = Path(path).read_bytes()
    folder = Path(path).resolve().parent
    sys.argv[:] = [path, *arguments]
    sys.path[0:1] = [str(folder)]
    require_found(packages)
    adopt(Selection(packages, None if packages else folder), findings)
    path = os.path.abspath(path)  # as python has it, in tracebacks too
    main = _main_module()
    main.__file__ = path
    main.__loader__ = importlib.machinery.SourceFileLoader("__main__", path)
    return _run(main, source, path, findings)


def run_module(
    name: str, arguments: Sequence[str], packages: frozenset[str], findings: Findings
) -> int:
    """Run a module as `python -m name arguments` would; without packages, its top package.

    Returns and raises as `run_script`; ModuleNotFoundError for a module that is not there.
    """
    sys.path[0:1] = [str(Path.cwd())]
    sys.argv[:] = ["-m", *arguments]
    packages = packages or frozenset({name.partition(".")[0]})
    require_found(packages)
    adopt(Selection(packages), findings)
    spec = _module_spec(name)
    source, path = _source_of(spec)
    sys.argv[0] = path
    main = _main_module()
    main.__file__, main.__spec__, main.__package__ = path, spec, spec.parent
    main.__loader__ = spec.loader
    return _run(main, source, path, findings)


def _module_spec(name: str) -> importlib.machinery.ModuleSpec:
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        name = f"{name}.__main__"
        spec = importlib.util.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"no module named {name}", name=name)
    return spec


def _source_of(spec: importlib.machinery.ModuleSpec) -> tuple[str, str]:
    loader: Any = spec.loader
    source = getattr(loader, "get_source", lambda name: None)(spec.name)
    if source is None:
        raise ValueError(f"{spec.name} comes without source, so that nothing could be checked.")
    return source, loader.get_filename(spec.name)


def _main_module() -> ModuleType:
    main = ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins, __annotations__={})
    sys.modules["__main__"] = main
    return main


def _run(main: ModuleType, source: str | bytes, path: str, findings: Findings) -> int:
    prepare(main.__dict__, findings)
    try:
        code = compile(rewritten(source, path), path, "exec", dont_inherit=True)
        exec(code, main.__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        error.__traceback__ = _theirs(error.__traceback__)
        sys.excepthook(type(error), error, error.__traceback__)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _theirs(traceback: TracebackType | None) -> TracebackType | None:
    """Leave out the frames before the program's first; a syntax error has none at all."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
        traceback = traceback.tb_next
    if traceback is not None and traceback.tb_frame.f_globals.get("__name__", "").startswith(
        ("typed_rope.adoption", "ast")
    ):
        return None
    return traceback
