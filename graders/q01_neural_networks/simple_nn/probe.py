"""Gives models the host's weights, feeds them the host's rows, and reads what comes out.

Weights are matched to the model's variables by shape, so that their order and names are the candidate's own business.
"""

import random
import warnings

import keras
import numpy as np
import submission
from tensorflow.python.eager import context


def create(*args, **kwargs):
    """A model. Keras's advice on where to write the input's shape is left to `surroundings`."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Do not pass an `input_")
        return submission.create_simple_nn(*args, **kwargs)


def make(*args):
    create(*args)


def create_twice(inputs, units):
    """Two models, made with the same list."""
    return [create(inputs, units) for _ in range(2)]


def pick(models, index):
    return models[index]


def shapes(model, inputs):
    """The shapes of all weights, after a first call."""
    _touch(model, inputs)
    return sorted(tuple(int(size) for size in weight.shape) for weight in model.weights)


def outputs(model, weights, x, training=False):
    """What the model makes of `x`, with these weights."""
    _touch(model, x.shape[1])
    _fill(model, weights)
    return np.asarray(model(x, training=training))


def outputs_before_any_call(model, weights, x):
    """The same, with the weights set before the model was ever called."""
    _fill(model, weights)
    return np.asarray(model(x))


def outputs_of_two(models, weights, x, y):
    """Each model gets its own weights; the second trains a step, then the first; outputs of the first in between."""
    for model, own in zip(models, weights, strict=True):
        _touch(model, x.shape[1])
        _fill(model, own)
        model.run_eagerly = True
    first, second = models
    results = [np.asarray(model(x)) for model in models]
    second.train_on_batch(x, y)
    results.append(np.asarray(first(x)))
    first.train_on_batch(x, y)
    return results


def assess(model, weights, x, y):
    """What testing on one batch reports, by name."""
    _touch(model, x.shape[1])
    _fill(model, weights)
    model.run_eagerly = True
    model.reset_metrics()
    return {name: float(value) for name, value in model.test_on_batch(x, y, return_dict=True).items()}


def train(model, weights, batches):
    """The weights after each step of training, in the order in which they were given."""
    _touch(model, batches[0][0].shape[1])
    _fill(model, weights)
    model.run_eagerly = True
    history = []
    for x, y in batches:
        model.train_on_batch(x, y)
        found = _variables(model)
        history.append([np.array(found[weight.shape]) for weight in weights if weight.shape in found])
    return history


def learn(model, x, y, others):
    """Fit, then the outputs for the training rows and for others."""
    model.fit(x, y, epochs=30, batch_size=32, verbose=0)
    return np.asarray(model(x)), np.asarray(model(others))


def surroundings(first_seed, second_seed):
    """What creating models does to Keras's settings and to the generators: names of what changed.

    Keras draws its initial weights from `random`, so that its state moves; where two states end up the same, somebody
    has seeded it.
    """
    before, states = _settings(), []
    for seed in (first_seed, second_seed):
        random.seed(seed)
        submission.create_simple_nn(3, (2,))
        states.append(random.getstate())
    after = _settings()
    changed = [name for name, value in before.items() if after[name] != value]
    return changed + ["random's generator (seeded)"] * (states[0] == states[1])


def _settings():
    return {
        "Keras's float type": keras.config.floatx(),
        "Keras's fuzz factor": keras.config.epsilon(),
        "Keras's image format": keras.config.image_data_format(),
        "Keras's dtype policy": keras.config.dtype_policy().name,
        "TensorFlow's seed": context.global_seed(),
        "NumPy's global generator": np.random.get_state()[1].tobytes(),
    }


def _touch(model, inputs):
    model(np.zeros((1, inputs), np.float32))


def _variables(model):
    return {tuple(weight.shape): weight for weight in model.weights}


def _fill(model, weights):
    found = _variables(model)
    for weight in weights:
        if weight.shape in found:
            found[weight.shape].assign(weight)
