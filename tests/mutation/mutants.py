"""Mutants of a Python module: the same module with one small mistake."""

import ast
import copy

OTHER = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.Mod: ast.Add,
}
REMOVABLE = (ast.Assign, ast.AugAssign, ast.Raise, ast.Delete, ast.Break, ast.Continue)


def mutants_of(source):
    """Yield (line, what changed, syntax tree) for each mutant."""
    tree = ast.parse(source)
    for place, node in enumerate(ast.walk(tree)):
        for number, (what, _) in enumerate(changes(node)):
            other = copy.deepcopy(tree)
            node_there = next(found for at, found in enumerate(ast.walk(other)) if at == place)
            changes(node_there)[number][1]()
            yield node.lineno, what, ast.fix_missing_locations(other)


def changes(node):
    """Return [(what changes, a function that changes it)]."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER:
        return [swap(node.ops, 0)]
    if isinstance(node, (ast.BoolOp, ast.BinOp, ast.AugAssign)) and type(node.op) in OTHER and not is_text(node):
        return [swap_operator(node), *removal(node)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        other = ast.UnaryOp(ast.Not(), node.operand)
        return [(f"no not: {ast.unparse(node)}", lambda: setattr(node, "operand", other))]
    if isinstance(node, ast.Constant) and type(node.value) in (bool, int, float):
        value = other_value(node.value)
        return [(f"{node.value} -> {value}", lambda: setattr(node, "value", value))]
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        return [(f"never: if {ast.unparse(node.test)}", lambda: setattr(node, "test", ast.Constant(False)))]
    if isinstance(node, ast.Return) and node.value and not is_none(node.value):
        return [(f"None for: {ast.unparse(node)}", lambda: setattr(node, "value", ast.Constant(None)))]
    return removal(node)


def other_value(value):
    if isinstance(value, bool):
        return not value
    return 3 * value if value > 10 or isinstance(value, float) else value + 1  # large: a little more changes nothing


def removal(node):
    """Return [the change that makes the statement do nothing], or [] if it is none that can be left out."""
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, (ast.Call, ast.Await))
    if not is_call and not isinstance(node, REMOVABLE):
        return []
    if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) for target in node.targets):
        return []  # without its name, nothing runs

    def leave_out():
        node.__class__ = ast.Expr
        node.__dict__ = {"value": ast.Constant(None), "lineno": node.lineno, "col_offset": node.col_offset}

    return [(f"without: {ast.unparse(node)}", leave_out)]


def swap(operators, place):
    old = type(operators[place])
    return f"{old.__name__} -> {OTHER[old].__name__}", lambda: operators.__setitem__(place, OTHER[old]())


def swap_operator(node):
    old = type(node.op)
    return (
        f"{old.__name__} -> {OTHER[old].__name__}: {ast.unparse(node)}",
        lambda: setattr(node, "op", OTHER[old]()),
    )


def is_text(node):
    """Return whether an operator works on texts: then another operator only raises a TypeError."""
    return any(
        isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and isinstance(part.value, (str, bytes)))
        for part in ast.walk(node)
    )


def is_none(node):
    return isinstance(node, ast.Constant) and node.value is None
