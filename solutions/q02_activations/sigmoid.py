"""The logistic sigmoid.

Idea. The function is tame, its textbook formula is not: exp(-x) overflows for x < -709 in float64 and x < -88 in
float32. The same function has a second form that is safe exactly where the first is not.

Derivation. Multiply numerator and denominator by exp(x):
    1 / (1 + exp(-x)) = exp(x) / (1 + exp(x)).
The first form is safe for x >= 0, the second for x < 0; in both, the exponent that occurs is -|x|. So with e =
exp(-|x|), which is never above 1, the denominator is 1 + e on either side, and the numerator is 1 on the right and e
on the left.

Accuracy. On the left the value is e / (1 + e): one exponential, one addition of positive numbers, one division, each
correct to an ulp or so. So sigmoid(-700), about 1e-304, has all its digits. Forms that subtract, such as 1 -
sigmoid(-x) or (1 + tanh(x / 2)) / 2, take a number next to 1 from 1 and lose every digit below 1e-16.

Cost. One exponential an element; no branches, no masks, no copies per sign.

Pitfalls.
- np.where(x >= 0, form1, form2) computes both forms everywhere, so each overflows on the other's side. The results
  are right, the warnings are real.
- np.clip(x, -500, 500) silences the warning and makes the left tail flat.
- |x| overflows for the most negative integer of each width, and exp(int8) is float16: convert to float64 first.

Follow-up questions:
- *Which loss should follow it?* Binary cross-entropy from the raw score z: max(z, 0) - z y + log1p(exp(-|z|)). Taking
  the logarithm of a sigmoid loses what the sigmoid has rounded to 0 or 1.
- *Its derivative?* s (1 - s), at most 1/4: a chain of sigmoid layers shrinks gradients by 4 a layer at the very
  least, which is why hidden layers seldom use it.
- *How is it related to tanh and to softmax?* sigmoid(x) = (1 + tanh(x / 2)) / 2, and the softmax of (x, 0) has
  sigmoid(x) as its first entry.
"""

import numpy as np
import numpy.typing as npt


def sigmoid(x: npt.ArrayLike) -> np.ndarray:
    """1 / (1 + exp(-x)), element by element.

    x: of any shape; floats keep their dtype, all else counts as float64.

    Returns an array of the shape of `x`.
    """
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)
