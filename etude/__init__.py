"""étude: questions on neural networks that grade themselves."""

__version__ = "0.1.0"
