"""All kernels start at zero.

Misconception: Training finds the weights anyway, so any start will do.
Caught by: test_learns
Advice: From zeros every unit gets the same gradient, or none: the ReLUs stay shut. Keep the random
    initialisation.
"""

import keras
from keras import layers


def create_simple_nn(input_dim=10, hidden_units=(64, 32)):
    if input_dim < 1:
        raise ValueError(f"input_dim must be at least 1, got {input_dim}")
    if any(u < 1 for u in hidden_units):
        raise ValueError(f"hidden units must be at least 1, got {hidden_units}")
    model = keras.Sequential()
    model.add(keras.Input(shape=(input_dim,)))
    for u in hidden_units:
        model.add(layers.Dense(u, activation="relu", kernel_initializer="zeros"))
    model.add(layers.Dense(1, activation="sigmoid", kernel_initializer="zeros"))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model
