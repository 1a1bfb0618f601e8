"""Right, as a functional model: Activation layers of their own, objects for loss and metric, another initialisation and
another rate."""

import keras


def create_simple_nn(input_dim=10, hidden_units=(64, 32)):
    if not isinstance(input_dim, int) or input_dim <= 0:
        raise ValueError("input_dim must be a positive integer")
    for position, n in enumerate(hidden_units):
        if n <= 0:
            raise ValueError(f"hidden layer {position} has {n} units")

    tensor = inputs = keras.layers.Input((input_dim,), name="features")
    for n in hidden_units:
        tensor = keras.layers.Dense(n, kernel_initializer="he_normal")(tensor)
        tensor = keras.layers.Activation("relu")(tensor)
    tensor = keras.layers.Dense(1, name="score")(tensor)
    tensor = keras.layers.Activation(keras.activations.sigmoid)(tensor)

    model = keras.Model(inputs, tensor, name="classifier")
    model.compile(
        keras.optimizers.Adam(learning_rate=0.003),
        keras.losses.BinaryCrossentropy(),
        metrics=[keras.metrics.BinaryAccuracy("accuracy")],
    )
    return model
