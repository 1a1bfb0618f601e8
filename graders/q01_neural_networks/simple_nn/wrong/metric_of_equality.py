"""The metric asks whether probability and label are equal.

Misconception: keras.metrics.Accuracy is what metrics=["accuracy"] stands for.
Caught by: test_accuracy
Advice: Accuracy compares values as they are, and 0.97 is not 1. The string picks BinaryAccuracy for one
    sigmoid output.
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
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=[keras.metrics.Accuracy()])
    return model
