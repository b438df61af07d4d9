"""Every message of the gallery as a whole, what its fix does, and the page made from it."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import torch

from typed_rope.checking import ShapeError
from typed_rope.checking.explaining.callers import boundary_of

HERE = str(Path(__file__).parent)
LINES = 7  # one of each kind, and four rows


def _gallery() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE)
        gallery = import_module("gallery")
        return gallery, gallery.chapters()


GALLERY, CHAPTERS = _gallery()
CASES = {case.title: (chapter, case) for chapter in CHAPTERS for case in chapter.cases}


@pytest.fixture(scope="module")
def names() -> dict[str, dict[str, Any]]:
    return {chapter.title: GALLERY.defined(chapter) for chapter in CHAPTERS}


@pytest.mark.parametrize("title", CASES)
def test_a_refusal_reads(title: str, names: Mapping[str, dict[str, Any]]) -> None:
    chapter, case = CASES[title]
    error = GALLERY.refused(case, names[chapter.title])
    assert str(error) == case.text
    assert len(case.text.splitlines()) <= LINES


@pytest.mark.parametrize("title", CASES)
def test_what_is_shown_to_write_repairs_the_call(
    title: str, names: Mapping[str, dict[str, Any]]
) -> None:
    chapter, case = CASES[title]
    error = GALLERY.refused(case, names[chapter.title])
    assert bool(error.fix) == ("\nWrite: " in case.text and "return " not in case.text)
    if error.fix:
        arguments = _refused_arguments(error)
        fixed = {name: eval(how, {"torch": torch}, arguments) for name, how in error.fix.items()}
        assert _refusal({**arguments, **fixed}, error) is None


def test_a_case_of_the_gallery_is_its_own() -> None:
    assert len(CASES) == sum(len(chapter.cases) for chapter in CHAPTERS) >= 40


def test_the_page_is_what_the_command_writes() -> None:
    assert GALLERY.PAGE.read_text(encoding="utf-8") == GALLERY.page()


def _wrapper_frame(error: ShapeError) -> FrameType:
    """Find the frame of the checked function that raised an error."""
    traceback, found = error.__traceback__, None
    while traceback is not None:
        if boundary_of(traceback.tb_frame) is not None:
            found = traceback.tb_frame
        traceback = traceback.tb_next
    assert found is not None
    return found


def _refused_arguments(error: ShapeError) -> dict[str, Any]:
    frame = _wrapper_frame(error)
    boundary = boundary_of(frame)
    assert boundary is not None
    assert boundary.signature is not None
    held = ("self", *boundary.signature.parameters)
    return {name: frame.f_locals[name] for name in held if name in frame.f_locals}


def _refusal(arguments: dict[str, Any], error: ShapeError) -> ShapeError | None:
    """Ask the guard of the refused function, without running its body."""
    frame = _wrapper_frame(error)
    boundary = boundary_of(frame)
    assert boundary is not None
    passed = tuple(arguments.get(name) for name in boundary.names)
    if frame.f_locals["__guard"](*passed) is not None:
        return None
    refused: ShapeError | None = frame.f_locals["__refuse"](passed)
    return refused
