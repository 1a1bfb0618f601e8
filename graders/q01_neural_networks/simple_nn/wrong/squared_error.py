"""The loss is the mean squared error.

Misconception: The output is a number between 0 and 1, so this is a regression on 0 and 1.
Caught by: test_loss
Advice: Where the sigmoid is sure and wrong the squared error has hardly a gradient. Use binary cross-entropy.
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
        model.add(layers.Dense(u, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
    return model
