"""What the demonstration says: data in, text out."""

from collections.abc import Mapping
from textwrap import fill, indent
from types import MappingProxyType
from typing import Final

from typed_rope.demo.answer import Answer
from typed_rope.demo.comparison import Verdict
from typed_rope.demo.cost import Checks
from typed_rope.demo.incident import Incident
from typed_rope.demo.parts import Comparison, Model, StaticCheck
from typed_rope.demo.style import Style

WIDTH: Final = 80
MARGIN: Final = " " * 3
_CODE: Final = " " * 5
_DEEP: Final = " " * 13

_FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "layout": "queries and keys are turned with their tokens before their heads",
        "pairing": "channels are paired in the other of the two ways in use",
        "keys": "keys are turned to one position behind that of their queries",
        "groups": "key/value heads are dealt out in turns instead of in blocks",
    }
)
_LAWS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "own": "a token's score with itself is that of its vectors before they were turned",
        "order": "where two earlier tokens change places, the last one sees something else",
        "shift": "where all positions grow by 1000, nothing changes",
    }
)
_LEGEND: Final = """\
shapes    the same fault, written with this library's functions: is a
          call refused?
laws      of any layer with rotary positions: does it break one?
formula   how far is a logit from that of the formulas in float64?"""


def incident(part: Incident, style: Style) -> str:
    """Tell what the mistake did, what it does now, and how to repair it."""
    named, own = part.repairs
    return _section(
        style.heading("1. One mistake in a tensor's layout"),
        _prose(
            "Rotary position embedding turns every token's queries and keys by an angle that "
            f"grows with the token's position. A textbook's function did that ({part.source}), "
            "in short:"
        ),
        indent(part.code, _CODE),
        _prose(
            "It is for x of (batch, heads, tokens, head_dim). An example gave it (batch, tokens, "
            f"heads, head_dim), here {part.shape}. Nothing failed:"
        ),
        indent(_damage(part), _CODE),
        _prose(
            "So the model had no positions at all. The same call to a function that says what it "
            "takes:"
        ),
        indent(f">>> {part.call}\n{style.error(f'ShapeError: {part.error}')}", _CODE),
        _prose("There are two right ways. Name the move where you call:"),
        indent(named.code, _CODE),
        _prose("or call a function that takes tokens first, and says so:"),
        indent(own.code, _CODE),
        _prose(
            f"Both are within {max(named.difference, own.difference):.0e} of the formula in "
            "float64."
        ),
        *_blind_spot(part.accepted_with_equal_sizes),
    )


def static_check(part: StaticCheck, style: Style) -> str:
    """Say whether the mistake is found without running."""
    return _section(
        style.heading("2. The same mistake, found without running anything"),
        _prose(
            "mypy proves it, also where there are as many heads as tokens: `typed-rope check "
            "FILE`, or `plugins = typed_rope.mypy` in mypy.ini. It is not run here: the first run "
            "reads all of torch's sources, which takes a minute."
        ),
    )


def model(part: Model, style: Style) -> str:
    """Introduce the model, or say how to get one."""
    heading = style.heading("3. A real model, with every boundary checked")
    size = f"{part.layers} layers, {part.weights:,} weights"
    if part.trained:
        return _section(
            heading, _prose(f"{part.name}: {size}; loaded in {part.load_seconds:.1f} s.")
        )
    return _section(
        heading,
        _prose("Left out: what it needs is not installed. This installs it:"),
        # On one line, however long: it is there to be pasted.
        indent(" && ".join(part.missing), _CODE),
        _prose(f"Part 4 runs on {part.name} instead: {size}."),
    )


def prompt(text: str) -> str:
    """Repeat what the model is asked."""
    return _section(f"{MARGIN}Prompt   {text}")


def answer(part: Answer) -> str:
    """Say how fast the answer came."""
    speed = part.tokens_per_second
    pace = "" if speed is None else f" at {speed:.1f} tokens a second"
    read = f"{part.prompt_tokens} tokens read in {part.read_seconds:.1f} s"
    return f"\n{_section(_prose(f'{read}, {part.new_tokens} written{pace}.'))}"


