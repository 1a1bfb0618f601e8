"""Right, as a subclass of Model whose layers are registered back to front and built by hand, with the activations
applied in call."""

import keras
from keras import ops


class BackToFront(keras.Model):
    def __init__(self, input_dim, hidden_units):
        super().__init__()
        widths = [input_dim] + [int(units) for units in hidden_units]
        self.head = keras.layers.Dense(1)
        self.head.build((None, widths[-1]))
        self.body = [keras.layers.Dense(units) for units in reversed(widths[1:])]
        for layer, width in zip(self.body, reversed(widths[:-1])):
            layer.build((None, width))
        self.built = True

    def call(self, x):
        for layer in reversed(self.body):
            x = ops.maximum(layer(x), 0.0)
        return ops.sigmoid(self.head(x))


def create_simple_nn(input_dim=10, hidden_units=(64, 32)):
    if min(input_dim, *hidden_units, 1) < 1:
        raise ValueError(f"sizes must be at least 1: {input_dim}, {hidden_units}")
    model = BackToFront(input_dim, hidden_units)
    model.compile(optimizer="adam", loss=keras.losses.binary_crossentropy, metrics=["accuracy"])
    return model
