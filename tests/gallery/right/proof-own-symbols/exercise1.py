from sympy import cos, expand, sin, symbols, trigsimp

r, theta = symbols("r theta")
f_x, f_y, f_r, f_theta = symbols("f_x f_y f_r f_theta")

FR = f_x * cos(theta) + f_y * sin(theta)
FT = -f_x * r * sin(theta) + f_y * r * cos(theta)


def df_dr(*args):
    return FR


def df_dtheta(*args):
    return FT


def proof(*args):
    substituted = FR**2 + FT**2 / r**2
    return (f_r**2 + f_theta**2 / r**2, substituted, expand(substituted), trigsimp(expand(substituted)))
