"""One optimizer object serves all models.

Misconception: An optimizer is only a bundle of settings.
Caught by: test_learns, test_independent
Advice: It keeps averages for the variables of the model that it met first, and refuses others. Make one in
    each call.
"""

import keras
from keras import layers

OPTIMIZER = keras.optimizers.Adam()


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
    model.compile(optimizer=OPTIMIZER, loss="binary_crossentropy", metrics=["accuracy"])
    return model
