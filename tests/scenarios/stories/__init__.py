"""The stories, in the order of the page."""

from collections.abc import Mapping

from tests.scenarios.stories import (
    bulk_solid,
    copied_label,
    cross_province,
    direct,
    disputed_correction,
    erased_person,
    left_behind,
    medical_day,
    milk_run,
    offline_driver,
    paper_day,
    partial_rejection,
    split_and_treat,
    two_carriers,
    weight_fraud,
)
from tests.scenarios.story import Story

_MODULES = (
    direct,
    milk_run,
    medical_day,
    two_carriers,
    left_behind,
    partial_rejection,
    cross_province,
    paper_day,
    copied_label,
    weight_fraud,
    offline_driver,
    split_and_treat,
    bulk_solid,
    disputed_correction,
    erased_person,
)
STORIES: Mapping[str, Story] = {
    module.__name__.rpartition(".")[2].replace("_", "-"): module.STORY for module in _MODULES
}
