"""For authors of exercises: the audit that grades the graders, and the skeleton of a new exercise."""
