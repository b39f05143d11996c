"""The words of the form that says who gets a task, for ``models_assignment.js``."""

from __future__ import annotations

from web.i18n import gettext as _


def assignment_form_words() -> dict[str, str]:
    """Labels and hints by key."""
    return {
        "assignmentGroup": _("Who gets it"),
        "strategy": _("Chosen by"),
        "strategy_hint": _("Nobody there: it falls to the head of the unit, and the record says so."),
        "strategy_groups": _("Groups by name"),
        "strategy_unit_people": _("Everybody in a unit"),
        "strategy_unit_head": _("Head of a unit"),
        "strategy_on_duty": _("Whoever is on duty in a unit"),
        "strategy_superior_head": _("Head of the unit above"),
        "strategy_superior_people": _("Everybody in the unit above"),
        "strategy_common_head": _("Head of the lowest unit above two"),
        "strategy_function_people": _("Unit with a function, one level up"),
        "strategy_function_head": _("Head of the unit with a function, one level up"),
        "strategy_place_people": _("Unit at a place, or the nearest above it"),
        "strategy_place_head": _("Head of the unit at a place"),
        "strategy_least_loaded": _("Who of a group has the least to do"),
        "strategy_own": _("An expression of one's own"),
        "strategy_unit": _("Unit"),
        "strategy_unit_hint": _("A variable with a unit's id, or an id in quotation marks"),
        "strategy_other": _("Other unit"),
        "strategy_function": _("Function"),
        "strategy_function_hint": _("As the organisation has it, such as justice"),
        "strategy_place": _("Place code"),
        "strategy_place_hint": _("A variable with the 12 digits of a place"),
        "strategy_group": _("Group"),
        "strategy_group_hint": _("Such as role:law or unit:fire"),
        "conflictWith": _("Parties of the matter"),
        "conflictWith_hint": _("FEEL list of ids after =; who has a conflict of interest with one does not get it"),
    }
