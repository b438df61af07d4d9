"""What the language refuses: a text that cannot be read, a name that nothing binds."""


class ShapeSyntaxError(ValueError):
    """A text that names no axes, with carets under the place that cannot be read."""

    text: str
    span: tuple[int, int]
    problem: str
    hint: str

    @classmethod
    def at(
        cls, text: str, span: tuple[int, int], problem: str, hint: str = ""
    ) -> "ShapeSyntaxError":
        """Build the error that points at `span` of `text`.

        Convention: `problem` is a clause without full stop, `hint` a sentence with one.
        """
        # A tab or a line break in the text would shift the carets.
        shown = "".join(" " if character.isspace() else character for character in text)
        start, end = span
        lines = [
            f'cannot read the axes "{shown}": {problem}',
            f"    {shown}",
            f"    {' ' * start}{'^' * max(1, end - start)}",
        ]
        error = cls("\n".join([*lines, hint] if hint else lines))
        error.text, error.span, error.problem, error.hint = text, span, problem, hint
        return error


class UnboundNameError(NameError):
    """An expression reads a name that has no value here; the name is in `.name`."""
