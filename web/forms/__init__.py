"""Task forms: read from what was deployed, drawn by our own templates, checked here before the engine sees them."""

from web.forms.checking import Submission, check
from web.forms.fields import Choice, Field, Form, form_of

__all__ = ["Choice", "Field", "Form", "Submission", "check", "form_of"]
