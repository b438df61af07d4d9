"""mypy's options: a project's own, with the plugin added where they do not name it.

mypy's caches are made for one set of plugins. A project whose own runs of mypy go without this one
gets a second cache, inside the first, so that neither throws the other's away.

    mypy.ini names the plugin      .mypy_cache
    it does not                    .mypy_cache/typed_rope, unless --cache-dir names a folder
"""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from mypy.fscache import FileSystemCache
from mypy.main import process_options
from mypy.modulefinder import BuildSource
from mypy.options import Options

PLUGIN: Final = "typed_rope.mypy"
_RECURSION: Final = 2**14  # mypy's own limit: types are nested deeply
_ALONE: Final = Path(__file__).with_name("plugin_alone.ini")


class RefusedError(Exception):
    """mypy cannot begin; the text is its own."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What mypy is to check, and how."""

    sources: list[BuildSource]
    options: Options
    files: FileSystemCache


def prepare(arguments: Sequence[str]) -> Prepared:
    """Read mypy's arguments and the project's configuration.

    Raises: RefusedError where mypy refuses them; SystemExit where it has answered, as to `--help`.
    """
    sys.setrecursionlimit(max(_RECURSION, sys.getrecursionlimit()))
    prepared = _processed(arguments)
    options = prepared.options
    if not options.config_file:
        prepared = _processed([*arguments, "--config-file", str(_ALONE)])
        options = prepared.options
        options.cache_dir = _own_cache(options, arguments)
    elif not any(plugin.partition(":")[0] == PLUGIN for plugin in options.plugins):
        # Last, so that other plugins are asked first: this one looks at every call.
        options.plugins.append(PLUGIN)
        options.cache_dir = _own_cache(options, arguments)
    options.output = "json"
    if getattr(options, "num_workers", 0):
        options.native_parser = True  # as mypy itself has it: its workers know no other
    return prepared


def _processed(arguments: Sequence[str]) -> Prepared:
    files = FileSystemCache()
    said, refused = StringIO(), StringIO()
    try:
        with redirect_stdout(said):
            sources, options = process_options(
                list(arguments), stdout=said, stderr=refused, fscache=files
            )
    except SystemExit as end:
        if not end.code:
            sys.stdout.write(said.getvalue())
            raise
        raise RefusedError((refused.getvalue() or said.getvalue()).rstrip("\n")) from None
    # What it only warns of, such as a misspelt option in a configuration.
    sys.stderr.write(refused.getvalue())
    return Prepared(sources=sources, options=options, files=files)


def _own_cache(options: Options, arguments: Sequence[str]) -> str:
    if any(argument.partition("=")[0] == "--cache-dir" for argument in arguments):
        return options.cache_dir
    return str(Path(options.cache_dir, "typed_rope"))
