from sympy import I, Rational, exp


def df_dr(f_x, f_y, r, theta):
    plus, minus = exp(I * theta), exp(-I * theta)
    return f_x * (plus + minus) / 2 + f_y * (plus - minus) / (2 * I)


def df_dtheta(f_x, f_y, r, theta):
    z = exp(I * theta)
    return r * (f_y * (z + 1 / z) / 2 - f_x * (z - 1 / z) / (2 * I))


def proof(f_r, f_theta, f_x, f_y, r, theta):
    z = exp(I * theta)
    gradient = f_x - I * f_y
    conjugate = f_x + I * f_y
    a = (gradient * z + conjugate / z) / 2
    b = I * (gradient * z - conjugate / z) / 2
    return [
        f_r**2 + f_theta**2 / r**2,
        a**2 + b**2,
        (a + I * b) * (a - I * b),
        (conjugate / z) * (gradient * z),
        gradient * conjugate,
        f_x**2 - I**2 * f_y**2,
        f_x**2 + f_y**2,
    ]
