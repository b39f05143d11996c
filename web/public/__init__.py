"""Pages for everybody, without an account, and what staff look at before everybody sees it."""

from web.public import moderation, places, portal, reporting, tracking

BLUEPRINTS = (
    places.blueprint, portal.blueprint, reporting.blueprint, tracking.blueprint, moderation.blueprint,
)  # fmt: skip
