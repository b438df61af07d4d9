"""The demonstration behind `typed-rope demo`: every part computes data, and one file shows it.

incident                           the mistake, its error, its repairs
subject, answer, calls, cost       a model answers a prompt, and how many checks that took
faults, laws, formula, comparison  what four faults cost the model, and what finds them
run, parts, threads                all of it in order
terminal, wording, document        shown as text or as JSON

Nothing is imported here: `run` loads torch, and the command line shows progress before that.
"""

__all__: list[str] = []
