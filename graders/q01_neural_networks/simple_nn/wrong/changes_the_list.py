"""The output unit is appended to the list that was passed.

Misconception: sizes = hidden_units makes a copy, and += makes another.
Caught by: test_list_of_units
Advice: For a tuple += makes a new one, for a list it changes the old. Write [*hidden_units, 1].
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
    sizes = hidden_units
    sizes += (1,)
    for u in sizes[:-1]:
        model.add(layers.Dense(u, activation="relu"))
    model.add(layers.Dense(sizes[-1], activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model
