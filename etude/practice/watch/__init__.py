"""Watch mode: an exercise graded at every save.

Three threads post messages (keys, saves, verdicts) to one queue. The session takes them one by one, lets the state
say what follows, does that, and has the state drawn.
"""
