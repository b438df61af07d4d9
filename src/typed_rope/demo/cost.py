"""How many checked calls an answer takes, and what they cost.

The cost of a check does not depend on the size of a tensor, but that of arithmetic does, and its
noise would drown the difference. So the model is narrowed: as many layers and heads, few channels.
It generates in this process, which checks, and in a second one in which the checks are switched
off; the two take turns, so that both meet the same load, and the medians of their processor times
are compared.
"""

import os
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median
from time import thread_time
from typing import Final

import torch

from typed_rope.checking import typed
from typed_rope.demo.calls import counted
from typed_rope.demo.threads import threads_set
from typed_rope.models import Decoder, DecoderConfig, generate

_ROUNDS: Final = 10
_PROMPT, _NEW = 8, 6  # tokens of one turn
_SECOND_PROCESS: Final = "from typed_rope.demo.cost import take_turns; take_turns()"


@typed
@dataclass(frozen=True, kw_only=True)
class Checks:
    """The checked calls of one answer: all of them, and those of each token after the first.

    `microseconds_per_call` is what a call costs more than one without its check; `seconds` is what
    all of them cost the answer.
    """

    calls: int
    calls_per_token: int
    microseconds_per_call: float
    seconds: float
    by_function: dict[str, int]


@typed
def checks_of_answer(config: DecoderConfig, *, prompt_tokens: int, new_tokens: int) -> Checks:
    """Count the checked calls of an answer of this length, and measure what one costs."""
    model = narrow(config)
    one, two, all_of_them = (
        count_calls(model, prompt_tokens=prompt_tokens, new_tokens=new)
        for new in (1, 2, new_tokens)
    )
    seconds_per_call = cost_of_call(model)
    return Checks(
        calls=all_of_them.total(),
        calls_per_token=two.total() - one.total(),
        microseconds_per_call=seconds_per_call * 1e6,
        seconds=seconds_per_call * all_of_them.total(),
        by_function=dict(all_of_them.most_common()),
    )


@typed
def narrow(config: DecoderConfig) -> Decoder:
    """Make a random model that makes the same calls for a token, but on few channels."""
    partial = config.rope.rotary_dim < config.rope.head_dim
    rope = replace(config.rope, head_dim=8, rotary_dim=4 if partial else 8)
    # One token of the prompt more than the answer needs, so that a second one always fits.
    small = replace(config, vocab=64, channels=24, feed_forward=40, context=config.context + 2)
    return Decoder(replace(small, rope=rope)).eval()


@typed
def count_calls(model: Decoder, *, prompt_tokens: int, new_tokens: int) -> Counter[str]:
    """Count, function by function, the checked calls of an answer of this length."""
    prompt = torch.zeros(1, prompt_tokens, dtype=torch.long)
    with counted() as calls:
        generate(model, prompt, max_new_tokens=new_tokens)
    return calls


@typed
def cost_of_call(model: Decoder) -> float:
    """Measure what a checked call costs on top of the same call unchecked.

    Units: seconds of this thread's processor time.
    """
    calls = count_calls(model, prompt_tokens=_PROMPT, new_tokens=_NEW).total()
    with threads_set(1), _unchecked(model.config) as unchecked_turn:
        turns = [(_turn(model), unchecked_turn()) for _ in range(_ROUNDS)]
    checked = median(ours for ours, _ in turns)
    unchecked = median(theirs for _, theirs in turns)
    return (checked - unchecked) / calls


def take_turns() -> None:
    """Take a turn for each line that comes in, and print its seconds: the second process."""
    model = Decoder(pickle.loads(bytes.fromhex(sys.argv[1]))).eval()
    with threads_set(1):
        for _ in sys.stdin:
            print(_turn(model), flush=True)


@typed
def _turn(model: Decoder) -> float:
    prompt = torch.zeros(1, _PROMPT, dtype=torch.long)
    started = thread_time()
    generate(model, prompt, max_new_tokens=_NEW)
    return thread_time() - started


@contextmanager
def _unchecked(config: DecoderConfig) -> Iterator[Callable[[], float]]:
    """Start the second process, and hand over what makes it take a turn."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SECOND_PROCESS, pickle.dumps(config).hex()],
        env={**os.environ, "JAXTYPING_DISABLE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # An interrupt is for this process, which ends the other one in its own way.
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    questions, answers = process.stdin, process.stdout

    def turn() -> float:
        questions.write("\n")
        questions.flush()
        seconds = answers.readline()
        if not seconds:
            raise OSError(f"the process without checks ended early, with status {process.wait()}")
        return float(seconds)

    try:
        with questions, answers:
            turn()  # The first one of a process is slower.
            yield turn
    finally:
        process.kill()
        process.wait()
