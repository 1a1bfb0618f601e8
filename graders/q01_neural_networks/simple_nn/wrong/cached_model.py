"""Models are remembered, and the same one is returned for the same arguments.

Misconception: The same arguments describe the same model, so building it twice is waste.
Caught by: test_independent
Advice: The caller trains what you return. Two calls must give two models.
"""

import keras
from keras import layers

_MODELS = {}


def create_simple_nn(input_dim=10, hidden_units=(64, 32)):
    if input_dim < 1:
        raise ValueError(f"input_dim must be at least 1, got {input_dim}")
    if any(u < 1 for u in hidden_units):
        raise ValueError(f"hidden units must be at least 1, got {hidden_units}")
    key = (input_dim, *hidden_units)
    if key in _MODELS:
        return _MODELS[key]
    model = _MODELS[key] = keras.Sequential()
    model.add(keras.Input(shape=(input_dim,)))
    for u in hidden_units:
        model.add(layers.Dense(u, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model
