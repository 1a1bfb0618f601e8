"""A first classifier in Keras.

Idea
    A stack of Dense layers. `Input` tells the first one how many numbers to expect, so that every weight exists when
    the model is returned; compile says how it will be trained and what it will be judged by.

Derivation
    The sigmoid turns the last score z into p = P(y = 1 | x), and z is then the log-odds log(p / (1 - p)). The
    likelihood of a label y is p**y * (1 - p)**(1 - y); its negative logarithm, averaged over the rows, is the binary
    cross-entropy. Its gradient with respect to z is p - y: it does not vanish where the sigmoid is flat and wrong,
    which that of a squared error does. Without hidden layers this is logistic regression; ReLU layers before it bend
    the decision surface, and without an activation any number of them would still be one linear map.

Cost
    (input_dim + 1) * h1 + (h1 + 1) * h2 + ... + 1 parameters: 2,817 for the defaults. Adam keeps two more numbers for
    each.

Pitfalls
    Leaving out the input size: the model gets its weights at its first call, and set_weights, summary and saving fail
    before that. Two softmax outputs and a sigmoid are different contracts. `from_logits=True` belongs to a last layer
    without activation. A `BinaryAccuracy()` reports as `binary_accuracy`, and `Accuracy()` asks whether probability
    and label are equal. One optimizer object for two models: it keeps state for the variables that it met first.

Follow-up questions
    Why might one drop the sigmoid and train on logits? log(sigmoid(z)) computed in one go neither overflows nor rounds
    to log(0); Keras does this behind the scenes where it can see both.
    How would you decide between (64, 32) and (256,)? By validation loss, not by training accuracy, over several seeds.
    What changes for ten classes? Ten units with a softmax, sparse categorical cross-entropy, integer labels.
"""

from collections.abc import Sequence

import keras
from keras import layers


def create_simple_nn(input_dim: int = 10, hidden_units: Sequence[int] = (64, 32)) -> keras.Model:
    if input_dim < 1:
        raise ValueError(f"input_dim has to be at least 1, not {input_dim}")
    if any(units < 1 for units in hidden_units):
        raise ValueError(f"every hidden layer needs at least one unit, and hidden_units is {hidden_units}")
    model = keras.Sequential([keras.Input(shape=(input_dim,))])
    for units in hidden_units:
        model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer=keras.optimizers.Adam(), loss="binary_crossentropy", metrics=["accuracy"])
    return model
