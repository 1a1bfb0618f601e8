"""The last layer gives raw scores, with a loss that knows it.

Misconception: from_logits=True takes care of the sigmoid.
Caught by: test_output_unit, test_learns
Advice: It does for the loss; what the model returns stays unbounded. The task asks for probabilities.
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
    model.add(layers.Dense(1))
    model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
    return model
