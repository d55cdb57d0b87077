"""What scoring refuses, as one exception that a caller can turn into a problem of its own."""


class ScoringError(ValueError):
    """A tree, a level or a request that cannot be scored.

    ``slug`` is stable and for programs, ``sentence`` is for people, ``ref`` names the requirement at fault, if one is.
    """

    def __init__(self, slug: str, sentence: str, *, ref: str | None = None) -> None:
        super().__init__(sentence)
        self.slug = slug
        self.sentence = sentence
        self.ref = ref
