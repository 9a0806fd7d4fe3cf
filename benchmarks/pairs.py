"""Pairs of expressions for `symbolic`: equal on the whole domain r > 0, θ real, or different somewhere on it.

They are a course's own: what students write for the proof of exercise 1, and what they mistake for it.
"""

import sympy as sp

R = sp.Symbol("r", positive=True)
T = sp.Symbol("theta", real=True)
FX, FY, W = sp.symbols("f_x f_y w_1", real=True)
X, Y = R * sp.cos(T), R * sp.sin(T)
SIN, COS = sp.sin(T), sp.cos(T)
F_R, F_T = FX * COS + FY * SIN, R * (FY * COS - FX * SIN)

EQUAL: dict[str, tuple[sp.Expr, sp.Expr]] = {
    "the identity itself": (F_R**2 + (F_T / R) ** 2, FX**2 + FY**2),
    "double angles": (
        FX**2 * (1 + sp.cos(2 * T)) / 2 + FX * FY * sp.sin(2 * T),
        FX**2 * COS**2 + 2 * FX * FY * SIN * COS,
    ),
    "one line expanded": (sp.expand(F_R**2), F_R**2),
    "angle by half angle": (T, 2 * sp.atan(Y / (X + R))),
    "tangent of half angle": (sp.tan(T / 2), SIN / (1 + COS)),
    "sixth powers": (SIN**6 + COS**6, 1 - 3 * SIN**2 * COS**2),
    "eighth powers": (SIN**8 - COS**8, -sp.cos(2 * T) * (1 - sp.sin(2 * T) ** 2 / 2)),
    "radius from x and y": (sp.sqrt(X**2 + Y**2), R),
    "Euler": (sp.exp(sp.I * T), COS + sp.I * SIN),
    "third of the angle": (3 * sp.sin(T / 3) - 4 * sp.sin(T / 3) ** 3, SIN),
    "eighth turn": (sp.cos(T + sp.pi / 4), (COS - SIN) / sp.sqrt(2)),
    "angle of a point": (sp.atan2(Y, X), sp.atan2(SIN, COS)),
    "secant": (sp.sec(T) ** 2, 1 + sp.tan(T) ** 2),
    "cosecant, cotangent": (1 / (sp.csc(T) ** 2 - sp.cot(T) ** 2), sp.Integer(1)),
    "quintuple angle": (sp.cos(5 * T), 16 * COS**5 - 20 * COS**3 + 5 * COS),
    "logarithm": (sp.log(R**2), 2 * sp.log(R)),
    "decimals": (0.5 * FX + 0.1 * FX, sp.Rational(3, 5) * FX),
    "derivative undone": (sp.Derivative(R * COS, T), -Y),
    "maximum": (sp.Max(FX, FY) + sp.Min(FX, FY), FX + FY),
}
DIFFERENT: dict[str, tuple[sp.Expr, sp.Expr]] = {
    "sine for cosine": (F_R, FX * SIN + FY * COS),
    "sign of f_theta": (F_T, R * (FY * COS + FX * SIN)),
    "r left out": (F_R**2 + F_T**2, FX**2 + FY**2),
    "at 45 degrees only": (2 * SIN * COS, SIN**2 + COS**2),
    "at multiples of 22.5 degrees only": (SIN * COS * sp.sin(8 * T), sp.Integer(0)),
    "upper half plane only": (sp.sqrt(1 - COS**2), SIN),
    "right half plane only": (sp.atan(Y / X), T),
    "one quadrant only": (sp.atan(sp.Abs(SIN) / sp.Abs(COS)), T),
    "small radius only": (sp.Abs(R - 1), 1 - R),
    "absolute value of a real": (sp.Abs(FX), FX),
    "pi typed in": (3.14159 * FX, sp.pi * FX),
    "a millionth off": (FX**2 + FY**2 + sp.Rational(1, 10**6) * FX * FY, F_R**2 + (F_T / R) ** 2),
    "a tiny term": (FX + sp.Rational(1, 10**40) * COS, FX),
    "a tiny angle": (T, 2 * sp.atan(Y / (X + R)) + sp.Rational(1, 10**40)),
}
