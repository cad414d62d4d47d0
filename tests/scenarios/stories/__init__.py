"""The stories, in the order of the page."""

from collections.abc import Mapping

from tests.scenarios.stories import (
    copied_label,
    direct,
    disputed_correction,
    erased_person,
    milk_run,
    offline_driver,
    partial_rejection,
    split_and_treat,
    two_carriers,
    weight_fraud,
)
from tests.scenarios.story import Story

_MODULES = (
    direct,
    milk_run,
    two_carriers,
    partial_rejection,
    copied_label,
    weight_fraud,
    offline_driver,
    split_and_treat,
    disputed_correction,
    erased_person,
)
STORIES: Mapping[str, Story] = {
    module.__name__.rpartition(".")[2].replace("_", "-"): module.STORY for module in _MODULES
}
