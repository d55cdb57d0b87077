"""The table of scoring methods by the names that standards give."""

from assessments.scoring.errors import ScoringError
from assessments.scoring.means import CappedMean, Floor, MeanOfGroups, Samm, WeightedMean
from assessments.scoring.methods import Method
from assessments.scoring.thresholds import StagedMinimum, Subtractive

_METHODS: dict[str, Method] = {}


def register_method(method: Method) -> None:
    """Make a method known by its name. A name is given once: scores of old must keep their meaning."""
    if method.name in _METHODS:
        raise ScoringError("method-taken", f"There is already a scoring method named {method.name}.")
    _METHODS[method.name] = method


def known_methods() -> tuple[str, ...]:
    """Return the names of all methods, sorted."""
    return tuple(sorted(_METHODS))


def method_named(name: str) -> Method:
    """Return the method of that name, or raise a ScoringError that lists the known ones."""
    try:
        return _METHODS[name]
    except KeyError:
        known = ", ".join(known_methods())
        raise ScoringError("unknown-method", f"There is no scoring method {name!r}. Known: {known}.") from None


for _method in (WeightedMean(), MeanOfGroups(), CappedMean(), Floor(), Samm(), StagedMinimum(), Subtractive()):
    register_method(_method)
