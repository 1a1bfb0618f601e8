"""Leaves integers and booleans as they are.

Misconception: the maximum of integers is an integer, and nothing is lost.
Caught by: test_no_floats, test_single_number, test_empty
Advice: integer input counts as float64: convert it first.
"""

import numpy as np


def relu(x):
    return np.maximum(x, 0)
