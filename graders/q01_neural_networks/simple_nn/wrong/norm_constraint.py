"""The columns of the hidden kernels are cut to a norm of 3.

Misconception: A constraint on the weights only acts when something goes wrong.
Caught by: test_adam
Keeps: everything else
Advice: It acts after every step, and moves weights that have no gradient. A plain Dense layer has none.
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
        model.add(layers.Dense(u, activation="relu", kernel_constraint=keras.constraints.MaxNorm(3)))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model
