"""The worker's side of the judge: a forked, confined process that runs the candidate's code, and the wire to it."""
