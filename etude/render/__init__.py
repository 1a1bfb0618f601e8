"""How a Report, a list of exercises and a page are shown. Nothing here grades or exits."""
