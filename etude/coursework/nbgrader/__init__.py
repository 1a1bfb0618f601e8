"""Coursework in nbgrader: étude's exercises as its notebooks, étude's verdicts in its gradebook."""
