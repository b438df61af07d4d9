"""The place of an object as a text: `self.attention.heads`, `cfg.heads`."""

from mypy.nodes import Expression, MemberExpr, MypyFile, NameExpr, RefExpr


def path_of(expression: Expression) -> str | None:
    """Write a chain of attributes of a variable; None for anything else."""
    if isinstance(expression, NameExpr):
        return None if isinstance(expression.node, MypyFile) else expression.name
    if isinstance(expression, MemberExpr):
        before = path_of(expression.expr)
        return f"{before}.{expression.name}" if before else None
    return None


def is_module(expression: Expression) -> bool:
    """Tell whether an expression names a module, as `torch.nn.functional`."""
    return isinstance(expression, RefExpr) and isinstance(expression.node, MypyFile)
