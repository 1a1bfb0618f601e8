"""The optimiser is AdamW.

Misconception: AdamW is the up-to-date name of Adam.
Caught by: test_adam
Advice: AdamW shrinks every weight in every step as well. Compile with optimizer="adam".
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
    model.compile(optimizer="adamw", loss="binary_crossentropy", metrics=["accuracy"])
    return model
