"""The nine things that an audit looks at."""

from enum import StrEnum


class Section(StrEnum):
    STRUCTURE = "structure"
    RIGHT = "right"
    WRONG = "wrong"
    MUTANTS = "mutants"
    HOLLOW = "hollow"
    STEADINESS = "steadiness"
    COST = "cost"
    MISCONCEPTIONS = "misconceptions"
    QUIZ = "quiz"
