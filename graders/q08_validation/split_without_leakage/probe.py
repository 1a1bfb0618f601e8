"""Labels that are text are made here, since they do not travel."""

import numpy as np
import submission


def split_text(x, codes, names, as_list):
    """The parts, with each label as its number among `names`, or -1 where it is no such text.

    What has lost the dtype of an array of text becomes a remark.
    """
    y = np.array(names)[codes]
    splits = submission.make_splits(x, y.tolist() if as_list else y)
    if not isinstance(splits, dict):
        return splits
    return {
        key: value if key.startswith("x_") else _numbers(value, names, None if as_list else y.dtype)
        for key, value in splits.items()
    }


def _numbers(labels, names, dtype):
    if not isinstance(labels, np.ndarray) or labels.dtype.kind not in "UO":
        return labels
    if dtype is not None and labels.dtype != dtype:
        return f"labels of dtype {labels.dtype}"
    return np.array([names.index(label) if label in names else -1 for label in labels.ravel().tolist()])
