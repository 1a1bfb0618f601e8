"""Right, without a lock: everything is local, and the mode is never given back. Items are cut into chunks first."""

import torch


class ModelServer:
    def __init__(self, model, preprocess, postprocess, max_batch=32):
        if max_batch < 1:
            raise ValueError(f"max_batch is {max_batch}")
        self.__dict__.update(model=model, pre=preprocess, post=postprocess, n=int(max_batch))

    @torch.no_grad()
    def predict(self, items):
        out, shape = [], None
        for lo in range(0, len(items), self.n):
            rows, places = [], []
            for item in items[lo:lo + self.n]:
                try:
                    t = self.pre(item)
                    if not torch.is_tensor(t):
                        raise ValueError("no tensor")
                    shape = t.shape if shape is None else shape
                    if t.shape != shape:
                        raise ValueError("other shape")
                    places.append(len(out))
                    rows.append(t)
                    out.append(None)
                except Exception as e:
                    out.append(e)
            if rows:
                self.model.eval()
                y = self.model(torch.stack(rows))
                for p, row in zip(places, y.unbind(0)):
                    try:
                        out[p] = self.post(row)
                    except Exception as e:
                        out[p] = e
        return out
