"""What `typed-rope check` does: mypy with the plugin on, and its findings in four forms.

preparing          mypy's options, with the plugin added where a project's own do not name it
running, watching  one run of mypy; run after run as files change
finding            what mypy says of one place
text, sarif, forms how findings are printed
explaining         the pages of `--explain`

Only `preparing`, `running` and `watching` import mypy, and nothing here imports torch.
"""

__all__: list[str] = []
