import sympy
from sympy import cos, sin

df_dr = lambda f_x, f_y, r, theta: f_x * cos(theta) + f_y * sin(theta)
df_dtheta = lambda f_x, f_y, r, theta: r * df_dr(f_x, f_y, r, theta + sympy.pi / 2)


def proof(f_r, f_theta, f_x, f_y, r, theta):
    substituted = df_dr(f_x, f_y, r, theta) ** 2 + df_dtheta(f_x, f_y, r, theta) ** 2 / r**2
    steps = (lambda e: e, sympy.expand, sympy.trigsimp)
    return [f_r**2 + f_theta**2 / r**2, *(step(substituted) for step in steps)]
