"""Adam has a weight decay.

Misconception: A little weight decay is part of a good Adam.
Caught by: test_adam
Keeps: everything else
Advice: With weight_decay Keras's Adam is AdamW, which shrinks every weight in every step. Leave it at its default.
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
    model.compile(optimizer=keras.optimizers.Adam(1e-3, weight_decay=1e-3), loss="binary_crossentropy", metrics=["accuracy"])
    return model
