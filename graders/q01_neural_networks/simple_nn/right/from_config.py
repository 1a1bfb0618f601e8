"""Right, through tf.keras and a configuration: the network is written down as data, turned into a Sequential without an
input layer, and built by its input shape."""

import tensorflow as tf


def create_simple_nn(input_dim: int = 10, hidden_units=(64, 32)) -> tf.keras.Model:
    sizes = [input_dim, *hidden_units]
    if any(size < 1 for size in sizes):
        raise ValueError("at least one input, and at least one unit in each layer")
    plan = [(units, "relu") for units in hidden_units] + [(1, "sigmoid")]
    layers = [
        tf.keras.layers.Dense.from_config({"name": f"fc{i}", "units": units, "activation": kind})
        for i, (units, kind) in enumerate(plan)
    ]
    network = tf.keras.models.Sequential(layers)
    network.build(input_shape=(None, input_dim))
    network.compile(
        loss="bce",
        optimizer=tf.keras.optimizers.get("Adam"),
        metrics=[tf.keras.metrics.MeanMetricWrapper(tf.keras.metrics.binary_accuracy, name="accuracy")],
    )
    return network
