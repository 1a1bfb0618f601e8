"""Bad sizes trip an assert.

Misconception: assert is there to check arguments.
Caught by: test_bad_input_dim, test_bad_units
Advice: It raises AssertionError, and python -O removes it. Raise ValueError with a message.
"""

import keras
from keras import layers


def create_simple_nn(input_dim=10, hidden_units=(64, 32)):
    assert input_dim >= 1, "input_dim must be at least 1"
    assert all(u >= 1 for u in hidden_units), "hidden units must be at least 1"
    model = keras.Sequential()
    model.add(keras.Input(shape=(input_dim,)))
    for u in hidden_units:
        model.add(layers.Dense(u, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model
