"""The first layer is given input_shape.

Misconception: That is how Keras is told about its input.
Caught by: test_surroundings
Advice: It was; Keras 3 warns about it. Start the model with keras.Input.
"""

import keras
from keras import layers


def create_simple_nn(input_dim=10, hidden_units=(64, 32)):
    if input_dim < 1:
        raise ValueError(f"input_dim must be at least 1, got {input_dim}")
    if any(u < 1 for u in hidden_units):
        raise ValueError(f"hidden units must be at least 1, got {hidden_units}")
    model = keras.Sequential()
    sizes = [*hidden_units, 1]
    kinds = ["relu"] * len(hidden_units) + ["sigmoid"]
    model.add(layers.Dense(sizes[0], activation=kinds[0], input_shape=(input_dim,)))
    for u, kind in zip(sizes[1:], kinds[1:]):
        model.add(layers.Dense(u, activation=kind))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model
