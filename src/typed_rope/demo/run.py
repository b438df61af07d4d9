"""The demonstration in order: each part is computed, then shown."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final, Literal

import torch
from jaxtyping import Int
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.demo.answer import answer
from typed_rope.demo.comparison import TOLERANCE, absent, judge, logits_by_formula
from typed_rope.demo.cost import checks_of_answer
from typed_rope.demo.faults import FAULTS, FaultName
from typed_rope.demo.incident import incident
from typed_rope.demo.parts import Audience, Comparison, Model, StaticCheck
from typed_rope.demo.subject import Subject, load, missing_installs, packaged_file, small_random
from typed_rope.demo.text import TEXT
from typed_rope.demo.threads import fastest_threads, threads_set
from typed_rope.models import Decoder, Tokenizer
from typed_rope.rope import rotate_halves

_RANDOM_TOKENS: Final = 37


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the user asks for; `model` None is the packaged file, or a random model without it."""

    model: Path | None
    prompt: str
    max_new_tokens: int


@typed
def run(settings: Settings, audience: Audience) -> None:
    """Show the incident, a model that answers, and the four faults.

    Raises: ValueError if the checks are switched off, or as `load_gguf` and `generate` do;
        FileNotFoundError and ModuleNotFoundError as `load_gguf` does.
    """
    if not hasattr(rotate_halves, "__boundary__"):
        raise ValueError(
            "this shows the checks, and JAXTYPING_DISABLE switches them off; unset it first."
        )
    if settings.model is not None:
        # A file that cannot be read is to be known before anything is shown.
        settings.model.open("rb").close()
    audience.progress("running the incident")
    audience.show(incident())
    audience.show(StaticCheck())
    with threads_set(fastest_threads()):
        subject = _load(settings, audience)
        if subject.tokenizer is not None:
            _answer(subject.model, subject.tokenizer, settings, audience)
        audience.show(_compare(subject, audience.progress))
    audience.close()


@typed
def _load(settings: Settings, audience: Audience) -> Subject:
    missing = missing_installs() if settings.model is None else ()
    started = perf_counter()
    if missing:
        subject = small_random()
    else:
        path = packaged_file() if settings.model is None else settings.model
        audience.progress(f"loading {path.name}")
        subject = load(path)
    config = subject.model.config
    audience.show(
        Model(
            name=subject.name,
            path=None if subject.path is None else str(subject.path),
            trained=subject.tokenizer is not None,
            layers=config.layers,
            weights=sum(weight.numel() for weight in subject.model.parameters()),
            threads=torch.get_num_threads(),
            load_seconds=perf_counter() - started,
            missing=missing,
        )
    )
    return subject


@typed
def _answer(model: Decoder, tokenizer: Tokenizer, settings: Settings, audience: Audience) -> None:
    audience.prompt(settings.prompt)
    audience.progress("reading the prompt")
    answered = answer(
        model,
        tokenizer,
        settings.prompt,
        max_new_tokens=settings.max_new_tokens,
        on_text=audience.text,
    )
    audience.show(answered)
    audience.progress("counting the checks of this answer, and measuring what they cost")
    checks = checks_of_answer(
        model.config,
        prompt_tokens=answered.prompt_tokens,
        new_tokens=answered.new_tokens,
    )
    audience.show(checks)


@typed
def _compare(subject: Subject, progress: Callable[[str], None]) -> Comparison:
    ids = _text(subject)
    names: list[Literal["none"] | FaultName] = ["none", *FAULTS]
    skipped = absent(subject.model)
    progress("computing the formulas in float64")
    truth = logits_by_formula(subject.model, ids)
    verdicts = []
    for name in names:
        if name not in skipped:
            progress(f"running the model with fault: {name}")
            trained = subject.tokenizer is not None
            verdicts.append(judge(subject.model, ids, truth, name=name, trained=trained))
    return Comparison(
        tokens=ids.shape[1],
        tolerance=TOLERANCE,
        verdicts=tuple(verdicts),
        absent=skipped,
    )


@typed
def _text(subject: Subject) -> Int[Tensor, "1 t"]:
    """Return the tokens to predict: of a text for a model that can read, else random ones."""
    config = subject.model.config
    if subject.tokenizer is None:
        random = torch.Generator().manual_seed(_RANDOM_TOKENS)
        return torch.randint(config.vocab, (1, _RANDOM_TOKENS), generator=random)
    return torch.tensor([subject.tokenizer.encode(TEXT)[: config.context]])
