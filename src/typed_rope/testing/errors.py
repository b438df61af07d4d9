"""What cannot be drawn: sizes that no choice solves, a parameter that nobody can guess."""


class UnsolvableError(ValueError):
    """No sizes satisfy the annotations together, or a value has to be given."""


__all__ = ["UnsolvableError"]