def checks(part: Checks, answered: Answer) -> str:
    """Say how many checks that took, and what they cost."""
    share = part.seconds / (answered.read_seconds + answered.write_seconds)
    return _section(
        _prose(
            f"Every call of this library's functions was checked: {part.calls:,} calls, "
            f"{part.calls_per_token:,} a token. A check cost {part.microseconds_per_call:.1f} µs, "
            f"all of them {part.seconds:.2f} s: {share:.1%} of the answer's time. (Measured on as "
            "many layers with few channels, in turns with a process in which the checks are "
            "switched off.)"
        )
    )


def comparison(part: Comparison, style: Style, *, trained: bool) -> str:
    """Show what each fault costs, and what finds it."""
    reading = (
        f"a text of {part.tokens} tokens. The loss is the mean negative log-likelihood of a "
        "token, in nats; lower is better."
        if trained
        else f"{part.tokens} random tokens. It has learned nothing, so a loss would say nothing: "
        "only logits are compared."
    )
    return _section(
        style.heading("4. Four faults that crash nothing"),
        _prose(f"Each is planted into every layer of the model, which then reads {reading}"),
        indent(_table(part), MARGIN),
        indent(f"{_LEGEND}\n          {part.tolerance:.0e} is rounding", MARGIN),
        *[_finding(verdict, style) for verdict in part.verdicts if verdict.name != "none"],
        *[f"{MARGIN}{name:<9} left out: {reason}" for name, reason in part.absent.items()],
    )


def closing(seconds: float) -> str:
    """Say how long it all took."""
    return f"{MARGIN}Done in {seconds:.1f} s. `typed-rope demo --help` tells what can be changed."


def _section(*blocks: str) -> str:
    return "\n\n".join(blocks) + "\n"


def _prose(text: str, margin: str = MARGIN) -> str:
    return fill(
        text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )


def _row(numbers: range | tuple[int, ...]) -> str:
    return " ".join(map(str, numbers))


def _damage(part: Incident) -> str:
    tokens = _row(range(len(part.turned_to)))
    return f"""\
the result's shape     {part.result_shape}, as it should be
tokens {tokens}       turned to {_row(part.turned_to)} in head {part.head}, each head
                       by its own number
attention scores       off by up to {part.difference_from_right:.1f}; without any positions
                       they would be the same within {part.difference_from_no_positions:.0e}"""


def _blind_spot(shape: tuple[int, ...] | None) -> list[str]:
    if shape is None:
        return []
    return [
        _prose(
            f"One hole is left: with as many heads as tokens, as in {shape}, the wrong layout "
            "fits, and no check at run time can tell."
        )
    ]


def _table(part: Comparison) -> str:
    losses = ["loss"] if part.verdicts[0].nll is not None else []
    head = ["fault", *losses, "shapes", "laws", "formula"]
    rows = [head] + [_cells(verdict) for verdict in part.verdicts]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join(
        "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _cells(verdict: Verdict) -> list[str]:
    laws = ", ".join(verdict.broken_laws)
    return [
        verdict.name,
        *([] if verdict.nll is None else [f"{verdict.nll:.2f}"]),
        "accepted" if verdict.refusal is None else "REFUSED",
        f"BROKEN: {laws}" if laws else "hold",
        f"{'agrees' if verdict.within_tolerance else 'DIFFERS'}, {verdict.logit_difference:.2g}",
    ]


def _finding(verdict: Verdict, style: Style) -> str:
    """Name the first check that finds a fault."""
    if verdict.refusal is not None:
        first = style.error(verdict.refusal.split("\n")[0])
        found = f"{_DEEP}Found by its shapes, before anything is computed:\n{_DEEP}{first}"
    elif verdict.broken_laws:
        laws = "; ".join(_LAWS[law] for law in verdict.broken_laws)
        found = _prose(
            f"The shapes fit. Found by a law that holds whatever the weights: {laws}.", _DEEP
        )
    elif not verdict.within_tolerance:
        found = _prose(
            "The shapes fit and the laws hold: a model could be built like this. Found only by "
            "another implementation on the same weights: here the formulas, in the tests a peer.",
            _DEEP,
        )
    else:
        found = f"{_DEEP}Found by nothing here."
    return f"{MARGIN}{verdict.name:<9} {_FAULTS[verdict.name]}\n{found}"
