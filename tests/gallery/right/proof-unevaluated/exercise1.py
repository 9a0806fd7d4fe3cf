from sympy import Add, Integer, Mul, Pow, cos, sin


def product(*factors):
    return Mul(*factors, evaluate=False)


def total(*terms):
    return Add(*terms, evaluate=False)


def square(base):
    return Pow(base, 2, evaluate=False)


def df_dr(f_x, f_y, r, theta):
    return total(product(f_x, cos(theta)), product(f_y, sin(theta)))


def df_dtheta(f_x, f_y, r, theta):
    return total(product(-1, f_x, r, sin(theta)), product(f_y, r, cos(theta)))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    inverse = Pow(r, -2, evaluate=False)
    a, b = df_dr(f_x, f_y, r, theta), df_dtheta(f_x, f_y, r, theta)
    one = total(square(sin(theta)), square(cos(theta)))
    return [
        total(square(f_r), product(inverse, square(f_theta))),
        total(square(a), product(inverse, square(b))),
        product(total(square(f_x), square(f_y)), one),
        product(total(square(f_x), square(f_y)), Integer(1)),
        total(square(f_x), square(f_y)),
    ]
