"""The part of the public door that is about the catalogue of categories."""

from workflow_engine.domain.request_attributes import DATATYPES as ATTRIBUTE_DATATYPES
from workflow_engine.domain.service_categories import COLUMNS as CATEGORY_COLUMNS
from workflow_engine.domain.service_categories import FLAGS as CATEGORY_FLAGS
from workflow_engine.domain.service_categories import KINDS as CATEGORY_KINDS
from workflow_engine.domain.service_categories import LIMITS as CATEGORY_LIMITS
from workflow_engine.domain.service_categories import TIERS as CATEGORY_TIERS
from workflow_engine.domain.service_categories import TIME_UNITS, Catalogue, Category, CategoryChange
from workflow_engine.domain.service_category_commands import ChangeServiceCategories
from workflow_engine.interchange.category_csv import CategoryFile, category_csv
from workflow_engine.queries.service_categories import CategoryVersionRow

__all__ = [
    "ATTRIBUTE_DATATYPES",
    "CATEGORY_COLUMNS",
    "CATEGORY_FLAGS",
    "CATEGORY_KINDS",
    "CATEGORY_LIMITS",
    "CATEGORY_TIERS",
    "TIME_UNITS",
    "Catalogue",
    "Category",
    "CategoryChange",
    "CategoryFile",
    "CategoryVersionRow",
    "ChangeServiceCategories",
    "category_csv",
]
