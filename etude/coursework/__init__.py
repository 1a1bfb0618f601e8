"""A class in a gradebook: nbgrader, Gradescope, and what other systems import."""
