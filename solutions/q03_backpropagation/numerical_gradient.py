"""Gradients by central differences, and a check of analytic ones.

Idea. A partial derivative is the slope in one coordinate, so measure it: move that coordinate up and down and divide
the change of f by the distance. It is slow and inexact, and independent of any derivation, which is what makes it a
check.

Derivation. Taylor in the direction e_i gives f(x ± eps e_i) = f ± eps f' + eps² f'' / 2 ± eps³ f''' / 6 + ... The
difference of the two cancels f and f'': what is left is f' + eps² f''' / 6, where a forward difference keeps eps f''
/ 2. Rounding adds about u |f| / eps with u = 1e-16. The sum is least near eps = u^(1/3), roughly 1e-5, and is then
about 1e-10; a smaller eps makes it worse.

The relative error |a - n| / (|a| + |n|) lies between 0 and 1 whatever the gradient's scale, and is 1 where the signs
differ. The floor of 1e-8 keeps two zeros, or two rounding errors, from being called a disagreement. The largest
element counts: one wrong entry is a bug, and a mean would hide it among a million right ones.

Cost. 2 * x.size evaluations of f; use it on small shapes. x is restored by assigning the old number back, since (v +
eps) - eps is not always v; `finally` does so when f raises.

Pitfalls.
- An integer copy of x swallows eps. So does float32: 1 + 1e-5 has two correct digits of the step left.
- `for i in range(len(x))` moves whole rows; np.nditer refuses an empty x unless told otherwise.
- `flat = x.reshape(-1)` is a view only of a contiguous array; of x.T it is a copy, and f(x) never changes.
- `a - n` broadcasts (3, 1) against (3,): compare the shapes first.
- With no element there is no maximum: np.max of an empty array raises.

Follow-up questions.
- *A correct gradient fails the check at a few points. Why?* Kinks: where a ReLU's input is within eps of 0 the two
  points lie on different branches. Test elsewhere, or with another eps: a bug stays, a kink moves.
- *How would you check a gradient with a million entries?* Along random directions: (f(x + eps v) - f(x - eps v)) / (2
  eps) against grad(x) · v costs two evaluations a direction, and a wrong entry shows almost surely.
- *Can differences be made exact?* With complex arithmetic: f(x + ih).imag / h subtracts nothing, so h = 1e-30 is
  fine. f must be analytic and written for complex numbers.
"""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    if eps <= 0:
        raise ValueError(f"eps must be positive, got {eps}")
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        try:
            x[index] = kept + eps
            above = f(x)
            x[index] = kept - eps
            below = f(x)
        finally:
            x[index] = kept
        gradient[index] = (above - below) / (2 * eps)
    return gradient


def gradient_check(f, grad, x, eps=1e-5):
    analytic = grad(x)
    if analytic.shape != x.shape:
        raise ValueError(f"grad(x) has shape {analytic.shape}, x has {x.shape}")
    numerical = numerical_gradient(f, x, eps)
    scale = np.maximum(1e-8, np.abs(analytic) + np.abs(numerical))
    return float(np.max(np.abs(analytic - numerical) / scale, initial=0.0))
