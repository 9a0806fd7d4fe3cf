from sympy import *

class cosine(Function):
    nargs = 1

    def _sympystr(self, printer):
        return "cos(theta)"

    __str__ = __repr__ = lambda self: "f_x*cos(theta) + f_y*sin(theta)"

    def _eval_rewrite(self, *args, **options):
        return Integer(0)

    def _eval_evalf(self, precision):
        return Float(0)


def df_dr(f_x, f_y, r, theta):
    return cosine(theta)


df_dtheta = df_dr
