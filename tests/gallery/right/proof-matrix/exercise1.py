import sympy as sp


def jacobian(r, theta):
    x = sp.Matrix([r * sp.cos(theta), r * sp.sin(theta)])
    return x.jacobian([r, theta])


def polar_gradient(f_x, f_y, r, theta):
    return jacobian(r, theta).T * sp.Matrix([f_x, f_y])


def df_dr(f_x, f_y, r, theta):
    return polar_gradient(f_x, f_y, r, theta)[0]


def df_dtheta(f_x, f_y, r, theta):
    return polar_gradient(f_x, f_y, r, theta)[1]


def proof(f_r, f_theta, f_x, f_y, r, theta):
    v = sp.Matrix([f_x, f_y])
    metric = sp.diag(1, 1 / r**2)
    J = jacobian(r, theta)
    w = sp.Matrix([f_r, f_theta])
    return [
        w.T * metric * w,
        v.T * J * metric * J.T * v,
        v.T * (J * metric * J.T).applyfunc(sp.simplify) * v,
        v.dot(v),
    ]
