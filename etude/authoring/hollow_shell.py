"""Put behind a reference's source by `hollow.py`: its entry points keep shapes and types, and lose their values."""

import contextlib as _contextlib
import copy as _copy
import sys as _sys


class _Hollow:
    """`kind`: zeros, ones, constant or random (the right shapes), first argument or nothing (the work is not done)."""

    kind = "zeros"
    classes = ()

    @classmethod
    def apply(cls, module, entry_points, kind, silent):
        """`silent`: functions and methods that return nothing; whatever the kind, they do nothing."""
        cls.kind, cls.silent = kind, silent
        cls.classes = tuple(module[name] for name in entry_points if isinstance(module[name], type))
        for name in entry_points:
            if isinstance(module[name], type):
                cls.empty_class(module[name])
            else:
                module[name] = cls.emptied(module[name], name)

    @classmethod
    def empty_class(cls, kind):
        for name, value in list(vars(kind).items()):
            if name.startswith("_") and name != "__call__":
                continue
            if isinstance(value, (classmethod, staticmethod)):
                setattr(kind, name, staticmethod(cls.emptied(getattr(kind, name), name)))
            elif callable(value):
                setattr(kind, name, cls.emptied(value, name, method=True))

    @classmethod
    def emptied(cls, function, name, method=False):
        def hollow(*args, **kwargs):
            if cls.kind == "nothing" or name in cls.silent:
                return None
            if cls.kind == "first argument":
                return next(iter([*args[method:], *kwargs.values()]), None)
            args = [cls.listed(value) for value in args]
            with _contextlib.suppress(Exception):  # what cannot be copied is used as it is
                args, kwargs = _copy.deepcopy((args, kwargs))
            return cls.fill(function(*args, **kwargs))

        return hollow

    @staticmethod
    def listed(value):
        """A generator cannot be copied, and is used up by one run."""
        return list(value) if hasattr(value, "__next__") else value

    @classmethod
    def fill(cls, value):
        numpy, torch = _sys.modules["numpy"], _sys.modules.get("torch")
        if value is None or isinstance(value, (str, bytes, *cls.classes)):
            return value
        if torch is not None and isinstance(value, torch.Tensor):
            filled = torch.from_numpy(numpy.array(cls.values(tuple(value.shape)))).to(value.dtype).to(value.device)
            return filled + 0 * torch.nan_to_num(value) if value.dtype.is_floating_point else filled
        if torch is not None and isinstance(value, torch.nn.Module):
            with torch.no_grad():
                for tensor in (*value.parameters(), *value.buffers()):
                    tensor.copy_(cls.fill(tensor))
            return value
        if isinstance(value, (numpy.ndarray, numpy.generic)):
            return numpy.asarray(cls.values(value.shape)).astype(value.dtype)[()]
        if isinstance(value, (bool, int, float)):
            return type(value)(cls.values(()))
        if isinstance(value, dict):
            return {key: cls.fill(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(cls.fill(item) for item in value)
        return cls.emptied(value, "") if callable(value) else None

    @classmethod
    def values(cls, shape):
        numpy = _sys.modules["numpy"]
        if cls.kind == "random":
            return numpy.random.default_rng().uniform(0.0, 2.0, shape)
        return numpy.full(shape, {"zeros": 0.0, "ones": 1.0, "constant": 0.5}[cls.kind])
