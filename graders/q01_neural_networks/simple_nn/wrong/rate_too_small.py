"""Adam with a learning rate of 1e-6.

Misconception: A smaller learning rate is the safer one.
Caught by: test_learns
Advice: Adam moves each weight by about the rate in each step: after 480 steps that is 0.0005. The default,
    0.001, is fine here.
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
    model.compile(optimizer=keras.optimizers.Adam(1e-6), loss="binary_crossentropy", metrics=["accuracy"])
    return model
